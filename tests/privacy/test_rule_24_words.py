"""Privacy rule 24: nothing allocates, ranks, matches or infers; energy is only what its owner noted."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from graphql import build_schema, is_enum_type, is_input_object_type, is_interface_type, is_object_type

from events.catalog.portfolio import PortfolioEvent
from events.catalog.registry import event_types
from rules.feedback import mirror

ROOT = Path(__file__).parents[2]
FORBIDDEN = frozenset(
    word
    for line in (
        "allocate allocated allocation appraisal assess assessment assign assigned best candidate competency",
        "fit infer inference inferred match matched matching performance personality potential predict",
        "predicted prediction rank ranked ranking rate rating recommend recommendation recommended score",
        "scored scoring suitability suitable top trait traits",
    )
    for word in line.split()
)
OF_OWNER = "portfolio."
"""How the names of events begin that a professional caused about themselves."""


def words_of(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def names_of_schema() -> Iterator[str]:
    schema = build_schema((ROOT / "gateway/schema.graphql").read_text())
    for name, kind in schema.type_map.items():
        if name.startswith("__"):
            continue
        yield name
        if is_enum_type(kind):
            yield from kind.values
        elif is_object_type(kind) or is_interface_type(kind):
            for field_name, field in kind.fields.items():
                yield field_name
                yield from field.args
        elif is_input_object_type(kind):
            yield from kind.fields


def names_of(kinds: Iterable[type[msgspec.Struct]]) -> Iterator[str]:
    for kind in kinds:
        yield kind.__name__
        yield from kind.__struct_fields__


def mirror_types() -> list[type[msgspec.Struct]]:
    return [one for one in vars(mirror).values() if isinstance(one, type) and issubclass(one, msgspec.Struct)]


def forbidden_in(names: Iterable[str]) -> list[str]:
    return sorted(name for name in names if words_of(name) & FORBIDDEN)


def test_rule_24_no_name_of_the_schema_an_event_or_a_mirror_ranks_matches_or_infers() -> None:
    schema, events = list(names_of_schema()), list(names_of(event_types().values()))
    assert len(schema) > 500
    assert len(events) > 100
    assert forbidden_in([*schema, *events, *names_of(mirror_types())]) == []


@pytest.mark.parametrize("name", ["bestMatch", "RankedColleague", "FIT_SCORE", "inferred_energy"])
def test_rule_24_a_name_that_does_is_found(name: str) -> None:
    assert forbidden_in([name]) == [name]


def test_rule_24_energy_is_only_in_what_its_owner_noted_and_in_no_feedback() -> None:
    having = {
        name
        for name, kind in event_types().items()
        if any("energy" in words_of(field) for field in kind.__struct_fields__) or "energy" in name
    }
    assert having
    assert [name for name in having if not name.startswith(OF_OWNER)] == []
    owned = {kind.__name__ for kind in get_args(PortfolioEvent)}
    assert {event_types()[name].__name__ for name in having} <= owned
    assert [name for name in names_of(mirror_types()) if "energy" in words_of(name)] == []
