"""Limits of a document's length and parts, counted in one pass before it is validated.

Validation compares every two fields of one name, so a short document can keep it busy for seconds.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionNode,
)

from gateway.errors import ErrorCode, GatewayError

CHARACTERS_MAX: Final = 32_000
"""Of the document alone. Blanks, comments and text are read letter by letter, and do not count as tokens."""
SIZES_MAX: Final = {
    "operations": 10,
    "fragments": 20,
    "spreads of fragments": 40,
    "selections": 500,
    "variables": 100,
    "directives": 100,
    "arguments": 500,
    "pairs of fields of one name": 2_500,
}


def check_length(text: str) -> None:
    """Raise LIMIT_EXCEEDED for a document too long to be parsed."""
    if len(text) > CHARACTERS_MAX:
        raise _exceeded("characters", CHARACTERS_MAX)


def check_size(document: DocumentNode) -> None:
    """Raise LIMIT_EXCEEDED for a document with too many parts of one kind. Linear in its length."""
    found: Counter[str] = Counter()
    names: Counter[str] = Counter()
    for definition in document.definitions:
        match definition:
            case OperationDefinitionNode():
                found["operations"] += 1
                found["variables"] += len(definition.variable_definitions or ())
                for variable in definition.variable_definitions or ():
                    found["directives"] += len(variable.directives or ())
            case FragmentDefinitionNode():
                found["fragments"] += 1
            case _:  # no other definition can be executed; validation reports it
                continue
        found["directives"] += len(definition.directives or ())
        for node in _selections(definition):
            found["selections"] += 1
            found["directives"] += len(node.directives or ())
            match node:
                case FieldNode(alias=alias, name=name):
                    names[alias.value if alias else name.value] += 1
                    found["arguments"] += len(node.arguments or ())
                case FragmentSpreadNode():
                    found["spreads of fragments"] += 1
                case _:
                    pass
    found["pairs of fields of one name"] = sum(count * (count - 1) // 2 for count in names.values())
    for what, at_most in SIZES_MAX.items():
        if found[what] > at_most:
            raise _exceeded(what, at_most)


def _selections(definition: OperationDefinitionNode | FragmentDefinitionNode) -> Iterator[SelectionNode]:
    waiting = [definition.selection_set]
    while waiting:
        for node in waiting.pop().selections:
            yield node
            below = getattr(node, "selection_set", None)  # a fragment spread has none
            if below is not None:
                waiting.append(below)


def _exceeded(what: str, at_most: int) -> GatewayError:
    return GatewayError(ErrorCode.LIMIT_EXCEEDED, f"A document may have at most {at_most} {what}.")
