"""Events of a subscription are executed compiled; the root of each is the event, not the source of events."""

import asyncio
from typing import Any

import pytest

from gateway.context import Context
from gateway.execution.plans import Plans
from gateway.limits.sharing import SharingExecutor
from tests.gateway.api.test_subscription import change, position_of
from tests.gateway.harness import SCHEMA, Harness

ASK = """subscription ($after: Position) { changed: portfolioChanged(after: $after) {
  position version facts { id fact summary { nl en } at } } }"""
EVENTS = 3
FIELDS = 10


async def received(harness: Harness) -> list[Any]:
    context = Context(harness.gateway)
    await context.authenticate({"authorization": f"Bearer {harness.issuer.token('owner')}"})
    variables = {"after": position_of(harness, 11)}
    results: Any = await SCHEMA.stream(ASK, variable_values=variables, context_value=context)
    found = [await anext(results) for _ in range(EVENTS)]
    await results.aclose()
    return [(each.data, each.errors) for each in found]


def test_events_are_the_same_compiled_and_as_they_are(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    class AtOnce(SharingExecutor):
        plans = Plans(uses_before=0)

    class AsItIs(SharingExecutor):
        def is_ordinary(self) -> bool:
            return False

    harness.views.changes = [change(ordinal) for ordinal in range(11, 12 + EVENTS)]
    answers = []
    for executor in (AsItIs, AtOnce):
        monkeypatch.setattr(SCHEMA, "execution_context_class", executor)
        answers.append(asyncio.run(received(harness)))
    assert answers[1] == answers[0]
    assert [(data["changed"]["version"], errors) for data, errors in answers[1]] == [
        (ordinal - 10, None) for ordinal in range(12, 12 + EVENTS)
    ]
    assert AtOnce.plans.fields == FIELDS
