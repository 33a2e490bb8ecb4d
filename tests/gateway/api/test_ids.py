"""Ids as clients see them: each names one thing of one type at one moment, for every type of the schema."""

import asyncio
import inspect
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import pytest
import strawberry
from graphql import GraphQLObjectType, get_named_type

from events.catalog.employment import TeamJoined
from events.catalog.portfolio.conversations import AgreementMade, ConversationHeld, ConversationPlanned
from events.catalog.portfolio.energy import EnergySourceNoted
from events.catalog.portfolio.evidence import EvidenceAdded, ReflectionWritten
from events.catalog.portfolio.life import ProfileStatementWritten
from events.catalog.portfolio.sharing import ItemShared
from events.catalog.portfolio.talents import TalentRevised
from events.catalog.team import TeamFormed
from gateway.schema import schema_text
from gateway.types.ids import (
    GOAL_OFFER,
    ITEM,
    LENS,
    UnnamedIdError,
    complete_ids,
    read_id,
    refers_to,
    write_id,
)
from rules.agreements import agreement_id
from rules.kinds import EnergySourceKind, EvidenceKind, HoursBand, ItemKind
from tests.gateway.harness import NOW, SCHEMA, Harness
from tests.gateway.world import COLLEAGUE, OWNER, TODAY, TOMORROW, World, claimed

TALENT, TEAM, UNIT = "1" * 32, "8" * 32, "c" * 32
COMMAND = "9a2c2f0e-5f0a-4b53-9d0d-3c1b6e0a7d11"
TYPES = {
    kind.name: kind
    for kind in SCHEMA._schema.type_map.values()
    if isinstance(kind, GraphQLObjectType) and "id" in kind.fields
}
IN_A_PORTFOLIO = {
    *("ProfileStatement", "TalentClaim", "EnergySource", "Passion", "Evidence", "Reflection", "Goal"),
    *("Conversation", "Agreement", "Insight"),
}
ALIKE_AT_EVERY_MOMENT = {"Colleague", "Unit", "TalentTerm", "TermCluster", "TimelineEntry"}
"""Types that a portfolio of the past shows as they are today, and so under the id of today."""
PICTURE = """
  id version sharings { id itemId people { id } team { id } } statement { id }
  talents { id strength sharings { id itemId } evidence { id } }
  energySources { id talentIds } evidence { id talentIds } reflections { id aboutIds }
  conversations { id with { id } agreements { id owner { id } } }
  timeline { edges { node { id itemId } } }
"""


def written(kind: GraphQLObjectType, name: str, value: object, **of: object) -> object:
    source = SimpleNamespace(**{to_snake(name): value}, **of)
    resolve = kind.fields[name].resolve
    assert resolve is not None
    found = resolve(source, None)
    assert not inspect.isawaitable(found)
    return found


def to_snake(name: str) -> str:
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name)


@pytest.mark.parametrize("kind", TYPES.values(), ids=TYPES)
def test_every_type_with_an_id_writes_which_type_it_is(kind: GraphQLObjectType) -> None:
    names = ITEM if kind.name in IN_A_PORTFOLIO else kind.name
    assert written(kind, "id", "x") == f"{names}:x"


def test_every_field_that_refers_to_things_names_a_type_that_there_is() -> None:
    found = {}
    for kind in SCHEMA._schema.type_map.values():
        if isinstance(kind, GraphQLObjectType):
            for name, field in kind.fields.items():
                if get_named_type(field.type).name == "ID" and name != "id":
                    found[kind.name, name] = written(kind, name, ["x"])
    assert len(found) >= 9
    for place, ids in found.items():
        assert isinstance(ids, list)
        assert ids[0].removesuffix(":x") in {*TYPES, GOAL_OFFER, ITEM, LENS} - IN_A_PORTFOLIO, place


def below(kind: GraphQLObjectType, seen: set[str]) -> Iterator[GraphQLObjectType]:
    """Yield the object types that can be reached from a type."""
    for field in kind.fields.values():
        named = get_named_type(field.type)
        if isinstance(named, GraphQLObjectType) and named.name not in seen:
            seen.add(named.name)
            yield named
            yield from below(named, seen)


