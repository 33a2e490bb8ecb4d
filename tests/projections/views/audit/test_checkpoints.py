"""Checkpoints as they were made, and the keys that sign."""

from datetime import date

import pytest

from events.catalog.checkpoints import CheckpointKeysAdopted, CheckpointMade
from projections.views import checkpoints
from tests.projections.views.given import facts, folded, read

pytestmark = pytest.mark.postgres

ORGANISATION = "d" * 32
STREAM = f"checkpoint-{ORGANISATION}"


def made(day: int) -> CheckpointMade:
    return CheckpointMade(checkpoint=str(day) * 32, day=date(2026, 11, day), note=f"note {day}")


def test_the_newest_checkpoint_comes_first_and_the_keys_are_the_last_adopted(database: str) -> None:
    events = (
        CheckpointKeysAdopted(keys=("a",)),
        made(1),
        made(2),
        CheckpointKeysAdopted(keys=("b", "a")),
        made(3),
    )
    folded(database, checkpoints.VIEW, facts(*((STREAM, event) for event in events)))
    found = read(database, checkpoints.last_checkpoints, 2)
    assert [(each.on_day.day, each.note) for each in found] == [(3, "note 3"), (2, "note 2")]
    assert read(database, checkpoints.adopted_keys) == ("b", "a")


def test_before_the_first_there_is_none(database: str) -> None:
    folded(database, checkpoints.VIEW, facts((STREAM, CheckpointKeysAdopted(keys=("a",)))))
    assert read(database, checkpoints.last_checkpoints, 2) == []
