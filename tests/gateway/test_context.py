"""What was found out about who asks is one operation's own, though those of a WebSocket share a context."""

import asyncio

import pytest

from gateway.context import Context
from projections.views import directory
from tests.gateway.house import House


def test_what_one_operation_found_is_not_what_another_is_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    given = house.views.known_of

    async def counted(_: object, person: str) -> directory.Known:
        asked.append(person)
        return await given(None, person)

    monkeypatch.setattr(directory, "known_of", counted)
    context = Context(gateway=house.gateway)

    async def one_operation() -> None:
        await context.roles()
        await context.caller()

    async def both() -> None:
        await context.authenticate({"authorization": house.headers("owner")["Authorization"]})
        await asyncio.create_task(one_operation())
        assert len(asked) == 1, "asked once for a field"
        await asyncio.create_task(one_operation())
        await context.caller()

    asyncio.run(both())
    assert len(asked) == 3
