"""The scalars of the schema, each strict about what it accepts."""

import base64
import binascii
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, NewType
from urllib.parse import urlsplit
from uuid import UUID

import strawberry
from graphql import GraphQLError, ValueNode, value_from_ast_untyped
from strawberry.types.scalar import ScalarDefinition

RFC3339 = "https://datatracker.ietf.org/doc/html/rfc3339#section-5.6"
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.(\d{1,30}))?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
YEAR_MIN = 2
"""Of the year 1, some moments have no day in another time zone."""
CLIENT_UUID_VERSIONS = (4, 7)
POSITION_CHARS_MAX = 256
URL_CHARS_MAX = 2_000
BYTES_CHARS_MAX = 16_000
_LONG = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)

Position = NewType("Position", str)
Url = NewType("Url", str)
Digest = NewType("Digest", str)
Bytes = NewType("Bytes", str)
"""In base64."""
Long = NewType("Long", int)
Json = NewType("Json", object)


def parse_moment(value: object) -> datetime:
    """Return the moment; of more than six digits of a second, the first six, since none is kept finer."""
    found = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise GraphQLError("A DateTime is an RFC 3339 moment, e.g. 2026-11-23T09:30:00Z.")
    seconds, fraction, zone = found.groups()
    try:
        read = datetime.fromisoformat(f"{seconds}.{(fraction or '')[:6]:0<6}{zone}".upper())
        moment = read.astimezone(UTC)
    except (ValueError, OverflowError):
        raise GraphQLError("This DateTime does not exist.") from None
    if moment.year < YEAR_MIN:
        raise GraphQLError(f"A DateTime is of the year {YEAR_MIN} or later.")
    return moment


def write_moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_day(value: object) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise GraphQLError("A Date is a calendar day, e.g. 2026-11-23.")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise GraphQLError("This Date does not exist.") from None


def parse_uuid(value: object) -> UUID:
    """Accept versions 4 and 7 only: an id made from a machine's address or a name would reveal it."""
    if not isinstance(value, str):
        raise GraphQLError("A UUID is text of 32 hexadecimal digits in five groups.")
    try:
        parsed = UUID(value)
    except ValueError:
        raise GraphQLError("A UUID is text of 32 hexadecimal digits in five groups.") from None
    if parsed.version not in CLIENT_UUID_VERSIONS:
        raise GraphQLError("A UUID here is of version 4 or 7.")
    return parsed


def parse_position(value: object) -> Position:
    """Check the form only; `PositionCipher` checks that this installation made it."""
    if not isinstance(value, str) or len(value) > POSITION_CHARS_MAX:
        raise GraphQLError("A Position is text that this gateway gave out.")
    try:
        base64.urlsafe_b64decode(value)
    except (binascii.Error, ValueError):
        raise GraphQLError("A Position is text that this gateway gave out.") from None
    return Position(value)


def parse_url(value: object) -> Url:
    """Check scheme, host and length; the services check the rest."""
    if isinstance(value, str) and len(value) <= URL_CHARS_MAX and value.isprintable() and " " not in value:
        try:
            parts = urlsplit(value)
        except ValueError:
            parts = None
        if parts is not None and parts.scheme == "https" and parts.hostname:
            return Url(value)
    raise GraphQLError(f"A URL is an absolute https address of {URL_CHARS_MAX} characters at most.")


def parse_digest(value: object) -> Digest:
    if not isinstance(value, str) or not _DIGEST.fullmatch(value):
        raise GraphQLError("A Digest is a SHA-256 as 64 lower-case hexadecimal digits.")
    return Digest(value)


def parse_bytes(value: object) -> Bytes:
    """Check form and length; the services check what they are."""
    if not isinstance(value, str) or len(value) > BYTES_CHARS_MAX:
        raise GraphQLError(f"Bytes are base64 of {BYTES_CHARS_MAX} characters at most.")
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise GraphQLError("Bytes are base64: letters, digits, + and /, filled up with =.") from None
    return Bytes(value)


def write_bytes(value: bytes) -> Bytes:
    """Return bytes as the schema shows them."""
    return Bytes(base64.b64encode(value).decode())


def parse_long(value: object) -> Long:
    if not isinstance(value, str) or not _LONG.fullmatch(value):
        raise GraphQLError("A Long is a whole number as decimal text.")
    return Long(int(value))


def parse_json(_value: object) -> Json:
    raise GraphQLError("JSON is shown here, and never taken.")


def _located(definition: ScalarDefinition) -> ScalarDefinition:
    """Let the errors of a literal name its place in the document, as those of a literal Int do."""
    parse = definition.parse_value
    if parse is None:
        raise TypeError(f"{definition.name} has no parse_value.")

    def parse_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> object:
        try:
            return parse(value_from_ast_untyped(node, variables))
        except GraphQLError as error:
            raise GraphQLError(error.message, node) from error

    return replace(definition, parse_literal=parse_literal)


_DEFINITIONS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="RFC 3339 moment in UTC, e.g. 2026-11-23T09:30:00Z.",
        specified_by_url=RFC3339,
        serialize=write_moment,
        parse_value=parse_moment,
    ),
    date: strawberry.scalar(
        name="Date",
        description="Calendar day, e.g. 2026-11-23.",
        specified_by_url=RFC3339,
        serialize=date.isoformat,
        parse_value=parse_day,
    ),
    UUID: strawberry.scalar(
        name="UUID",
        description="Made by the client (version 4 or 7).",
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc9562",
        serialize=str,
        parse_value=parse_uuid,
    ),
    Position: strawberry.scalar(
        name="Position",
        description=(
            "A place in the log: encrypted by the gateway, worth nothing but to be handed back "
            "as `waitFor` or `after`."
        ),
        specified_by_url="https://ipp.example/scalars/position",
        serialize=str,
        parse_value=parse_position,
    ),
    Url: strawberry.scalar(
        name="URL",
        description="Absolute https address.",
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc3986",
        serialize=str,
        parse_value=parse_url,
    ),
    Bytes: strawberry.scalar(
        name="Bytes",
        description="Base64.",
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc4648#section-4",
        serialize=str,
        parse_value=parse_bytes,
    ),
    Long: strawberry.scalar(
        name="Long",
        description=(
            "Whole number as decimal text, since Kafka offsets outgrow GraphQL's Int and JavaScript's number."
        ),
        specified_by_url="https://ipp.example/scalars/long",
        serialize=str,
        parse_value=parse_long,
    ),
    Json: strawberry.scalar(
        name="JSON",
        description=(
            "Any JSON value. Only for opened contents, whose shape follows the event's wire name or the "
            "stream's kind."
        ),
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc8259",
        serialize=lambda value: value,
        parse_value=parse_json,
    ),
    Digest: strawberry.scalar(
        name="Digest",
        description="SHA-256 as 64 lower-case hexadecimal digits.",
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc6234",
        serialize=str,
        parse_value=parse_digest,
    ),
}
SCALARS: dict[object, ScalarDefinition] = {
    kind: _located(definition) for kind, definition in _DEFINITIONS.items()
}
