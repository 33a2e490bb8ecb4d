"""The request and the result of a command, as the gateway and the services exchange them."""

from typing import Any, Literal

import msgspec

Outcome = Literal["ACCEPTED", "REFUSED", "UNSETTLED"]
"""It is on the log; it is not and nothing changed; it is not known yet and may still happen."""

RefusalCode = Literal[
    "INVALID_INPUT",
    "TOO_LARGE",
    "NOT_FOUND",
    "CHANGED_MEANWHILE",
    "TOO_BUSY",
    "SETTLED",
    "COMMAND_ID_REUSED",
    "ALREADY_SO",
    "WRONG_STATE",
    "LIMIT_REACHED",
    "NOT_CONSENTED",
    "TOO_FEW_RATERS",
    "RATER_NOT_AVAILABLE",
    "INVITATION_OVER",
    "ROLES_CONFLICT",
    "FLOOR_TOO_LOW",
    "CONFIRMATION_NEEDED",
    "SECOND_MEMBER_NEEDED",
]
"""Those members of the schema's RefusalCode (gateway/api/command_result.py) that are in use."""


class LogPosition(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """
    A position among the log's accepted events.

    `generation` is the id of the log's life (32 hex digits). `ordinal` counts the accepted events of the
    partition from 1. A commit has the ordinal of its last event; without events, of the event before it.
    """

    generation: str
    partition: int
    ordinal: int


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """
    A reason why a command was not carried out, in sentences for a screen.

    `field` is a path into the input, empty when the reason is not about one field.
    """

    code: RefusalCode
    nl: str
    en: str
    field: tuple[str, ...] = ()


class CommandRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A command to be sent: `name` is its mutation's, `input` the rest of the mutation's input as JSON."""

    name: str
    command_id: str
    expected_version: int | None = None
    input: dict[str, Any] = {}


class CommandResult(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How a command ended. `entity_id` is what it made or changed, `version` that of the stream it wrote."""

    command_id: str
    outcome: Outcome
    position: LogPosition | None = None
    version: int | None = None
    refusals: tuple[Refusal, ...] = ()
    entity_id: str | None = None