def test_every_type_with_an_id_below_a_portfolio_shows_its_moment_or_is_alike_at_every_moment() -> None:
    portfolio = TYPES["Portfolio"]
    with_id = {kind.name for kind in below(portfolio, set()) if kind.name in TYPES} | {"Portfolio"}
    shown_as = {name: TYPES[name].extensions["strawberry-definition"].origin for name in with_id}
    with_moment = {
        name
        for name, origin in shown_as.items()
        if isinstance(getattr(origin, "as_of", None), property) or "as_of" in origin.__dataclass_fields__
    }
    assert with_id - with_moment == ALIKE_AT_EVERY_MOMENT


def test_an_id_of_unknown_type_fails_the_build() -> None:
    @strawberry.type
    class Round:
        lens_id: strawberry.ID

    @strawberry.type
    class Query:
        round: Round | None = None

    with pytest.raises(UnnamedIdError, match=r"Round.lensId holds an id.*refers_to"):
        complete_ids(strawberry.Schema(query=Query)._schema)
    Round.__strawberry_definition__.fields[0].metadata = refers_to("Lens", description="Which.").metadata  # type: ignore[attr-defined]
    complete_ids(strawberry.Schema(query=Query)._schema)


def test_what_is_written_is_read_again_and_a_plain_id_too() -> None:
    for entity in ("a" * 32, "organising", agreement_id(OWNER, "2" * 32), "", "ü"):
        assert read_id(entity) == entity
        if entity:
            assert read_id(write_id("TalentClaim", entity)) == entity


def lived(world: World) -> str:
    """Fill the owner's portfolio, and say the moment before its talent was revised."""
    portfolio = world.opened()
    world.happened(f"team-{TEAM}", TeamFormed(name="Noord", unit=UNIT))
    world.happened(f"employment-{OWNER}", TeamJoined(team=TEAM, on=TODAY))
    made = AgreementMade(agreement=agreement_id(OWNER, "2" * 32), text="Wij bellen")
    open_to: dict[str, Any] = {"item": TALENT, "kind": ItemKind.TALENT, "until": TOMORROW}
    then = world.happened(
        portfolio,
        claimed(),
        ProfileStatementWritten(statement="3" * 32, text="Ik ben er."),
        EnergySourceNoted(
            source="4" * 32,
            kind=EnergySourceKind.GIVER,
            activity="Bellen",
            hours_per_week=HoursBand.UP_TO_2,
            talents=(TALENT,),
        ),
        EvidenceAdded(evidence="5" * 32, kind=EvidenceKind.STORY, title="T", text="Zo.", talents=(TALENT,)),
        ReflectionWritten(reflection="6" * 32, text="Rust helpt.", about=(TALENT, "5" * 32)),
        ConversationPlanned(conversation="7" * 32, other=COLLEAGUE, planned_for=TODAY),
        ConversationHeld(conversation="7" * 32, held_on=TODAY, agreements=(made,)),
        ItemShared(sharing="9" * 32, audience="people", people=(COLLEAGUE,), **open_to),
        ItemShared(sharing="b" * 32, audience="team", team=TEAM, **open_to),
    )
    world.happened(portfolio, TalentRevised(talent=TALENT, strength=5, energy=1, use=1))
    return then.isoformat()


def asked(harness: Harness, document: str, name: str = "owner") -> Any:
    answer = asyncio.run(harness.ask(document, name=name))
    assert "errors" not in answer, answer
    return answer["data"]


def things(answer: object) -> Iterator[dict[str, Any]]:
    """Yield everything with an id in an answer."""
    match answer:
        case dict():
            if "id" in answer:
                yield answer
            for value in answer.values():
                yield from things(value)
        case list():
            for value in answer:
                yield from things(value)
        case _:
            pass


@pytest.mark.postgres
def test_no_id_is_given_to_two_types(world: World) -> None:
    lived(world)
    document = f"""{{ viewer {{ id }} organisation {{ units(of: "{UNIT}") {{ id }} }}
        me {{ id asColleague {{ id }} teams {{ id asUnit {{ id }} }} portfolio {{ {PICTURE} }} }} }}"""
    document = re.sub(r"\bid\b", "__typename id", document)
    of_type: dict[str, set[str]] = {}
    shared = asked(world, "{ me { sharedWithMe { edges { node { __typename id } } } } }", "colleague")
    for thing in (*things(asked(world, document)), *things(shared)):
        of_type.setdefault(thing["id"], set()).add(thing["__typename"])
    assert {name for names in of_type.values() for name in names} >= {
        *("Viewer", "Me", "Colleague", "Team", "Unit", "Portfolio", "TalentClaim", "SharedItem", "Sharing"),
        *("Conversation", "Agreement", "Evidence", "Reflection", "ProfileStatement", "TimelineEntry"),
    }
    assert [names for names in of_type.values() if len(names) > 1] == []


