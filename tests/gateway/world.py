"""The harness with real views and a real read log in PostgreSQL: events are folded into every view."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from events.catalog.employment import ProfessionalRegistered
from events.catalog.portfolio.life import PortfolioOpened
from events.catalog.portfolio.talents import TalentClaimed
from events.catalog.registry import Event
from events.codec import Recorded
from events.privacy import disclosures as read_log
from events.streams import Stream
from gateway.http.endpoint import GraphQLEndpoint
from kit.postgres.channels import open_channels
from projections.parking import park
from projections.positions import prepare_view
from projections.registry import find_views
from projections.view import Fact, View
from rules.kinds import Language
from tests.gateway.harness import NOW, PEOPLE, SCHEMA, Harness, reading_from
from tests.projections.views.given import fold_into_views

OWNER, COLLEAGUE = PEOPLE["owner"], PEOPLE["colleague"]
ORGANISATION = "d" * 32
TODAY = NOW.date()
TOMORROW, YESTERDAY = TODAY + timedelta(days=1), TODAY - timedelta(days=1)
BEGINNING = NOW - timedelta(days=30)


class World(Harness):
    """Commits are an hour apart, in one partition, beginning a month ago; the clock does not move."""

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__(folder)
        self.url = url
        self.connections = 0
        self._versions: dict[str, int] = {}
        self._ordinal = 0
        with psycopg.connect(url, autocommit=True) as connection:
            read_log.create_tables(connection, TODAY)
            for view in find_views():
                prepare_view(connection, view, partitions=1, generation="f" * 32)
        self.gateway = replace(self.gateway, **reading_from(self._connect))
        self.endpoint = GraphQLEndpoint(SCHEMA, self.gateway, with_page=True)

    @asynccontextmanager
    async def _connect(self) -> AsyncIterator[Any]:
        async with await psycopg.AsyncConnection.connect(self.url, autocommit=True) as connection:
            self.connections += 1
            yield connection

    def happened(self, stream: str, *events: Event, at: datetime | None = None) -> datetime:
        """Fold one commit of a stream into every view that reads the stream; return its moment."""
        with psycopg.connect(self.url) as connection:  # one transaction, as a worker's: no reader sees half
            for event in events:
                at = self._happened(connection, stream, event, at)
            connection.execute("UPDATE views.positions SET seen_at = clock_timestamp()")
        return at or NOW

    def _happened(
        self, connection: psycopg.Connection, stream: str, event: Event, at: datetime | None
    ) -> datetime:
        self._ordinal += 1
        self._versions[stream] = self._versions.get(stream, 0) + 1
        moment = at or BEGINNING + timedelta(hours=self._ordinal)
        subject = Stream.parse(stream).subject
        recorded = Recorded(stream=stream, version=self._versions[stream], event=event, at=moment, by=subject)
        fact = Fact(partition=0, ordinal=self._ordinal, subject=subject, recorded=recorded)
        fold_into_views(connection, fact)
        return moment

    @asynccontextmanager
    async def on_channels(self) -> AsyncIterator[None]:
        """Let the gateway ask its short reads on channels, as it does in production, while the block runs."""
        before = self.gateway, self.endpoint
        async with open_channels(self.url, count=2, name="world") as channels:
            self.gateway = replace(self.gateway, **reading_from(self._connect, channels.ask))
            self.endpoint = GraphQLEndpoint(SCHEMA, self.gateway, with_page=True)
            yield
        self.gateway, self.endpoint = before

    def stale(self, view: View, seconds: float) -> None:
        """Let a view have been confirmed up to date so many seconds ago."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(
                "UPDATE views.positions SET seen_at = clock_timestamp() - make_interval(secs => %s)"
                " WHERE view = %s",
                (seconds, view.name),
            )

    def parked(self, view: View, subject: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            park(connection, view, 0, {subject: (1, "could not be digested")})

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def registered(self, person: str, name: str) -> None:
        self.happened(f"employment-{person}", ProfessionalRegistered(name=name, email="post@mee.example"))

    def opened(self) -> str:
        """Register owner and colleague, and open the owner's portfolio; return its stream."""
        self.registered(OWNER, "Fenna de Boer")
        self.registered(COLLEAGUE, "Bo Aerts")
        stream = f"portfolio-{OWNER}"
        self.happened(stream, PortfolioOpened(language=Language.NL))
        return stream

    def mine(self, selection: str, *, as_of: str | None = None) -> Any:
        """Query the owner's portfolio, now or at a moment, and return the answer, without errors."""
        document = f"query ($asOf: DateTime) {{ me {{ portfolio(asOf: $asOf) {{ {selection} }} }} }}"
        answer = asyncio.run(self.ask(document, asOf=as_of))
        assert "errors" not in answer, answer
        return answer["data"]["me"]["portfolio"]


def claimed(talent: str = "1" * 32, name: str = "Luisteren", use: int = 3) -> TalentClaimed:
    return TalentClaimed(talent=talent, name=name, strength=4, energy=2, use=use)


def day_after(days: int) -> date:
    return TODAY + timedelta(days=days)
