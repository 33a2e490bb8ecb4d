"""Mutations of our own code: each must make the tests above fail, or they would prove nothing."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from events.log import acceptance
from events.log.acceptance import Outcome, State, Verdict
from events.log.journal import statements
from events.log.journal.fold import FenceError
from events.log.journal.log_identity import open_partition
from events.log.outcomes import ConflictError
from events.log.record import Commit, Entry, digest_of, encode_entry, frame
from tests.events.log import test_acceptance as cases
from tests.events.log.harness import LogUnderTest, event, subject, unique_name

Judge = Callable[[State, Commit], Verdict]


def everything_is_accepted(state: State, commit: Commit) -> Verdict:
    digests = tuple(digest_of(w.parent, w.stream, w.version, w.topic, w.state) for w in commit.writes)
    return Verdict(Outcome.ACCEPTED, state.ordinal + len(commit.writes), digests)


def versions_before_ids(state: State, commit: Commit) -> Verdict:
    verdict = acceptance._judge_versions(state, commit)
    return verdict if verdict.outcome is Outcome.ACCEPTED else TRUE_JUDGE(state, commit)


def settling_is_ignored(state: State, commit: Commit) -> Verdict:
    state.voided.clear()
    return TRUE_JUDGE(state, commit)


def a_parent_is_not_compared(head: acceptance.Head | None, version: int, _parent: bytes) -> Outcome:
    return TRUE_FIT(head, version, head.digest if head else bytes(32))


def a_gap_stays_open(state: State, entry: Entry, verdict: Verdict) -> None:
    TRUE_APPLY(state, entry, verdict)
    state.refused.clear()


TRUE_JUDGE, TRUE_FIT, TRUE_APPLY = acceptance._judge_commit, acceptance._fit, acceptance.apply


def explore() -> None:
    for entries in cases.SMALL_SETS.values():
        for log in itertools.product(entries, repeat=4):
            cases.invariants(log)


def test_the_exploration_passes_unmutated() -> None:
    explore()


@pytest.mark.parametrize(
    ("place", "mutant"),
    [
        ("_judge_commit", everything_is_accepted),
        ("_judge_commit", versions_before_ids),
        ("_judge_commit", settling_is_ignored),
        ("_fit", a_parent_is_not_compared),
    ],
)
def test_a_mutated_rule_breaks_an_invariant(
    place: str, mutant: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acceptance, place, mutant)
    with pytest.raises(AssertionError):
        explore()


def test_a_gap_that_stays_open_breaks_an_invariant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "apply", a_gap_stays_open)
    with pytest.raises(AssertionError, match="later accepted"):
        explore()


# ── The fence ────────────────────────────────────────────────────────────────────────────────────────────


GAP = encode_entry(cases.commit(1, cases.write(cases.S, 5)))


def two_workers_on_one_partition(url: str, entries: Sequence[bytes]) -> None:
    """
    T9: a batch in which nothing is accepted moves the offset, not the ordinal; the other worker must notice.

    Raises FenceError as it should.
    """
    log = LogUnderTest(url=url, name=unique_name())
    log.create()
    reader, appender = log.reader(), log.appender()
    with psycopg.connect(url, autocommit=True) as one, psycopg.connect(url, autocommit=True) as other:
        log.tables.create(one)
        first = open_partition(one, reader, tables=log.tables, partition=0, identity=reader.identity())
        second = open_partition(other, reader, tables=log.tables, partition=0, identity=reader.identity())
        appender.append(0, frame(first._state.generation, "", entries)).result(5)
        records = list(reader.read({0: 1}, timeout_s=5))
        first.fold(one, records)
        try:
            second.fold(other, records)
        finally:
            reader.close()
            appender.close()


@pytest.mark.postgres
@pytest.mark.parametrize("entries", [[GAP], []], ids=["refused", "empty"])
def test_a_worker_that_comes_second_is_stopped_by_the_fence(database: str, entries: list[bytes]) -> None:
    with pytest.raises(FenceError):
        two_workers_on_one_partition(database, entries)


@pytest.mark.postgres
@pytest.mark.parametrize(("name", "entries"), [("WRITE", [GAP]), ("ACCEPT", [])])
def test_a_fence_on_the_wrong_column_lets_the_second_worker_in(
    name: str, entries: list[bytes], database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fence, statement = "partition = %s AND next_offset = %s", getattr(statements, name)
    assert fence in statement
    mutant = statement.replace(fence, "partition = %s AND ordinal = %s - 1")
    monkeypatch.setattr(f"events.log.journal.fold.{name}", mutant)
    two_workers_on_one_partition(database, entries)


# ── The verdict ──────────────────────────────────────────────────────────────────────────────────────────


def guess_wrong_and_try_again(url: str) -> None:
    """A stream that begins at version 0 makes a second writer's guess for version 1 wrong, once."""
    log = LogUnderTest(url=url, name=unique_name())
    log.create()
    with log.folding():
        one = subject()
        log.recorder().append([StoredEvent(f"portfolio-{one}", 0, "sealed", b"")])
        assert log.recorder().append([event(one, 1)]).events == 1
    log.drop()


@pytest.mark.postgres
def test_a_second_attempt_of_a_command_gets_its_own_verdict(database: str) -> None:
    guess_wrong_and_try_again(database)


@pytest.mark.postgres
def test_a_verdict_by_command_instead_of_attempt_refuses_the_second_attempt(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def named_by_command(subject: str, command: bytes, _attempt: bytes, *others: Any, **named: Any) -> Commit:
        return Commit(subject, command, command[:16], *others, **named)

    monkeypatch.setattr("events.log.writing.writer.Commit", named_by_command)
    with pytest.raises(ConflictError):
        guess_wrong_and_try_again(database)


# ── The journal as a whole ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.postgres
def test_a_journal_that_accepts_everything_fails_the_recorders_tests(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acceptance, "_judge_commit", everything_is_accepted)
    log = LogUnderTest(url=database, name=unique_name(), append_timeout_s=1.5)
    log.create()
    with log.folding():
        one, command = subject(), bytes(32)
        first, second = log.recorder(), log.recorder()
        first.append([event(one, 1)], command=command)
        with pytest.raises(Exception):  # noqa: B017, PT011 - how it breaks is the mutant's affair
            second.append([event(one, 1)])
    log.drop()
