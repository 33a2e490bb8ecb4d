"""The organisation: its name, its units and teams with their history, and its policy."""

from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from events.catalog.policy import (
    DpiaRecorded,
    Floors,
    OrganisationFounded,
    PolicyAdopted,
    RoleGranted,
    WorksCouncilConsentRecorded,
    WorksCouncilConsentWithdrawn,
)
from events.catalog.registry import Event
from events.catalog.team import TeamClosed, TeamFormed, TeamMoved, TeamRenamed, TeamReopened
from events.catalog.units import TeamPlaced, UnitClosed, UnitFormed, UnitMoved, UnitRenamed, UnitReopened
from events.codec import UnknownEvent
from kit.ids import new_id
from projections.views import organisation
from tests.projections.views.given import NOON, facts, folded, read

pytestmark = pytest.mark.postgres

ORG, ANN, CARE, YOUTH, TEAM, FIRST, SECOND = (new_id() for _ in range(7))
FOUNDED = (f"policy-{ORG}", OrganisationFounded(name="MEE"))
CARE_FORMED = (f"units-{ORG}", UnitFormed(unit=CARE, name="Zorg"))
YOUTH_FORMED = (f"units-{ORG}", UnitFormed(unit=YOUTH, name="Jeugd", parent=CARE))
TEAM_FORMED = (f"team-{TEAM}", TeamFormed(name="Noord", unit=YOUTH))
FLOORS = Floors(raters=3, clients=5, comments=3, organisation=5, energy=10, change=5)


def adopted(policy: str, *, months: int = 24) -> tuple[str, Event]:
    return f"policy-{ORG}", PolicyAdopted(
        policy=policy,
        floors=FLOORS,
        release_every_days=90,
        months_between_rounds=6,
        invitations_per_quarter_max=8,
        sharing_days_max=365,
        portfolio_days_after_leaving=60,
        read_log_months=months,
    )


def changes(database: str, last: int = 20) -> list[organisation.UnitChange]:
    async def reading(connection: psycopg.AsyncConnection) -> Any:
        return await organisation.unit_changes(connection, last=last)

    return list(read(database, reading))


def policies(database: str, last: int = 10) -> list[organisation.Policy]:
    async def reading(connection: psycopg.AsyncConnection) -> Any:
        return await organisation.policies(connection, last=last)

    return list(read(database, reading))


def plain(line: str) -> str:
    """With < and > for the quotation marks."""
    return line.replace("\u2018", "<").replace("\u2019", ">")


def test_before_it_was_founded_there_is_none(database: str) -> None:
    folded(database, organisation.VIEW, [])
    assert read(database, organisation.organisation) is None
    assert read(database, organisation.policy_in_force) is None
    assert changes(database) == []
    assert policies(database) == []


def test_its_version_is_that_of_the_policy_stream(database: str) -> None:
    granted = (f"policy-{ORG}", RoleGranted(grant=new_id(), person=ANN, role="HR"))
    folded(database, organisation.VIEW, facts(FOUNDED, granted, CARE_FORMED, YOUTH_FORMED))
    expected = organisation.Organisation(organisation=ORG, name="MEE", version=2, founded_at=NOON)
    assert read(database, organisation.organisation) == expected


def test_units_form_a_tree_by_name(database: str) -> None:
    folded(database, organisation.VIEW, facts(FOUNDED, CARE_FORMED, YOUTH_FORMED))
    assert read(database, organisation.units) == [
        organisation.Unit(unit=YOUTH, name="Jeugd", parent=CARE),
        organisation.Unit(unit=CARE, name="Zorg", parent=None),
    ]


def test_units_are_as_they_were_last_named_and_moved_and_closed_ones_are_out(database: str) -> None:
    other = new_id()
    happened = [
        (f"units-{ORG}", event)
        for event in (
            UnitFormed(unit=other, name="Ouderen"),
            UnitRenamed(unit=YOUTH, name="Jeugd en gezin"),
            UnitMoved(unit=YOUTH, parent=other),
            UnitClosed(unit=CARE),
        )
    ]
    folded(database, organisation.VIEW, facts(CARE_FORMED, YOUTH_FORMED, *happened))
    assert read(database, organisation.units) == [
        organisation.Unit(unit=YOUTH, name="Jeugd en gezin", parent=other),
        organisation.Unit(unit=other, name="Ouderen", parent=None),
    ]


