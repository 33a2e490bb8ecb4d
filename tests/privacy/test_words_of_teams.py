"""No text about a team or the organisation says what somebody has not: it pictures qualities, not gaps."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from graphql import GraphQLEnumType, GraphQLSchema, build_schema, get_named_type

from rules.access.decisions import AREAS
from tests.gateway.test_descriptions import described

ROOT = Path(__file__).parents[2]
OF_TEAMS = ("team", "teams", "teamwork", "rollout", "releases", "release", "organisation", "units")
"""How files and folders are called that are about teams or the organisation, on every floor."""
WORDS = re.compile(
    r"\b(gaps?|lack(s|ed|ing)?|missing|shortages?|shortfalls?|deficits?|deficien\w+|weakness(es)?"
    r"|gat|(?<!in de )gaten|hiaat|hiaten|lacunes?|tekort(en|koming(en)?)?|tekortschiet\w*"
    r"|ontbre(ekt|ken|kende?)|ontbraken?|gemis|mist|missen|mankeert|mankeren|zwaktes?)\b",
    re.IGNORECASE,
)
"""Not "te kort", which is said of a text, nor "te weinig om veilig te tonen", which is said of a figure."""
OF_NOBODY = re.compile(
    r"\bmissing (releases?|events?|positions?|fields?|arguments?|files?|columns?|rows?|translations?)\b"
    r"|\b(release|event|positie|veld|argument|bestand|kolom|rij|vertaling) (mist|ontbreekt)\b",
    re.IGNORECASE,
)
"""What is said of things that no person and no team has."""
SOMEBODY = re.compile(
    r"\b(teams?|units?|members?|colleagues?|people|person|professionals?|organisation|holders?"
    r"|teamleden|teamlid|leden|afdeling(en)?|collega('s)?|mensen|medewerkers?|organisatie)\b",
    re.IGNORECASE,
)
PLANTED = (
    "What the team lacks.",
    "Talents that are missing in this unit.",
    "A gap between what is asked and what the team has.",
    "Je team heeft een tekort aan rust.",
    "Hier ontbreekt een talent in het team.",
    "Wat jullie team mist.",
    "Een gat in de kwaliteiten van de afdeling.",
    "Een gemis voor de organisatie.",
)
FINE = (
    "Too few to show it safely: te weinig om veilig te tonen.",
    "The team's name is too short. De naam van het team is te kort.",
    "With `after`, all missed releases of the organisation; a missing position is refused.",
    "Nobody who shows it here; more people may have it and not show it.",
    "Het team houdt dit in de gaten.",
)


def said_of_somebody(text: str) -> list[str]:
    """Return the sentences that say of a person, a team or the organisation what it has not."""
    return [one for one in _saying(text) if SOMEBODY.search(one)]


def _saying(text: str) -> list[str]:
    sentences = re.split(r"(?<=[.!?:;])\s+|\n", OF_NOBODY.sub("", text))
    return [one for one in sentences if WORDS.search(one)]


def test_a_sentence_about_what_somebody_has_not_is_found() -> None:
    assert [text for text in PLANTED if not said_of_somebody(text)] == []
    assert [text for text in FINE if _saying(text)] == []


def texts_of_schema(schema: GraphQLSchema) -> list[tuple[str, str]]:
    return [(place, text) for place, text in described(schema) if text]


@cache
def areas_of_teams(schema: GraphQLSchema) -> frozenset[str]:
    """The types and root fields of the areas about teams and the organisation, and of the finder."""
    names = {"FoundPerson", "FoundItem", "finder"}
    for area in AREAS:
        if {"Team", "Organisation", "CapabilityRelease", "Rollout"} & area.types.keys():
            names |= area.types.keys() | area.root_fields.keys()
            names |= {f"{name[0].upper()}{name[1:]}Input" for name in area.root_fields}
    kinds = [schema.type_map[name] for name in names & schema.type_map.keys()]
    used = [get_named_type(field.type) for kind in kinds for field in getattr(kind, "fields", {}).values()]
    return frozenset(names | {kind.name for kind in used if isinstance(kind, GraphQLEnumType)})


def is_of_a_team(place: str, schema: GraphQLSchema) -> bool:
    """Whether a place of the schema, such as `Team.members` or `Query.team(id)`, is about teams."""
    kind, _, rest = place.partition(".")
    field = re.split(r"[(:]", rest)[0]
    return bool({re.split(r"[(:]", kind)[0], field} & areas_of_teams(schema))


def python_texts(file: Path) -> Iterator[str]:
    """Yield what a module says to people: its strings with more than one word, without docstrings."""
    tree = ast.parse(file.read_text())
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and " " in text and id(node) not in docstrings:
            yield text


def modules_about_teams() -> list[Path]:
    """The deciders, jobs and pages about teams and the organisation: what refuses, mails and shows."""
    floors = ("services/contexts", "processes/jobs", "processes/mails", "gateway/api", "rules")
    return [
        file
        for floor in floors
        for file in sorted((ROOT / floor).rglob("*.py"))
        if set(OF_TEAMS) & {*file.relative_to(ROOT / floor).parts, file.stem}
    ]


def pages() -> list[Path]:
    """The pages and mails for people, without those of feedback rounds: a mirror does name a gap."""
    built = [
        file
        for file in (ROOT / "web").glob("*/*")
        if file.parts[-2] not in {"feedback", "shared", "node_modules"}
    ]
    mails = list((ROOT / "processes/mails/texts").glob("*.txt"))
    return [file for file in (*built, *mails) if file.suffix in {".ts", ".tsx", ".html", ".txt"}]


def test_no_description_about_a_team_says_what_it_has_not() -> None:
    schema = build_schema((ROOT / "gateway/schema.graphql").read_text())
    texts = texts_of_schema(schema)
    about = [(place, text) for place, text in texts if is_of_a_team(place, schema)]
    assert {"Team.members", "TeamTalentMap.rows", "Coverage", "Query.finder"} <= {place for place, _ in about}
    assert [(place, _saying(text)) for place, text in about if _saying(text)] == []
    assert [(place, said_of_somebody(text)) for place, text in texts if said_of_somebody(text)] == []


def test_no_refusal_or_mail_about_a_team_says_what_it_has_not() -> None:
    modules = modules_about_teams()
    assert {"decider.py", "talent_map.py"} <= {file.name for file in modules}
    found = [
        (file.name, saying) for file in modules for text in python_texts(file) if (saying := _saying(text))
    ]
    assert found == []
    others = sorted((ROOT / "services/contexts").rglob("*.py"))
    assert [
        (file.name, bad) for file in others for text in python_texts(file) if (bad := said_of_somebody(text))
    ] == []


def test_no_page_about_a_team_says_what_it_has_not() -> None:
    assert [(file.name, bad) for file in pages() if (bad := _saying(file.read_text()))] == []


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_sentence_is_found_in_each_kind_of_text(tmp_path: Path, planted: str) -> None:
    schema = build_schema(f'type Query {{ """{planted}""" team: Int }}')
    ((place, text),) = texts_of_schema(schema)[-1:]
    assert is_of_a_team(place, schema)
    assert _saying(text) == [planted]
    module = tmp_path / "decider.py"
    module.write_text(f'"""Says nothing."""\nREFUSAL = Refusal(code="X", nl={planted!r}, en="Yes")\n')
    assert [_saying(text) for text in python_texts(module)] == [[planted]]
