"""What dragging a slider over the past costs: a portfolio and a team's map at one moment after the other."""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import psycopg
from rich.console import Console
from rich.table import Table

from benchmarks.measuring import cpu_s
from benchmarks.servers import log_to_stderr, postgres_database
from events.catalog.employment import ProfessionalRegistered, TeamJoined
from events.catalog.portfolio.energy import EnergySourceNoted, EnergySourceRemoved, PassionNamed
from events.catalog.portfolio.evidence import ReflectionWritten
from events.catalog.portfolio.goals import GoalProgressNoted, GoalSet
from events.catalog.portfolio.life import PortfolioOpened, ProfileStatementWritten
from events.catalog.portfolio.talents import TalentClaimed, TalentRevised
from events.catalog.registry import Event
from events.catalog.team import TeamFormed
from events.codec import Recorded
from events.streams import Stream
from gateway.context import Context
from gateway.reading.freshness import Connect
from gateway.types.scalars import write_moment
from kit.postgres.connections import open_async_pool
from projections.changes import Changes
from projections.view import Fact, View
from projections.views import profile, shared, timeline
from rules.kinds import EnergySourceKind, HoursBand, Language
from tests.gateway.api.team.members import CALM, CONTACT, TEAM, UNIT, adopted, item_of, shares
from tests.gateway.harness import NOW, SCHEMA, reading_from
from tests.gateway.world import COLLEAGUE, OWNER, TODAY, World

SIZES: Final = (100, 1_000, 10_000)
"""Events of each portfolio; a person makes about forty a year."""
MEMBERS: Final = 12
TALENTS: Final = "12345678"
TERMS: Final = (CALM, CONTACT)
STORY: Final = "Ik zie wat er onder een vraag ligt."
STEPS: Final = 60
"""Moments that a slider passes over in one drag, evenly over the whole history."""
RUNS: Final = 5
BATCH: Final = 1_000
PORTFOLIO: Final = """query ($asOf: DateTime) { me { id portfolio(asOf: $asOf) { id version state
  statement { id text } talents { id name { nl } strength energy quadrant } passions { id text }
  energySources { id kind activity hoursPerWeek } goals { id text state progress } } } }"""
DIFFERENCE: Final = """query ($asOf: DateTime!) { me { id portfolioDifference(from: $asOf) {
  talents { added { id } changed { before { id strength } after { id strength } } removed { id } }
  goals { added { id } changed { before { id progress } after { id progress } } removed { id } } } } }"""
MAP: Final = f"""query ($asOf: DateTime) {{ team(id: "Team:{TEAM}") {{ id talentMap(asOf: $asOf) {{
  asOf holders {{ id displayName }}
  rows {{ id name {{ nl }} coverage cells {{ holderId strength energy quadrant }} }} }} }} }}"""
QUESTIONS: Final = {
    "a portfolio": PORTFOLIO,
    "its difference to now": DIFFERENCE,
    "a team's map": MAP,
}
OF_NOW: Final = {"a portfolio of now": PORTFOLIO, "a team's map of now": MAP}
"""For comparison: the same questions without a moment."""


