"""Events of what the log was on a day, and of who signs that: stream `checkpoint-<organisation>`."""

from datetime import date
from typing import Final

from events.catalog.registry import Event, event

SEALED: Final = False


@event("checkpoint.made.v1")
class CheckpointMade(Event, frozen=True, kw_only=True):
    """What the log was on a day; `note` is the signed note itself (docs/verifier/README.md)."""

    checkpoint: str
    day: date
    note: str


@event("checkpoint.keys-adopted.v1")
class CheckpointKeysAdopted(Event, frozen=True, kw_only=True):
    """
    From now on checkpoints and bundles are signed by these keys; earlier ones keep their signatures.

    Each is a verifier key (C2SP signed-note), which is public. All of them sign while one takes over from
    another.
    """

    keys: tuple[str, ...]


CheckpointEvent = CheckpointMade | CheckpointKeysAdopted
