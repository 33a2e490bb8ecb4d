"""The finder: who opened something to all, by name, without a number, and nothing else of a person for HR."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type

from events.catalog.catalogue import TermsMerged
from events.catalog.employment import EmploymentEnded, TeamJoined
from events.catalog.policy import OrganisationFounded, RoleGranted
from events.catalog.portfolio.evidence import EvidenceAdded
from events.catalog.portfolio.sharing import ItemSharingEnded
from projections.views import shared
from rules.access.decisions import TYPES, roles_for
from rules.access.roles import Role
from rules.kinds import EvidenceKind, ItemKind
from tests.gateway.api.team.members import CALM, CONTACT, LOADED, has, item_of, said, shares, team_of_two
from tests.gateway.harness import PEOPLE, SCHEMA
from tests.gateway.world import COLLEAGUE, ORGANISATION, OWNER, TODAY, TOMORROW, World

pytestmark = pytest.mark.postgres
ITEM = "kind title { nl en } text term { id } until"
ASK = (
    "query ($term: ID, $first: Int! = 20, $after: String) {"
    " finder(termId: $term, first: $first, after: $after) {"
    f" edges {{ cursor node {{ id displayName items {{ {ITEM} }} }} }} pageInfo {{ hasNextPage endCursor }}"
    " } }"
)


@pytest.fixture
def world_with_hr(world: World) -> World:
    """Somebody holds the role HR, and is no professional here."""
    team_of_two(world)
    granted = RoleGranted(grant="5" * 32, person=PEOPLE["hr"], role="HR")
    world.happened(f"policy-{ORGANISATION}", OrganisationFounded(name="Kade"), granted)
    return world


def page(world: World, *, name: str = "hr", role: str | None = "HR", **variables: Any) -> Any:
    answer = asyncio.run(world.ask(ASK, name=name, role=role, **variables))
    assert "errors" not in answer, answer
    return answer["data"]["finder"]


def found(world: World, **asked: Any) -> list[tuple[str, list[str]]]:
    """Each name with the titles of its items."""
    nodes = [edge["node"] for edge in page(world, **asked)["edges"]]
    return [(node["displayName"], [item["title"]["nl"] for item in node["items"]]) for node in nodes]


def shared_by_both(world: World) -> None:
    said(
        world,
        OWNER,
        has(OWNER, "1", term=CALM),
        has(OWNER, "2", name="Zingen"),
        has(OWNER, "3", name="Geheim"),
    )
    said(world, OWNER, shares(OWNER, "1", to_all=True), shares(OWNER, "2", to_all=True), shares(OWNER, "3"))
    said(
        world, COLLEAGUE, has(COLLEAGUE, "1", term=CONTACT), shares(COLLEAGUE, "1", to_all=True, energy=True)
    )


def test_people_are_found_by_name_with_what_they_opened_to_all_and_nothing_else(world_with_hr: World) -> None:
    shared_by_both(world_with_hr)
    assert found(world_with_hr) == [
        ("Bo Aerts", ["Contact maken"]),
        ("Fenna de Boer", ["Rust bewaren", "Zingen"]),
    ]
    item = page(world_with_hr)["edges"][0]["node"]["items"][0]
    assert item == {
        "kind": "TALENT",
        "title": {"nl": "Contact maken", "en": "Contact maken (en)"},
        "text": None,
        "term": {"id": f"TalentTerm:{CONTACT}"},
        "until": TOMORROW.isoformat(),
    }


def test_of_one_word_there_are_its_talents_alone_and_those_of_words_merged_with_it(
    world_with_hr: World,
) -> None:
    shared_by_both(world_with_hr)
    said(world_with_hr, COLLEAGUE, has(COLLEAGUE, "2", term=LOADED), shares(COLLEAGUE, "2", to_all=True))
    assert found(world_with_hr, term=f"TalentTerm:{CALM}") == [("Fenna de Boer", ["Rust bewaren"])]
    world_with_hr.happened(f"catalogue-{ORGANISATION}", TermsMerged(terms=(LOADED,), into=CALM))
    both = [("Bo Aerts", ["Rust bewaren"]), ("Fenna de Boer", ["Rust bewaren"])]
    for term in (CALM, LOADED):
        assert found(world_with_hr, term=term) == both
    assert found(world_with_hr, term="nowhere") == []


def test_other_items_are_found_too_unless_one_word_is_asked_for(world_with_hr: World) -> None:
    evidence = EvidenceAdded(evidence=item_of(OWNER, "9"), kind=EvidenceKind.STORY, title="Dag", text="Goed.")
    said(world_with_hr, OWNER, evidence, shares(OWNER, "9", kind=ItemKind.EVIDENCE, to_all=True))
    assert found(world_with_hr) == [("Fenna de Boer", ["Dag"])]
    assert found(world_with_hr, term=CALM) == []


def test_pages_are_of_people_and_lose_nobody(world_with_hr: World) -> None:
    shared_by_both(world_with_hr)
    first = page(world_with_hr, first=1)
    assert [edge["node"]["displayName"] for edge in first["edges"]] == ["Bo Aerts"]
    after = first["pageInfo"]["endCursor"]
    assert found(world_with_hr, after=after) == [("Fenna de Boer", ["Rust bewaren", "Zingen"])]
    assert OWNER not in after


def ids_of(found_people: Any) -> set[str]:
    return {edge["node"]["id"] for edge in found_people["edges"]}


def test_the_id_of_a_found_person_is_found_nowhere_else_and_the_same_to_all(world_with_hr: World) -> None:
    shared_by_both(world_with_hr)
    ids = ids_of(page(world_with_hr))
    assert ids == ids_of(page(world_with_hr, name="owner", role=None))
    assert not ids & ids_of(page(world_with_hr, term=CALM)), "a client's cache keeps other items under it"
    assert all(name.startswith("FoundPerson:") and len(name) == len("FoundPerson:") + 32 for name in ids)
    assert not any(person in str(ids) for person in (OWNER, COLLEAGUE))
    document = '{ me { asColleague { id } } colleagues(name: "bo") { id } }'
    known = str(asyncio.run(world_with_hr.ask(document)))
    assert not any(name.partition(":")[2] in known for name in ids)


@pytest.mark.parametrize("end", ["sharing", "employment", "day", "parked"])
def test_rule_11_who_opens_nothing_any_more_is_not_found(world_with_hr: World, end: str) -> None:
    said(world_with_hr, OWNER, has(OWNER, "1"), shares(OWNER, "1", to_all=True))
    assert len(found(world_with_hr)) == 1
    match end:
        case "sharing":
            said(world_with_hr, OWNER, ItemSharingEnded(sharing=shares(OWNER, "1").sharing, reason="owner"))
        case "employment":
            world_with_hr.happened(f"employment-{OWNER}", EmploymentEnded(on=TODAY))
        case "day":
            world_with_hr.clock.advance(timedelta(days=2))
        case _:
            world_with_hr.parked(shared.VIEW, OWNER)
    assert found(world_with_hr) == []


def test_rule_21_each_showing_is_in_the_read_log_with_its_role_before_it_is_shown(
    world_with_hr: World,
) -> None:
    shared_by_both(world_with_hr)
    page(world_with_hr, term=CALM)
    page(world_with_hr, name="owner", role=None)
    world_with_hr.clock.advance(timedelta(days=1))
    log = "{ me { readLog { edges { node { itemId viewerRole purpose } } } } }"
    (line,) = asyncio.run(world_with_hr.ask(log))["data"]["me"]["readLog"]["edges"]
    assert line["node"] == {"itemId": f"Item:{item_of(OWNER, '1')}", "viewerRole": "HR", "purpose": "FINDER"}
    world_with_hr.run("ALTER TABLE read_log.disclosures RENAME TO away")
    answer = asyncio.run(world_with_hr.ask(ASK, name="hr", role="HR"))
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAVAILABLE"]
    assert answer["data"] == {"finder": None}


def test_a_stale_view_shows_nobody(world_with_hr: World) -> None:
    shared_by_both(world_with_hr)
    world_with_hr.stale(shared.VIEW, 31)
    answer = asyncio.run(world_with_hr.ask(ASK, name="hr", role="HR"))
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAVAILABLE"]


def test_a_professional_who_left_finds_nobody(world_with_hr: World) -> None:
    shared_by_both(world_with_hr)
    world_with_hr.happened(f"employment-{COLLEAGUE}", EmploymentEnded(on=TODAY))
    assert asyncio.run(world_with_hr.codes(ASK, name="colleague")) == ["FORBIDDEN"]


OF_A_PERSON = (
    "{ me { id } }",
    '{ team(id: "1") { id } }',
    '{ colleagues(name: "fe") { id } }',
    '{ round(id: "1") { id } }',
)


@pytest.mark.parametrize("document", OF_A_PERSON)
def test_rule_13_hr_is_refused_everything_else_of_a_person(world_with_hr: World, document: str) -> None:
    world_with_hr.happened(f"employment-{PEOPLE['hr']}", TeamJoined(team="1" * 32, on=TODAY))
    for role in ("HR", "BOARD"):
        assert asyncio.run(world_with_hr.codes(document, name="hr", role=role)) == ["FORBIDDEN"]


def test_rule_13_from_the_finder_no_other_type_about_a_person_is_reached() -> None:
    reached = reached_from("finder")
    assert reached == {
        *("FoundPersonConnection", "FoundPersonEdge", "PageInfo", "FoundPerson", "FoundItem"),
        *("LocalText", "TalentTerm", "TermCluster"),
    }
    numbers = [
        f"{name}.{field}"
        for name in reached
        for field, made in getattr(SCHEMA._schema.type_map[name], "fields", {}).items()
        if get_named_type(made.type).name in {"Int", "Float"}
    ]
    assert numbers == [], "no score, no count, no strength, no energy"
    roles = {Role.PROFESSIONAL, Role.HR, Role.BOARD}
    assert set(roles_for("finder")) == roles
    assert {role for name in ("FoundPerson", "FoundItem") for role in TYPES[name].roles} == roles


def reached_from(root: str) -> set[str]:
    schema = SCHEMA._schema
    assert schema.query_type is not None
    waiting, seen = [get_named_type(schema.query_type.fields[root].type)], set[str]()
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, GraphQLObjectType) and kind.name not in seen:
            seen.add(kind.name)
            waiting += [get_named_type(field.type) for field in kind.fields.values()]
    return seen
