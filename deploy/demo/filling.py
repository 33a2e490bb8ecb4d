"""Filling the demo's organisation: every fact by the real commands, each person's year on its own days."""

import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from eventsourcing.persistence import EventStore

from deploy.demo import people, words, year
from deploy.demo.people import Someone
from deploy.demo.progress import Told
from events.catalog.policy import OrganisationFounded
from events.catalog.portfolio import ConversationHeld
from events.codec import EventMapper
from events.log.recorder import LogRecorder
from events.vault import Vault
from kit.clock import Calendar
from kit.ids import derived_id
from rules.access import Role
from rules.timeline import entry_id
from services.contexts import read_command
from services.founding import AlreadyFoundedError, found
from services.handling import CommandHandler
from services.loading import events_of
from services.results import Caller

AT_ONCE: Final = 6
TRIES_MAX: Final = 5
_HOUR: Final = time(9, 30, tzinfo=UTC)
_DOCUMENT: Final = "0123456789abcdef" * 4
# Whoever tokens name first has talents that the README's query shows.
_OWN: Final = {"owner": words.TALENTS[:3], "lead": words.TALENTS[7:9], "member": words.TALENTS[4:5]}


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
                return ended.thing_id or ""
            if ended.outcome == "REFUSED" and {refusal.code for refusal in ended.refusals} != {"TOO_BUSY"}:
                raise FillingError(f"{name} ({occasion}): {ended.refusals[0].en}")
        raise FillingError(f"{name} ({occasion}) was not settled")

    def is_done(self, person: str, role: Role, occasion: str) -> bool:
        caller = Caller(person=person, role=role)
        return self._handler.fate(caller=caller, command_id=_command_id(occasion)) is not None

    def agreements_of(self, person: str, conversation: str) -> Sequence[str]:
        return [
            made.agreement
            for recorded in events_of(self._store, f"portfolio-{person}")
            if isinstance(recorded.event, ConversationHeld) and recorded.event.conversation == conversation
            for made in recorded.event.agreements
        ]

    def held(self, person: str) -> int:
        """Return the version at which the person's conversation was recorded."""
        return next(
            recorded.version
            for recorded in events_of(self._store, f"portfolio-{person}")
            if isinstance(recorded.event, ConversationHeld)
        )


