"""Commands without a network: the gateway's bus and the services' handler, joined in one process."""

from collections.abc import Callable
from typing import TypeVar

from gateway.commands.bus import Fate, Order, Reason
from gateway.commands.in_process_bus import InProcessBus
from gateway.errors import ErrorCode, GatewayError
from gateway.positions import Place
from rules.access.roles import Role
from services.handling.handler import CommandHandler
from services.handling.registry import MalformedCommandError, UnknownCommandError, read_command
from services.handling.results import (
    Caller,
    CommandIdError,
    CommandResult,
    ForbiddenError,
    UnavailableError,
)
from services.http.rate_limit import Pace, TooManyCommandsError

T = TypeVar("T")
_MEANS = {
    ForbiddenError: ErrorCode.FORBIDDEN,
    UnavailableError: ErrorCode.UNAVAILABLE,
    TooManyCommandsError: ErrorCode.LIMIT_EXCEEDED,
    CommandIdError: ErrorCode.BAD_REQUEST,
    MalformedCommandError: ErrorCode.BAD_REQUEST,
    UnknownCommandError: ErrorCode.BAD_REQUEST,
}


def bus_of(handler: CommandHandler, pace: Pace) -> InProcessBus:
    """Return a bus that ends at this handler, at the pace that each caller may have."""

    def handle(order: Order, person: str, role: Role) -> Fate:
        def give() -> Fate:
            caller = Caller(person=person, role=role)
            pace.take(caller)
            result = handler.handle(
                read_command(order.name, dict(order.content)),
                caller=caller,
                command_id=order.command_id,
                expected_version=order.expected_version,
            )
            return _fate(result)

        return _translated(give)

    def fate_of(command_id: str, person: str, role: Role) -> Fate | None:
        def look_up() -> Fate | None:
            found = handler.fate(caller=Caller(person=person, role=role), command_id=command_id)
            return _fate(found) if found else None

        return _translated(look_up)

    return InProcessBus(handle=handle, fate_of=fate_of)


def _translated(work: Callable[[], T]) -> T:
    try:
        return work()
    except tuple(_MEANS) as error:
        message = str(error)
        raise GatewayError(_MEANS[type(error)], f"{message[:1].upper()}{message[1:]}.") from error


def _fate(result: CommandResult) -> Fate:
    position = result.position
    return Fate(
        command_id=result.command_id,
        outcome=result.outcome,
        position=Place(generation=position.generation, partition=position.partition, ordinal=position.ordinal)
        if position
        else None,
        version=result.version,
        reasons=tuple(
            Reason(code=refusal.code, nl=refusal.nl, en=refusal.en, field=refusal.field)
            for refusal in result.refusals
        ),
        thing=result.thing_id,
    )
