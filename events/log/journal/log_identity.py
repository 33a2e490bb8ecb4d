"""Taking a partition up: what the journal remembers, and whether the log is still the one it folded."""

from hashlib import sha256

import psycopg
from psycopg import sql

from events.log.acceptance import LogStopError, State, begin
from events.log.journal.fold import Journal, Place
from events.log.port import LogReader, LogRecord
from events.log.record import DamagedRecordError, Frame, UnknownFormatError, unframe
from events.log.tables import names


def take_up(
    conn: psycopg.Connection, reader: LogReader, *, log: str, partition: int, identity: str
) -> Journal:
    """
    Return the journal of a partition, ready to fold on. Raises LogStopError when the log is another one.

    Compared are the log's identity (what `reader.identity()` says), its genesis, and leader epoch and digest
    of the last record folded; a log that was cut, restored or replaced differs in one of them, save for a
    disk restored from an older copy whose epoch number came again: that is left to `verify`.
    """
    genesis = reader.record_at(partition, 0)
    if genesis is None:
        raise LogStopError(f"partition {partition} has no first record: empty, or cut at its beginning")
    state = begin(_sound(genesis), partition=partition)
    _check_log(conn, reader, log=log, state=state, identity=identity)
    place = _place(conn, log=log, genesis=genesis)
    check_anchor(reader, partition=partition, place=place)
    _recall(conn, log=log, state=state)
    state.ordinal = place.ordinal
    return Journal(log=log, state=state, place=place)


def check_anchor(reader: LogReader, *, partition: int, place: Place) -> None:
    """Compare the last folded record with what the log has at its offset now. Raises LogStopError."""
    last = reader.record_at(partition, place.next_offset - 1)
    if last is None:
        raise LogStopError(
            f"partition {partition}: the log ends before offset {place.next_offset - 1}, which was folded: "
            "it was cut or restored from an older copy"
        )
    if (last.epoch, sha256(last.value).digest()) != (place.epoch, place.digest):
        raise LogStopError(
            f"partition {partition}: the record at offset {last.offset} is not the one that was folded: "
            "the log was cut and written on, or replaced"
        )


def _sound(record: LogRecord) -> Frame:
    try:
        return unframe(record.value)
    except (DamagedRecordError, UnknownFormatError) as error:
        raise LogStopError(f"partition {record.partition}: its first record: {error}") from error


def _check_log(conn: psycopg.Connection, reader: LogReader, *, log: str, state: State, identity: str) -> None:
    table = names(log)["log"]
    conn.execute(
        sql.SQL("INSERT INTO {} VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING").format(table),
        (state.generation, state.partitions, state.one_subject, identity),
    )
    known = conn.execute(sql.SQL("SELECT generation, partitions, identity FROM {}").format(table)).fetchone()
    if known != (state.generation, state.partitions, identity):
        raise LogStopError(
            f"partition {state.partition} belongs to another log than the journal: {identity}, generation "
            f"{state.generation.hex()}, {state.partitions} partitions"
        )
    if reader.partitions() != state.partitions:
        raise LogStopError(
            f"the log has {reader.partitions()} partitions now, and was made with {state.partitions}: "
            "subjects would change partition; move it to a new generation instead"
        )


def _place(conn: psycopg.Connection, *, log: str, genesis: LogRecord) -> Place:
    table = names(log)["positions"]
    conn.execute(
        sql.SQL("INSERT INTO {} VALUES (%s, 1, 0, %s, %s, NULL, now()) ON CONFLICT DO NOTHING").format(table),
        (genesis.partition, genesis.epoch, sha256(genesis.value).digest()),
    )
    statement = sql.SQL("SELECT next_offset, ordinal, epoch, record_digest FROM {} WHERE partition = %s")
    row = conn.execute(statement.format(table), (genesis.partition,)).fetchone()
    if row is None:
        raise LogStopError(f"partition {genesis.partition} lost its position")
    return Place(*row)


def _recall(conn: psycopg.Connection, *, log: str, state: State) -> None:
    """Load what is rare enough to be kept in memory: settled commands, sealed subjects, trackings."""
    own = names(log)
    of_partition = (state.partition,)
    settled = sql.SQL("SELECT subject, command FROM {settled} WHERE partition = %s").format(**own)
    state.settled = set(conn.execute(settled, of_partition).fetchall())
    sealed = sql.SQL("SELECT subject FROM {sealed} WHERE partition = %s").format(**own)
    state.sealed = {subject for (subject,) in conn.execute(sealed, of_partition)}
    tracking = sql.SQL("SELECT application_name, notification_id FROM {tracking} WHERE partition = %s")
    state.tracking = dict(conn.execute(tracking.format(**own), of_partition).fetchall())
