"""The caller that one operation found is its own, though the operations of a WebSocket share a context."""

import asyncio

import pytest

from gateway.context import Context
from projections.views import directory
from tests.gateway.harness import NOW, PEOPLE, SCHEMA, Harness

ME = "{ me { id displayName } }"


async def one_operation(context: Context) -> object:
    return (await SCHEMA.execute(ME, context_value=context)).data


def test_what_one_operation_found_is_not_shown_to_another(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    names = iter(["Fenna", "Fenna de Boer", "Fenna Smit"])
    begun = asyncio.Event()

    async def renamed_meanwhile(_: object, person: str) -> directory.Known:
        """Let the first operation wait until the second has found its caller too."""
        asked.append(person)
        known = directory.Person(person=person, display_name=next(names), registered_at=NOW, ended_on=None)
        if len(asked) == 1:
            await begun.wait()
        begun.set()
        return directory.Known(person=known, granted=[], parked=False)

    monkeypatch.setattr(directory, "known_of", renamed_meanwhile)
    context = Context(gateway=harness.gateway)

    async def both() -> None:
        await context.authenticate({"authorization": harness.headers("owner")["Authorization"]})
        answers = list(await asyncio.gather(one_operation(context), one_operation(context)))
        assert answers == [mine("Fenna"), mine("Fenna de Boer")]
        assert len(asked) == 2, "asked once for a field"
        assert await one_operation(context) == mine("Fenna Smit")

    asyncio.run(both())
    assert asked == [PEOPLE["owner"]] * 3


def mine(name: str) -> object:
    return {"me": {"id": f"Me:{PEOPLE['owner']}", "displayName": name}}
