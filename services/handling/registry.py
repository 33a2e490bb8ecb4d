"""The decider of every context, found by being there, and every command by its name."""

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterable
from types import ModuleType
from typing import Final

import msgspec

import services.contexts
from events.catalog.registry import category_of
from events.codec import PERSON_CATEGORIES
from kit.errors import BadRequestError, NotFoundError
from services.decisions.command import Command
from services.decisions.decider import AnyDecider, Decider

OF_A_PERSON: Final = "of_a_person"
"""The name in metrics and log lines of all commands on people's streams."""


class UnknownCommandError(NotFoundError):
    """There is no command of this name."""


class MalformedCommandError(BadRequestError):
    """The input does not have the shape of the command; the message says where."""


class ContextError(Exception):
    """A context is incomplete, or has a command of another's name; the message says which one."""


def find_deciders(package: ModuleType = services.contexts) -> tuple[AnyDecider, ...]:
    """Return the DECIDER in `decider.py` of each context, by the context's name. Raises ContextError."""
    found = []
    for context in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        name = f"{context.name}.decider"
        existing = context.ispkg and importlib.util.find_spec(name)
        decider = getattr(importlib.import_module(name), "DECIDER", None) if existing else None
        if not isinstance(decider, Decider):
            raise ContextError(f"{context.name} needs a module decider.py that defines DECIDER, a Decider.")
        found.append(decider)
    return tuple(found)


def commands_of(deciders: Iterable[AnyDecider]) -> dict[str, type[Command]]:
    """Return all commands by name. Raises ContextError when two have the same name."""
    found: dict[str, type[Command]] = {}
    for command in (command for decider in deciders for command in decider.commands):
        other = found.setdefault(command.wire_name(), command)
        if other is not command:
            raise ContextError(
                f"Two commands are called {command.__name__}, in {other.__module__} and {command.__module__}."
            )
    return found


DECIDERS: Final = find_deciders()
_COMMANDS: Final = {
    name: command for name, command in commands_of(DECIDERS).items() if not command.by_process
}
_DECIDER_OF: Final = {command: decider for decider in DECIDERS for command in decider.commands}


def command_names() -> tuple[str, ...]:
    """Return the names of the commands that clients may send."""
    return tuple(_COMMANDS)


def decider_of(command: Command) -> AnyDecider:
    return _DECIDER_OF[type(command)]


def shown_name(kind: type[Command]) -> str:
    """
    Return the name of a command in metrics and log lines: its own if all its streams are in clear.

    On the log, the names of events about a person are sealed. A counter that rises by one, or a log line at
    a moment, would show them: for example, that somebody just closed a portfolio.
    """
    read = {category_of(event) for event in _DECIDER_OF[kind].reads}
    return OF_A_PERSON if read & PERSON_CATEGORIES else kind.wire_name()


def read_command(name: str, input_: object) -> Command:
    """
    Return the command of this name, with the mutation's input as a JSON object.

    Raises UnknownCommandError and MalformedCommandError.
    """
    kind = _COMMANDS.get(name)
    if kind is None:
        raise UnknownCommandError(f"there is no command {name[:60]!r}; there are {', '.join(_COMMANDS)}")
    try:
        return msgspec.convert(input_, kind)
    except msgspec.ValidationError as error:
        raise MalformedCommandError(str(error)) from None
