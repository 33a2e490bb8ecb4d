"""Statements that answer with one JSON value, asked on a channel of reads or on a connection."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, Generic, Protocol, TypeVar

import msgspec
import psycopg

T = TypeVar("T")
S = TypeVar("S")
Value = str | int | bool | date | bytes | Sequence[str] | None
"""What a statement takes; a `datetime` is a date too."""

Maybe: Final[type[str | None]] = str | None  # type: ignore[assignment]
"""The type of a text that may be null, for `Select`."""

_PLACEHOLDER: Final = re.compile(r"%\((\w+)\)s|%%")
_QUOTED: Final = str.maketrans({"\\": "\\\\", '"': '\\"'})


class Ask(Protocol):
    """Answers a read, on one of the connections that it has."""

    async def __call__(self, read: "Read[T]", /) -> T:
        """Return the answer. Raises psycopg's errors."""


Source = psycopg.AsyncConnection[Any] | Ask
"""Where a read is asked: on a connection of the caller's, or by a channel that many callers share."""


class Select(Generic[T]):
    """
    One SELECT that gives one value of type json, and the type that it is decoded to.

    Values are named as `%(name)s`, with a cast where PostgreSQL can't know the type. Make it once, for each
    connection of a channel prepares it at its first use and keeps it.
    """

    __slots__ = ("_decode", "names", "numbered", "of", "select")

    def __init__(self, select: str, of: type[T]) -> None:
        self.select = select
        self.of = of
        self._decode = msgspec.json.Decoder(of).decode
        names: dict[str, int] = {}

        def number(found: re.Match[str]) -> str:
            name = found[1]
            return "%" if name is None else f"${names.setdefault(name, len(names) + 1)}"

        self.numbered: Final = _PLACEHOLDER.sub(number, f"SELECT ({select})::text").encode()
        """As the protocol wants it: with `$1`, `$2` for the values of `names`."""
        self.names: Final = tuple(names)

    def read(self, **values: Value) -> "Read[T]":
        """Return what is asked with these values."""
        return Read(self, values)

    def decode(self, answer: bytes | None) -> T:
        """Return the value of a cell; of one that is null, what `of` makes of null."""
        return self._decode(b"null" if answer is None else answer)


class Read(Generic[T]):
    """A statement with its values."""

    __slots__ = ("statement", "values")

    def __init__(self, statement: Select[T], values: Mapping[str, Value]) -> None:
        self.statement = statement
        self.values = values

    async def of(self, source: Source) -> T:
        """Ask, and return the answer. Raises psycopg's errors."""
        if not isinstance(source, psycopg.AsyncConnection):
            return await source(self)
        answer = await self.sent_on(source)
        return await answer()

    async def sent_on(self, connection: psycopg.AsyncConnection[Any]) -> Callable[[], Awaitable[T]]:
        """Ask, and return what waits for the answer: in a pipeline, others may be asked before that."""
        named = f"SELECT ({self.statement.select})::text".encode()
        # Prepared, because most of these take longer to plan than to run.
        cursor = await connection.execute(named, dict(self.values), prepare=True)

        async def answer() -> T:
            row = await cursor.fetchone()
            return self.statement.decode(row[0].encode() if row and row[0] is not None else None)

        return answer

    def texts(self) -> list[bytes | None]:
        """Return the values as PostgreSQL reads them. Raises psycopg.DataError for a text it can't have."""
        values = self.values
        return [as_text(values[name]) for name in self.statement.names]


def both(first: Select[T], second: Select[S]) -> Select[tuple[T, S]]:
    """Return one statement that asks both, at one moment of the database; a value of the same name is one."""
    of: Any = tuple[first.of, second.of]  # type: ignore[name-defined]
    return Select(f"SELECT json_build_array(({first.select}), ({second.select}))", of)


def as_text(value: Value) -> bytes | None:
    """Return a value in PostgreSQL's text format. Raises psycopg.DataError."""
    if value is None:
        return None
    if isinstance(value, str):
        text = value
    elif isinstance(value, date):
        text = value.isoformat()
    elif isinstance(value, int):
        text = str(value).lower()  # true and false too
    elif isinstance(value, bytes):
        text = "\\x" + value.hex()
    else:
        text = "{" + ",".join([f'"{item.translate(_QUOTED)}"' for item in value]) + "}"
    if "\0" in text:  # the protocol would end the text there
        raise psycopg.errors.CharacterNotInRepertoire("PostgreSQL text can't contain NUL (0x00) bytes")
    return text.encode()


def as_array(values: Iterable[Value]) -> bytes:
    """Return values as an array in PostgreSQL's text format. Raises psycopg.DataError."""
    return b"{" + b",".join([_element(as_text(value)) for value in values]) + b"}"


def _element(text: bytes | None) -> bytes:
    if text is None:
        return b"NULL"
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