class OneLife:
    """One person's way through the year: `year.Life`."""

    def __init__(
        self, ground: Ground, someone: Someone, *, team: str, colleagues: Sequence[str], last_day: date
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


def fill(ground: Ground, *, count: int, today: date, told: Told) -> None:
    """
    Found and fill the organisation with `count` professionals, as far as that was not done before.

    `told` hears what is being done, how much of it, and of how much. Raises FillingError.
    """
    founded = _found(ground, today)
    # An installation that was founded just now has people with a past all the same.
    young = today - founded < timedelta(days=year.DAYS)
    # At the latest the day before the first start: nothing happens at an hour that is still to come.
    last_day = founded - timedelta(days=1) if young else founded + timedelta(days=year.DAYS)
    hand = Hand(ground, DayClock(founded))
    council = ground.vault.person_for("works-council")
    if council is not None and hand.is_done(council, Role.WORKS_COUNCIL, "consent"):
        return
    everyone = people.people(count, today=last_day)
    facts = list(_facts(everyone))
    for number, (by, role, name, given) in enumerate(facts):
        hand.give(hand.person(by), role, name, given, occasion=f"fact {number}")
        told("Teams and people", number + 1, len(facts))
    policy = _adopt_policy(hand)
    _live_all(ground, hand, everyone, last_day=last_day, told=told)
    _record_consent(hand, policy)


def _found(ground: Ground, today: date) -> date:
    """Return the day of the founding, a year before the first start."""
    day = today - timedelta(days=year.DAYS + 1)
    try:
        found(
            recorder=ground.recorder,
            vault=ground.vault,
            mapper=ground.mapper,
            calendar=Calendar(clock=DayClock(day), zone=UTC),
            name=people.ORGANISATION,
            administrator=people.FIRST_ADMINISTRATOR,
        )
    except AlreadyFoundedError:
        store: EventStore[str] = EventStore(ground.mapper, ground.recorder)
        first = next(events_of(store, f"policy-{ground.vault.organisation()}"))
        if first.event != OrganisationFounded(name=people.ORGANISATION):
            # Invented people have no place among real ones, and nothing of a log is ever taken back.
            message = f"another organisation than {people.ORGANISATION} was founded here; it stays as it is"
            raise FillingError(message) from None
        return first.at.date()
    return day


def _facts(everyone: Sequence[Someone]) -> Iterator[tuple[str, Role, str, dict[str, Any]]]:
    for subject, role in people.GRANTS:
        given = {"role": role.name, "subject": subject}
        yield people.FIRST_ADMINISTRATOR, Role.ADMINISTRATOR, "grantRole", given

    def fact(name: str, /, **given: Any) -> tuple[str, Role, str, dict[str, Any]]:
        return people.FEED, Role.HR_FEED, name, given

    for key, name, parent in people.UNITS:
        yield fact("formUnit", unitKey=key, name=name, **({"parentKey": parent} if parent else {}))
    for key, name, unit in people.TEAMS:
        yield fact("formTeam", teamKey=key, name=name, unitKey=unit)
    for someone in everyone:
        number = someone.number
        address = people.email(someone)
        yield fact("registerProfessional", employeeNumber=number, name=someone.name, email=address)
        yield fact("recordTeamJoined", employeeNumber=number, teamKey=someone.team, on="2020-01-01")


def _adopt_policy(hand: Hand) -> str:
    given = {"floors": {}, "releaseEveryDays": 90, "sharingDaysMax": 365, "portfolioDaysAfterLeaving": 90}
    administrator = hand.person(people.FIRST_ADMINISTRATOR)
    return hand.give(administrator, Role.ADMINISTRATOR, "adoptPolicy", given, occasion="policy")


def _record_consent(hand: Hand, policy: str) -> None:
    """Record what has to be on record before rounds; the consent is the last, and says that all is there."""
    for number, role, name, occasion in (
        ("privacy-officer", Role.PRIVACY_OFFICER, "recordDpia", "dpia"),
        ("works-council", Role.WORKS_COUNCIL, "recordWorksCouncilConsent", "consent"),
    ):
        given = {"policyId": policy, "promiseVersion": 1, "decidedOn": "2025-06-01", "document": _DOCUMENT}
        hand.give(hand.person(number), role, name, given, occasion=occasion)


def _live_all(
    ground: Ground,
    hand: Hand,
    everyone: Sequence[Someone],
    *,
    last_day: date,
    told: Told,
) -> None:
    ids = {someone.number: hand.person(someone.number) for someone in everyone}
    organisation = ground.vault.organisation() or ""

    def live(someone: Someone) -> None:
        beside = [ids[o.number] for o in everyone if o.team == someone.team and o.number != someone.number]
        life = OneLife(
            ground,
            someone,
            team=derived_id(organisation, "team", someone.team),
            colleagues=beside or [one for one in ids.values() if one != ids[someone.number]],
            last_day=last_day,
        )
        chance = random.Random(f"a year of {someone.number}")  # noqa: S311 - an invented life
        year.live(life, chance, talents=_OWN.get(someone.number, ()))

    with ThreadPoolExecutor(AT_ONCE, "demo") as threads:
        lives = [threads.submit(live, someone) for someone in everyone]
        try:
            for number, lived in enumerate(lives):
                lived.result()
                told("A year of each", number + 1, len(lives))
        finally:
            threads.shutdown(cancel_futures=True)


def _command_id(occasion: str) -> str:
    return str(UUID(hex=derived_id("demo", occasion), version=4))
