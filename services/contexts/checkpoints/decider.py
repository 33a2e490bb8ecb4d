"""Decides on checkpoints: one a day, and by which keys they are signed."""

from datetime import date
from typing import Final, assert_never

import msgspec

from events.catalog.checkpoints import CheckpointEvent, CheckpointKeysAdopted, CheckpointMade
from rules.commands import Refusal
from services.contexts.checkpoints.commands import (
    AdoptCheckpointKeys,
    AnyCheckpointCommand,
    RecordCheckpoint,
)
from services.decisions.command import DecisionContext
from services.decisions.decider import Decider, event_types_of
from services.decisions.refusals import RejectedError

NOTE_CHARS_MAX: Final = 64 * 1024


class Checkpoints(msgspec.Struct, frozen=True, kw_only=True):
    """The last day that has a checkpoint, and the keys that sign."""

    day: date | None = None
    keys: tuple[str, ...] = ()


def decide(
    command: AnyCheckpointCommand, state: Checkpoints, context: DecisionContext
) -> tuple[CheckpointEvent, ...]:
    """Return the events of the command. Raises RejectedError."""
    match command:
        case RecordCheckpoint(day=day, note=note):
            if state.day is not None and day <= state.day:
                nl, en = "Deze dag heeft al een controlepunt.", "This day has a checkpoint already."
                raise RejectedError(Refusal(code="ALREADY_SO", nl=nl, en=en))
            if len(note) > NOTE_CHARS_MAX:
                nl, en = "Dit controlepunt is te lang.", "This checkpoint is too long."
                raise RejectedError(Refusal(code="INVALID_INPUT", nl=nl, en=en, field=("note",)))
            return (CheckpointMade(checkpoint=context.new, day=day, note=note),)
        case AdoptCheckpointKeys(keys=keys):
            if keys == state.keys:
                nl, en = "Deze sleutels ondertekenen al.", "These keys sign already."
                raise RejectedError(Refusal(code="ALREADY_SO", nl=nl, en=en))
            return (CheckpointKeysAdopted(keys=keys),)
        case _:
            assert_never(command)


def evolve(state: Checkpoints, event: CheckpointEvent) -> Checkpoints:
    """Return the state after an event."""
    match event:
        case CheckpointMade(day=day):
            return msgspec.structs.replace(state, day=day)
        case CheckpointKeysAdopted(keys=keys):
            return msgspec.structs.replace(state, keys=keys)
        case _:
            assert_never(event)


DECIDER: Final = Decider[AnyCheckpointCommand, Checkpoints, CheckpointEvent](
    commands=(RecordCheckpoint, AdoptCheckpointKeys),
    reads=event_types_of(CheckpointEvent),
    initial=Checkpoints(),
    decide=decide,
    evolve=evolve,
)
