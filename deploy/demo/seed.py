"""Filling the demo's organisation: every fact by the real commands, each person's year on its own days."""

import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, timedelta
from typing import Any, Final

from eventsourcing.persistence import EventStore

from deploy.demo import people, words, year
from deploy.demo.client import DayClock, FillingError, Ground, Hand, OneLife
from deploy.demo.people import Someone
from deploy.demo.progress import Told
from events.catalog.policy import OrganisationFounded
from events.streams import Stream
from kit.clock import Calendar
from kit.ids import derived_id
from rules.access.roles import Role
from services.admin.founding import AlreadyFoundedError, found_organisation
from services.admin.terms import SHIPPED, read_list
from services.contexts.catalogue.commands import ListedTerm
from services.handling.loading import events_of

AT_ONCE: Final = 6
_DOCUMENT: Final = "0123456789abcdef" * 4
# Whoever tokens name first has talents that the README's query shows.
_OWN: Final = {"owner": words.TALENTS[:3], "lead": words.TALENTS[7:9], "member": words.TALENTS[4:5]}


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
    rows = read_list(SHIPPED.read_bytes())
    hand.load(rows)
    _live_all(ground, hand, everyone, terms=[row.term for row in rows], last_day=last_day, told=told)
    _propose_terms(Hand(ground, DayClock(last_day)))
    _record_consent(hand, policy)


def _found(ground: Ground, today: date) -> date:
    """Return the day of the founding, a year before the first start."""
    day = today - timedelta(days=year.DAYS + 1)
    try:
        found_organisation(
            recorder=ground.recorder,
            vault=ground.vault,
            mapper=ground.mapper,
            calendar=Calendar(clock=DayClock(day), zone=UTC),
            name=people.ORGANISATION,
            administrator=people.FIRST_ADMINISTRATOR,
        )
    except AlreadyFoundedError:
        store: EventStore[str] = EventStore(ground.mapper, ground.recorder)
        first = next(events_of(store, Stream("policy", ground.vault.organisation_or_new()).name))
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


def _propose_terms(hand: Hand) -> None:
    for place, (number, nl, en, cluster) in enumerate(words.PROPOSALS):
        given = {"label": {"nl": nl, "en": en}, "clusterId": cluster}
        person = hand.person(number)
        hand.give(person, Role.PROFESSIONAL, "proposeTerm", given, occasion=f"proposal {place}")


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
    terms: Sequence[ListedTerm],
    last_day: date,
    told: Told,
) -> None:
    ids = {someone.number: hand.person(someone.number) for someone in everyone}
    organisation = ground.vault.organisation() or ""
    shared = {listed.label.nl: listed.term(organisation) for listed in terms}

    def live(someone: Someone) -> None:
        beside = [ids[o.number] for o in everyone if o.team == someone.team and o.number != someone.number]
        life = OneLife(
            ground,
            someone,
            team=derived_id(organisation, "team", someone.team),
            colleagues=beside or [one for one in ids.values() if one != ids[someone.number]],
            terms=shared,
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
