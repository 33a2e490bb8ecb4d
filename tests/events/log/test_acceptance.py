"""The acceptance rule: by example, by random logs, and by every order of small sets of entries."""

import itertools
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.log.acceptance import LogStopError, Outcome, State, apply, begin, judge, judge_frame
from events.log.record import ZERO_PARENT, Commit, Entry, Frame, Genesis, Void, Write, digest_of

SUBJECT = "0" * 31 + "1"
S, T = f"portfolio-{SUBJECT}", f"employment-{SUBJECT}"
GENERATION = bytes(range(16))


def fresh() -> State:
    return begin(Frame(GENERATION, "", (Genesis(0, 1),)), partition=0)


def write(stream: str, version: int, parent: bytes = ZERO_PARENT, state: bytes = b"x") -> Write:
    return Write(stream, version, parent, "sealed", state)


def digest(w: Write) -> bytes:
    return digest_of(w.parent, w.stream, w.version, w.topic, w.state)


def commit(name: int, *writes: Write, command: int | None = None, **more: object) -> Commit:
    return Commit(
        subject=SUBJECT,
        command=bytes(31) + bytes((name if command is None else command,)),
        commit=bytes(15) + bytes((name,)),
        writes=writes,
        **more,  # type: ignore[arg-type]
    )


def fold(entries: Sequence[Entry], state: State | None = None) -> tuple[State, list[Outcome]]:
    state = state or fresh()
    outcomes = []
    for entry in entries:
        verdict = judge(state, entry)
        apply(state, entry, verdict)
        outcomes.append(verdict.outcome)
    return state, outcomes


A1 = write(S, 1, state=b"a")
A2 = write(S, 2, digest(A1))


def outcome(entry: Entry, *before: Entry) -> Outcome:
    return fold([*before, entry])[1][-1]


@pytest.mark.parametrize("first", [0, 1])
def test_a_new_stream_starts_at_version_0_or_1(first: int) -> None:
    assert outcome(commit(1, write(S, first))) is Outcome.ACCEPTED


def test_a_stream_that_started_at_0_goes_on_with_1() -> None:
    zero = write(S, 0)
    assert outcome(commit(2, write(S, 1, digest(zero))), commit(1, zero)) is Outcome.ACCEPTED
    assert outcome(commit(2, write(S, 1)), commit(1, zero)) is Outcome.SUPERSEDED


def test_a_new_stream_with_a_parent_is_superseded() -> None:
    assert outcome(commit(1, write(S, 1, bytes([7] * 32)))) is Outcome.SUPERSEDED


def test_a_taken_version_is_superseded_and_a_skipped_one_a_gap() -> None:
    first = commit(1, A1)
    assert outcome(commit(2, write(S, 1)), first) is Outcome.SUPERSEDED
    assert outcome(commit(2, write(S, 3)), first) is Outcome.GAP
    assert outcome(commit(2, write(S, 2)), first) is Outcome.SUPERSEDED, "another parent"
    assert outcome(commit(2, A2), first) is Outcome.ACCEPTED


def test_superseded_wins_over_a_gap() -> None:
    both = commit(2, write(S, 1), write(T, 5))
    assert outcome(both, commit(1, A1)) is Outcome.SUPERSEDED


def test_versions_inside_a_commit_follow_and_chain() -> None:
    assert outcome(commit(1, A1, A2)) is Outcome.ACCEPTED
    assert outcome(commit(1, A1, write(S, 2))) is Outcome.MALFORMED
    assert outcome(commit(1, A1, write(S, 3, digest(A1)))) is Outcome.MALFORMED


def test_a_name_postgresql_cannot_hold_is_malformed() -> None:
    assert outcome(commit(1, Write(S, 1, ZERO_PARENT, "a\0b", b""))) is Outcome.MALFORMED
    assert outcome(commit(1, tracking=("up\0", 1))) is Outcome.MALFORMED
    assert outcome(msgspec.structs.replace(commit(1), subject="\0")) is Outcome.FOREIGN


