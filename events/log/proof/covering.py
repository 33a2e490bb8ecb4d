"""What a checkpoint says about one stream: its head on that day, if the journal still fits the checkpoint."""

import msgspec
import psycopg

from events.log.acceptance import Head
from events.log.journal.heads import heads_until
from events.log.proof.checkpoints import partition_root, read_checkpoint
from events.log.proof.notes import split_note


class Covering(msgspec.Struct, frozen=True, kw_only=True):
    """
    `fits`: the heads of the journal's streams, at the count that the checkpoint has, give its root.

    `head` is the stream's head then; None of a stream that is younger.
    """

    fits: bool
    head: Head | None


def covering(conn: psycopg.Connection, *, log: str, stream: str, partition: int, note: str) -> Covering:
    """Compare the journal with a signed checkpoint. Raises NoteError and CheckpointError for the note."""
    checkpoint = read_checkpoint(split_note(note)[0])
    known = {root.partition: root for root in checkpoint.partitions}.get(partition)
    if known is None:
        return Covering(fits=False, head=None)
    heads = heads_until(conn, log=log, partition=partition, ordinal=known.events)
    return Covering(fits=partition_root(partition, known.events, heads) == known, head=heads.get(stream))
