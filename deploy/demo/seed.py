"""Makes the demo's organisation by the real commands, each person's year on its own days."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, timedelta
from functools import partial
from typing import Any, Final

from eventsourcing.persistence import EventStore

from deploy.demo import people, words
from deploy.demo.at_once import at_once
from deploy.demo.audits import seed_audits
from deploy.demo.client import DayClock, DemoClient, DemoServices, PersonHistory, SeedingError
from deploy.demo.feedback import seed_rounds
from deploy.demo.people import YEAR_DAYS, Someone
from deploy.demo.progress import OnProgress
from deploy.demo.releases import DemoReleases, make_due_releases, no_other_maker
from deploy.demo.teams import seed_teams
from deploy.demo.year import PART_DAYS, PARTS, OwnTalents, simulate_year
from events.catalog.policy import OrganisationFounded
from events.streams import Stream
from kit.clock import Calendar
from kit.ids import derived_id
from rules.access.roles import Role
from services.admin.founding import AlreadyFoundedError, found_organisation
from services.admin.terms import SHIPPED, Row, read_list
from services.contexts.catalogue.commands import ListedTerm
from services.handling.loading import events_of

_DOCUMENT: Final = "0123456789abcdef" * 4
Fact = tuple[str, Role, str, dict[str, Any]]
"""A command: its sender, role, name and input."""
# The first people with tokens have talents that the README's queries show; writing reports gives one of them
# energy, and costs another.
_OWN: Final = {
    "owner": words.TALENTS[:3],
    "lead": (words.TALENTS[2], *words.TALENTS[7:9]),
    "member": words.TALENTS[4:5],
}
_ENERGY: Final = {"owner": {words.TALENTS[2].name: -1}, "lead": {words.TALENTS[2].name: 2}}


def seed(
    services: DemoServices,
    *,
    count: int,
    today: date,
    on_progress: OnProgress,
    releases: DemoReleases | None = None,
) -> None:
    """
    Found the organisation and give it `count` professionals, as far as that was not done before.

    Without `releases`, no release of the past is made. Raises SeedingError.
    """
    with no_other_maker(releases):
        _seed(services, releases, count=count, today=today, on_progress=on_progress)


def _seed(
    services: DemoServices, releases: DemoReleases | None, *, count: int, today: date, on_progress: OnProgress
) -> None:
    founded = _founded_on(services, today)
    # In an installation that was just founded, people have a past as well, and so has its policy.
    young = today - founded < timedelta(days=YEAR_DAYS)
    # At the latest the day before the first start, so that nothing happens at an hour that is still to come.
    last_day = founded - timedelta(days=1) if young else founded + timedelta(days=YEAR_DAYS)
    began = last_day - timedelta(days=PARTS * PART_DAYS) if young else founded
    client = DemoClient(services, DayClock(founded))
    everyone = people.people(count, today=last_day)
    rows = read_list(SHIPPED.read_bytes())
    council = services.vault.person_for("works-council")
    if council is None or not client.is_done(council, Role.WORKS_COUNCIL, "consent"):
        _make(
            services,
            releases,
            client,
            everyone,
            rows=rows,
            began=began,
            last_day=last_day,
            on_progress=on_progress,
        )
    terms_by_label = {row.term.label.nl: row.term.term(client.organisation) for row in rows}
    seed_teams(services, everyone, terms=terms_by_label, last_day=last_day, on_progress=on_progress)
    seed_audits(services, last_day=last_day)
    if services.rounds is not None:
        terms = list(terms_by_label.values())
        seed_rounds(services, everyone, terms=terms, last_day=last_day, on_progress=on_progress)


def _make(
    services: DemoServices,
    releases: DemoReleases | None,
    client: DemoClient,
    everyone: Sequence[Someone],
    *,
    rows: Sequence[Row],
    began: date,
    last_day: date,
    on_progress: OnProgress,
) -> None:
    """Make everything but the feedback rounds. The first policy is adopted on the day `began`."""
    _report_facts(client, everyone, on_progress)
    every_days = releases.every_days if releases is not None else PART_DAYS
    policy = _adopt_policy(client.on(DayClock(began)), every_days=every_days)
    client.load_terms(rows)
    _simulate_years(
        services,
        releases,
        client,
        everyone,
        terms=[row.term for row in rows],
        began=began,
        last_day=last_day,
        on_progress=on_progress,
    )
    _propose_terms(client.on(DayClock(last_day)))
    _record_consent(client, policy)


def _report_facts(client: DemoClient, everyone: Sequence[Someone], on_progress: OnProgress) -> None:
    """Send what makes roles, units, teams and people; those of different people at once."""
    facts = list(enumerate(_facts(everyone)))
    of_people = facts[-2 * len(everyone) :]

    def send(number: int, fact: Fact) -> None:
        sender, role, name, fields = fact
        client.send(client.person(sender), role, name, fields, occasion=f"fact {number}")

    def employ(place: int) -> None:
        for number, fact in of_people[2 * place : 2 * place + 2]:
            send(number, fact)

    for number, fact in facts[: -len(of_people)]:
        send(number, fact)
    for done in at_once(partial(employ, place) for place in range(len(everyone))):
        on_progress("Teams and people", done, len(everyone))


def _founded_on(services: DemoServices, today: date) -> date:
    """Found the organisation unless it is, and return the day: a year before the first start."""
    day = today - timedelta(days=YEAR_DAYS + 1)
    try:
        found_organisation(
            recorder=services.recorder,
            vault=services.vault,
            mapper=services.mapper,
            calendar=Calendar(clock=DayClock(day), zone=UTC),
            name=people.ORGANISATION,
            administrator=people.FIRST_ADMINISTRATOR,
        )
    except AlreadyFoundedError:
        store: EventStore[str] = EventStore(services.mapper, services.recorder)
        first = next(events_of(store, Stream("policy", services.vault.organisation_or_new()).name))
        if first.event != OrganisationFounded(name=people.ORGANISATION):
            # Invented people must not come among real ones: nothing can be removed from a log.
            message = f"another organisation than {people.ORGANISATION} was founded here; nothing was changed"
            raise SeedingError(message) from None
        return first.at.date()
    return day


def _facts(everyone: Sequence[Someone]) -> Iterator[Fact]:
    """Yield the commands that make roles, units and teams, and then two for each person."""
    for subject, role in people.GRANTS:
        fields = {"role": role.name, "subject": subject}
        yield people.FIRST_ADMINISTRATOR, Role.ADMINISTRATOR, "grantRole", fields

    def fact(name: str, /, **fields: Any) -> Fact:
        return people.FEED, Role.HR_FEED, name, fields

    for key, name, parent in people.UNITS:
        yield fact("formUnit", unitKey=key, name=name, **({"parentKey": parent} if parent else {}))
    for key, name, unit in people.TEAMS:
        yield fact("formTeam", teamKey=key, name=name, unitKey=unit)
    for someone in everyone:
        number = someone.number
        address = people.email(someone)
        yield fact("registerProfessional", employeeNumber=number, name=someone.name, email=address)
        yield fact("recordTeamJoined", employeeNumber=number, teamKey=someone.team, on="2020-01-01")


def _adopt_policy(client: DemoClient, *, every_days: int) -> str:
    fields = {
        "floors": {},
        "releaseEveryDays": every_days,
        "sharingDaysMax": 365,
        "portfolioDaysAfterLeaving": 90,
    }
    administrator = client.person(people.FIRST_ADMINISTRATOR)
    return client.send(administrator, Role.ADMINISTRATOR, "adoptPolicy", fields, occasion="policy")


def _propose_terms(client: DemoClient) -> None:
    for place, (number, nl, en, cluster) in enumerate(words.PROPOSALS):
        fields = {"label": {"nl": nl, "en": en}, "clusterId": cluster}
        person = client.person(number)
        client.send(person, Role.PROFESSIONAL, "proposeTerm", fields, occasion=f"proposal {place}")


def _record_consent(client: DemoClient, policy: str) -> None:
    """Record what feedback rounds require; the consent comes last, and shows that the seeding is complete."""
    for number, role, name, occasion in (
        ("privacy-officer", Role.PRIVACY_OFFICER, "recordDpia", "dpia"),
        ("works-council", Role.WORKS_COUNCIL, "recordWorksCouncilConsent", "consent"),
    ):
        fields = {"policyId": policy, "promiseVersion": 1, "decidedOn": "2025-06-01", "document": _DOCUMENT}
        client.send(client.person(number), role, name, fields, occasion=occasion)


def _simulate_years(
    services: DemoServices,
    releases: DemoReleases | None,
    client: DemoClient,
    everyone: Sequence[Someone],
    *,
    terms: Sequence[ListedTerm],
    began: date,
    last_day: date,
    on_progress: OnProgress,
) -> None:
    """Simulate everybody's year, part by part, so that at the end of each part the log is as of that day."""
    years = _years(
        client, everyone, organisation=services.vault.organisation() or "", terms=terms, last_day=last_day
    )
    for part in range(PARTS):
        ends = began + timedelta(days=PART_DAYS * (part + 1))
        lives = (partial(year.go_on, ends, last=part == PARTS - 1) for year in years)
        for done in at_once(lives):
            on_progress("A year of each", part * len(years) + done, PARTS * len(years))
        if releases is not None:
            make_due_releases(services, releases, DayClock(ends))
            on_progress("Releases", part + 1, PARTS)


