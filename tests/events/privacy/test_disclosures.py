"""The read log on a real PostgreSQL: each disclosure once, kept by the month, and never who looked."""

import asyncio
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from events.privacy import disclosures as read_log
from events.privacy.disclosures import Disclosure, DisclosureEntry
from kit.ids import new_id
from tests.projections.views.given import read

pytestmark = pytest.mark.postgres

ANN, BOB, CAS = (new_id() for _ in range(3))
ITEMS = sorted(new_id() for _ in range(4))
TODAY = date(2026, 11, 24)
YESTERDAY = TODAY - timedelta(days=1)
ROLES = Path(__file__).parents[3] / "deploy/postgres/roles.sql"


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database, autocommit=True) as connection:
        read_log.create_tables(connection, TODAY)
        yield connection


def shown(**fields: Any) -> DisclosureEntry:
    given: dict[str, Any] = {
        "owner": ANN,
        "day": YESTERDAY,
        "item_kind": "talent",
        "item": ITEMS[0],
        "viewer": BOB,
        "viewer_role": "PROFESSIONAL",
        "purpose": "SHARED_BY_NAME",
    }
    return DisclosureEntry(**(given | fields))


def disclosed(database: str, owner: str = ANN, **asked: Any) -> list[Disclosure]:
    async def reading(connection: psycopg.AsyncConnection) -> list[Disclosure]:
        return await read_log.of_owner(connection, owner, **{"before_day": TODAY, "limit": 50, **asked})

    return read(database, reading)


def test_an_owner_sees_day_item_role_and_purpose_and_never_who(
    database: str, connection: psycopg.Connection
) -> None:
    read(database, read_log.record, [shown()])
    (line,) = disclosed(database)
    fields = msgspec.structs.asdict(line)
    assert fields.pop("line")
    assert fields == {
        "day": YESTERDAY,
        "item_kind": "talent",
        "item": ITEMS[0],
        "viewer_role": "PROFESSIONAL",
        "purpose": "SHARED_BY_NAME",
    }
    assert BOB not in str(line)
    assert disclosed(database, BOB) == []


def test_the_same_showing_counts_once_and_anything_else_again(
    database: str, connection: psycopg.Connection
) -> None:
    others: list[dict[str, Any]] = [
        {"item": ITEMS[1]},
        {"viewer": CAS},
        {"day": YESTERDAY - timedelta(days=1)},
        {"viewer_role": "AUDITOR"},
        {"purpose": "AUDIT"},
    ]
    for _ in range(2):
        read(database, read_log.record, [shown(), shown(), *[shown(**other) for other in others]])
    assert len(disclosed(database)) == 1 + len(others)
    assert connection.execute("SELECT count(*) FROM read_log.disclosures").fetchone() == (6,)


def test_a_line_stays_the_same_when_it_is_written_again(
    database: str, connection: psycopg.Connection
) -> None:
    read(database, read_log.record, [shown()])
    before = disclosed(database)
    read(database, read_log.record, [shown()])
    assert disclosed(database) == before


def test_nothing_shown_writes_nothing(database: str, connection: psycopg.Connection) -> None:
    read(database, read_log.record, [])
    assert disclosed(database) == []


def test_many_that_write_the_same_lines_at_once_write_each_once(
    database: str, connection: psycopg.Connection
) -> None:
    lines = [shown(item=item, viewer=viewer) for item in ITEMS for viewer in (BOB, CAS)]

    def write(turn: int) -> None:
        asyncio.run(_write(database, lines if turn % 2 else lines[::-1]))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(16)))
    assert len(disclosed(database)) == len(lines)


async def _write(database: str, lines: list[DisclosureEntry]) -> None:
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connection:
        await read_log.record(connection, lines)


def test_pages_go_by_day_and_item_without_hole_or_repetition(
    database: str, connection: psycopg.Connection
) -> None:
    days = [YESTERDAY, YESTERDAY - timedelta(days=40)]
    lines = [
        shown(day=day, item=item, viewer=viewer) for day in days for item in ITEMS for viewer in (BOB, CAS)
    ]
    read(database, read_log.record, lines[::-1])
    everything = disclosed(database)
    assert [(line.day, line.item) for line in everything] == [
        (day, item) for day in days for item in ITEMS for _ in range(2)
    ]
    paged: list[Disclosure] = []
    while page := disclosed(database, limit=3, after=_cursor(paged)):
        paged += page
    assert paged == everything


def _cursor(seen: list[Disclosure]) -> tuple[date, str, str] | None:
    return (seen[-1].day, seen[-1].item, seen[-1].line) if seen else None


