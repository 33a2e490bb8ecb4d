"""What commits claim of the past: it is taken for true only where it is, and then the rule says the same."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any, Final

import msgspec
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.log.acceptance import Outcome, State, apply, judge
from events.log.journal.claims import NO_EVENT, Claims
from events.log.journal.fold import Checkpoint, Journal
from events.log.journal.log_identity import load_state
from events.log.journal.statements import ACCEPT
from events.log.port import LogRecord
from events.log.record import Commit, Entry, encode_entry, frame
from events.log.tables import JournalTables
from events.log.verdicts import channel_of, unpack
from kit.postgres.connections import connect_own
from kit.postgres.listening import listen
from tests.events.log import test_acceptance as cases
from tests.events.log.harness import unique_name

ZERO = cases.write(cases.S, 0)
THIRD = cases.write(cases.S, 3, cases.digest(cases.A2))
SETS: Final[tuple[tuple[Entry, ...], ...]] = (
    *cases.SMALL_SETS.values(),
    (
        cases.commit(1, ZERO),
        cases.commit(2, cases.write(cases.S, 0, bytes([7] * 32))),
        cases.commit(3, cases.write(cases.S, 1)),
        cases.commit(4, cases.write(cases.S, 1, cases.digest(ZERO))),
    ),
    (
        cases.commit(1, cases.A1),
        cases.commit(2, cases.A2, THIRD),
        cases.commit(3, THIRD),
        msgspec.structs.replace(cases.commit(3, cases.write(cases.T, 1)), command=bytes(32)),
    ),
    (
        cases.commit(1, cases.A1),
        cases.commit(2, cases.A2, decided_on=1),
        cases.commit(3, cases.write(cases.T, 1), decided_on=2),
        cases.commit(4, decided_on=2),
    ),
)


# ── Every log of a few entries, with the whole past at hand ──────────────────────────────────────────────


def are_so(claims: Claims, entries: Sequence[Entry], past: State) -> bool:
    """Whether the fence that the statement has would hold, after this past."""
    commits = [entry for entry in entries if isinstance(entry, Commit)]
    return (
        all((commit.subject, commit.command) not in past.commands for commit in commits)
        and all(commit.commit not in past.refused for commit in commits)
        and all(past.heads.get(stream, NO_EVENT) == head for stream, head in claims.heads.items())
        and all(past.counts.get(subject, 0) == count for subject, count in claims.counts.items())
    )


def after(log: Sequence[Entry], *, with_heads: bool) -> tuple[State, State]:
    """Return the rule's whole state after a log, and the part of it that a worker has in memory."""
    past, _ = cases.fold(log)
    known = cases.fresh()
    known.ordinal, known.voided, known.closed_subjects = past.ordinal, past.voided, past.closed_subjects
    known.heads = dict(past.heads) if with_heads else {}
    return past, known


@pytest.mark.parametrize("entries", SETS)
@pytest.mark.parametrize("with_heads", [True, False])
def test_claims_that_are_so_give_the_rules_verdicts_and_all_that_is_accepted_has_such(
    entries: Sequence[Entry], *, with_heads: bool
) -> None:
    taken = 0
    for log in itertools.product(entries, repeat=4):
        for cut in range(4):
            chunk = log[cut:]
            past, known = after(log[:cut], with_heads=with_heads)
            before = dict(past.heads)
            claims = Claims.of(known, chunk)
            if claims is None:
                continue
            held, outcomes = are_so(claims, chunk, past), cases.fold(chunk, past)[1]
            claimed = []
            for entry in chunk:
                verdict = judge(claims.state, entry)
                apply(claims.state, entry, verdict)
                claimed.append(verdict.outcome)
            accepted = held and set(claimed) == {Outcome.ACCEPTED}
            assert accepted == (set(outcomes) == {Outcome.ACCEPTED})
            if accepted:
                taken += 1
                assert claims.state.ordinal == past.ordinal
                assert {**before, **claims.state.heads} == past.heads
    assert taken


# ── The statement ────────────────────────────────────────────────────────────────────────────────────────

WRITER: Final = "ab"
EMPTY: Final = (
    *("DELETE FROM {" + table + "}" for table in ("events", "commits", "refusals", "settled", "sealed")),
    "DELETE FROM {positions}",
    "INSERT INTO {positions} VALUES (0, 1, 0, 0, '', NULL, now())",
)


