"""Every command by its name, and the decider that answers it."""

from typing import Final

import msgspec

from kit.errors import BadRequestError, NotFoundError
from services.contexts.catalogue.decider import DECIDER as CATALOGUE
from services.contexts.employment.decider import DECIDER as EMPLOYMENT
from services.contexts.policy.decider import DECIDER as POLICY
from services.contexts.portfolio.decider import DECIDER as PORTFOLIO
from services.contexts.team.decider import DECIDER as TEAM
from services.contexts.units.decider import DECIDER as UNITS
from services.decisions.command import Command
from services.decisions.decider import AnyDecider

DECIDERS: Final[tuple[AnyDecider, ...]] = (PORTFOLIO, CATALOGUE, EMPLOYMENT, TEAM, UNITS, POLICY)


class UnknownCommandError(NotFoundError):
    """There is no command of this name."""


class MalformedCommandError(BadRequestError):
    """The input does not have the shape of the command; the message says where."""


_COMMANDS: Final[dict[str, type[Command]]] = {
    command.wire_name(): command
    for decider in DECIDERS
    for command in decider.commands
    if not command.by_process
}
_DECIDER_OF: Final[dict[type[Command], AnyDecider]] = {
    command: decider for decider in DECIDERS for command in decider.commands
}
if len({command.wire_name() for command in _DECIDER_OF}) != sum(
    len(decider.commands) for decider in DECIDERS
):
    raise TypeError("two commands have the same name")


def command_names() -> tuple[str, ...]:
    return tuple(_COMMANDS)


def decider_of(command: Command) -> AnyDecider:
    return _DECIDER_OF[type(command)]


def read_command(name: str, input_: object) -> Command:
    """
    Make a command from its name and the JSON object of its input, in camel case as the schema has it.

    Raises UnknownCommandError and MalformedCommandError.
    """
    kind = _COMMANDS.get(name)
    if kind is None:
        raise UnknownCommandError(f"there is no command {name[:60]!r}; there are {', '.join(_COMMANDS)}")
    try:
        return msgspec.convert(input_, kind)
    except msgspec.ValidationError as error:
        raise MalformedCommandError(str(error)) from None