def _years(
    client: DemoClient,
    everyone: Sequence[Someone],
    *,
    organisation: str,
    terms: Sequence[ListedTerm],
    last_day: date,
) -> list["_Year"]:
    ids = {someone.number: client.person(someone.number) for someone in everyone}
    shared = {listed.label.nl: listed.term(organisation) for listed in terms}

    def year(someone: Someone) -> _Year:
        in_team = [ids[one.number] for one in everyone if one.team == someone.team and one is not someone]
        history = PersonHistory(
            client,
            someone,
            team=derived_id(organisation, "team", someone.team),
            colleagues=in_team or [one for one in ids.values() if one != ids[someone.number]],
            terms=shared,
            last_day=last_day,
        )
        rng = random.Random(f"a year of {someone.number}")  # noqa: S311 - an invented life
        own = OwnTalents(_OWN.get(someone.number, ()), _ENERGY.get(someone.number, {}))
        return _Year(history, rng, own=own)

    return [year(someone) for someone in everyone]


class _Year:
    """A person's year, simulated part by part; who came later begins later, and does more at the end."""

    def __init__(self, history: PersonHistory, rng: random.Random, *, own: OwnTalents) -> None:
        self._history, self._rng = history, rng
        self._parts = simulate_year(history, rng, own=own)

    def go_on(self, ends: date, *, last: bool) -> None:
        """Simulate the next part, until this day; as the last part, all that is left of the year."""
        history = self._history
        if history.day > ends:
            return
        first = ends - timedelta(days=PART_DAYS - self._rng.randint(1, 15))
        history.begin_part(first, last=ends)
        for _ in self._parts:
            if not last:
                return
