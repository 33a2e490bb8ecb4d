"""Each mutation's input fits the command of its name: no field too many, and no required field missing."""

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
import strawberry
from strawberry.types.base import StrawberryContainer, StrawberryObjectDefinition
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from gateway.api.discovery import MUTATIONS
from gateway.api.sending import CommandInput, _mutation_of, _name_of
from services.feedback.delivery import ConfirmLetters
from services.handling.registry import DECIDERS, commands_of

ROOT = Path(__file__).parents[3]
# Those without a stream are carried out without a decider.
WITHOUT_STREAM: dict[str, type[msgspec.Struct]] = {"confirmLetters": ConfirmLetters}
DECIDED = commands_of(DECIDERS)
COMMANDS: dict[str, type[msgspec.Struct]] = {**DECIDED, **WITHOUT_STREAM}
# What raters hand in is sealed at the gateway or before it, so the command has other fields.
SEALED = {"submitFeedback"}
# The envelope that every mutation has, and that no command knows.
ENVELOPE = {"command_id", "expected_version"}
INPUTS: dict[str, Any] = {
    to_camel_case(field.python_name): argument.type
    for field in MUTATIONS
    for argument in field.arguments
    if argument.python_name == "input"
}


def place_of(kind: type) -> str:
    """Return a class by its name and its file."""
    return f"{kind.__name__} in {Path(inspect.getfile(kind)).relative_to(ROOT)}"


def fields_of(input_: type) -> list[StrawberryField]:
    definition: StrawberryObjectDefinition = input_.__strawberry_definition__  # type: ignore[attr-defined]
    return definition.fields


def input_in(kind: object) -> type | None:
    """Return the input type that a field's type is, or is a list of; None for scalars and enums."""
    while isinstance(kind, StrawberryContainer):
        kind = kind.of_type
    return kind if isinstance(kind, type) and hasattr(kind, "__strawberry_definition__") else None


def struct_in(kind: object) -> type[msgspec.Struct] | None:
    """Return the struct that a command field's type is, or contains."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind
    return next((found for each in get_args(kind) if (found := struct_in(each))), None)


def differences(input_: type, command: type[msgspec.Struct]) -> Iterator[str]:
    """Yield a sentence for each field that only one side has; of nested inputs too."""
    in_input = {_name_of(field): field for field in fields_of(input_) if field.python_name not in ENVELOPE}
    in_command = {field.encode_name: field for field in msgspec.structs.fields(command)}
    for name in in_input.keys() - in_command.keys():
        yield f"The field `{name}` of {place_of(input_)} is no field of the command {place_of(command)}."
    for name, field in in_command.items():
        if field.required and name not in in_input:
            yield f"The field `{name}`, which {place_of(command)} requires, is missing in {place_of(input_)}."
    for name in in_input.keys() & in_command.keys():
        nested, struct = input_in(in_input[name].type), struct_in(in_command[name].type)
        if nested and struct:
            yield from differences(nested, struct)


@pytest.mark.parametrize(
    "input_",
    [input_ for name, input_ in INPUTS.items() if name not in SEALED],
    ids=lambda input_: input_.__name__,
)
def test_an_input_has_the_fields_of_its_command(input_: type) -> None:
    command = COMMANDS.get(_mutation_of(input_.__name__))
    assert command is not None, f"There is no command for {place_of(input_)}."
    assert not (found := list(differences(input_, command))), " ".join(found)


def test_every_mutation_takes_the_input_of_its_name() -> None:
    assert len(INPUTS) == len(MUTATIONS)
    assert {name for name, input_ in INPUTS.items() if _mutation_of(input_.__name__) != name} == set()


def test_every_command_that_a_client_may_send_has_a_mutation() -> None:
    decided = {name for name, command in DECIDED.items() if not command.by_process}
    assert decided | WITHOUT_STREAM.keys() | SEALED == set(INPUTS)


@strawberry.input
class PlantedName:
    term_id: strawberry.ID
    own_word: str


@strawberry.input
class PlantedInput(CommandInput):
    name: list[PlantedName] | None = None
    colour: str
    use: int


class Name(msgspec.Struct, rename="camel"):
    term_id: str
    own_words: str
    language: str = "nl"


class Planted(msgspec.Struct, rename="camel"):
    name: tuple[Name, ...]
    use: int
    energy_now: int
    story: str | None = None


def test_a_slip_is_reported_in_one_sentence_that_names_file_class_and_field() -> None:
    here = "in tests/gateway/api/test_inputs.py"
    assert set(differences(PlantedInput, Planted)) == {
        f"The field `colour` of PlantedInput {here} is no field of the command Planted {here}.",
        f"The field `energyNow`, which Planted {here} requires, is missing in PlantedInput {here}.",
        f"The field `ownWord` of PlantedName {here} is no field of the command Name {here}.",
        f"The field `ownWords`, which Name {here} requires, is missing in PlantedName {here}.",
    }
