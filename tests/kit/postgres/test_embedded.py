import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from kit.postgres.connections import connect_own, open_async_pool, open_pool
from kit.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresError, url_of_running

FAST = {"fsync": "off"}
pytestmark = pytest.mark.postgres


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ipp-test-embedded-") as made:
        yield Path(made) / "under" / "here"


def test_a_second_start_goes_on_with_the_data(folder: Path) -> None:
    with (
        EmbeddedPostgres(folder, settings=FAST) as server,
        connect_own(server.url("a"), application_name="t") as c,
    ):
        c.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    with (
        EmbeddedPostgres(folder, settings=FAST) as server,
        connect_own(server.url("a"), application_name="t") as c,
    ):
        assert c.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_folder_in_use_is_refused_and_left_in_peace(folder: Path) -> None:
    with EmbeddedPostgres(folder, settings=FAST) as server:
        with pytest.raises(EmbeddedPostgresError, match="in use by another running process"):
            EmbeddedPostgres(folder, settings=FAST).__enter__()
        with connect_own(server.url(), application_name="t") as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_the_server_of_a_killed_process_is_ended_and_its_data_are_kept(folder: Path) -> None:
    program = (
        "import pathlib, sys, os, signal\n"
        "from kit.postgres.embedded import EmbeddedPostgres\n"
        "from kit.postgres.connections import connect_own\n"
        f"with EmbeddedPostgres(pathlib.Path({str(folder)!r})) as server:\n"
        "    connection = connect_own(server.url('a'), application_name='t')\n"
        "    connection.execute('CREATE TABLE kept AS SELECT 42 AS answer')\n"
        "    print(server.pid, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    orphan = int(killed.stdout)
    os.kill(orphan, 0)
    with (
        EmbeddedPostgres(folder, settings=FAST) as server,
        connect_own(server.url("a"), application_name="t") as c,
    ):
        assert server.pid != orphan
        assert c.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_data_of_another_major_version_are_refused(folder: Path) -> None:
    with EmbeddedPostgres(folder, settings=FAST):
        pass
    (folder / "data" / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedPostgresError, match="made by PostgreSQL 17 and this is 18"):
        EmbeddedPostgres(folder, settings=FAST).__enter__()


def test_a_setting_that_postgresql_refuses_is_reported_in_its_words(folder: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="max_connections"):
        EmbeddedPostgres(folder, settings={**FAST, "max_connections": "many"}).__enter__()


def test_its_files_are_its_owners_alone(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "server.log").touch(mode=0o644)  # as an earlier program left it
    with EmbeddedPostgres(folder, settings=FAST):
        modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert modes == {"data": 0o700, "lock": 0o600, "password": 0o600, "server.log": 0o600}


def test_its_log_quotes_no_row(folder: Path) -> None:
    words, id_ = "Wat Fenna schreef", "d" * 32
    with (
        EmbeddedPostgres(folder, settings=FAST) as server,
        connect_own(server.url(), application_name="t") as connection,
    ):
        connection.execute("CREATE TABLE notes (id text PRIMARY KEY, note text NOT NULL, day date NOT NULL)")
        insert = "INSERT INTO notes VALUES (%s, %s, %s)"
        connection.execute(insert, (id_, words, "2026-01-01"))
        for row in ((id_, words, "2026-01-01"), ("e" * 32, words, None)):
            with pytest.raises(psycopg.errors.IntegrityError):
                connection.execute(insert, row)
        with (
            pytest.raises(psycopg.errors.IntegrityError),
            connection.cursor().copy("COPY notes FROM STDIN") as copy,
        ):
            copy.write_row((id_, words, "2026-01-01"))
    log = (folder / "server.log").read_text()
    assert "violates not-null constraint" in log
    assert (words in log, id_ in log) == (False, False)


def test_nobody_connects_without_the_password(folder: Path) -> None:
    with EmbeddedPostgres(folder, settings=FAST) as server:
        parts = server.url().replace("postgresql://", "").split("@")[1]
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(f"postgresql://postgres@{parts}")


def test_a_pool_lends_no_connection_that_was_ended_and_asks_the_server_nothing_to_know(database: str) -> None:
    pool = open_pool(database, max_size=2, name="ipp test pool", autocommit=True)
    try:
        with connect_own(database, application_name="ipp test") as own:
            with pool.connection() as connection:
                first = connection.info.backend_pid
                connection.execute("SELECT")
            before = last_asked(own, first)
            with pool.connection() as connection:
                assert connection.info.backend_pid == first
            assert last_asked(own, first) == before
            own.execute("SELECT pg_terminate_backend(%s, 5000)", (first,))
        with pool.connection() as connection:
            assert connection.info.backend_pid != first
            name = connection.execute("SELECT current_setting('application_name')").fetchone()
            assert name == ("ipp test pool",)
    finally:
        pool.close()


def last_asked(own: psycopg.Connection[Any], backend: int) -> object:
    return own.execute("SELECT state_change FROM pg_stat_activity WHERE pid = %s", (backend,)).fetchone()


def test_an_async_pool_opens_while_the_server_is_away() -> None:
    import asyncio  # noqa: PLC0415 - of this test only

    async def open_and_close() -> None:
        pool = await open_async_pool("postgresql://x@127.0.0.1:1/x", max_size=1, name="away")
        await pool.close()

    asyncio.run(open_and_close())


def test_an_async_pool_lends_no_connection_that_was_ended_and_asks_the_server_nothing_to_know(
    database: str,
) -> None:
    import asyncio  # noqa: PLC0415 - of this test only

    async def lend_and_end() -> None:
        pool = await open_async_pool(database, max_size=1, name="ipp test pool")
        try:
            with connect_own(database, application_name="ipp test") as own:
                await ask(pool, own)
        finally:
            await pool.close()

    async def ask(pool: Any, own: psycopg.Connection[Any]) -> None:
        async with pool.connection() as connection:
            first = connection.info.backend_pid
            await connection.execute("SELECT")
        before = last_asked(own, first)
        async with pool.connection() as connection:
            assert connection.info.backend_pid == first
        assert last_asked(own, first) == before
        own.execute("SELECT pg_terminate_backend(%s, 5000)", (first,))
        async with pool.connection() as connection:
            await connection.execute("SELECT")
            assert connection.info.backend_pid != first

    asyncio.run(lend_and_end())


def test_a_running_server_is_found_by_its_folder_and_a_stopped_one_is_not(folder: Path) -> None:
    with EmbeddedPostgres(folder, settings=FAST) as server:
        assert url_of_running(folder, "postgres") == server.url()
    assert url_of_running(folder, "postgres") is None
