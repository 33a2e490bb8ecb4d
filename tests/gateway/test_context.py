"""What was found out about who asks is one operation's own, though those of a WebSocket share a context."""

import asyncio
from pathlib import Path

from gateway.context import Context
from gateway.reading.reader import Caller
from tests.gateway.house import House


def test_what_one_operation_found_is_not_what_another_is_told(tmp_path: Path) -> None:
    house = House(tmp_path)
    asked: list[str] = []
    given = house.reads.caller

    async def counted(person: str) -> Caller:
        asked.append(person)
        return await given(person)

    house.reads.caller = counted  # type: ignore[method-assign]
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
