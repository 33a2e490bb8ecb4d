"""The shared words: to all who may ask, and in the talents that were claimed by one."""

import asyncio
from typing import Any

import pytest

from events.catalog.catalogue import CatalogueEvent, TermAdopted, TermProposed, TermReworded, TermsMerged
from events.catalog.policy import OrganisationFounded, RoleGranted
from events.catalog.portfolio.sharing import ItemShared
from events.catalog.portfolio.talents import TalentClaimed
from gateway.api.catalogue.terms import SEARCH_CHARS_MAX
from projections.views import catalogue
from rules.clusters import CLUSTERS
from rules.commands import CommandResult, LogPosition
from rules.kinds import ItemKind
from tests.gateway.harness import PEOPLE
from tests.gateway.reading.test_statements import statements
from tests.gateway.world import COLLEAGUE, ORGANISATION, OWNER, TOMORROW, World, claimed

pytestmark = pytest.mark.postgres
STREAM, PORTFOLIO = f"catalogue-{ORGANISATION}", f"portfolio-{OWNER}"
CALM, COURAGE, TALENT = "1" * 32, "2" * 32, "3" * 32
PAGE = (
    "query ($search: String, $cluster: ID, $state: TermState! = ADOPTED, $first: Int! = 100, $after: String)"
    " { talentCatalogue { version terms(search: $search, clusterId: $cluster, state: $state, first: $first,"
    " after: $after) { edges { node { id label { nl en } cluster { id name { nl } } state esco mergedIntoId }"
    " } pageInfo { hasNextPage endCursor } } } }"
)


def adopted(term: str, nl: str, en: str) -> tuple[CatalogueEvent, ...]:
    return TermProposed(term=term, nl=nl, en=en, cluster="calm"), TermAdopted(term=term)


def page(world: World, **asked: Any) -> Any:
    answer = asyncio.run(world.ask(PAGE, **asked))
    assert "errors" not in answer, answer
    return answer["data"]["talentCatalogue"]


def by_term(term: str = CALM) -> TalentClaimed:
    return TalentClaimed(
        talent=TALENT, name="Kalm", name_en="Calm", term=term, strength=4, energy=2, use=3, story="Elke dag."
    )


@pytest.fixture
def words(world: World) -> World:
    world.opened()
    world.happened(f"policy-{ORGANISATION}", OrganisationFounded(name="Kade"))
    world.happened(STREAM, *adopted(CALM, "Kalmte", "Calmness"), *adopted(COURAGE, "Moed", "Courage"))
    return world


def test_the_words_are_told_by_page_with_their_clusters(words: World) -> None:
    first = page(words, first=1)
    assert first["version"] == 4
    assert [edge["node"] for edge in first["terms"]["edges"]] == [
        {
            "id": f"TalentTerm:{CALM}",
            "label": {"nl": "Kalmte", "en": "Calmness"},
            "cluster": {"id": "TermCluster:calm", "name": {"nl": "Rust en grenzen"}},
            "state": "ADOPTED",
            "esco": None,
            "mergedIntoId": None,
        }
    ]
    info = first["terms"]["pageInfo"]
    assert info["hasNextPage"]
    second = page(words, first=1, after=info["endCursor"])["terms"]
    assert [edge["node"]["id"] for edge in second["edges"]] == [f"TalentTerm:{COURAGE}"]
    assert not second["pageInfo"]["hasNextPage"]
    found = page(words, search="COUR", cluster="calm")["terms"]["edges"]
    assert [edge["node"]["id"] for edge in found] == [f"TalentTerm:{COURAGE}"]
    for nowhere in ("luck", "\0"):
        assert page(words, cluster=nowhere)["terms"]["edges"] == []


