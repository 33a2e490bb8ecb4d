"""The organisation as everyone may know it, colleagues by name, and roles to those who watch them."""

import asyncio
from datetime import date
from typing import Any

import pytest

from events.catalog.employment import EmploymentEnded
from events.catalog.policy import (
    DpiaRecorded,
    Floors,
    OrganisationFounded,
    PolicyAdopted,
    RoleGranted,
    RoleWithdrawn,
    WorksCouncilConsentRecorded,
    WorksCouncilConsentWithdrawn,
)
from events.catalog.team import TeamFormed
from events.catalog.units import UnitClosed, UnitFormed, UnitMoved, UnitRenamed
from projections.views import directory, organisation
from rules.feedback.questions import RoundFloors
from rules.promise import PROMISE_VERSION, KeeperSetting, promise_of_policy
from tests.gateway.harness import PEOPLE
from tests.gateway.world import COLLEAGUE, ORGANISATION, OWNER, TODAY, World

pytestmark = pytest.mark.postgres
POLICY, UNITS = f"policy-{ORGANISATION}", f"units-{ORGANISATION}"
NORTH, SOUTH, TEAM, ADMINISTRATOR = "1" * 32, "2" * 32, "3" * 32, PEOPLE["administrator"]
FLOORS = {"raters": 3, "clients": 5, "comments": 3, "organisation": 5, "energy": 10, "change": 5}


def founded(world: World) -> None:
    world.registered(OWNER, "Fenna de Boer")
    world.happened(POLICY, OrganisationFounded(name="Kade"))


def data_of(world: World, selection: str, **caller: Any) -> Any:
    answer = asyncio.run(world.ask(f"{{ {selection} }}", **caller))
    assert "errors" not in answer, answer
    return answer["data"]


def policy(id_: str) -> PolicyAdopted:
    return PolicyAdopted(
        policy=id_,
        floors=Floors(**FLOORS),
        release_every_days=90,
        months_between_rounds=6,
        invitations_per_quarter_max=8,
        sharing_days_max=365,
        portfolio_days_after_leaving=60,
        read_log_months=24,
    )


def test_the_tree_shows_what_stands_now_and_how_it_came_to_be(world: World) -> None:
    founded(world)
    world.happened(UNITS, UnitFormed(unit=NORTH, name="Noord"), UnitFormed(unit=SOUTH, name="Zuid"))
    world.happened(f"team-{TEAM}", TeamFormed(name="Haven", unit=SOUTH))
    world.happened(UNITS, UnitRenamed(unit=SOUTH, name="Zuidkant"), UnitMoved(unit=SOUTH, parent=NORTH))
    units = "units { id name parentId }"
    assert data_of(world, f"organisation {{ name {units} }}")["organisation"] == {
        "name": "Kade",
        "units": [{"id": f"Unit:{NORTH}", "name": "Noord", "parentId": None}],
    }
    below = data_of(world, f'organisation {{ units(of: "{SOUTH}") {{ id name parentId }} }}')["organisation"]
    assert below == {"units": [{"id": f"Unit:{TEAM}", "name": "Haven", "parentId": f"Unit:{SOUTH}"}]}
    changes = data_of(world, "organisation { unitChanges { on unit { name } summary { nl en } } }")
    lines = [change["summary"]["nl"] for change in changes["organisation"]["unitChanges"]]
    assert len(lines) == 5
    assert any("Zuidkant" in line and "Zuid" in line for line in lines)
    (last,) = data_of(world, "organisation { unitChanges(last: 1) { unit { id } } }")["organisation"][
        "unitChanges"
    ]
    assert last["unit"]["id"] in {f"Unit:{SOUTH}", f"Unit:{TEAM}"}


def test_a_closed_unit_is_out(world: World) -> None:
    founded(world)
    world.happened(UNITS, UnitFormed(unit=NORTH, name="Noord"), UnitClosed(unit=NORTH))
    assert data_of(world, "organisation { units { id } }")["organisation"]["units"] == []


