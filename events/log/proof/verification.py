"""Verifies a partition, also against checkpoints: what the log was when it had as many events as they say."""

from collections.abc import Sequence

import msgspec
import psycopg

from events.log.acceptance import State
from events.log.faults import Fault, FaultKind, Place
from events.log.journal.verify import PartitionReport, verify_partition
from events.log.port import LogReader
from events.log.proof.checkpoints import Checkpoint, PartitionRoot, partition_root


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a partition was found to be.

    `report` has the faults against checkpoints too. `root` is what a checkpoint of this moment says about the
    partition, from the log's own bytes; None if there were faults.
    """

    report: PartitionReport
    root: PartitionRoot | None


def verify_with_checkpoints(
    conn: psycopg.Connection,
    reader: LogReader,
    *,
    log: str,
    partition: int,
    checkpoints: Sequence[Checkpoint],
) -> Verified:
    """Verify as `verify_partition`, and compare with these checkpoints. Raises what that raises."""
    seen = _Seen(partition, checkpoints)
    report = verify_partition(conn, reader, log=log, partition=partition, seen=seen.after_record)
    report = msgspec.structs.replace(report, faults=(*report.faults, *seen.faults(report)))
    state = seen.state
    sound = state is not None and report.whole and not report.faults
    root = partition_root(partition, state.ordinal, state.heads) if sound and state is not None else None
    return Verified(report=report, root=root)


class _Seen:
    """What the partition was whenever it had accepted as many events as a checkpoint says."""

    def __init__(self, partition: int, checkpoints: Sequence[Checkpoint]) -> None:
        self._partition = partition
        self._checkpoints = checkpoints
        self._counts = {
            root.events for each in checkpoints for root in each.partitions if root.partition == partition
        }
        self._found: dict[int, PartitionRoot] = {}
        self.state: State | None = None

    def after_record(self, state: State) -> None:
        self.state = state
        if state.ordinal in self._counts and state.ordinal not in self._found:
            self._found[state.ordinal] = partition_root(self._partition, state.ordinal, state.heads)

    def faults(self, report: PartitionReport) -> list[Fault]:
        if self.state is None:
            return []
        found = [self._fault(each, report, self.state) for each in self._checkpoints]
        return [fault for fault in found if fault is not None]

    def _fault(self, checkpoint: Checkpoint, report: PartitionReport, state: State) -> Fault | None:
        day = checkpoint.day
        if (checkpoint.generation, len(checkpoint.partitions)) != (state.generation.hex(), state.partitions):
            return self._restored(
                report,
                nl=f"het controlepunt van {day} is van een ander logboek",
                en=f"the checkpoint of {day} is of another log",
            )
        expected = checkpoint.partitions[self._partition]
        found = self._found.get(expected.events)
        if found == expected:
            return None
        if found is None and report.whole and state.ordinal < expected.events:
            return self._at(
                report,
                FaultKind.LOG_CUT,
                nl=f"afgekapt: het controlepunt van {day} telt {expected.events} gebeurtenissen",
                en=f"cut: the checkpoint of {day} counts {expected.events} events",
            )
        if found is None and not report.whole:
            return None  # the check ended earlier, and says why
        return self._restored(
            report,
            nl=f"herschreven: de stromen zijn niet die van het controlepunt van {day}",
            en=f"rewritten or forked: the streams are not those of the checkpoint of {day}",
        )

    def _restored(self, report: PartitionReport, *, nl: str, en: str) -> Fault:
        return self._at(report, FaultKind.LOG_RESTORED, nl=nl, en=en)

    def _at(self, report: PartitionReport, kind: FaultKind, *, nl: str, en: str) -> Fault:
        generation = self.state.generation.hex() if self.state else ""
        place = Place(generation=generation, partition=self._partition, offset=max(0, report.records - 1))
        return Fault(kind=kind, place=place, nl=nl, en=en)