def life_of(person: str, count: int) -> Iterator[Event]:
    """Yield a portfolio's events: eight talents, shared with the team, then mostly changes of them."""
    chance = Random(person)  # noqa: S311 - an invented life
    yield PortfolioOpened(language=Language.NL)
    for number, name in enumerate(TALENTS):
        claimed: dict[str, Any] = {"name": f"Talent {name}", "story": STORY, "strength": 3}
        claimed |= {"term": TERMS[number], "name_en": "Calm"} if number < len(TERMS) else {}
        yield TalentClaimed(talent=item_of(person, name), energy=1, use=1, **claimed)
        yield shares(person, name, energy=True, until=TODAY + timedelta(days=100))
    goals: list[str] = []
    source = ""
    for number in range(17, count):
        new = f"{person[:8]}{number:024x}"
        match chance.choices(range(6), weights=(60, 4, 16, 8, 4, 8))[0]:
            case 1 if len(goals) < 50:
                goals.append(new)
                yield GoalSet(goal=new, text="Leren omgaan met stilte in een gesprek")
            case 2 if goals:
                yield GoalProgressNoted(goal=chance.choice(goals), progress=chance.randint(0, 100))
            case 3 if source:
                yield EnergySourceRemoved(source=source)
                source = ""
            case 3:
                source = new
                noted: dict[str, Any] = {"kind": EnergySourceKind.GIVER, "hours_per_week": HoursBand.UP_TO_2}
                yield EnergySourceNoted(source=new, activity="Bellen", **noted)
            case 4 if number < 1_000:
                yield PassionNamed(passion=new, text="Buiten zijn met een groep")
            case 4:
                yield ProfileStatementWritten(statement="8" * 32, text="Ik luister, en dan doe ik.")
            case 5:
                yield ReflectionWritten(reflection=new, text="Rust helpt, ook als het druk is.")
            case _:
                said = {name: chance.randint(1, 2) for name in ("strength", "energy", "use")}
                talent = item_of(person, chance.choice(TALENTS))
                yield TalentRevised(talent=talent, story=STORY, **said)


class Installation(World):
    """A gateway on a pool of connections, and a team in which everybody has a portfolio of `count` events."""

    def __init__(self, folder: Path, url: str, count: int) -> None:
        super().__init__(folder, url)
        self.limit(requests_per_minute_max=10**9, requests_burst_max=10**9, request_s_max=60.0)
        adopted(self, CALM, "Rust bewaren", "calm")
        adopted(self, CONTACT, "Contact maken", "contact")
        self.people = [OWNER, COLLEAGUE, *(f"{number:032x}" for number in range(1, MEMBERS - 1))]
        self.begun = NOW - timedelta(days=365)
        for number, person in enumerate(self.people):
            work = (ProfessionalRegistered(name=f"Lid {number}", email="p@mee.example"),)
            self.happened(f"employment-{person}", *work, TeamJoined(team=TEAM, on=TODAY), at=self.begun)
            views = (profile.VIEW, shared.VIEW, timeline.VIEW) if person == OWNER else (shared.VIEW,)
            self._folded(person, count, views)
        self.happened(f"team-{TEAM}", TeamFormed(name="Team Kade", unit=UNIT), at=self.begun)
        self.run("UPDATE views.positions SET seen_at = clock_timestamp() + interval '1 day'")
        self.run("VACUUM ANALYZE")

    def pooled(self, lend: Connect) -> None:
        """Let the gateway borrow its connections."""
        self.gateway = replace(self.gateway, **reading_from(lend))

    def _folded(self, person: str, count: int, views: Sequence[View]) -> None:
        """Fold a life into views, evenly over the year, an event after the other."""
        stream, step = f"portfolio-{person}", timedelta(days=360) / count
        subject = Stream.parse(stream).subject
        with psycopg.connect(self.url, autocommit=True) as connection:
            changes = {view.name: Changes(view.tables, 0) for view in views}
            for version, event in enumerate(life_of(person, count), start=1):
                at = self.begun + version * step
                recorded = Recorded(stream=stream, version=version, event=event, at=at, by=person)
                fact = Fact(partition=0, ordinal=1_000 + version, subject=subject, recorded=recorded)
                for view in views:
                    changes[view.name].about(subject)
                    view.fold(fact, changes[view.name])
                if version % BATCH == 0 or version == count:
                    for pending in changes.values():
                        pending.write(connection, "views")
                    changes = {view.name: Changes(view.tables, 0) for view in views}


