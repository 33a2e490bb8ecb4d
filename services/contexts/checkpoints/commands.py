"""Commands of the process that makes checkpoints."""

from datetime import date
from typing import ClassVar

from typing_extensions import override

from events.streams import Stream
from services.decisions.command import Command, DecisionContext


class CheckpointCommand(Command, frozen=True, kw_only=True):
    """A command on the organisation's checkpoints."""

    by_process: ClassVar[bool] = True

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (Stream("checkpoint", context.organisation).name,)

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return context.new


class RecordCheckpoint(CheckpointCommand, frozen=True, kw_only=True):
    """Keep the checkpoint of a day, a signed note; there is one a day."""

    day: date
    note: str


class AdoptCheckpointKeys(CheckpointCommand, frozen=True, kw_only=True):
    """Record by which keys checkpoints and bundles are signed from now on."""

    keys: tuple[str, ...]


AnyCheckpointCommand = RecordCheckpoint | AdoptCheckpointKeys