def test_ids_come_before_versions() -> None:
    assert outcome(commit(2, A2, command=1), commit(1, A1)) is Outcome.REPEAT, "T2: it would fit"


def test_a_duplicate_of_the_accepted_attempt_is_its_own_repeat() -> None:
    state, _ = fold([commit(1, A1)])
    verdict = judge(state, commit(1, A1))
    assert (verdict.outcome, verdict.own_repeat, verdict.ordinal) == (Outcome.REPEAT, True, 1)


def test_a_commit_once_refused_stays_dead() -> None:
    gap = commit(2, A2)
    assert fold([gap, commit(1, A1), gap])[1] == [Outcome.GAP, Outcome.ACCEPTED, Outcome.DEAD], "T7"


def test_the_same_command_may_try_again_with_another_commit() -> None:
    assert outcome(commit(3, A2, command=2), commit(2, A2), commit(1, A1)) is Outcome.ACCEPTED


def test_the_first_of_commit_and_settle_wins() -> None:
    marker = Void(SUBJECT, commit(1).command)
    assert fold([marker, commit(1, A1)])[1] == [Outcome.MARKER, Outcome.VOIDED]
    assert fold([commit(1, A1), marker, commit(1, A1)])[1][-1] is Outcome.REPEAT


def test_the_last_commit_seals_its_subject() -> None:
    assert outcome(commit(2, A2), commit(1, A1, last=True)) is Outcome.SUBJECT_CLOSED


def test_a_commit_of_no_events_is_remembered_at_the_current_ordinal() -> None:
    state, outcomes = fold([commit(1, A1), commit(2), commit(3, command=2)])
    assert outcomes == [Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.REPEAT]
    assert state.ordinal == 1


def test_write_skew_is_caught_by_the_count_decided_on() -> None:
    both = [commit(1, A1, decided_on=0), commit(2, write(T, 1), decided_on=0)]
    assert fold(both)[1] == [Outcome.ACCEPTED, Outcome.SUPERSEDED], "T8"


def test_a_tracking_must_go_forward() -> None:
    first = commit(1, A1, tracking=("up", 5))
    assert outcome(commit(2, A2, tracking=("up", 5)), first) is Outcome.SUPERSEDED
    assert outcome(commit(2, A2, tracking=("up", 6)), first) is Outcome.ACCEPTED
    assert outcome(commit(2, A2, tracking=("other", 1)), first) is Outcome.ACCEPTED


def test_what_is_not_of_this_log_is_foreign() -> None:
    assert outcome(Genesis(0, 1)) is Outcome.FOREIGN
    stranger = Commit(
        subject=SUBJECT, command=bytes(32), commit=bytes(16), writes=(write("team-" + "a" * 32, 1),)
    )
    assert outcome(stranger) is Outcome.FOREIGN
    other = Frame(bytes(16), "", (commit(1, A1),))
    assert [v.outcome for _, v in judge_frame(fresh(), other)] == [Outcome.FOREIGN]


def test_a_subject_of_another_partition_is_foreign() -> None:
    states = [begin(Frame(GENERATION, "", (Genesis(p, 12),)), partition=p) for p in range(12)]
    outcomes = [judge(state, commit(1, A1)).outcome for state in states]
    assert outcomes.count(Outcome.ACCEPTED) == 1
    assert outcomes.count(Outcome.FOREIGN) == 11


@pytest.mark.parametrize("entries", [(), (commit(1, A1),), (Genesis(1, 2),), (Genesis(0, 1), Genesis(0, 1))])
def test_a_log_that_does_not_begin_with_its_genesis_is_not_read(entries: tuple[Entry, ...]) -> None:
    with pytest.raises(LogStopError):
        begin(Frame(GENERATION, "", entries), partition=0)