def test_teams_belong_to_a_unit_and_have_their_own_version(database: str) -> None:
    renamed = (f"team-{TEAM}", TeamRenamed(name="Noordoost"))
    later = (f"team-{TEAM}", UnknownEvent(name="team.team-sung.v1", raw=b"{}"))
    folded(database, organisation.VIEW, facts(TEAM_FORMED, renamed, later))
    expected = organisation.Team(team=TEAM, name="Noordoost", unit=YOUTH, version=3)
    assert read(database, organisation.teams) == [expected]
    assert read(database, organisation.teams_by_ids, [TEAM, CARE]) == {TEAM: expected}


def test_a_closed_team_is_out(database: str) -> None:
    folded(database, organisation.VIEW, facts(TEAM_FORMED, (f"team-{TEAM}", TeamClosed())))
    assert read(database, organisation.teams) == []
    assert read(database, organisation.teams_by_ids, [TEAM]) == {}


def test_the_history_of_a_unit_is_written_in_the_names_it_had_then(database: str) -> None:
    happened = [
        (f"units-{ORG}", event)
        for event in (
            UnitRenamed(unit=YOUTH, name="Kind"),
            UnitRenamed(unit=YOUTH, name="Gezin"),
            UnitMoved(unit=YOUTH, parent=CARE),
            UnitClosed(unit=YOUTH),
        )
    ]
    folded(database, organisation.VIEW, facts(CARE_FORMED, YOUTH_FORMED, *happened))
    shown = changes(database)
    assert [plain(change.nl) for change in shown] == [
        "Afdeling <Gezin> gesloten",
        "Afdeling <Gezin> verplaatst onder <Zorg>",
        "Afdeling <Kind> heet nu <Gezin>",
        "Afdeling <Jeugd> heet nu <Kind>",
        "Afdeling <Jeugd> gevormd onder <Zorg>",
        "Afdeling <Zorg> gevormd",
    ]
    assert plain(shown[-1].en) == "Unit <Zorg> formed"
    assert {change.unit.name for change in shown[:5]} == {"Gezin"}, "the current unit, though closed"
    assert [change.kind for change in changes(database, last=2)] == ["closed", "moved"]


def test_changes_of_teams_and_units_go_by_day_the_newest_first(database: str) -> None:
    closed = (f"team-{TEAM}", TeamClosed())
    placed = facts(CARE_FORMED, YOUTH_FORMED, TEAM_FORMED, closed)
    folded(database, organisation.VIEW, placed)
    shown = changes(database)
    assert {change.on for change in shown} == {NOON.date()}
    teams = [change for change in shown if change.is_team]
    assert [plain(change.nl) for change in teams] == [
        "Team <Noord> gesloten",
        "Team <Noord> gevormd in <Jeugd>",
    ]
    assert teams[0].unit == organisation.Unit(unit=TEAM, name="Noord", parent=YOUTH)


def test_the_day_goes_before_the_stream(database: str) -> None:
    many = [(f"units-{ORG}", UnitRenamed(unit=CARE, name=f"Zorg {number}")) for number in range(13)]
    folded(database, organisation.VIEW, facts(CARE_FORMED, *many, TEAM_FORMED))
    days = [change.on for change in changes(database)]
    assert days == sorted(days, reverse=True)
    assert days[0] == (NOON + timedelta(days=1)).date()
    assert changes(database)[0].on > changes(database)[-1].on


