"""The read log from the gateway's side: an entry is there before its item is shown, and is written once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

import psycopg
import pytest

from events.privacy import disclosures
from events.privacy.disclosures import DisclosureEntry
from gateway.errors import GatewayError
from gateway.reading.disclosures import WRITTEN_KNOWN_S, ReadLog
from gateway.reading.freshness import Freshness
from rules.kinds import ItemKind

pytestmark = pytest.mark.postgres
DAY = date(2026, 11, 30)


class Rig:
    def __init__(self, url: str) -> None:
        self.now_s = 0.0
        self.url = url
        self.lent = 0
        self.log = ReadLog(self._lend, now_s=lambda: self.now_s)

    @asynccontextmanager
    async def _lend(self) -> AsyncIterator[psycopg.AsyncConnection]:
        self.lent += 1
        async with await psycopg.AsyncConnection.connect(self.url, autocommit=True) as connection:
            yield connection

    def shown(self, *items: str, day: date = DAY) -> int:
        """Record that these are about to be shown; return how many lines the read log has now."""
        entries = [
            DisclosureEntry(
                owner="a",
                day=day,
                item_kind=ItemKind.TALENT,
                item=item,
                viewer="b",
                viewer_role="PROFESSIONAL",
                purpose="SHARED_BY_NAME",
            )
            for item in items
        ]
        asyncio.run(self.log.record(entries))
        return self.run("SELECT count(*) FROM read_log.disclosures")

    def run(self, statement: str) -> int:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return int(cursor.fetchall()[0][0]) if cursor.description else 0


@pytest.fixture
def rig(database: str) -> Rig:
    with psycopg.connect(database, autocommit=True) as connection:
        disclosures.create_tables(connection, DAY)
    return Rig(database)


def test_what_was_written_a_moment_ago_is_not_written_again_and_what_is_new_is(rig: Rig) -> None:
    assert [rig.shown("1", "2"), rig.shown("2", "1"), rig.lent] == [2, 2, 1]
    assert [rig.shown("1", "3"), rig.shown("1", day=date(2026, 12, 1)), rig.lent] == [3, 4, 3]


def test_a_line_that_a_new_server_does_not_have_is_written_again_after_minutes(rig: Rig) -> None:
    rig.shown("1")
    rig.run("DELETE FROM read_log.disclosures")
    rig.now_s = WRITTEN_KNOWN_S - 1
    assert rig.shown("1") == 0
    rig.now_s = WRITTEN_KNOWN_S + 1
    assert rig.shown("1") == 1


def test_a_line_that_a_new_server_does_not_have_is_written_again_once_the_old_one_is_lost(rig: Rig) -> None:
    @asynccontextmanager
    async def never() -> AsyncIterator[psycopg.AsyncConnection]:
        nowhere = "postgresql://nobody@127.0.0.1:9/nothing"
        async with await psycopg.AsyncConnection.connect(nowhere) as connection:
            yield connection

    async def lost() -> None:
        seen = asyncio.Event()

        def forget() -> None:
            rig.log.forget_written()
            seen.set()

        listening = asyncio.create_task(Freshness(connect=never, listen=never, on_lost=forget).run())
        await asyncio.wait_for(seen.wait(), 30)
        listening.cancel()

    rig.shown("1")
    rig.run("DELETE FROM read_log.disclosures")
    assert rig.shown("1") == 0
    asyncio.run(lost())
    assert rig.shown("1") == 1


def test_a_line_written_while_the_server_was_lost_is_written_again(rig: Rig) -> None:
    lend = rig.log._connect

    @asynccontextmanager
    async def lost_meanwhile() -> AsyncIterator[psycopg.AsyncConnection]:
        async with lend() as connection:
            yield connection
        rig.log.forget_written()

    rig.log._connect = lost_meanwhile
    rig.shown("1")
    rig.run("DELETE FROM read_log.disclosures")
    assert rig.shown("1") == 1


def test_after_a_line_could_not_be_written_nothing_is_taken_to_be_there(rig: Rig) -> None:
    rig.shown("1")
    rig.run("DELETE FROM read_log.disclosures")
    rig.run("ALTER TABLE read_log.disclosures RENAME TO away")
    with pytest.raises(GatewayError, match="read log can't be written"):
        rig.shown("1", "2")
    rig.run("ALTER TABLE read_log.away RENAME TO disclosures")
    assert rig.shown("1") == 1
