"""
Checkpoints (C2SP tlog-checkpoint): what the log was on a day, in a few lines that somebody else can hold.

For every partition: how many events it accepted, and the root of the Merkle tree over its streams' heads. A
log that is cut, rewritten or forked afterwards no longer fits. docs/verifier/README.md describes the form.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from events.log.acceptance import Head
from events.log.proof.merkle import leaf_hash, root_of

ORIGIN: Final = "ipp/"
"""What the first line begins with; the log's generation follows."""
_PARTITION: Final = re.compile(r"partition (\d{1,9}) (\d{1,19}) ([A-Za-z0-9+/]{43}=)")
_HEAD: Final = re.compile(r"ipp/([0-9a-f]{32})\n(\d{1,9})\n([A-Za-z0-9+/]{43}=)\nday (\d{4}-\d\d-\d\d)")


class CheckpointError(Exception):
    """The text is no checkpoint of this form, or contradicts itself."""


class PartitionRoot(msgspec.Struct, frozen=True, kw_only=True):
    """One partition: its number of accepted events, and the root (32 bytes) over its streams' heads."""

    partition: int
    events: int
    root: bytes

    @property
    def line(self) -> str:
        """The line of the checkpoint, which is also the leaf of the tree over all partitions."""
        root = b64encode(self.root).decode()
        return f"partition {self.partition} {self.events} {root}"


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """What the log was on a day; `partitions` are all of them, in order."""

    generation: str
    day: date
    partitions: Sequence[PartitionRoot]

    @property
    def text(self) -> str:
        """The text that is signed."""
        lines = [partition.line for partition in self.partitions]
        root = root_of([leaf_hash(line.encode()) for line in lines])
        head = [f"{ORIGIN}{self.generation}", str(len(lines)), b64encode(root).decode(), f"day {self.day}"]
        return "".join(f"{line}\n" for line in [*head, *lines])


def head_leaf(stream: str, version: int, digest: bytes) -> bytes:
    """
    Return the leaf of a stream's head in its partition's tree.

    The name with its length (u32), the version (u64), both big endian, and the digest of the last event.
    """
    name = stream.encode()
    return len(name).to_bytes(4) + name + version.to_bytes(8) + digest


def sorted_leaves(heads: Mapping[str, Head]) -> tuple[list[str], list[bytes]]:
    """Return the streams in the order of their names' bytes, and the hashes of their leaves."""
    streams = sorted(heads, key=str.encode)
    leaves = [leaf_hash(head_leaf(name, heads[name].version, heads[name].digest)) for name in streams]
    return streams, leaves


def partition_root(partition: int, events: int, heads: Mapping[str, Head]) -> PartitionRoot:
    """Return what a checkpoint says about a partition with these heads of streams."""
    _, leaves = sorted_leaves(heads)
    return PartitionRoot(partition=partition, events=events, root=root_of(leaves))


def read_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint with this text (of an opened note). Raises CheckpointError."""
    found = _HEAD.match(text)
    if found is None:
        raise CheckpointError("this is no checkpoint of an IPP log")
    rows = [_PARTITION.fullmatch(line) for line in text[found.end() + 1 :].splitlines()]
    try:
        checkpoint = Checkpoint(
            generation=found[1],
            day=date.fromisoformat(found[4]),
            partitions=[
                PartitionRoot(partition=int(row[1]), events=int(row[2]), root=b64decode(row[3]))
                for row in rows
                if row is not None
            ],
        )
    except ValueError as error:
        raise CheckpointError(f"this is no checkpoint of an IPP log: {error}") from None
    # Written again, it is the same: so its root fits its lines, and nothing stands between them.
    if checkpoint.text != text or [p.partition for p in checkpoint.partitions] != list(range(int(found[2]))):
        raise CheckpointError("this checkpoint contradicts itself")
    return checkpoint