def test_the_last_policy_is_in_force_with_what_was_recorded_to_it(database: str) -> None:
    decision: dict[str, Any] = {"promise_version": 1, "decided_on": date(2026, 2, 2), "document": "ab" * 32}
    consent = WorksCouncilConsentRecorded(policy=SECOND, note="Met dank.", **decision)
    again = WorksCouncilConsentRecorded(policy=SECOND, **decision)
    dpia = DpiaRecorded(policy=FIRST, **decision)
    events = [adopted(FIRST), adopted(SECOND, months=36)]
    events += [(f"policy-{ORG}", event) for event in (consent, again, dpia)]
    folded(database, organisation.VIEW, facts(FOUNDED, *events))
    second, first = policies(database)
    assert second == organisation.Policy(
        policy=SECOND,
        version=3,
        adopted_at=NOON + timedelta(hours=2),
        floors=FLOORS,
        release_every_days=90,
        months_between_rounds=6,
        invitations_per_quarter_max=8,
        sharing_days_max=365,
        portfolio_days_after_leaving=60,
        read_log_months=36,
        works_council_consent=organisation.PolicyRecord(
            recorded_at=NOON + timedelta(hours=4),
            decided_on=date(2026, 2, 2),
            promise_version=1,
            document="ab" * 32,
            note=None,
        ),
        works_council_withdrawal=None,
        dpia=None,
    )
    assert first.works_council_consent is None
    assert first.dpia is not None
    assert read(database, organisation.policy_in_force) == second
    assert [policy.policy for policy in policies(database, last=1)] == [SECOND]


def test_a_consent_that_was_withdrawn_is_shown_as_withdrawn_until_there_is_one_again(database: str) -> None:
    decision: dict[str, Any] = {"decided_on": date(2026, 2, 2), "document": "ab" * 32}
    consent = WorksCouncilConsentRecorded(policy=FIRST, promise_version=1, **decision)
    withdrawn = WorksCouncilConsentWithdrawn(policy=FIRST, note="Eerst overleg.", **decision)
    events = [adopted(FIRST), (f"policy-{ORG}", consent), (f"policy-{ORG}", withdrawn)]
    folded(database, organisation.VIEW, facts(FOUNDED, *events))
    (policy,) = policies(database)
    assert policy.works_council_consent is None
    assert policy.works_council_withdrawal == organisation.PolicyWithdrawal(
        recorded_at=NOON + timedelta(hours=3), note="Eerst overleg.", **decision
    )
    folded(database, organisation.VIEW, facts(FOUNDED, *events, (f"policy-{ORG}", consent)))
    (policy,) = policies(database)
    assert policy.works_council_consent is not None
    assert policy.works_council_withdrawal is None


def test_what_moved_or_was_opened_again_is_where_it_is_now(database: str) -> None:
    happened = [
        CARE_FORMED,
        YOUTH_FORMED,
        (f"units-{ORG}", TeamPlaced(unit=YOUTH, team=TEAM)),
        TEAM_FORMED,
        (f"team-{TEAM}", TeamMoved(unit=CARE)),
        (f"team-{TEAM}", TeamClosed()),
        (f"units-{ORG}", UnitMoved(unit=YOUTH)),
        (f"units-{ORG}", UnitClosed(unit=YOUTH)),
    ]
    folded(database, organisation.VIEW, facts(*happened))

    async def closed(connection: psycopg.AsyncConnection) -> Any:
        return await organisation.units(connection, closed=True), await organisation.teams(
            connection, closed=True
        )

    (unit,), (team,) = read(database, closed)
    assert (unit.unit, unit.parent, team.team, team.unit) == (YOUTH, None, TEAM, CARE)
    reopened = [(f"team-{TEAM}", TeamReopened()), (f"units-{ORG}", UnitReopened(unit=YOUTH))]
    folded(database, organisation.VIEW, facts(*happened, *reopened))
    assert [unit.unit for unit in read(database, organisation.units)] == [YOUTH, CARE]
    assert [(team.team, team.unit) for team in read(database, organisation.teams)] == [(TEAM, CARE)]
    kinds = [(change.kind, change.is_team) for change in changes(database)]
    assert {("reopened", True), ("reopened", False), ("moved", True), ("moved", False)} <= set(kinds)
    assert len(kinds) == len(happened) - 1 + len(reopened)
