"""Sends the demo's commands as of chosen days, each once however often the seeding is started again."""

import threading
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from eventsourcing.persistence import EventStore

from deploy.demo.people import YEAR_DAYS, Someone
from events.catalog.portfolio.conversations import ConversationHeld
from events.catalog.portfolio.goals import GoalOfferedToTeam, GoalOfferTakenBack
from events.codec import EventMapper
from events.log.recorder import LogRecorder
from events.privacy.invitations import Invitations
from events.privacy.vault import Vault
from events.streams import Stream
from kit.clock import Calendar
from kit.ids import derived_id
from rules.access.roles import Role
from rules.feedback.questions import Question
from rules.timeline import entry_id
from services.admin.lenses import LensFileError, load_lens
from services.admin.terms import Row, TermListError, load_list
from services.assembly import Services
from services.contexts.lenses.commands import LoadLens, lens_stream
from services.contexts.lenses.decider import DECIDER as LENSES
from services.contexts.lenses.state import Lens
from services.feedback.keeper import Keeper
from services.handling.context.round_lookups import RoundParts
from services.handling.handler import CommandHandler
from services.handling.loading import events_of, load
from services.handling.registry import read_command
from services.handling.results import Caller

TRIES_MAX: Final = 5
_HOUR: Final = time(9, 30, tzinfo=UTC)


class SeedingError(Exception):
    """The demo's organisation can't be made; the message says why."""


class DayClock:
    """Shows the day being simulated, one minute later at each reading, so that facts keep their order."""

    def __init__(self, day: date) -> None:
        self.day = day
        self._readings = 0

    def now(self) -> datetime:
        self._readings += 1
        return datetime.combine(self.day, _HOUR) + timedelta(minutes=self._readings % 400)


class _SendersClock:
    """Shows in each thread what the clock of the client shows that sent something there last."""

    def __init__(self) -> None:
        self._own = threading.local()

    def show(self, clock: DayClock) -> None:
        self._own.clock = clock

    def now(self) -> datetime:
        now: datetime = self._own.clock.now()
        return now


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoRounds:
    """Where invitations are kept, and the keeper."""

    invitations: Invitations
    keeper: Keeper

    @property
    def parts(self) -> RoundParts:
        return RoundParts(invitations=self.invitations, keeper=self.keeper)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoServices:
    """What the demo sends its commands with."""

    recorder: LogRecorder
    vault: Vault
    mapper: EventMapper
    rounds: DemoRounds | None = None
    """What feedback rounds need; without it the demo has none."""


def demo_services(services: Services) -> DemoServices:
    """Return what the demo needs of an installation's services."""
    keeper = services.keeper
    return DemoServices(
        recorder=services.recorder,
        vault=services.vault,
        mapper=services.mapper,
        rounds=DemoRounds(invitations=services.invitations, keeper=keeper) if keeper else None,
    )