@pytest.mark.postgres
def test_two_moments_and_now_share_no_id_and_within_each_they_refer_to_one_another(world: World) -> None:
    then = lived(world)
    later = (NOW - timedelta(seconds=1)).isoformat()
    pictures = [
        asked(world, f"{{ me {{ portfolio(asOf: {moment}) {{ {PICTURE} }} }} }}")["me"]["portfolio"]
        for moment in ("null", f'"{then}"', f'"{later}"')
    ]
    assert [picture["talents"][0]["strength"] for picture in pictures] == [5, 4, 5]
    everywhere = [{thing["id"] for thing in things(picture)} for picture in pictures]
    in_two = {id_ for ids, others in combinations(everywhere, 2) for id_ in ids & others}
    assert {id_.partition(":")[0] for id_ in in_two} == {"Colleague", "Unit", "TimelineEntry"}
    for picture, ids in zip(pictures, everywhere, strict=True):
        (talent,), (shown_by,) = picture["talents"], picture["evidence"]
        assert shown_by["talentIds"] == picture["energySources"][0]["talentIds"] == [talent["id"]]
        assert picture["reflections"][0]["aboutIds"] == [talent["id"], shown_by["id"]]
        assert {sharing["itemId"] for sharing in picture["sharings"]} == {talent["id"]}
        assert {sharing["id"] for sharing in talent["sharings"]} <= ids
    now, past, _ = pictures
    in_history = {edge["node"]["itemId"] for edge in past["timeline"]["edges"]}
    assert now["talents"][0]["id"] in in_history, "the history leads to the things of today"


def mutation(text: str) -> str:
    name, _, fields = text.partition(" ")
    return f'mutation {{ {name}(input: {{ commandId: "{COMMAND}", {fields} }}) {{ command {{ outcome }} }} }}'


NUMBERS = "strength: 1, energy: 1, use: 1"
TAKEN = {
    f'reviseTalent talentId: "%Item:{TALENT}%", {NUMBERS}': {"talentId": TALENT},
    f'claimTalent name: {{ termId: "%TalentTerm:{TALENT}%" }}, {NUMBERS}': {"name": {"termId": TALENT}},
    f'writeReflection text: "x", aboutIds: ["%Item:{TALENT}%", "%Item:{UNIT}%"]': {
        "aboutIds": [TALENT, UNIT]
    },
    f'shareItem until: "{TODAY}" itemId: "%Item:{TALENT}%" with: {{ people: ["%Colleague:{COLLEAGUE}%"] }}': {
        "itemId": TALENT,
        "with": {"people": [COLLEAGUE]},
    },
    f'shareItem itemId: "%Item:{TALENT}%", with: {{ teamId: "%Team:{TEAM}%" }}, until: "{TODAY}"': {
        "with": {"teamId": TEAM}
    },
}


@pytest.mark.parametrize(("text", "sent"), TAKEN.items(), ids=range(len(TAKEN)))
def test_a_command_has_the_entities_whichever_form_of_id_was_sent(
    harness: Harness, text: str, sent: dict[str, Any]
) -> None:
    plain = "".join(part.rpartition(":")[2] if n % 2 else part for n, part in enumerate(text.split("%")))
    for document in (text.replace("%", ""), plain):
        asked(harness, mutation(document))
    (first, _, _), (second, _, _) = harness.bus.requests
    assert first == second, "so a retry has the same fingerprint"
    assert {name: first.input[name] for name in sent} == sent


@pytest.mark.parametrize("text", TAKEN, ids=range(len(TAKEN)))
def test_an_id_of_the_past_is_refused_with_a_sentence_and_sends_nothing(harness: Harness, text: str) -> None:
    head, _, last = text.rpartition("%")
    document = mutation(f"{head}@2026-01-01T00:00:00Z{last}".replace("%", ""))
    (error,) = asyncio.run(harness.ask(document))["errors"]
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert "id of today" in error["message"]
    assert len(error["path"]) == len(error["locations"]) == 1
    assert harness.bus.requests == []


def test_the_schema_calls_them_plain_ids() -> None:
    assert "scalar ID" not in schema_text()
