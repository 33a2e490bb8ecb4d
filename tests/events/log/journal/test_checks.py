"""What a check found is kept by those who may write it, and read by those who show it."""

import uuid
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from events.log.faults import Fault, FaultKind, Place
from events.log.journal.checks import (
    LastCheck,
    NotAllowedError,
    ViewCheck,
    ViewDifference,
    last_checks,
    last_view_checks,
    record_check,
    record_view_check,
)
from events.log.journal.verify import PartitionReport

pytestmark = pytest.mark.postgres

ROLES = Path(__file__).parents[4] / "deploy/postgres/roles.sql"
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
FAULT = Fault(
    kind=FaultKind.CHANGED,
    place=Place(generation="a" * 32, partition=1, offset=3, ordinal=7),
    nl="anders",
    en="other",
    stream="team-" + "b" * 32,
    version=2,
)

VIEW_CHECK = ViewCheck(
    view="profile",
    version=3,
    categories=["access", "portfolio"],
    checked_at=NOON,
    generation="a" * 32,
    until=[4, 0],
    rows=9,
    differences=(ViewDifference(table="profile_v3_goals", partition=1),),
    left_out=["b" * 32],
)


def report(partition: int, *faults: Fault) -> PartitionReport:
    return PartitionReport(
        partition=partition, records=4, accepted=9, refused=1, damaged=0, whole=not faults, faults=faults
    )


def test_the_last_check_of_each_partition_is_kept(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as conn:
        assert last_checks(conn, log="ipp") == []
        record_check(conn, log="ipp", report=report(1), at=NOON)
        record_check(conn, log="ipp", report=report(0), at=NOON)
        record_check(conn, log="ipp", report=report(1, FAULT), at=NOON)
        record_check(conn, log="other", report=report(0), at=NOON)
        sound, faulty = last_checks(conn, log="ipp")
    expected = {"checked_at": NOON, "ordinal": 9, "records": 4}
    assert sound == LastCheck(partition=0, whole=True, faults=(), **expected)  # type: ignore[arg-type]
    assert faulty == LastCheck(partition=1, whole=False, faults=(FAULT,), **expected)  # type: ignore[arg-type]


def test_each_role_writes_its_own_checks_and_the_services_read_both(database: str) -> None:
    """Run the lines of roles.sql about checks, under names of this test's own."""
    names = {f"ipp_{name}": f"t_{uuid.uuid4().hex}" for name in ("journal", "processes", "services", "views")}
    text = ROLES.read_text().split("CREATE SCHEMA checks")[1]
    with psycopg.connect(database, autocommit=True) as conn:
        for name in names.values():
            conn.execute(f"CREATE ROLE {name}".encode())
        try:
            for given, own in names.items():
                text = text.replace(given, own)
            conn.execute(f"CREATE SCHEMA checks{text}".encode())
            for role in ("ipp_processes", "ipp_journal", "ipp_processes"):
                conn.execute(f"SET ROLE {names[role]}".encode())
                record_check(conn, log="ipp", report=report(0), at=NOON)
            conn.execute(f"SET ROLE {names['ipp_services']}".encode())
            assert len(last_checks(conn, log="ipp")) == 1
            for role in ("ipp_services", "ipp_views"):
                conn.execute(f"SET ROLE {names[role]}".encode())
                with pytest.raises(NotAllowedError):
                    record_check(conn, log="ipp", report=report(0), at=NOON)
            record_view_check(conn, log="ipp", check=VIEW_CHECK)
            for role in ("ipp_services", "ipp_journal"):
                conn.execute(f"SET ROLE {names[role]}".encode())
                with pytest.raises(NotAllowedError):
                    record_view_check(conn, log="ipp", check=VIEW_CHECK)
            conn.execute(f"SET ROLE {names['ipp_services']}".encode())
            assert last_view_checks(conn, log="ipp") == [VIEW_CHECK]
        finally:
            conn.execute("RESET ROLE")
            conn.execute("DROP SCHEMA IF EXISTS checks CASCADE")
            for name in names.values():
                conn.execute(f"DROP OWNED BY {name} CASCADE".encode())
            conn.execute(f"DROP ROLE {', '.join(names.values())}".encode())
