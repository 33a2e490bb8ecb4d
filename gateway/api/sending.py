"""What all mutations share: their two common input fields, and sending the command."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from collections.abc import Sequence
from dataclasses import Field, fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Final
from uuid import UUID

import strawberry
from strawberry import UNSET
from strawberry.utils.str_converters import to_camel_case

from gateway.api.command_result import CommandResult
from gateway.context import Info
from gateway.errors import ErrorCode, GatewayError
from projections.view import View
from rules import commands

RESULT_WAIT_S = 2.0
KEPT: Final = "Left out, it stays as it was; null empties it."
"""What an optional field of a change says of itself; `services/decisions/changes.py` makes it true."""
CHANGED: Final = (
    "What the command changed. Null when the command was refused or is not settled, when nothing is left to "
    "show, and when the view took longer than 2 s: ask for it with `waitFor`."
)


@strawberry.input
class UnversionedInput:
    """
    The input of a command on something whose version its sender must not know.

    To know the version of what was handed in would be to know that something was handed in.
    """

    command_id: UUID = strawberry.field(
        description=(
            "An id for what the person does, made at that moment. Sent again with the same input, it "
            "happens once."
        )
    )


@strawberry.input
class CommandInput(UnversionedInput):
    expected_version: int | None = strawberry.field(
        default=UNSET,
        description=(
            "The `version` that the person was looking at; refused with CHANGED_MEANWHILE when there "
            "is a newer one. Left out, the command is decided on the newest state."
        ),
    )


@strawberry.type
class CommandPayload:
    command: CommandResult = strawberry.field(description="What became of the command.")


async def send_command(info: Info, input: CommandInput) -> commands.CommandResult:
    """Send the command that the input is named after."""
    context = info.context
    request = commands.CommandRequest(
        name=_mutation_of(type(input).__name__),
        command_id=str(input.command_id),
        expected_version=input.expected_version if isinstance(input.expected_version, int) else None,
        input=_content(input, leave_out=("command_id", "expected_version")),
    )
    result = await context.gateway.bus.send(request, identity=context.known_identity, role=context.role)
    if result.position is not None:  # a kept picture would be asked for, only to be found outdated
        context.gateway.portfolios.pictures.drop(context.person)
    return result


def _mutation_of(input_name: str) -> str:
    """Return the mutation that an input belongs to: `claimTalent` for ClaimTalentInput."""
    name = input_name.removesuffix("Input")
    return name[0].lower() + name[1:]


def _content(input: object, leave_out: Sequence[str] = ()) -> dict[str, object]:
    """Return an input as the JSON that the client sent, without what the client left out."""
    sent = [field for field in fields(input) if field.name not in leave_out]  # type: ignore[arg-type]
    values = {_name_of(field): getattr(input, field.name) for field in sent}
    return {name: _plain(value) for name, value in values.items() if value is not UNSET}


def _name_of(field: Field[object]) -> str:
    """Return a field's name in GraphQL, which is not always allowed in Python."""
    return getattr(field, "graphql_name", None) or to_camel_case(field.name)


def _plain(value: object) -> object:
    match value:
        case Enum():
            return value.name  # as the schema spells it, and commands too
        case date():
            return value.isoformat()
        case list():
            return [_plain(each) for each in value]
        case _ if is_dataclass(value):
            return _content(value)
        case _:
            return value


async def can_show_result(
    info: Info, result: commands.CommandResult, *views: View, of_another: bool = False
) -> bool:
    """
    Return whether the changed item can be shown: the views have passed the command, the caller may see it.

    A retried command always returns its original result. The changed item is included only if the caller
    still holds the role. An item `of_another` person is not shown from stale views, which may not know yet
    that it was taken away.
    """
    passed = await have_passed(info, result, *views, of_another=of_another)
    return passed and await holds_role(info)


async def have_passed(
    info: Info, result: commands.CommandResult, *views: View, of_another: bool = False
) -> bool:
    """Return whether the views have passed the command, and are not stale where it is `of_another` person."""
    context = info.context
    if result.position is None:
        return False
    try:
        await context.gateway.freshness.wait(views, [result.position], within_s=RESULT_WAIT_S)
        if of_another:
            await context.check_fresh(*views)
    except GatewayError as error:
        if error.code in {ErrorCode.NOT_YET, ErrorCode.UNAVAILABLE}:
            return False
        raise
    return True


async def holds_role(info: Info) -> bool:
    """Return whether the caller still holds the role of the request."""
    return info.context.role in (await info.context.find_caller()).roles
