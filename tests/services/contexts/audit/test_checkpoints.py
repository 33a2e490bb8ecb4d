"""Commands on checkpoints: one a day, and the keys that sign."""

from datetime import date

from events.catalog.checkpoints import CheckpointKeysAdopted, CheckpointMade
from services.contexts.checkpoints.commands import AdoptCheckpointKeys, RecordCheckpoint
from services.contexts.checkpoints.decider import NOTE_CHARS_MAX
from tests.spec import CONTEXT, given

DAY = date(2026, 11, 30)
MADE = CheckpointMade(checkpoint=CONTEXT.new, day=DAY, note="note")


def test_a_day_gets_one_checkpoint() -> None:
    record = RecordCheckpoint(day=DAY, note="note")
    given().when(record).then(MADE)
    given(MADE).when(record).refused("ALREADY_SO")
    given(MADE).when(RecordCheckpoint(day=date(2026, 11, 29), note="other")).refused("ALREADY_SO")
    tomorrow = RecordCheckpoint(day=date(2026, 12, 1), note="other")
    given(MADE).when(tomorrow).then(
        CheckpointMade(checkpoint=CONTEXT.new, day=date(2026, 12, 1), note="other")
    )


def test_a_note_that_is_no_checkpoint_by_its_size_is_refused() -> None:
    given().when(RecordCheckpoint(day=DAY, note="n" * (NOTE_CHARS_MAX + 1))).refused("INVALID_INPUT")


def test_other_keys_are_adopted_once() -> None:
    adopted = CheckpointKeysAdopted(keys=("one",))
    given().when(AdoptCheckpointKeys(keys=("one",))).then(adopted)
    given(adopted, MADE).when(AdoptCheckpointKeys(keys=("one",))).refused("ALREADY_SO")
    given(adopted, MADE).when(AdoptCheckpointKeys(keys=("two", "one"))).then(
        CheckpointKeysAdopted(keys=("two", "one"))
    )
