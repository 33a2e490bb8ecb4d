"""
A backup of any moment, with the master key but without the keeper's folder, opens nothing that raters sent.

The backup is everything there is: all tables of log, journal and vault, and the inbox's log.
"""

import base64
from collections.abc import Iterator

import msgspec
import psycopg
import pytest
from psycopg import sql

from events.log.record import Commit, unframe
from events.privacy.answers import AnswersSealError, info_of, open_answers
from kit.postgres.connections import connect_own
from kit.secrets import SecretError
from processes.keeper.key_store import RoundPrivateKey
from rules.feedback.questions import Perspective
from tests.processes.closing.house import MASTER, ClosingHouse, OneRound
from tests.processes.keeper.rounds import answers

pytestmark = pytest.mark.postgres
PEER = Perspective.PEER


def values_of(conn: psycopg.Connection[tuple[object, ...]]) -> Iterator[tuple[dict[str, object], bytes]]:
    """Yield every row of every table, with each of its values as bytes."""
    tables = conn.execute(
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog',"
        " 'information_schema')"
    ).fetchall()
    assert len(tables) > 8
    for schema, table in tables:
        cursor = conn.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(str(schema), str(table))))
        names = [column.name for column in cursor.description or ()]
        for row in cursor.fetchall():
            named = dict(zip(names, row, strict=True))
            for value in row:
                yield named, value if isinstance(value, bytes) else str(value).encode()


def backup(house: ClosingHouse) -> tuple[list[bytes], list[bytes]]:
    """Return all values of the databases and all records of the inbox, and all keys the master key opens."""
    values, keys = list(house.inbox.values), []
    with connect_own(house.log.url, application_name="backup") as conn:
        for row, value in values_of(conn):
            values.append(value)
            wrapped = row.get("wrapped")
            if isinstance(wrapped, bytes):
                for context in (
                    str(row.get("subject")).encode(),
                    b"mirror " + str(row.get("round")).encode(),
                ):
                    try:
                        keys.append(MASTER.unwrap(wrapped, context=context))
                    except SecretError:
                        continue
    keys += [MASTER.key, MASTER.derived(b"invitations"), MASTER.derived(b"raters asked")]
    return values, keys


def sealed_in(house: ClosingHouse, one: OneRound) -> list[bytes]:
    return [
        write.state
        for value in house.inbox.values
        for entry in unframe(value).entries
        if isinstance(entry, Commit) and entry.subject == one.round
        for write in entry.writes
    ]


def opened_by(key: bytes, one: OneRound, sealed: list[bytes]) -> int:
    opened = 0
    for state in sealed:
        try:
            open_answers(key, info_of(one.round, PEER), state)
        except AnswersSealError:
            continue
        opened += 1
    return opened


def test_no_backup_of_any_moment_opens_an_answer(house: ClosingHouse) -> None:
    one = house.opened({PEER: 4})
    for number, rater in enumerate(one.raters):
        assert rater.gives(house.keeper, answers(number + 1, f"een geheim {number}")) == "KEPT"
    file = (house.folder / f"{one.round}.key").read_bytes()
    private = msgspec.json.decode(file, type=RoundPrivateKey).private_key
    sealed = sealed_in(house, one)
    assert opened_by(private, one, sealed) == 4, "with the folder they would open"

    backups = [backup(house)]
    house.begin_closing(one)
    backups.append(backup(house))
    house.closer().turn()
    assert not house.has_key(one)
    backups.append(backup(house))

    forms = (private, private.hex().encode(), base64.b64encode(private))
    for values, keys in backups:
        assert len(keys) > 3
        assert not [value for value in values if any(form in value for form in forms)]
        assert not [value for value in values if b"een geheim" in value]
        assert [opened_by(key, one, sealed) for key in keys if len(key) == 32] == [0] * len(keys)
    assert one.round not in "".join(path.name for path in house.folder.iterdir())