def test_the_policy_in_force_comes_first_with_what_it_stands_on(world: World) -> None:
    founded(world)
    first, second = "4" * 32, "5" * 32
    record: Any = {"promise_version": 2, "decided_on": TODAY, "document": "0a" * 32}
    world.happened(POLICY, policy(first), policy(second))
    world.happened(POLICY, WorksCouncilConsentRecorded(policy=second, note="Met dank.", **record))
    world.happened(POLICY, DpiaRecorded(policy=first, **record))
    selection = (
        "id floors { raters clients comments organisation energy change } releaseEveryDays sharingDaysMax"
        " monthsBetweenRounds invitationsPerQuarterMax portfolioDaysAfterLeaving readLogMonths"
        " promise { version } worksCouncilWithdrawal { note }"
        " worksCouncilConsent { decidedOn promiseVersion document note } dpia { document note }"
    )
    (in_force,) = data_of(world, f"organisation {{ policies {{ {selection} }} }}")["organisation"]["policies"]
    assert in_force == {
        "id": f"Policy:{second}",
        "floors": FLOORS,
        "releaseEveryDays": 90,
        "sharingDaysMax": 365,
        "monthsBetweenRounds": 6,
        "invitationsPerQuarterMax": 8,
        "portfolioDaysAfterLeaving": 60,
        "readLogMonths": 24,
        "worksCouncilConsent": {
            "decidedOn": TODAY.isoformat(),
            "promiseVersion": 2,
            "document": "0a" * 32,
            "note": "Met dank.",
        },
        "promise": {"version": PROMISE_VERSION},
        "worksCouncilWithdrawal": None,
        "dpia": None,
    }
    both = data_of(world, "organisation { policies(last: 5) { id dpia { document } } }")["organisation"][
        "policies"
    ]
    assert both == [
        {"id": f"Policy:{second}", "dpia": None},
        {"id": f"Policy:{first}", "dpia": {"document": "0a" * 32}},
    ]


def test_a_policy_shows_what_raters_are_promised_under_it_and_that_a_consent_was_withdrawn(
    world: World,
) -> None:
    founded(world)
    in_force = "4" * 32
    world.happened(POLICY, policy(in_force))
    decision: Any = {"decided_on": TODAY, "document": "0a" * 32}
    world.happened(POLICY, WorksCouncilConsentRecorded(policy=in_force, promise_version=1, **decision))
    world.happened(POLICY, WorksCouncilConsentWithdrawn(policy=in_force, note="Eerst overleg.", **decision))
    asked = "policies { promise { version text { nl en } } worksCouncilConsent { note } %s }"
    withdrawal = "worksCouncilWithdrawal { decidedOn document note }"
    (shown,) = data_of(world, f"organisation {{ {asked % withdrawal} }}")["organisation"]["policies"]
    promised = promise_of_policy(
        PROMISE_VERSION,
        keeper=KeeperSetting.APART,
        floors=RoundFloors(raters=FLOORS["raters"], clients=FLOORS["clients"], comments=FLOORS["comments"]),
    )
    assert shown == {
        "promise": {"version": 1, "text": {"nl": promised.text.nl, "en": promised.text.en}},
        "worksCouncilConsent": None,
        "worksCouncilWithdrawal": {
            "decidedOn": TODAY.isoformat(),
            "document": "0a" * 32,
            "note": "Eerst overleg.",
        },
    }


@pytest.mark.parametrize("field", ["unitChanges(last: $last) { on }", "policies(last: $last) { id }"])
@pytest.mark.parametrize("last", [0, 101])
def test_the_newest_are_1_to_100_also_when_a_variable_says_so(world: World, field: str, last: int) -> None:
    founded(world)
    document = f"query ($last: Int!) {{ organisation {{ {field} }} }}"
    answer = asyncio.run(world.ask(document, last=last))
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["LIMIT_EXCEEDED"]


def test_colleagues_are_found_by_the_start_of_any_word_of_their_name(world: World) -> None:
    world.registered(OWNER, "Fenna de Boer")
    world.registered(COLLEAGUE, "Zoë Boersma")
    world.registered("7" * 32, "Bo Aerts")
    world.registered("8" * 32, "Bodil Boer")
    world.happened(f"employment-{'8' * 32}", EmploymentEnded(on=TODAY))
    found = data_of(world, 'colleagues(name: "boe") { id displayName }')["colleagues"]
    assert found == [
        {"id": f"Colleague:{OWNER}", "displayName": "Fenna de Boer"},
        {"id": f"Colleague:{COLLEAGUE}", "displayName": "Zoë Boersma"},
    ]
    assert data_of(world, 'colleagues(name: "ZOE") { id }')["colleagues"] == [
        {"id": f"Colleague:{COLLEAGUE}"}
    ]
    world.parked(directory.VIEW, COLLEAGUE)
    assert data_of(world, 'colleagues(name: "zoë") { id }')["colleagues"] == []


