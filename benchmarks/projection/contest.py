"""The same topic folded into the same rows by us and by Kafka Streams, in turns."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import psycopg

from benchmarks.projection.folds import SameTopic, Sealing, Spent, drop_rows, timed_journal, timed_view
from benchmarks.projection.streams import rows_of_view, streams
from projections.registry import view_named
from tests.events.log.harness import LogUnderTest, unique_name

VIEW: Final = "profile"


class DifferentRowsError(Exception):
    """Both folded the same events and hold different rows: the comparison would be worth nothing."""


class Turn(NamedTuple):
    """One turn of each: ours in two steps, the log's journal and then the view, and the rival's."""

    journal: Spent
    view: Spent
    rival: Spent
    rows: int

    @property
    def ours_us(self) -> float:
        return self.journal.us + self.view.us


def contest(
    conn: psycopg.Connection,
    log: LogUnderTest,
    sealing: Sealing,
    *,
    people: list[str],
    total: int,
    rounds: int,
    warm_ups: int,
    folder: Path,
    postgres_s: Callable[[], float],
    broker_s: Callable[[], float],
) -> list[Turn]:
    """
    Let both fold the log's topic in turns, the rival some times before so that its JVM has compiled itself.

    `postgres_s` and `broker_s` return the processor time that our server and the rival's have used. Raises
    DifferentRowsError and NoStreamsError.
    """
    assert log.bootstrap is not None  # noqa: S101 - the rival knows Kafka only
    turns = []
    with streams(
        bootstrap=log.bootstrap,
        topic=log.topic,
        total=total,
        vault=sealing.vault(),
        people=people,
        folder=folder,
    ) as rival:
        for number in range(warm_ups):
            rival.fold(f"{log.name}-warm-{number}", broker_s)
        for number in range(rounds):
            drop_rows(conn, view_named(VIEW))
            own = SameTopic(url=log.url, name=unique_name(), bootstrap=log.bootstrap, of=log.name)
            journal = timed_journal(conn, own, total, postgres_s)
            view = timed_view(conn, own, sealing, VIEW, total=total, postgres_s=postgres_s)
            took, theirs = rival.fold(f"{log.name}-{number}", broker_s)
            ours = rows_of_view(conn)
            if ours != theirs:
                differing = [key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)]
                raise DifferentRowsError(
                    f"{len(differing)} tables of persons differ, such as {differing[0]}."
                )
            turns.append(Turn(journal, view, took, sum(map(len, ours.values()))))
    return turns


def shown(turns: list[Turn]) -> dict[str, Any]:
    """Return the turns for --json, and how much more processor time ours took: the least and the most."""
    ratios = sorted(round(turn.ours_us / turn.rival.us, 2) for turn in turns)
    views = sorted(round(turn.view.us / turn.rival.us, 2) for turn in turns)
    return {
        "turns": [
            {"rows": turn.rows}
            | {part: getattr(turn, part)._asdict() for part in ("journal", "view", "rival")}
            for turn in turns
        ],
        "ours_of_rival": {"from": ratios[0], "to": ratios[-1]},
        "view_of_rival": {"from": views[0], "to": views[-1]},
    }
