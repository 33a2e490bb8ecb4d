"""What decisions on audits depend on beyond their stream; it is looked up before deciding."""

from datetime import date
from typing import Final

import msgspec

from events.streams import Stream
from rules.audit.kinds import AuditStreamKind
from rules.kinds import ItemKind

OWNED: Final = "access"
"""The category of the streams in which replays of a person's streams are recorded."""


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """
    A replay on record. `handle` is the name by which its auditor knows it, `last_day` when it ends by itself.

    `stream` is the pseudonym of what is replayed; see pseudonyms.py.
    """

    replay: str
    handle: str
    auditor: str
    kind: AuditStreamKind
    stream: str
    purpose: str
    asks: frozenset[ItemKind] = frozenset()
    last_day: date
    finished: bool = False

    def is_open(self, today: date) -> bool:
        return not self.finished and today <= self.last_day


class Audited(msgspec.Struct, frozen=True, kw_only=True):
    """
    The stream that a command on an audit is about, and where the replay is recorded.

    That is the owner's own stream `access-<person>`; of a stream without an owner, or whose owner was
    forgotten, the organisation's `audit-<organisation>`. `replay` is the one that the command names, if any.
    """

    stream: Stream
    recorded_in: Stream
    replay: Replay | None = None

    @property
    def has_owner(self) -> bool:
        """Whether there is somebody who gets notice and may open contents."""
        return self.recorded_in.category == OWNED
