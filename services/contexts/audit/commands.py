"""Commands on audits: of auditors, of owners, of the privacy officer, and those that go before them."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Final

import msgspec
from typing_extensions import override

from events.streams import Stream
from rules.commands import Refusal
from rules.kinds import ItemKind
from services.decisions.command import NOWHERE, Command, DecisionContext, name_of, stream_of
from services.decisions.pseudonyms import NamedReplay, Pseudonyms
from services.decisions.validation import text_refusals

PURPOSE_CHARS_MAX: Final = 1_000
GROUND_CHARS_MAX: Final = 1_000

KindName = Annotated[str, name_of(ItemKind)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class StartAuditReplay(Command, frozen=True, kw_only=True):
    """An auditor begins to replay a stream, which the services know by its pseudonym."""

    returns_version: ClassVar[bool] = False

    stream_id: str
    purpose: str
    asks_to_open: tuple[KindName, ...] = ()

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (_recorded_in(context),)

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return handle_of_new(context)

    @override
    def is_addressed(self, context: DecisionContext) -> bool:
        return context.audited is not None

    @override
    def refusals(self) -> list[Refusal]:
        return text_refusals(self.purpose, "purpose", chars_max=PURPOSE_CHARS_MAX, lines=True)


class FinishAuditReplay(Command, frozen=True, kw_only=True):
    """The auditor ends a replay; nothing more is read in it."""

    returns_version: ClassVar[bool] = False

    replay_id: str

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (_recorded_in(context),)

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.replay_id

    @override
    def is_addressed(self, context: DecisionContext) -> bool:
        return context.audited is not None


class OwnerCommand(Command, frozen=True, kw_only=True):
    """A command of the owner, on the own stream about audits."""

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (stream_of("access", context.person),)


class GrantAuditAccess(OwnerCommand, frozen=True, kw_only=True):
    """The owner opens contents to one replay until a moment."""

    names_policy: ClassVar[bool] = True

    audit_id: str
    kinds: tuple[KindName, ...]
    until: Moment

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.audit_id


class EndAuditAccess(OwnerCommand, frozen=True, kw_only=True):
    """The owner ends a grant before its time."""

    opening_id: str

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.opening_id


class RecordAuditGround(Command, frozen=True, kw_only=True):
    """A privacy officer opens contents to one replay until a moment, on a ground."""

    names_policy: ClassVar[bool] = True

    audit_id: str
    ground: str
    kinds: tuple[KindName, ...]
    until: Moment

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (Stream("policy", context.organisation).name,)

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.audit_id

    @override
    def is_addressed(self, context: DecisionContext) -> bool:
        return context.audited is not None

    @override
    def refusals(self) -> list[Refusal]:
        return text_refusals(self.ground, "ground", chars_max=GROUND_CHARS_MAX, lines=True)


class NoticeGround(Command, frozen=True, kw_only=True):
    """Give the owner notice of a ground, before the ground is on the policy stream."""

    by_process: ClassVar[bool] = True

    replay: str
    opening: str
    ground: str
    kinds: tuple[ItemKind, ...]
    until: datetime

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (_recorded_in(context),)

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.opening

    @override
    def names(self) -> tuple[str, ...]:
        return (self.opening,)


class CountedCommand(Command, frozen=True, kw_only=True):
    """A command on the organisation's count of open replays, before the person's own stream has it."""

    by_process: ClassVar[bool] = True

    replay: str

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (Stream("audit", context.organisation).name,)

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.replay

    @override
    def names(self) -> tuple[str, ...]:
        return (self.replay,)


class CountReplay(CountedCommand, frozen=True, kw_only=True):
    """Count a replay as open; refused when its auditor has too many."""

    last_day: date


class UncountReplay(CountedCommand, frozen=True, kw_only=True):
    """Count a replay as open no longer."""


AnyAuditCommand = (
    StartAuditReplay
    | FinishAuditReplay
    | GrantAuditAccess
    | EndAuditAccess
    | RecordAuditGround
    | NoticeGround
    | CountReplay
    | UncountReplay
)


def handle_of_new(context: DecisionContext) -> str | None:
    """Return the name of the replay that is being started."""
    if context.audited is None:
        return None
    named = NamedReplay(
        replay=context.new, stream=context.audited.stream, recorded_in=context.audited.recorded_in
    )
    return Pseudonyms(context.id_key).of_replay(named)


def _recorded_in(context: DecisionContext) -> str:
    found = context.audited
    return found.recorded_in.name if found is not None else Stream("audit", NOWHERE).name