class DemoClient:
    """
    Sends commands as of the day of its clock.

    A command's id is made from its occasion alone, so it is the same at every start: a seeding that was cut
    short continues where it stopped.
    """

    def __init__(self, services: DemoServices, clock: DayClock) -> None:
        self._store: EventStore[str] = EventStore(services.mapper, services.recorder)
        self._vault = services.vault
        self._clock = clock
        self._shown = _SendersClock()
        self._handler = CommandHandler(
            recorder=services.recorder,
            vault=services.vault,
            mapper=services.mapper,
            # Days are those of this clock, whatever the organisation's zone.
            calendar=Calendar(clock=self._shown, zone=UTC),
            rounds=services.rounds.parts if services.rounds else None,
        )

    def on(self, clock: DayClock) -> "DemoClient":
        """Return a client with a clock of its own that has the same handler, and so its cached states."""
        other = copy(self)
        other._clock = clock  # noqa: SLF001 - of this class
        return other

    def _on_own_day(self) -> CommandHandler:
        self._shown.show(self._clock)
        return self._handler

    @property
    def day(self) -> date:
        return self._clock.day

    @property
    def organisation(self) -> str:
        return self._handler.organisation()

    def person(self, number: str) -> str:
        """Return the id of the person with this number. Raises SeedingError."""
        person = self._vault.person_for(number)
        if person is None:
            raise SeedingError(f"nobody is known as {number}")
        return person

    def send(self, person: str, role: Role, name: str, fields: dict[str, Any], *, occasion: str) -> str:
        """Send a command until it is accepted, and return the id of what it made. Raises SeedingError."""
        for _ in range(TRIES_MAX):
            result = self._on_own_day().handle(
                read_command(name, fields),
                caller=Caller(person=person, role=role),
                command_id=_command_id(occasion),
            )
            if result.outcome == "ACCEPTED":
                return result.entity_id or ""
            if result.outcome == "REFUSED" and {refusal.code for refusal in result.refusals} != {"TOO_BUSY"}:
                raise SeedingError(f"{name} ({occasion}): {result.refusals[0].en}")
        raise SeedingError(f"{name} ({occasion}) was sent {TRIES_MAX} times and its outcome is still unknown")

    def load_terms(self, rows: Sequence[Row]) -> None:
        """Load shared terms for talents. Raises SeedingError."""
        try:
            load_list(self._on_own_day(), rows)
        except TermListError as error:
            raise SeedingError(str(error)) from None

    def load_lens(self, lens: LoadLens) -> None:
        """Load a lens as a draft, if it was not. Raises SeedingError."""
        try:
            load_lens(self._on_own_day(), lens)
        except LensFileError as error:
            raise SeedingError(str(error)) from None

    def lens_questions(self, lens: str) -> Sequence[Question]:
        """Return the questions of the first version of a lens, which is published."""
        state: Lens = load(self._store, LENSES, (lens_stream(self.organisation, lens),)).state
        published = state.published(lens, 1)
        return published.questions if published is not None else ()

    def is_done(self, person: str, role: Role, occasion: str) -> bool:
        caller = Caller(person=person, role=role)
        return self._on_own_day().result_of(caller=caller, command_id=_command_id(occasion)) is not None

    def agreements_of(self, person: str, conversation: str) -> Sequence[str]:
        """Return the ids of the agreements that were made in a conversation of this person."""
        return [
            made.agreement
            for recorded in events_of(self._store, Stream("portfolio", person).name)
            if isinstance(recorded.event, ConversationHeld) and recorded.event.conversation == conversation
            for made in recorded.event.agreements
        ]

    def goal_offers_of(self, person: str) -> Sequence[str]:
        """Return the ids of this person's goals that are on offer to a team, the earliest first."""
        offers: dict[str, str] = {}
        for recorded in events_of(self._store, Stream("portfolio", person).name):
            match recorded.event:
                case GoalOfferedToTeam(goal=goal, offer=str() as offer):
                    offers[goal] = offer
                case GoalOfferTakenBack(goal=goal):
                    offers.pop(goal, None)
                case _:
                    pass
        return list(offers.values())

    def version_of_conversation(self, person: str) -> int:
        """Return the version at which the person's first conversation was recorded."""
        return next(
            recorded.version
            for recorded in events_of(self._store, Stream("portfolio", person).name)
            if isinstance(recorded.event, ConversationHeld)
        )


class PersonHistory:
    """
    One person's year, written day by day: set `day`, then send commands.

    `part_ends` is the last day that the part of the year that is being written may have. `terms` are the ids
    of the shared terms by their Dutch label; `colleagues` has at least one person.
    """

    def __init__(
        self,
        client: DemoClient,
        someone: Someone,
        *,
        team: str,
        colleagues: Sequence[str],
        terms: Mapping[str, str],
        last_day: date,
    ) -> None:
        joined = max(someone.joined, last_day - timedelta(days=YEAR_DAYS))
        self._clock = DayClock(joined + timedelta(days=1))
        self._client = client.on(self._clock)
        self._number = someone.number
        self._sent = 0
        self._person = self._client.person(someone.number)
        self.last_day = last_day
        self.part_ends = last_day
        self.team = team
        self.colleagues = colleagues
        self.terms = terms

    @property
    def day(self) -> date:
        return self._clock.day

    @day.setter
    def day(self, day: date) -> None:
        self._clock.day = day

    def begin_part(self, first: date, *, last: date) -> None:
        """Go on with the part of the year between these days."""
        self.part_ends = last
        self.day = min(max(self.day, first), last)

    def send(self, name: str, /, **fields: Any) -> str:
        """Send a command of this person, and return the id of what it made. Raises SeedingError."""
        return self._client.send(self._person, Role.PROFESSIONAL, name, fields, occasion=self._occasion())

    def agreements_of(self, conversation: str) -> Sequence[str]:
        return self._client.agreements_of(self._person, conversation)

    def confirm_by(self, colleague: str, agreement: str) -> None:
        """Let a colleague confirm an agreement."""
        fields = {"agreementId": agreement}
        occasion = self._occasion()
        self._client.send(colleague, Role.PROFESSIONAL, "confirmAgreement", fields, occasion=occasion)

    def correct_conversation(self, text: str) -> None:
        """Correct the timeline's entry about this person's first conversation."""
        entry = entry_id(self._person, self._client.version_of_conversation(self._person))
        self.send("recordCorrection", timelineEntryId=entry, text=text)

    def _occasion(self) -> str:
        self._sent += 1
        return f"{self._number} {self._sent}"


def _command_id(occasion: str) -> str:
    return str(UUID(hex=derived_id("demo", occasion), version=4))