def test_someone_who_left_finds_nobody(world: World) -> None:
    world.registered(OWNER, "Fenna de Boer")
    world.registered(COLLEAGUE, "Bo Aerts")
    world.happened(f"employment-{OWNER}", EmploymentEnded(on=TODAY))
    assert data_of(world, "me { displayName }")["me"] == {"displayName": "Fenna de Boer"}
    assert asyncio.run(world.codes('{ colleagues(name: "bo") { id } }')) == ["FORBIDDEN"]


def test_twenty_colleagues_at_most(world: World) -> None:
    world.registered(OWNER, "Fenna de Boer")
    for number in range(22):
        world.registered(f"{number:032x}", f"Anna {number:02}")
    assert len(data_of(world, 'colleagues(name: "anna") { id }')["colleagues"]) == 20


@pytest.mark.parametrize(
    ("name", "code"), [("b", "BAD_REQUEST"), ("%%", "BAD_REQUEST"), ("a" * 101, "LIMIT_EXCEEDED")]
)
def test_a_name_has_2_letters_and_an_end(world: World, name: str, code: str) -> None:
    world.registered(OWNER, "Fenna de Boer")
    assert asyncio.run(world.codes(f'{{ colleagues(name: "{name}") {{ id }} }}')) == [code]


def test_roles_in_force_are_told_by_role_then_by_name(world: World) -> None:
    founded(world)
    world.registered(COLLEAGUE, "Bo Aerts")
    for grant, person, role in [
        ("1" * 32, ADMINISTRATOR, "ADMINISTRATOR"),
        ("2" * 32, OWNER, "HR"),
        ("3" * 32, COLLEAGUE, "HR"),
        ("4" * 32, OWNER, "BOARD"),
    ]:
        world.happened(POLICY, RoleGranted(grant=grant, person=person, role=role))
    world.happened(POLICY, RoleWithdrawn(grant="4" * 32))
    caller = {"name": "administrator", "role": "ADMINISTRATOR"}
    grants = data_of(world, "roleGrants { id role holder { id displayName } withdrawnAt }", **caller)[
        "roleGrants"
    ]
    assert [(grant["role"], grant["holder"]["displayName"]) for grant in grants] == [
        ("ADMINISTRATOR", ""),
        ("HR", "Bo Aerts"),
        ("HR", "Fenna de Boer"),
    ]
    assert {grant["withdrawnAt"] for grant in grants} == {None}


def test_a_role_ends_with_the_employment_and_the_list_shows_who_left(world: World) -> None:
    founded(world)
    world.happened(POLICY, RoleGranted(grant="1" * 32, person=OWNER, role="ADMINISTRATOR"))
    world.happened(POLICY, RoleGranted(grant="2" * 32, person=ADMINISTRATOR, role="ADMINISTRATOR"))

    def roles() -> list[str]:
        return list(data_of(world, "viewer { roles }", name="owner", role="PROFESSIONAL")["viewer"]["roles"])

    def left_on() -> list[str | None]:
        asker = {"name": "administrator", "role": "ADMINISTRATOR"}
        return [grant["leftOn"] for grant in data_of(world, "roleGrants { leftOn }", **asker)["roleGrants"]]

    assert sorted(roles()) == ["ADMINISTRATOR", "PROFESSIONAL"]
    assert left_on() == [None, None]
    world.happened(f"employment-{OWNER}", EmploymentEnded(on=date(2026, 11, 1)))
    assert roles() == ["PROFESSIONAL"]
    assert sorted(left_on(), key=str) == ["2026-11-01", None]
    refused = asyncio.run(world.ask("{ roleGrants { id } }", name="owner", role="ADMINISTRATOR"))
    assert [error["extensions"]["code"] for error in refused["errors"]] == ["FORBIDDEN"]


@pytest.mark.parametrize("role", ["PROFESSIONAL", "HR", "AUDITOR"])
def test_roles_are_shown_to_nobody_without_a_role_that_watches_them(world: World, role: str) -> None:
    founded(world)
    answer = asyncio.run(world.ask("{ roleGrants { id } }", role=role))
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]


def test_what_waits_for_repair_is_not_shown(world: World) -> None:
    founded(world)
    world.parked(organisation.VIEW, ORGANISATION)
    assert asyncio.run(world.codes("{ organisation { name } }")) == ["PARKED"]