def test_what_is_not_adopted_the_working_group_and_the_works_council_see(words: World) -> None:
    for role, grant in (("WORKING_GROUP", "7" * 32), ("WORKS_COUNCIL", "8" * 32), ("HR", "9" * 32)):
        granted = RoleGranted(grant=grant, person=PEOPLE["administrator"], role=role)
        words.happened(f"policy-{ORGANISATION}", granted)
    words.happened(STREAM, TermProposed(term="4" * 32, nl="Durf", en="Daring", cluster="calm"))
    asked = "{ talentCatalogue { terms(state: PROPOSED) { edges { node { id } } } } }"
    for role in ("WORKING_GROUP", "WORKS_COUNCIL"):
        answer = asyncio.run(words.ask(asked, name="administrator", role=role))
        assert [edge["node"]["id"] for edge in answer["data"]["talentCatalogue"]["terms"]["edges"]] == [
            f"TalentTerm:{'4' * 32}"
        ]
    for state in ("PROPOSED", "MERGED", "RETIRED"):
        for name, role in (("owner", "PROFESSIONAL"), ("administrator", "HR")):
            refused = words.codes(asked.replace("PROPOSED", state), name=name, role=role)
            assert asyncio.run(refused) == ["FORBIDDEN"]


def test_a_word_in_a_cluster_of_a_newer_program_is_told_all_the_same(words: World) -> None:
    newer = TermProposed(term="4" * 32, nl="Digitaal", en="Digital", cluster="digital")
    words.happened(STREAM, newer, TermAdopted(term="4" * 32))
    nodes = [edge["node"] for edge in page(words)["terms"]["edges"]]
    assert nodes[0]["cluster"] == {"id": "TermCluster:digital", "name": {"nl": "digital"}}


def test_there_are_clusters_before_there_is_a_word(world: World) -> None:
    world.opened()
    answer = asyncio.run(world.ask("{ talentCatalogue { version clusters { id name { nl en } } } }"))
    catalogue = answer["data"]["talentCatalogue"]
    assert catalogue["version"] == 0
    assert [cluster["id"] for cluster in catalogue["clusters"]] == [f"TermCluster:{key}" for key in CLUSTERS]


@pytest.mark.parametrize("asked", [{"search": "x" * (SEARCH_CHARS_MAX + 1)}, {"first": 0}, {"first": 101}])
def test_what_is_asked_has_its_limits(words: World, asked: dict[str, Any]) -> None:
    (error,) = asyncio.run(words.ask(PAGE, **asked))["errors"]
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"


def test_a_catalogue_that_waits_for_repair_is_said_to(words: World) -> None:
    words.parked(catalogue.VIEW, ORGANISATION)
    (error,) = asyncio.run(words.ask("{ talentCatalogue { version } }"))["errors"]
    assert error["extensions"]["code"] == "PARKED"


def test_a_talent_reads_in_the_words_of_now(words: World) -> None:
    words.happened(PORTFOLIO, by_term(), claimed("4" * 32, "Luisteren"))
    selection = "talents { name { nl en } term { id label { nl } state } }"
    now, own = words.mine(selection)["talents"]
    assert now == {
        "name": {"nl": "Kalmte", "en": "Calmness"},
        "term": {"id": f"TalentTerm:{CALM}", "label": {"nl": "Kalmte"}, "state": "ADOPTED"},
    }
    assert own == {"name": {"nl": "Luisteren", "en": "Luisteren"}, "term": None}
    words.happened(STREAM, TermReworded(term=COURAGE, nl="Zeker durven", en="Daring"))
    words.happened(STREAM, TermsMerged(terms=(CALM,), into=COURAGE))
    own, merged = words.mine(selection)["talents"]
    assert own["term"] is None
    assert merged["name"] == {"nl": "Zeker durven", "en": "Daring"}
    assert merged["term"] == {
        "id": f"TalentTerm:{COURAGE}",
        "label": {"nl": "Zeker durven"},
        "state": "ADOPTED",
    }


def test_at_a_moment_of_the_past_a_talent_is_called_what_it_was_claimed_as(words: World) -> None:
    moment = words.happened(f"portfolio-{OWNER}", by_term())
    words.happened(STREAM, TermReworded(term=CALM, nl="Rust", en="Rest"))
    (then,) = words.mine("talents { name { nl en } }", as_of=moment.isoformat().replace("+00:00", "Z"))[
        "talents"
    ]
    assert then["name"] == {"nl": "Kalm", "en": "Calm"}
    (now,) = words.mine("talents { name { nl en } }")["talents"]
    assert now["name"] == {"nl": "Rust", "en": "Rest"}


def test_while_the_catalogue_waits_for_repair_a_portfolio_is_told_with_what_is_known(words: World) -> None:
    words.happened(PORTFOLIO, by_term())
    words.parked(catalogue.VIEW, ORGANISATION)
    (talent,) = words.mine("talents { name { nl } }")["talents"]
    assert talent["name"] == {"nl": "Kalmte"}


