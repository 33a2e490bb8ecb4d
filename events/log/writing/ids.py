"""Fresh ids for commands and their attempts."""

import itertools
import os
from typing import Final

_COUNT_BYTES: Final = 8
_ID_BYTES: Final = 16
_COMMAND_BYTES: Final = 32

_process = [os.urandom(_COMMAND_BYTES - _COUNT_BYTES)]
os.register_at_fork(after_in_child=lambda: _process.__setitem__(0, os.urandom(_COMMAND_BYTES - _COUNT_BYTES)))
_count = itertools.count()


def fresh_id() -> bytes:
    """
    Return 16 bytes that no other call returns: 8 random ones of the process, and a count.

    Reading randomness for each id would release the interpreter's lock, and with many threads that costs
    more than all the rest of an append.
    """
    return _process[0][: _ID_BYTES - _COUNT_BYTES] + next(_count).to_bytes(_COUNT_BYTES)


def fresh_command() -> bytes:
    """Return 32 bytes, likewise; 24 of them are the process's own."""
    return _process[0] + next(_count).to_bytes(_COUNT_BYTES)
