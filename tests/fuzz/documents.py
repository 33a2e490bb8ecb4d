"""Documents for every root field, made by schemathesis, with many values that name something real."""

import string
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import schemathesis
from graphql import (
    ArgumentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectFieldNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.graphql import nodes
from schemathesis.schemas import APIOperation

from kit.clock import Calendar, SystemClock
from kit.settings import Settings

SCHEMA_FILE: Final = Path(__file__).parents[2] / "gateway" / "schema.graphql"
SCHEMA: Final = schemathesis.graphql.from_path(SCHEMA_FILE)
OPERATIONS: Final = [each.ok() for each in SCHEMA.get_all_operations() if isinstance(each, Ok)]
MEANT_OF: Final = 5
"""Of so many values of a known name, one stays random and the others name something real."""
INVALID_OF: Final = 6
"""Of so many documents, one breaks the schema."""
DAYS_NEAR: Final = 400
NO_ID: Final = "\0"
"""What PostgreSQL takes for no text at all, among the ids."""
NAMES_OF_IDS: Final = (
    *("talentId", "goalId", "passionId", "evidenceId", "energySourceId", "itemId", "sharingId", "of"),
    *("conversationId", "withId", "people", "teamId", "aboutId", "insightId", "policyId", "timelineEntryId"),
    *("agreementId", "termId", "intoId", "clusterId", "lensId", "questionId"),
)

for _name, _values in {
    "UUID": st.uuids().map(str),
    "Position": st.text(string.ascii_letters + string.digits + "-_=", max_size=80),
    "URL": st.sampled_from(("https://example.org/a", "https://é.example/", "http://a", "https://", "")),
    "Digest": st.text("0123456789abcdef", min_size=64, max_size=64) | st.text(max_size=64),
}.items():
    schemathesis.graphql.scalar(_name, _values.map(nodes.String))


def numbers(low: int, high: int) -> st.SearchStrategy[ValueNode]:
    return st.integers(low, high).map(lambda number: IntValueNode(value=str(number)))


def texts(values: Sequence[str]) -> st.SearchStrategy[ValueNode]:
    return st.sampled_from(values).map(lambda text: StringValueNode(value=text))


def near_days() -> st.SearchStrategy[ValueNode]:
    today = Calendar(clock=SystemClock(), zone=Settings().zone).today()
    return st.integers(-DAYS_NEAR, DAYS_NEAR).map(
        lambda days: StringValueNode(value=str(today + timedelta(days=days)))
    )


Operation = APIOperation[Any, Any, Any, Any]
Meanings = Mapping[str, st.SearchStrategy[ValueNode]]
"""By the name of an argument or of an input's field, in its singular."""


def meanings(
    *, ids: Sequence[str], positions: Sequence[str], numbers_of_people: Sequence[str], keys: Sequence[str]
) -> Meanings:
    """Say what values of some names can mean; `ids` are real ones, of the caller and of others."""
    some_id, day, employee, key = texts([*ids, NO_ID]), near_days(), texts(numbers_of_people), texts(keys)
    return {
        **dict.fromkeys(NAMES_OF_IDS, some_id),
        **dict.fromkeys(("until", "horizon", "plannedFor", "heldOn", "on", "decidedOn"), day),
        **dict.fromkeys(("teamKey", "unitKey", "parentKey"), key),
        **dict.fromkeys(("employeeNumber", "subject"), employee),
        **dict.fromkeys(("first", "last"), numbers(1, 20)),
        **dict.fromkeys(("noticeVersion", "promiseVersion", "strength"), numbers(1, 5)),
        "commandId": st.builds(lambda: StringValueNode(value=str(uuid4()))),
        "expectedVersion": st.just(NullValueNode()),
        "clients": numbers(0, 9),
        "energy": numbers(-2, 2),
        "use": numbers(0, 3),
        "progress": numbers(0, 100),
        "months": numbers(1, 24),
        "waitFor": texts(positions),
        "after": texts(positions),
    }


class _Meaning(Visitor):
    """Puts values with a meaning in the place of some of those that were made."""

    def __init__(self, draw: st.DrawFn, meant: Meanings) -> None:
        super().__init__()
        self._draw = draw
        self._meant = meant

    def enter_argument(self, node: ArgumentNode, *_: Any) -> ArgumentNode | None:
        changed = self._value(node.name.value, node.value)
        return ArgumentNode(name=node.name, value=changed) if changed else None

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> ObjectFieldNode | None:
        changed = self._value(node.name.value, node.value)
        return ObjectFieldNode(name=node.name, value=changed) if changed else None

    def _value(self, name: str, made: ValueNode) -> ValueNode | None:
        meant = self._meant.get(name, self._meant.get(name.removesuffix("s")))
        if meant is None or isinstance(made, VariableNode):
            return None
        if isinstance(made, ListValueNode):
            return ListValueNode(values=tuple(self._one(meant, value) for value in made.values))
        return self._one(meant, made)

    def _one(self, meant: st.SearchStrategy[ValueNode], made: ValueNode) -> ValueNode:
        if self._draw(st.integers(1, MEANT_OF)) == MEANT_OF:
            return made
        value = self._draw(meant)
        # A name may mean ids in one input and a number in another, as `people` does.
        is_other = isinstance(made, IntValueNode) and isinstance(value, StringValueNode)
        return made if is_other else value


@st.composite
def documents(draw: st.DrawFn, operation: Operation, meant: Meanings) -> str:
    """Draw a document that asks one root field; now and then one that the schema forbids."""
    if draw(st.integers(1, INVALID_OF)) == INVALID_OF:
        return str(draw(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)).body)
    made = parse(str(draw(operation.as_strategy()).body))
    return print_ast(visit(made, _Meaning(draw, meant)))
