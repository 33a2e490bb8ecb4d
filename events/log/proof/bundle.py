"""
Evidence bundles: one stream's accepted events as they are on the log, to take away and check without us.

A bundle is a signed note whose text has a line for each fact. docs/verifier/README.md describes the form, and
docs/verifier/ipp_verify.py checks it.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

import msgspec
import psycopg

from events.log.acceptance import Head, Outcome
from events.log.faults import Fault
from events.log.journal.heads import heads_until
from events.log.port import LogReader
from events.log.proof.checkpoints import Checkpoint, read_checkpoint, sorted_leaves
from events.log.proof.commits import CommitOnLog, EventOnLog, read_commits
from events.log.proof.merkle import path_of, root_of
from events.log.proof.notes import NoteSigner, split_note

FORMAT: Final = "ipp/evidence-bundle/1"
BUNDLE_BYTES_MAX: Final = 64 * 1024 * 1024
MEDIA_TYPE: Final = "text/plain; charset=utf-8"


Chosen = tuple[CommitOnLog, Sequence[EventOnLog]]
"""An accepted commit, and those of its events that go into the bundle."""


class BundleError(Exception):
    """No bundle can be made: the stream does not verify, or is not as asked. `faults` says where."""

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message)
        self.faults = faults


class Covered(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint that knows the stream: its head there, and the path from that leaf to the root."""

    note: str
    head: Head
    index: int
    size: int
    path: Sequence[bytes]


def make_bundle(
    conn: psycopg.Connection,
    reader: LogReader,
    *,
    log: str,
    stream: str,
    signer: NoteSigner,
    at: datetime,
    checkpoint: str | None = None,
    first: int = 0,
) -> bytes:
    """
    Return the bundle of a stream, from version `first` (by default its first) to its last, signed.

    `checkpoint` is a signed note, by a key of today or of before; the bundle then has the path from the
    stream's head to it. A stream that the checkpoint does not know yet is bundled without. `at` is when it
    was made. Raises BundleError, NoteError and CheckpointError for the checkpoint, and what `read_commits`
    raises.
    """
    commits = _accepted(read_commits(conn, reader, log=log, stream=stream), stream=stream)
    chosen = [(commit, [e for e in commit.events if e.version >= first]) for commit in commits]
    chosen = [(commit, events) for commit, events in chosen if events]
    if not chosen:
        raise BundleError(f"{stream} has no events from version {first} on")
    covered = None
    if checkpoint is not None:
        # Not checked by our own keys: it may be signed by an earlier one, which the auditor has.
        known = read_checkpoint(split_note(checkpoint)[0])
        covered = _cover(conn, log=log, stream=stream, commits=commits, note=checkpoint, checkpoint=known)
    return write_bundle(chosen, stream=stream, signer=signer, at=at, covered=covered)


def write_bundle(
    chosen: Sequence[Chosen], *, stream: str, signer: NoteSigner, at: datetime, covered: Covered | None
) -> bytes:
    """Return the signed bundle of these events of a stream, in order. Raises BundleError if too long."""
    lines = [*_head_lines(stream, chosen, at), *_event_lines(chosen), *_checkpoint_lines(covered)]
    bundle = signer.sign("".join(f"{line}\n" for line in lines)).encode()
    if len(bundle) > BUNDLE_BYTES_MAX:
        raise BundleError(f"the bundle has {len(bundle):,} bytes, at most {BUNDLE_BYTES_MAX:,}: begin later")
    return bundle


def _accepted(found: Iterable[CommitOnLog], *, stream: str) -> list[CommitOnLog]:
    commits = list(found)
    faults = [fault for commit in commits for fault in commit.faults]
    if faults:
        raise BundleError(f"{stream} does not verify: {faults[0]}", faults)
    return [commit for commit in commits if commit.verdict is Outcome.ACCEPTED]


def _cover(
    conn: psycopg.Connection,
    *,
    log: str,
    stream: str,
    commits: Sequence[CommitOnLog],
    note: str,
    checkpoint: Checkpoint,
) -> Covered | None:
    """Return how the checkpoint knows the stream. Raises BundleError where it does not fit the journal."""
    place = commits[0].place
    if checkpoint.generation != place.generation:
        raise BundleError("the checkpoint is of another log")
    root = checkpoint.partitions[place.partition]
    heads = heads_until(conn, log=log, partition=place.partition, ordinal=root.events)
    streams, leaves = sorted_leaves(heads)
    if root_of(leaves) != root.root:
        raise BundleError(f"the journal is not what the checkpoint of {checkpoint.day} says: run verify")
    if stream not in heads:
        return None
    index = streams.index(stream)
    return Covered(note=note, head=heads[stream], index=index, size=len(leaves), path=path_of(leaves, index))


def _head_lines(stream: str, chosen: Sequence[Chosen], at: datetime) -> Iterator[str]:
    place, last = chosen[0][0].place, chosen[-1][1][-1]
    yield FORMAT
    yield f"made {at.astimezone(UTC).isoformat(timespec='seconds')}"
    yield f"log {place.generation} {place.partition}"
    yield f"stream {stream}"
    yield f"anchor {chosen[0][1][0].parent.hex()}"
    yield f"last {last.version} {last.digest.hex()}"


def _event_lines(chosen: Iterable[Chosen]) -> Iterator[str]:
    for commit, events in chosen:
        place, name = commit.place, commit.commit.hex() if commit.commit else "-"
        yield f"commit {name} {place.offset} {place.index} {place.ordinal} {commit.on}"
        for event in events:
            state = b64encode(event.state).decode()
            digests = f"{event.parent.hex()} {event.digest.hex()}"
            yield f"event {event.version} {digests} {quote(event.topic)} {state}"


def _checkpoint_lines(covered: Covered | None) -> Iterator[str]:
    if covered is None:
        return
    yield f"checkpoint {b64encode(covered.note.encode()).decode()}"
    yield f"head {covered.head.version} {covered.head.digest.hex()}"
    yield f"leaf {covered.index} {covered.size}"
    for node in covered.path:
        yield f"path {b64encode(node).decode()}"