# ── Everything that can happen to a few entries ──────────────────────────────────────────────────────────

B1 = write(S, 1, state=b"b")
SMALL_SETS: dict[str, tuple[Entry, ...]] = {
    "a retry on a newer head, a rival, a void": (
        commit(1, A1, command=1),
        commit(2, write(S, 2, digest(B1)), command=1),
        commit(3, B1, command=3),
        Void(SUBJECT, commit(1).command),
    ),
    "a pipelined chain and its duplicates": (commit(1, A1), commit(2, A2), commit(3, B1)),
    "two streams, one commit on both": (
        commit(1, A1, write(T, 1)),
        commit(2, write(T, 1, state=b"t")),
        commit(3, A1, command=3),
        commit(4, write(T, 2, digest(write(T, 1, state=b"t"))), command=2),
    ),
    "premises and a seal": (
        commit(1, A1, decided_on=0),
        commit(2, write(T, 1), decided_on=0),
        commit(3, write(T, 1), last=True, decided_on=1),
        commit(4, A2),
    ),
}
LOG_LENGTH = 6


def invariants(log: Sequence[Entry]) -> None:
    state, outcomes = fold(log)
    accepted = [
        e for e, o in zip(log, outcomes, strict=True) if o is Outcome.ACCEPTED and isinstance(e, Commit)
    ]
    assert len({c.command for c in accepted}) == len(accepted), "a command happened twice"
    chains: dict[str, tuple[int, bytes]] = {}
    for w in (w for c in accepted for w in c.writes):
        version, parent = chains.get(w.stream, (None, ZERO_PARENT))
        assert w.version == (version + 1 if version is not None else w.version)
        assert w.version <= 1 or version is not None
        assert w.parent == parent
        chains[w.stream] = (w.version, digest(w))
    assert state.ordinal == sum(len(c.writes) for c in accepted)
    refused: set[bytes] = set()
    accepted_ids: set[bytes] = set()
    for entry, result in zip(log, outcomes, strict=True):
        if isinstance(entry, Commit):
            if result is Outcome.ACCEPTED:
                assert entry.commit not in refused, "a final refusal was later accepted"
                accepted_ids.add(entry.commit)
            elif entry.commit not in accepted_ids:
                refused.add(entry.commit)
    settled: set[bytes] = set()
    for entry, result in zip(log, outcomes, strict=True):
        if isinstance(entry, Void) and not any(
            c.command == entry.command for c in accepted if _before(log, c, entry)
        ):
            settled.add(entry.command)
        if isinstance(entry, Commit) and entry.command in settled:
            assert result is not Outcome.ACCEPTED, "settled, and accepted afterwards"


def _before(log: Sequence[Entry], one: Entry, other: Entry) -> bool:
    return list(log).index(one) < list(log).index(other)


@pytest.mark.parametrize("name", SMALL_SETS)
def test_every_log_of_a_small_set_keeps_the_invariants(name: str) -> None:
    entries = SMALL_SETS[name]
    length = LOG_LENGTH if len(entries) < 4 else LOG_LENGTH - 1
    for log in itertools.product(entries, repeat=length):
        invariants(log)


@pytest.mark.parametrize("name", SMALL_SETS)
def test_in_one_go_and_forgetting_nothing_between_batches_are_equal(name: str) -> None:
    for log in itertools.permutations([*SMALL_SETS[name], *SMALL_SETS[name][:1]]):
        whole, outcomes = fold(log)
        for cut in range(len(log)):
            state, first = fold(log[:cut])
            state, second = fold(log[cut:], state)
            assert first + second == outcomes
            assert state == whole


ENTRIES = st.lists(
    st.sampled_from([entry for entries in SMALL_SETS.values() for entry in entries]), min_size=1, max_size=30
)


@given(ENTRIES)
@settings(max_examples=300, deadline=None)
def test_random_logs_keep_the_invariants(log: list[Entry]) -> None:
    invariants(log)
