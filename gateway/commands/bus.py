"""The way from a mutation to the service that decides on it, and back, whatever gets lost on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from gateway.auth import Identity
from gateway.positions import Place
from rules.access.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a command was refused; `code` as in the schema's RefusalCode."""

    code: str
    nl: str
    en: str
    field: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """How a command ended. `thing` is the id of what it made or changed."""

    command_id: str
    outcome: Literal["ACCEPTED", "REFUSED", "UNSETTLED"]
    position: Place | None = None
    version: int | None = None
    reasons: tuple[Reason, ...] = ()
    thing: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A command on its way. `name` is that of its mutation, `content` its input but for id and version."""

    name: str
    command_id: str
    expected_version: int | None = None
    content: Mapping[str, object] = field(default_factory=dict)


class CommandBus(Protocol):
    """Carries commands to where they are decided.

    What is not known for certain is UNSETTLED and no error: a command that got no answer may have happened.
    Raises GatewayError FORBIDDEN when the role is not the caller's, UNAVAILABLE only when nothing was sent.
    """

    async def send(self, order: Order, *, identity: Identity, role: Role) -> Fate: ...

    async def fate(self, command_id: str, *, identity: Identity, role: Role) -> Fate | None:
        """How a command of this caller ended; None when nothing is known of it."""