def test_a_word_the_view_has_not_seen_reads_as_it_was_claimed(words: World) -> None:
    words.happened(PORTFOLIO, by_term("e" * 32))
    (talent,) = words.mine("talents { name { nl en } term { id } }")["talents"]
    assert talent == {"name": {"nl": "Kalm", "en": "Calm"}, "term": None}


def test_the_history_tells_the_words_of_its_own_time(words: World) -> None:
    words.happened(PORTFOLIO, by_term())
    timeline = words.mine("timeline(first: 1) { edges { node { summary { nl en } } } }")["timeline"]
    summary = timeline["edges"][0]["node"]["summary"]
    assert "Kalm\u2019" in summary["nl"]
    assert "Calm\u2019" in summary["en"]


def test_a_talent_that_was_opened_to_another_reads_alike(words: World) -> None:
    shared = ItemShared(
        sharing="5" * 32,
        item=TALENT,
        kind=ItemKind.TALENT,
        audience="people",
        people=(COLLEAGUE,),
        until=TOMORROW,
    )
    words.happened(PORTFOLIO, by_term(), shared)
    document = "{ me { sharedWithMe { edges { node { title { nl en } term { id } } } } } }"
    answer = asyncio.run(words.ask(document, name="colleague"))
    (edge,) = answer["data"]["me"]["sharedWithMe"]["edges"]
    assert edge["node"] == {"title": {"nl": "Kalmte", "en": "Calmness"}, "term": {"id": f"TalentTerm:{CALM}"}}


def test_however_many_talents_their_words_are_one_statement(words: World) -> None:
    words.happened(PORTFOLIO, by_term())
    names = statements(words, "{ me { portfolio { talents { name { nl } } } } }")
    words.happened(PORTFOLIO, *(claimed(f"{n:032x}", f"W{n}") for n in range(9)))
    words.happened(PORTFOLIO, TalentClaimed(**fields(by_term(COURAGE), talent="6" * 32)))
    assert statements(words, "{ me { portfolio { talents { name { nl } } } } }") == names == 3
    assert statements(words, "{ me { portfolio { talents { term { id label { nl } } } } } }") == 4


def fields(event: TalentClaimed, **changed: Any) -> dict[str, Any]:
    return {name: getattr(event, name) for name in event.__struct_fields__} | changed


@pytest.mark.parametrize(
    "mutation",
    [
        'proposeTerm(input: { commandId: $id, label: { nl: "Kalmte", en: "Calmness" }, clusterId: "calm" })',
        'rewordTerm(input: { commandId: $id, termId: "t", label: { nl: "Kalmte", en: "Calmness" } })',
        'adoptTerm(input: { commandId: $id, termId: "t" })',
        'mergeTerms(input: { commandId: $id, termIds: ["t"], intoId: "u" })',
        'retireTerm(input: { commandId: $id, termId: "t" })',
        'alignTerm(input: { commandId: $id, termId: "t", esco: null })',
    ],
)
def test_a_mutation_shows_the_word_it_was_about(words: World, mutation: str) -> None:
    place = LogPosition(generation="f" * 32, partition=0, ordinal=0)
    command = "9a2c2f0e-5f0a-4b53-9d0d-3c1b6e0a7d11"
    words.bus.answer = CommandResult(command_id=command, outcome="ACCEPTED", position=place, entity_id=CALM)
    granted = RoleGranted(grant="7" * 32, person=PEOPLE["administrator"], role="WORKING_GROUP")
    words.happened(f"policy-{ORGANISATION}", granted)
    document = (
        f"mutation ($id: UUID!) {{ {mutation} {{ command {{ outcome }} term {{ id label {{ nl }} }} }} }}"
    )
    answer = asyncio.run(words.ask(document, name="administrator", role="WORKING_GROUP", id=command))
    (payload,) = answer["data"].values()
    assert payload == {
        "command": {"outcome": "ACCEPTED"},
        "term": {"id": f"TalentTerm:{CALM}", "label": {"nl": "Kalmte"}},
    }
    (request, _, _) = words.bus.requests[-1]
    assert request.name == mutation.partition("(")[0]
