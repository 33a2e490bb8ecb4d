"""Fresh ids for commands and their attempts."""

import itertools
import os

_process = [os.urandom(8)]
os.register_at_fork(after_in_child=lambda: _process.__setitem__(0, os.urandom(8)))
_count = itertools.count()


def fresh_id() -> bytes:
    """
    Return 16 bytes that no other call returns: 8 random ones of the process, and a count.

    Reading randomness for each id would release the interpreter's lock, and with many threads that costs
    more than all the rest of an append.
    """
    return _process[0] + next(_count).to_bytes(8)
