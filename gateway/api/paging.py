"""Lists that may grow long: Relay connections, forwards only, without counts, with encrypted cursors."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec
import strawberry

from gateway.context import Context
from gateway.errors import ErrorCode, GatewayError

CURSOR_CHARS_MAX = 1_024

Node = TypeVar("Node")
Row = TypeVar("Row")
Key = TypeVar("Key")


# A cursor is encrypted when it is asked for: most documents ask for the last of a page, or for none.
def _cursor(self: "Edge[Any]") -> str:
    return self.encrypted()


def _first_cursor(self: "PageInfo") -> str | None:
    return self.edges[0].encrypted() if self.edges else None


def _last_cursor(self: "PageInfo") -> str | None:
    return self.edges[-1].encrypted() if self.edges else None


@strawberry.type(description="Whether there is more of a list, and how to go on. No list counts its items.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there are items after this page.")
    has_previous_page: bool = strawberry.field(
        description="Whether `after` was given. Earlier pages are kept by the client."
    )
    start_cursor: str | None = strawberry.field(
        resolver=_first_cursor, description="The cursor of the first item; null for an empty page."
    )
    end_cursor: str | None = strawberry.field(
        resolver=_last_cursor,
        description="The cursor of the last item, for `after`; null for an empty page.",
    )
    edges: strawberry.Private[Sequence["Edge[Any]"]] = ()


@strawberry.type
class Edge(Generic[Node]):
    cursor: str = strawberry.field(
        resolver=_cursor, description="The place of the item in the list, for `after`."
    )
    node: Node = strawberry.field(description="The item.")
    encrypted: strawberry.Private[Callable[[], str]]


@strawberry.type
class Connection(Generic[Node]):
    edges: list[Edge[Node]] = strawberry.field(description="The items of this page.")
    page_info: PageInfo = strawberry.field(description="Whether there are more pages.")


def check_page_size(context: Context, argument: str, size: int) -> None:
    """Raise LIMIT_EXCEEDED for a page that is too long; the value of a variable is known only here."""
    size_max = context.gateway.limits.document.page_max
    if not 1 <= size <= size_max:
        raise GatewayError(ErrorCode.LIMIT_EXCEEDED, f"`{argument}` must be 1 to {size_max}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging(Generic[Row, Key]):
    """How one list is paged: its cursors are encrypted for `name`, its rows are in the order of `key_of`.

    A cursor is the key of the last row seen, so no row is lost or repeated when others come and go meanwhile.
    It is the same for everyone, and can't be used with another list.
    """

    name: str
    key: type[Key]
    key_of: Callable[[Row], Key]

    async def page(
        self,
        context: Context,
        *,
        first: int,
        after: str | None,
        read: Callable[[Key | None, int], Awaitable[Sequence[Row]]],
        node: Callable[[Row], Node],
        before_showing: Callable[[Sequence[Row]], Awaitable[None]] | None = None,
    ) -> Connection[Node]:
        """Return a page of the rows that `read(key, limit)` returns after a key, in the order of the list.

        `before_showing` gets exactly the rows of the page; if it raises, they are not shown. Raises
        LIMIT_EXCEEDED, and BAD_REQUEST for a cursor of another list.
        """
        check_page_size(context, "first", first)
        rows = await read(self.key_in(context, after) if after else None, first + 1)
        if before_showing is not None:
            await before_showing(rows[:first])
        return self.shown(context, rows[:first], more=len(rows) > first, after=after, node=node)

    def shown(
        self,
        context: Context,
        rows: Sequence[Row],
        *,
        more: bool,
        after: str | None,
        node: Callable[[Row], Node],
    ) -> Connection[Node]:
        """Return the connection of one page of rows."""
        edges = [self.edge(context, row, node(row)) for row in rows]
        info = PageInfo(has_next_page=more, has_previous_page=bool(after), edges=edges)
        return Connection(edges=edges, page_info=info)

    def edge(self, context: Context, row: Row, node: Node) -> Edge[Node]:
        """Return the edge of a row."""
        return Edge(encrypted=lambda: self.cursor_of(context, row), node=node)

    def cursor_of(self, context: Context, row: Row) -> str:
        """Return the cursor of a row."""
        return context.gateway.position_cipher.encrypt(
            msgspec.json.encode(self.key_of(row)), purpose=self._purpose
        )

    def key_in(self, context: Context, after: str) -> Key:
        """Return the key in a cursor of this list. Raises BAD_REQUEST for any other text."""
        plain = None
        if len(after) <= CURSOR_CHARS_MAX:
            plain = context.gateway.position_cipher.decrypt(after, purpose=self._purpose)
        try:
            # a cursor made by an older release may have a key of another type
            key: Any = msgspec.json.decode(plain or b"", type=self.key)
        except msgspec.DecodeError:
            message = "`after` is not a cursor of this list; take the cursor of one of its edges."
            raise GatewayError(ErrorCode.BAD_REQUEST, message) from None
        return key  # type: ignore[no-any-return]

    @property
    def _purpose(self) -> bytes:
        return f"ipp.cursor.v1 {self.name}".encode()