def test_today_is_not_shown_yet(database: str, connection: psycopg.Connection) -> None:
    read(database, read_log.record, [shown(day=TODAY)])
    assert disclosed(database) == []
    assert len(disclosed(database, before_day=TODAY + timedelta(days=1))) == 1


def test_what_was_written_is_on_disk_whatever_the_session_sets(
    database: str, connection: psycopg.Connection
) -> None:
    """A trigger records how each line is committed, in a session that commits its own work asynchronously."""
    connection.execute("CREATE TABLE recorded (how text)")
    connection.execute(
        "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO recorded VALUES"
        " (current_setting(''synchronous_commit'')); RETURN NULL; END'"
    )
    connection.execute(
        "CREATE TRIGGER note AFTER INSERT ON read_log.disclosures FOR EACH ROW EXECUTE FUNCTION note()"
    )

    async def writing(own: psycopg.AsyncConnection) -> None:
        await own.execute("SET synchronous_commit = off")
        await read_log.record(own, [shown()])

    read(database, writing)
    assert connection.execute("SELECT how FROM recorded").fetchall() == [("on",)]


def test_tables_are_made_once_and_lines_stay(database: str, connection: psycopg.Connection) -> None:
    read(database, read_log.record, [shown()])
    for today in (TODAY, TODAY + timedelta(days=45), TODAY):
        read_log.create_tables(connection, today)
    assert len(disclosed(database)) == 1


@pytest.mark.parametrize("day", [date(2026, 10, 1), date(2026, 12, 31), date(2027, 11, 30)])
def test_there_is_room_from_the_month_before_to_a_year_ahead(
    database: str, connection: psycopg.Connection, day: date
) -> None:
    read(database, read_log.record, [shown(day=day)])
    assert [line.day for line in disclosed(database, before_day=date.max)] == [day]


def test_without_room_nothing_is_written_and_that_is_an_error(
    database: str, connection: psycopg.Connection
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        read(database, read_log.record, [shown(), shown(day=date(2027, 12, 1))])
    assert disclosed(database) == [], "all of it or nothing"


@pytest.mark.parametrize(("months", "kept"), [(24, 3), (2, 3), (1, 3), (0, 2)])
def test_whole_months_go_when_their_time_is_over(
    database: str, connection: psycopg.Connection, months: int, kept: int
) -> None:
    days = [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 23)]
    read(database, read_log.record, [shown(day=day) for day in days])
    dropped = read_log.drop_older_than(connection, months, TODAY)
    assert dropped == (0 if months else 1)
    assert len(disclosed(database)) == kept


def test_lines_go_after_the_given_number_of_months(database: str, connection: psycopg.Connection) -> None:
    read(database, read_log.record, [shown(day=date(2026, 11, 23))])
    assert read_log.drop_older_than(connection, 24, date(2028, 11, 30)) == 1, "October, without a line"
    assert len(disclosed(database)) == 1
    assert read_log.drop_older_than(connection, 24, date(2028, 12, 1)) == 1
    assert disclosed(database) == []
    assert read_log.drop_older_than(connection, 24, date(2028, 12, 1)) == 0


def test_the_gateways_role_adds_and_reads_lines_and_can_change_none(database: str) -> None:
    """Run the lines of roles.sql about the read log, under names of this test's own."""
    keeper, gateway = (f"t_{uuid.uuid4().hex}" for _ in range(2))
    grants = [line for line in ROLES.read_text().splitlines() if "read_log" in line]
    assert grants
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {keeper}; CREATE ROLE {gateway}".encode())
        try:
            for line in grants:
                own = line.replace("ipp_processes", keeper).replace("ipp_gateway", gateway)
                connection.execute(own.encode())
            connection.execute(f"SET ROLE {keeper}".encode())
            read_log.create_tables(connection, TODAY)
            read_log.create_tables(connection, TODAY)
            connection.execute("RESET ROLE")
            read(database, _as_role(gateway))
            connection.execute(f"SET ROLE {gateway}".encode())
            for statement in ("DELETE FROM", "UPDATE", "TRUNCATE", "DROP TABLE"):
                for table in ("disclosures", "disclosures_2026_11"):
                    rest = " SET viewer = ''" if statement == "UPDATE" else ""
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        connection.execute(f"{statement} read_log.{table}{rest}".encode())
        finally:
            connection.execute("RESET ROLE")
            connection.execute(f"DROP OWNED BY {gateway}, {keeper} CASCADE".encode())
            connection.execute(f"DROP ROLE {gateway}, {keeper}".encode())


def _as_role(role: str) -> Any:
    async def reading(connection: psycopg.AsyncConnection) -> None:
        await connection.execute(f"SET ROLE {role}".encode())
        await read_log.record(connection, [shown()])
        assert len(await read_log.of_owner(connection, ANN, before_day=TODAY, limit=9)) == 1

    return reading
