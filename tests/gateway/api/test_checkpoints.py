"""Checkpoints are listed for those who keep them outside, and for nobody else."""

import asyncio
from datetime import date
from typing import Any

import pytest

from events.catalog.checkpoints import CheckpointMade
from events.catalog.policy import OrganisationFounded, RoleGranted
from tests.gateway.harness import PEOPLE
from tests.gateway.world import ORGANISATION, World

pytestmark = pytest.mark.postgres


@pytest.fixture
def checked(world: World) -> World:
    world.opened()
    policy = f"policy-{ORGANISATION}"
    world.happened(policy, OrganisationFounded(name="Kade"))
    for number, role in enumerate(("AUDITOR", "WORKS_COUNCIL"), start=1):
        granted = RoleGranted(grant=str(number) * 32, person=PEOPLE["administrator"], role=role)
        world.happened(policy, granted)
    for day in (1, 2, 3):
        made = CheckpointMade(checkpoint=str(day) * 32, day=date(2026, 11, day), note=f"note {day}\n")
        world.happened(f"checkpoint-{ORGANISATION}", made)
    return world


def asked(world: World, role: str, arguments: str = "") -> Any:
    question = f"{{ checkpoints{arguments} {{ id on note }} }}"
    return asyncio.run(world.ask(question, name="administrator", role=role))


@pytest.mark.parametrize("role", ["AUDITOR", "WORKS_COUNCIL"])
def test_auditors_and_works_council_see_the_last_ones(checked: World, role: str) -> None:
    answer = asked(checked, role, "(last: 2)")
    assert answer == {
        "data": {
            "checkpoints": [
                {"id": f"Checkpoint:{'3' * 32}", "on": "2026-11-03", "note": "note 3\n"},
                {"id": f"Checkpoint:{'2' * 32}", "on": "2026-11-02", "note": "note 2\n"},
            ]
        }
    }
    assert len(asked(checked, role)["data"]["checkpoints"]) == 3


def test_nobody_else_sees_any(checked: World) -> None:
    answer = asked(checked, "ADMINISTRATOR")
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_a_list_that_is_too_long_is_refused(checked: World) -> None:
    answer = asked(checked, "AUDITOR", "(last: 101)")
    assert answer["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
