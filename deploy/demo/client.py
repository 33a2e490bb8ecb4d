"""The hands that give the demo's commands: on chosen days, each once however often filling begins anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from eventsourcing.persistence import EventStore

from deploy.demo import year
from deploy.demo.people import Someone
from events.catalog.portfolio.conversations import ConversationHeld
from events.codec import EventMapper
from events.log.recorder import LogRecorder
from events.privacy.vault import Vault
from events.streams import Stream
from kit.clock import Calendar
from kit.ids import derived_id
from rules.access.roles import Role
from rules.timeline import entry_id
from services.admin.terms import Row, TermListError, load_list
from services.handling.handler import CommandHandler
from services.handling.loading import events_of
from services.handling.registry import read_command
from services.handling.results import Caller

TRIES_MAX: Final = 5
_HOUR: Final = time(9, 30, tzinfo=UTC)


class FillingError(Exception):
    """A command of the demo's organisation was not accepted."""


class DayClock:
    """Shows the day that is being told of, a minute later at each look, so that facts keep their order."""

    def __init__(self, day: date) -> None:
        self.day = day
        self._looks = 0

    def now(self) -> datetime:
        self._looks += 1
        return datetime.combine(self.day, _HOUR) + timedelta(minutes=self._looks % 400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What filling stands on."""

    recorder: LogRecorder
    vault: Vault
    mapper: EventMapper


class Hand:
    """Gives commands on chosen days; its ids are the same at every start, so one cut short goes on."""

    def __init__(self, ground: Ground, clock: DayClock) -> None:
        self._store: EventStore[str] = EventStore(ground.mapper, ground.recorder)
        self._vault = ground.vault
        self._handler = CommandHandler(
            recorder=ground.recorder,
            vault=ground.vault,
            mapper=ground.mapper,
            # The days told of are those of this clock, wherever the organisation is.
            calendar=Calendar(clock=clock, zone=UTC),
        )

    def person(self, number: str) -> str:
        found_person = self._vault.person_for(number)
        if found_person is None:
            raise FillingError(f"nobody is known as {number}")
        return found_person

    def give(self, person: str, role: Role, name: str, given: dict[str, Any], *, occasion: str) -> str:
        """Give a command until it is accepted, and return the id of what it made. Raises FillingError."""
        for _ in range(TRIES_MAX):
            ended = self._handler.handle(
                read_command(name, given),
                caller=Caller(person=person, role=role),
                command_id=_command_id(occasion),
            )
            if ended.outcome == "ACCEPTED":
                return ended.entity_id or ""
            if ended.outcome == "REFUSED" and {refusal.code for refusal in ended.refusals} != {"TOO_BUSY"}:
                raise FillingError(f"{name} ({occasion}): {ended.refusals[0].en}")
        raise FillingError(f"{name} ({occasion}) was not settled")

    def load(self, rows: Sequence[Row]) -> None:
        """Load words that everyone shares. Raises FillingError."""
        try:
            load_list(self._handler, rows)
        except TermListError as error:
            raise FillingError(str(error)) from None

    def is_done(self, person: str, role: Role, occasion: str) -> bool:
        caller = Caller(person=person, role=role)
        return self._handler.result_of(caller=caller, command_id=_command_id(occasion)) is not None

    def agreements_of(self, person: str, conversation: str) -> Sequence[str]:
        return [
            made.agreement
            for recorded in events_of(self._store, Stream("portfolio", person).name)
            if isinstance(recorded.event, ConversationHeld) and recorded.event.conversation == conversation
            for made in recorded.event.agreements
        ]

    def held(self, person: str) -> int:
        """Return the version at which the person's conversation was recorded."""
        return next(
            recorded.version
            for recorded in events_of(self._store, Stream("portfolio", person).name)
            if isinstance(recorded.event, ConversationHeld)
        )


class OneLife:
    """One person's way through the year: `year.Life`."""

    def __init__(
        self,
        ground: Ground,
        someone: Someone,
        *,
        team: str,
        colleagues: Sequence[str],
        terms: Mapping[str, str],
        last_day: date,
    ) -> None:
        joined = max(someone.joined, last_day - timedelta(days=year.DAYS))
        self._clock = DayClock(joined + timedelta(days=1))
        self._hand = Hand(ground, self._clock)
        self._number = someone.number
        self._given = 0
        self.last_day = last_day
        self.person = self._hand.person(someone.number)
        self.team = team
        self.colleagues = colleagues
        self.terms = terms

    @property
    def day(self) -> date:
        return self._clock.day

    @day.setter
    def day(self, day: date) -> None:
        self._clock.day = day

    def do(self, name: str, /, **given: Any) -> str:
        return self._hand.give(self.person, Role.PROFESSIONAL, name, given, occasion=self._occasion())

    def agreements_of(self, conversation: str) -> Sequence[str]:
        return self._hand.agreements_of(self.person, conversation)

    def confirm_by(self, colleague: str, agreement: str) -> None:
        given = {"agreementId": agreement}
        self._hand.give(colleague, Role.PROFESSIONAL, "confirmAgreement", given, occasion=self._occasion())

    def correct_conversation(self, text: str) -> None:
        entry = entry_id(self.person, self._hand.held(self.person))
        self.do("recordCorrection", timelineEntryId=entry, text=text)

    def _occasion(self) -> str:
        self._given += 1
        return f"{self._number} {self._given}"


def _command_id(occasion: str) -> str:
    return str(UUID(hex=derived_id("demo", occasion), version=4))
