"""Answers each query of a test a second time, by the other way, and compares the two answers.

Documents that were accepted before are executed by the short way (gateway/short_way.py); two ways to one
answer must not differ in anything that a client sees.
"""

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from gateway.http.endpoint import GraphQLEndpoint
from gateway.http.media_types import prefers_stream
from gateway.short_way import Known, ShortWay

ALIKE_MAX = 2
"""So often one caller's document is compared in a test: once by each way first."""
TRIES_MAX = 5
Seen = tuple[int, list[tuple[bytes, bytes]], bytes]
"""Of an answer: its status, headers and body."""
_CORRELATION = re.compile(rb'"correlationId":"[0-9a-f]+"')


@dataclass
class Asked:
    """One request: whether the short way may be taken, and what it was asked for."""

    open: bool = True
    way: ShortWay | None = None
    given: tuple[str | None, Mapping[str, Any]] = (None, {})
    found: Known | None = None


_asked: ContextVar[Asked | None] = ContextVar("asked", default=None)
_once: ContextVar[bool] = ContextVar("once", default=False)


@contextmanager
def asked_once() -> Iterator[None]:
    """Answer what is asked in the block once, as it comes: for what counts the work of a request."""
    token = _once.set(True)
    try:
        yield
    finally:
        _once.reset(token)


class BothWays:
    """Counts the queries of a test that were answered both ways."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.compared = 0
        self._asked_before: Counter[tuple[object, ...]] = Counter()
        self._endpoint = GraphQLEndpoint.__call__
        self._find = ShortWay.find

        def find(way: ShortWay, text: str | None, given: Mapping[str, Any]) -> Known | None:
            asked = _asked.get()
            if asked is None:
                return self._find(way, text, given)
            asked.way, asked.given = way, (text, given)
            asked.found = self._find(way, text, given) if asked.open else None
            return asked.found

        async def twice(endpoint: GraphQLEndpoint, scope: Scope, receive: Receive, send: Send) -> None:
            await self._answer(endpoint, scope, receive, send)

        monkeypatch.setattr(ShortWay, "find", find)
        monkeypatch.setattr(GraphQLEndpoint, "__call__", twice)

    async def _answer(self, endpoint: GraphQLEndpoint, scope: Scope, receive: Receive, send: Send) -> None:
        accept = dict(scope.get("headers", ())).get(b"accept", b"").decode("latin-1")
        if _once.get() or scope["type"] != "http" or prefers_stream(accept):
            await self._endpoint(endpoint, scope, receive, send)
            return
        taken: list[MutableMapping[str, Any]] = []

        async def recorded() -> MutableMapping[str, Any]:
            taken.append(await receive())
            return taken[-1]

        before = _buckets(endpoint)
        asked = Asked()
        first = await self._asked(endpoint, scope, recorded, asked)
        if self._is_query(asked) and self._is_new(asked, scope):
            after = _buckets(endpoint)

            async def again(*, short: bool) -> Seen:
                left = iter(taken)

                async def replayed() -> MutableMapping[str, Any]:
                    return next(left)

                _fill(endpoint, before)
                return seen(await self._asked(endpoint, scope, replayed, Asked(open=short)))

            await _compared(seen(first), again, was_short=asked.found is not None)
            _fill(endpoint, after)
            self.compared += 1
        for message in first:
            await send(message)

    async def _asked(
        self, endpoint: GraphQLEndpoint, scope: Scope, receive: Receive, asked: Asked
    ) -> list[MutableMapping[str, Any]]:
        sent: list[MutableMapping[str, Any]] = []

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        token = _asked.set(asked)
        try:
            await self._endpoint(endpoint, scope, receive, send)
        finally:
            _asked.reset(token)
        return sent

    def _is_new(self, asked: Asked, scope: Scope) -> bool:
        """Whether this caller has not asked the same document some times before in this test."""
        caller = [value for name, value in scope["headers"] if name in {b"authorization", b"ipp-role"}]
        key = (asked.given[0], asked.given[1].get("operation_name"), *caller)
        self._asked_before[key] += 1
        return self._asked_before[key] <= ALIKE_MAX

    def _is_query(self, asked: Asked) -> bool:
        """Whether the request was a query that both ways can answer."""
        return asked.way is not None and self._find(asked.way, *asked.given) is not None


async def _compared(first: Seen, again: Callable[..., Awaitable[Seen]], *, was_short: bool) -> None:
    """
    Raise AssertionError unless the other way gives the same answer.

    Of fields that fail side by side, the first one's error is answered, whichever that is: an answer that
    varies by itself is asked for several times.
    """
    of_this, of_other = [first], list[Seen]()
    for _ in range(TRIES_MAX):
        of_other.append(await again(short=not was_short))
        if of_other[-1] in of_this:
            return
        of_this.append(await again(short=was_short))
        if of_this[-1] in of_other:
            return
    raise AssertionError(f"{of_this[0]}\n{of_other[0]}")


def seen(messages: list[MutableMapping[str, Any]]) -> Seen:
    """Return what a client sees of an answer, without what is made for each."""
    body = b"".join(message.get("body", b"") for message in messages[1:])
    return messages[0]["status"], sorted(messages[0]["headers"]), _CORRELATION.sub(b"", body)


def _buckets(endpoint: GraphQLEndpoint) -> dict[str, tuple[float, float]]:
    return dict(endpoint._allowance._rate._buckets)


def _fill(endpoint: GraphQLEndpoint, buckets: dict[str, tuple[float, float]]) -> None:
    """Let the allowances be as they were: nobody pays for being asked twice."""
    endpoint._allowance._rate._buckets.clear()
    endpoint._allowance._rate._buckets.update(buckets)
