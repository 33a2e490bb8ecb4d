"""Opening a partition: checks that the log is still the one that was folded, and loads the rule's state."""

from hashlib import sha256

import psycopg

from events.log.acceptance import LogCutError, LogStopError, OtherLogError, State, begin
from events.log.journal.fold import Checkpoint, Journal
from events.log.port import LogReader, LogRecord
from events.log.record import DamagedRecordError, Frame, UnknownFormatError, unframe
from events.log.tables import JournalTables


def open_partition(
    conn: psycopg.Connection, reader: LogReader, *, tables: JournalTables, partition: int, identity: str
) -> Journal:
    """
    Return the journal of a partition, ready to fold on. Raises LogStopError when the log is another one.

    It compares the log's identity (`reader.identity()`), its genesis, and the leader epoch and digest of the
    last folded record. A log that was cut, restored or replaced differs in one of them. The one exception, a
    disk restored from an older copy that then reached the same epoch number again, is found by `verify`.
    """
    state, genesis = _begin(reader, partition=partition)
    conn.execute(
        tables.statement("INSERT INTO {log} VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"),
        (state.generation, state.partitions, state.one_subject, identity),
    )
    _check_log(conn, reader, tables=tables, state=state, identity=identity)
    checkpoint = _checkpoint(conn, tables=tables, genesis=genesis)
    check_last_record(reader, partition=partition, checkpoint=checkpoint)
    load_state(conn, tables=tables, state=state)
    state.ordinal = checkpoint.ordinal
    # Until this is cleared, the partition counts as stale.
    healed = tables.statement(
        "UPDATE {positions} SET halted = NULL WHERE partition = %s AND halted IS NOT NULL"
    )
    conn.execute(healed, (partition,))
    return Journal(tables=tables, state=state, checkpoint=checkpoint)


def check_log(
    conn: psycopg.Connection, reader: LogReader, *, tables: JournalTables, partition: int
) -> tuple[State, Checkpoint]:
    """
    Check that this is the log that the journal was folded from; changes nothing.

    Returns the rule's state after the partition's first record, and how far the journal was folded. Raises
    LogCutError, OtherLogError and LogStopError as `open_partition`.
    """
    state, _ = _begin(reader, partition=partition)
    _check_log(conn, reader, tables=tables, state=state, identity=reader.identity())
    checkpoint = _read_checkpoint(conn, tables=tables, partition=partition)
    check_last_record(reader, partition=partition, checkpoint=checkpoint)
    return state, checkpoint


def check_first_record(reader: LogReader, *, partition: int) -> None:
    """Check that nothing of the log's beginning was deleted. Raises LogStopError and LogUnavailableError."""
    first = reader.first_offset(partition)
    if first is None:
        raise LogCutError(f"partition {partition} has no record: it was never written, or cut to its end")
    if first > 0:
        raise LogCutError(
            f"partition {partition} begins at offset {first} and not at 0: it was cut at its beginning"
        )


def check_last_record(reader: LogReader, *, partition: int, checkpoint: Checkpoint) -> None:
    """Check that the log still has the last folded record at its offset. Raises LogStopError."""
    offset = checkpoint.next_offset - 1
    last = reader.record_at(partition, offset)
    if last is None:
        raise LogCutError(
            f"partition {partition}: the log ends before offset {offset}, which was folded: "
            "it was cut or restored from an older copy"
        )
    if (last.epoch, sha256(last.value).digest()) != (checkpoint.epoch, checkpoint.digest):
        raise OtherLogError(
            f"partition {partition}: the record at offset {last.offset} is not the one that was folded: "
            "the log was cut and written on, or replaced"
        )


def _sound(record: LogRecord) -> Frame:
    try:
        return unframe(record.value)
    except (DamagedRecordError, UnknownFormatError) as error:
        raise LogStopError(f"partition {record.partition}: its first record: {error}") from error


def _begin(reader: LogReader, *, partition: int) -> tuple[State, LogRecord]:
    check_first_record(reader, partition=partition)
    genesis = reader.record_at(partition, 0)
    if genesis is None:
        raise LogCutError(f"partition {partition} has lost its first record: it was cut at its beginning")
    return begin(_sound(genesis), partition=partition), genesis


def _check_log(
    conn: psycopg.Connection, reader: LogReader, *, tables: JournalTables, state: State, identity: str
) -> None:
    known = conn.execute(tables.statement("SELECT generation, partitions, identity FROM {log}")).fetchone()
    if known != (state.generation, state.partitions, identity):
        raise OtherLogError(
            f"partition {state.partition} belongs to another log than the journal: {identity}, generation "
            f"{state.generation.hex()}, {state.partitions} partitions"
        )
    if reader.partitions() != state.partitions:
        raise OtherLogError(
            f"the log has {reader.partitions()} partitions now and was created with {state.partitions}: "
            "subjects would change partition; copy it to a log of a new generation instead"
        )


def _checkpoint(conn: psycopg.Connection, *, tables: JournalTables, genesis: LogRecord) -> Checkpoint:
    conn.execute(
        tables.statement(
            "INSERT INTO {positions} VALUES (%s, 1, 0, %s, %s, NULL, now()) ON CONFLICT DO NOTHING"
        ),
        (genesis.partition, genesis.epoch, sha256(genesis.value).digest()),
    )
    return _read_checkpoint(conn, tables=tables, partition=genesis.partition)


def _read_checkpoint(conn: psycopg.Connection, *, tables: JournalTables, partition: int) -> Checkpoint:
    statement = "SELECT next_offset, ordinal, epoch, record_digest FROM {positions} WHERE partition = %s"
    row = conn.execute(tables.statement(statement), (partition,)).fetchone()
    if row is None:
        raise LogStopError(f"the journal has no position for partition {partition}: it was never folded")
    return Checkpoint(*row)


def load_state(conn: psycopg.Connection, *, tables: JournalTables, state: State) -> None:
    """Load what is rare enough to be all in memory: voided commands, closed subjects, trackings."""
    of_partition = (state.partition,)
    voided = tables.statement("SELECT subject, command FROM {settled} WHERE partition = %s")
    state.voided = set(conn.execute(voided, of_partition).fetchall())
    closed = tables.statement("SELECT subject FROM {sealed} WHERE partition = %s")
    state.closed_subjects = {subject for (subject,) in conn.execute(closed, of_partition)}
    tracking = tables.statement(
        "SELECT application_name, notification_id FROM {tracking} WHERE partition = %s"
    )
    state.tracking = dict(conn.execute(tracking, of_partition).fetchall())