class Folded:
    """A journal without any rows, to which logs are folded; a worker may forget what it had in memory."""

    def __init__(self, conn: psycopg.Connection[Any], listener: psycopg.Connection[Any]) -> None:
        self._conn, self._listener, self.tables = conn, listener, JournalTables(unique_name())
        self.tables.create(conn)
        listen(listener, channel_of(self.tables.log, WRITER) or "")

    def verdicts(self, log: Sequence[Sequence[Entry]], forget_after: Sequence[bool] = ()) -> list[Outcome]:
        """Fold a log of these records, one at a time, and return the verdicts that its writers are sent."""
        self._conn.execute(self.tables.statement("TRUNCATE {positions}, {events}, {commits}, {refusals}"))
        self._conn.execute(self.tables.statement("TRUNCATE {settled}, {sealed}, {tracking}"))
        self._conn.execute(
            self.tables.statement("INSERT INTO {positions} VALUES (0, 1, 0, 0, '', NULL, now())")
        )
        journal = self._opened(Checkpoint(1, 0, 0, b""))
        for offset, entries in enumerate(log, start=1):
            value = frame(cases.GENERATION, WRITER, list(map(encode_entry, entries)))
            journal.fold(self._conn, [LogRecord(partition=0, offset=offset, epoch=0, day=0, value=value)])
            if any(forget_after[offset - 1 : offset]):
                journal = self._opened(journal.checkpoint)
        commits = sum(isinstance(entry, Commit) for entries in log for entry in entries)
        return list(itertools.islice(self._outcomes(), commits)) if commits else []

    def _opened(self, checkpoint: Checkpoint) -> Journal:
        state = cases.fresh()
        load_state(self._conn, tables=self.tables, state=state)
        state.ordinal = checkpoint.ordinal
        return Journal(tables=self.tables, state=state, checkpoint=checkpoint)

    def _outcomes(self) -> Iterator[Outcome]:
        with closing(self._listener.notifies(timeout=10)) as notifications:
            for notification in notifications:
                yield from (notice.outcome for notice in unpack(notification.payload))


@contextmanager
def folding(url: str) -> Iterator[Folded]:
    with connect_own(url, application_name="test") as conn, connect_own(url, application_name="ear") as ear:
        yield Folded(conn, ear)


def by_the_rule(log: Sequence[Sequence[Entry]]) -> list[Outcome]:
    entries = [entry for record in log for entry in record]
    outcomes = cases.fold(entries)[1]
    return [o for entry, o in zip(entries, outcomes, strict=True) if isinstance(entry, Commit)]


@pytest.mark.postgres
def test_a_log_is_folded_as_the_rule_says_in_records_of_any_size_whatever_is_forgotten(database: str) -> None:
    records = st.lists(st.sampled_from([entry for entries in SETS for entry in entries]), max_size=3)
    with folding(database) as folded:

        @given(st.lists(records, min_size=1, max_size=8), st.lists(st.booleans(), max_size=8))
        @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
        def agree(log: list[list[Entry]], forget_after: list[bool]) -> None:
            assert folded.verdicts(log, forget_after) == by_the_rule(log)

        agree()


WRONG_CLAIMS: Final[dict[str, list[list[Entry]]]] = {
    "{commits} WHERE command =": [[cases.commit(1, cases.A1)], [cases.commit(2, command=1)]],
    "{refusals} WHERE": [
        [cases.commit(1, cases.write(cases.T, 5))],
        [msgspec.structs.replace(cases.commit(1, cases.write(cases.T, 1)), command=bytes(32))],
    ],
    "coalesce(": [[cases.commit(1, cases.B1)], [cases.commit(2, cases.A2)]],
    "(SELECT count(*)": [[cases.commit(1, cases.A1)], [cases.commit(2, cases.A2, decided_on=2)]],
}
"""For each demand of the fence, two records of which the second claims what that demand finds to be wrong."""


@pytest.mark.postgres
@pytest.mark.parametrize("demand", WRONG_CLAIMS)
def test_each_demand_of_the_fence_is_needed(
    demand: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = WRONG_CLAIMS[demand]
    with folding(database) as folded:
        assert folded.verdicts(log, [True]) == by_the_rule(log)
        assert ACCEPT.count(demand) == 1
        monkeypatch.setattr("events.log.journal.fold.ACCEPT", without(demand))
        try:
            assert folded.verdicts(log, [True]) != by_the_rule(log)
        except psycopg.errors.UniqueViolation:
            assert demand == "{commits} WHERE command =", "the others have no other guard"


def without(demand: str) -> str:
    """Return the statement with one of its demands made to hold always."""
    at = ACCEPT.index(demand)
    if demand.startswith("{"):
        return ACCEPT[:at] + ACCEPT[at:].replace("WHERE", "WHERE false AND", 1)
    return ACCEPT[:at] + "false AND " + ACCEPT[at:]
