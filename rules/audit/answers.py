"""What auditors ask of the services, and what these answer, since the gateway has no log and no keys."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec

from rules.audit.kinds import AuditStreamKind
from rules.kinds import ItemKind

AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]


class AuditQuestion(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A question of an auditor; `replay` is the handle of a replay of their own."""


class StreamsAsked(AuditQuestion, frozen=True, kw_only=True):
    """The streams of a kind, in the order of their pseudonyms."""

    kind: AuditStreamKind
    first: AtLeastOne
    after: str | None = None


class ReplayAsked(AuditQuestion, frozen=True, kw_only=True):
    replay: str


class CommitsAsked(AuditQuestion, frozen=True, kw_only=True):
    """The commits after the one of this number, which counts those of the stream from 1."""

    replay: str
    first: AtLeastOne
    after: Annotated[int, msgspec.Meta(ge=0)] = 0


class VerificationAsked(AuditQuestion, frozen=True, kw_only=True):
    """The check of the chain up to a version; None for the head."""

    replay: str
    version: int | None = None


class StateAsked(AuditQuestion, frozen=True, kw_only=True):
    """What the opened events up to a version amount to; None for the head."""

    replay: str
    version: int | None = None


class BundleAsked(AuditQuestion, frozen=True, kw_only=True):
    """The evidence to take away, of a replay that is finished."""

    replay: str


AnyQuestion = StreamsAsked | ReplayAsked | CommitsAsked | VerificationAsked | StateAsked | BundleAsked


class AuditAnswer(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """An answer of the services."""


class StreamSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A stream by its pseudonym; `head` is the digest of its last event in hexadecimal digits."""

    id: str
    kind: AuditStreamKind
    version: int
    head: str


class StreamsPage(AuditAnswer, frozen=True, kw_only=True):
    streams: tuple[StreamSeen, ...]
    more: bool


class OpeningSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Leave to read contents until a moment; `ground` is None of a grant by the owner."""

    opening: str
    kinds: tuple[ItemKind, ...]
    until: datetime
    ground: str | None = None


class ReplaySeen(AuditAnswer, frozen=True, kw_only=True):
    """
    A replay. `openings` are those in force, or that were.

    `owner` is for the gateway alone, which writes the read log and never shows it; None without an owner.
    """

    handle: str
    owner: str | None
    stream: StreamSeen
    purpose: str
    started_at: datetime
    last_day: date
    finished_at: datetime | None
    forgotten: bool
    openings: tuple[OpeningSeen, ...]
    open_kinds: tuple[ItemKind, ...] = ()
    """The kinds of items that are open at this moment."""


class PlaceSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Where a commit is on the log; `ordinal` is that of its first event, None unless it was accepted."""

    generation: str
    partition: int
    offset: int
    index: int
    ordinal: int | None


VerdictSeen = Literal[
    "ACCEPTED",
    "REPEAT",
    "SUPERSEDED",
    "SETTLED",
    "SEALED",
    "DEAD",
    "GAP",
    "MALFORMED",
    "FOREIGN",
    "DAMAGED",
    "MISSING",
]
"""What the rule makes of a commit; MISSING where the journal has one that the log has not."""

FaultKindSeen = Literal[
    "CHANGED", "DROPPED", "ADDED", "SWAPPED", "GAP", "DAMAGED", "LOG_CUT", "LOG_RESTORED", "VIEW_DIFFERS"
]

ContentsSeen = Literal["OPENED", "SEALED", "FORGOTTEN", "NONE"]
"""
Three words for what can't be read, which are never one: SEALED, nothing opens it to this replay now;
FORGOTTEN, nobody can open it any more; NONE, there is nothing in it to read.
"""


class FaultSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong, and where; in words that name no person."""

    kind: FaultKindSeen
    place: PlaceSeen
    version: int | None
    nl: str
    en: str


class OpenedSeen(msgspec.Struct, frozen=True, kw_only=True):
    """
    An opened event: its wire name, its line in the words of the timeline, and its content.

    `role` is the name of the role in which it was caused, None of a process. `item` and `kind` are for the
    read log; None of an event that is about no item.
    """

    name: str
    nl: str
    en: str
    at: datetime
    role: str | None
    content: dict[str, Any]
    item: str | None = None
    kind: ItemKind | None = None


class EventSeen(msgspec.Struct, frozen=True, kw_only=True):
    """An event of the chain; digests in hexadecimal digits."""

    version: int
    parent: str
    digest: str
    digest_valid: bool
    contents: ContentsSeen
    opened: OpenedSeen | None = None


class CommitSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A commit that names the stream; `number` counts them from 1, in the order of the log."""

    number: int
    place: PlaceSeen
    commit: str | None
    day: date
    verdict: VerdictSeen
    rule_version: int
    events: tuple[EventSeen, ...]
    faults: tuple[FaultSeen, ...]


class CommitsPage(AuditAnswer, frozen=True, kw_only=True):
    """`openings` are those in force when the page was made; `owner` as in ReplaySeen."""

    commits: tuple[CommitSeen, ...]
    more: bool
    openings: tuple[OpeningSeen, ...]
    owner: str | None


class VerifyRun(msgspec.Struct, frozen=True, kw_only=True):
    """
    The last time `verify` applied the whole rule to the partition, and how many faults it found.

    `whole`: it reached all that was folded then; else it ended early, at what it found.
    """

    at: datetime
    faults: int
    whole: bool


class ViewCheckSeen(msgspec.Struct, frozen=True, kw_only=True):
    """
    The last comparison of a view that shows the stream with a fold of the journal, row by row.

    `equal`: all rows agreed that come from the stream's partition; None if this stream's were left out, since
    they wait for repair. `version` is the stream's last that the view had folded then. `of_version` is that
    of the view itself, 0 from a program that did not say it: what serves another one was not compared.
    """

    view: str
    of_version: int = 0
    at: datetime
    equal: bool | None
    version: int


class CheckpointSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A signed note that covers the version."""

    id: str
    on: date
    note: str


class VerificationSeen(AuditAnswer, frozen=True, kw_only=True):
    """
    The chain from its first event to a version, read from the log and compared with the journal.

    `commits` counts those up to there and `not_accepted` those among them that were refused. Without a
    `checkpoint` it is complete on the operator's word; without a `verify_run`, `verify` is not known to have
    run. `view_checks` are of the views that show such a stream, as far as any was ever compared.
    """

    version: int
    head: str
    valid: bool
    commits: int
    not_accepted: int
    faults: tuple[FaultSeen, ...]
    verified_at: datetime
    view_checks: tuple[ViewCheckSeen, ...] = ()
    verify_run: VerifyRun | None = None
    checkpoint: CheckpointSeen | None = None

    @property
    def view_equal(self) -> bool | None:
        """Whether every view agreed that was ever compared; None if none was, or one left the stream out."""
        found = {one.equal for one in self.view_checks}
        if False in found:
            return False
        return True if found == {True} else None


class ItemSeen(msgspec.Struct, frozen=True, kw_only=True):
    """An item that an answer shows, for the read log."""

    kind: ItemKind
    item: str


class StateSeen(AuditAnswer, frozen=True, kw_only=True):
    """What the opened events amount to; `items` and `owner` are for the read log."""

    content: dict[str, Any]
    items: tuple[ItemSeen, ...]
    owner: str | None


class BundleSeen(AuditAnswer, frozen=True, kw_only=True):
    """A file for the verifier that works without this installation."""

    media_type: str
    file: bytes


AnyAnswer = StreamsPage | ReplaySeen | CommitsPage | VerificationSeen | StateSeen | BundleSeen