class Drag:
    """One drag of a slider: the owner asks the same at one moment after the other."""

    def __init__(self, installation: Installation, pool: Any) -> None:
        self.installation = installation
        self.pool = pool

    async def backend(self) -> int:
        async with self.pool.connection() as connection:
            row = await (await connection.execute("SELECT pg_backend_pid()")).fetchone()
            return int(row[0])

    async def over(self, document: str, moments: Sequence[datetime | None]) -> tuple[list[float], float]:
        """Return how long each step took in ms, and the processor time of all, the database's with it."""
        context = Context(self.installation.gateway)
        await context.authenticate({"authorization": f"Bearer {self.installation.issuer.token('owner')}"})
        process = await self.backend()
        taken, before = [], time.process_time() + cpu_s(process)
        for moment in moments:
            begun = time.perf_counter()
            values = {"asOf": write_moment(moment) if moment else None}
            answer = await SCHEMA.execute(document, variable_values=values, context_value=context)
            json.dumps(answer.data)
            taken.append(1000 * (time.perf_counter() - begun))
            if answer.errors:
                raise SystemExit(f"no answer: {answer.errors}")
        return taken, 1000 * (time.process_time() + cpu_s(process) - before)


async def measured(installation: Installation, runs: int) -> dict[str, tuple[list[float], list[float]]]:
    """By question: the milliseconds of every step, and the processor time a step of each run."""
    pool = await open_async_pool(installation.url, max_size=1, name="past")

    @asynccontextmanager
    async def lend() -> AsyncIterator[Any]:
        async with pool.connection() as connection:
            yield connection

    installation.pooled(lend)
    drag = Drag(installation, pool)
    moments = [installation.begun + n * timedelta(days=365) / STEPS for n in range(1, STEPS + 1)]
    found: dict[str, tuple[list[float], list[float]]] = {}
    for what, document in QUESTIONS.items():
        await drag.over(document, moments[::10])  # each statement is prepared by then
        of_runs = [await drag.over(document, moments) for _ in range(runs)]
        found[what] = _together(of_runs)
    for what, document in OF_NOW.items():
        found[what] = _together([await drag.over(document, [None] * STEPS) for _ in range(runs)])
    await pool.close()
    return found


def _together(of_runs: Sequence[tuple[list[float], float]]) -> tuple[list[float], list[float]]:
    return [step for taken, _ in of_runs for step in taken], [cpu / STEPS for _, cpu in of_runs]


def run(sizes: Sequence[int], runs: int, screen: Console) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for count in sizes:
        with postgres_database() as url, tempfile.TemporaryDirectory() as folder:
            screen.print(f"[dim]{MEMBERS} portfolios of {count:,} events …[/dim]")
            installation = Installation(Path(folder), url, count)
            for what, (taken, cpu) in asyncio.run(measured(installation, runs)).items():
                row: dict[str, Any] = {"events": count, "what": what}
                row |= {"p50_ms": statistics.median(taken), "p99_ms": sorted(taken)[int(len(taken) * 0.99)]}
                row |= {"cpu_ms": statistics.median(cpu), "least": min(cpu), "most": max(cpu)}
                rows.append({name: round(it, 1) if isinstance(it, float) else it for name, it in row.items()})
    return rows


def main() -> None:
    log_to_stderr()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="events of a portfolio")
    parser.add_argument("--runs", type=int, default=RUNS)
    chosen = parser.parse_args()
    rows = run(chosen.sizes, chosen.runs, Console(stderr=True))
    if chosen.json:
        json.dump({"steps": STEPS, "runs": chosen.runs, "members": MEMBERS, "rows": rows}, sys.stdout)
        return
    title = f"each of {STEPS} moments of {chosen.runs} drags; a team of {MEMBERS}, all with as many events"
    table = Table("events", "what", "p50 ms", "p99 ms", "processor ms", "of the runs", title=title)
    for row in rows:
        of_runs = f"{row['least']} to {row['most']}"
        figures = (f"{row['p50_ms']}", f"{row['p99_ms']}", f"{row['cpu_ms']}", of_runs)
        table.add_row(f"{row['events']:,}", row["what"], *figures)
    Console().print(table)


if __name__ == "__main__":
    main()
