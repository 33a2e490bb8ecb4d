"""Answers each query of a test a second time, by the other way, and compares the two answers.

Documents that were accepted before are executed by the short way (gateway/short_way.py); two ways to one
answer must not differ in anything that a client sees.
"""

import re
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from gateway.http.endpoint import GraphQLEndpoint
from gateway.http.media_types import prefers_stream
from gateway.short_way import Known, ShortWay

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
        if self._is_query(asked):
            after = _buckets(endpoint)
            _fill(endpoint, before)
            left = iter(taken)

            async def again() -> MutableMapping[str, Any]:
                return next(left)

            other = await self._asked(endpoint, scope, again, Asked(open=asked.found is None))
            _fill(endpoint, after)
            self.compared += 1
            assert seen(first) == seen(other)
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

    def _is_query(self, asked: Asked) -> bool:
        """Whether the request was a query that both ways can answer."""
        return asked.way is not None and self._find(asked.way, *asked.given) is not None


def seen(messages: list[MutableMapping[str, Any]]) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Return what a client sees of an answer: its status, headers and body, without what is made for each."""
    body = b"".join(message.get("body", b"") for message in messages[1:])
    return messages[0]["status"], sorted(messages[0]["headers"]), _CORRELATION.sub(b"", body)


def _buckets(endpoint: GraphQLEndpoint) -> dict[str, tuple[float, float]]:
    return dict(endpoint._allowance._rate._buckets)


def _fill(endpoint: GraphQLEndpoint, buckets: dict[str, tuple[float, float]]) -> None:
    """Let the allowances be as they were: nobody pays for being asked twice."""
    endpoint._allowance._rate._buckets.clear()
    endpoint._allowance._rate._buckets.update(buckets)
