"""What the commands on the log's proof do: verify against checkpoints, and take evidence along."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from eventsourcing.persistence import StoredEvent

from events.catalog.checkpoints import CheckpointMade
from events.catalog.registry import category_of, wire_name_of
from events.codec import EventMapper
from events.log.assembly import connect_journal, open_reader
from events.log.config import LogConfig
from events.log.journal import checks
from events.log.journal.reader import JournalReader
from events.log.journal.verify import PartitionReport
from events.log.proof.bundle import make_bundle
from events.log.proof.checkpoints import Checkpoint, CheckpointError, read_checkpoint
from events.log.proof.notes import NoteError, NoteSigner, VerifierKey, open_note
from events.log.proof.verification import verify_with_checkpoints
from events.privacy.sealing import NoKeyError


class ProofInputError(Exception):
    """A file of the caller's is no checkpoint or no key, or was not signed by that key."""


class _NoKeys:
    """No key at all: what is read with these is in clear."""

    def key_of(self, subject: str) -> bytes:
        raise NoKeyError(subject)

    def keys_of(self, subjects: Iterable[str]) -> Mapping[str, bytes]:  # noqa: ARG002 - it has none
        return {}


def read_checkpoints(notes: Sequence[Path], keys: Path | None) -> list[Checkpoint]:
    """Return the checkpoints in these files, each signed by one of the keys. Raises ProofInputError."""
    if notes and keys is None:
        raise ProofInputError("a checkpoint proves nothing without the key that you hold: --key")
    try:
        known = [VerifierKey.parse(line) for line in _lines(keys)] if keys else []
        return [read_checkpoint(open_note(note.read_bytes().decode(), known)) for note in notes]
    except (OSError, UnicodeError, NoteError, CheckpointError) as error:
        raise ProofInputError(str(error)) from error


def _lines(file: Path) -> Iterator[str]:
    lines = map(str.strip, file.read_text("utf-8").split("\n"))
    return (line for line in lines if line and not line.startswith("#"))


def verify_log(
    config: LogConfig,
    *,
    checkpoints: Sequence[Checkpoint],
    at: datetime,
    on_partition: Callable[[PartitionReport], None],
) -> list[PartitionReport]:
    """
    Verify every partition, and keep what was found where this role may write.

    Raises LogUnavailableError, LogGoneError and psycopg's errors.
    """
    reports: list[PartitionReport] = []
    with connect_journal(config) as conn, closing(open_reader(config)) as reader:
        for partition in range(reader.partitions()):
            found = verify_with_checkpoints(
                conn, reader, log=config.name, partition=partition, checkpoints=checkpoints
            )
            reports.append(found.report)
            on_partition(found.report)
            with suppress(checks.NotAllowedError):
                checks.record_check(conn, log=config.name, report=found.report, at=at)
    return reports


def bundle_of(
    config: LogConfig, *, stream: str, signer: NoteSigner, at: datetime, first: int = 0
) -> tuple[bytes, str | None]:
    """Return the evidence bundle of a stream, and the checkpoint that it was made with, if there is one."""
    with connect_journal(config) as conn, closing(open_reader(config)) as reader:
        note = newest_checkpoint(config, conn=conn)
        bundle = make_bundle(
            conn,
            reader,
            log=config.name,
            stream=stream,
            signer=signer,
            at=at,
            checkpoint=note,
            first=first,
        )
    return bundle, note


def newest_checkpoint(config: LogConfig, conn: Any) -> str | None:
    """Return the newest signed note that the journal has; None before the first."""
    found = JournalReader(config.name).read_last(
        conn, category=category_of(CheckpointMade), topic=wire_name_of(CheckpointMade)
    )
    if found is None:
        return None
    stored = StoredEvent(found.stream, found.version, found.topic, found.state)
    made = EventMapper(_NoKeys()).to_domain_event(stored).event
    return made.note if isinstance(made, CheckpointMade) else None
