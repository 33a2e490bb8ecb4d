"""The stand-alone verifier checks an evidence bundle: complete, or what was done to it, with its place."""

import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from threading import Event, Thread

import psycopg
import pytest

from events.log.proof.bundle import BundleError, make_bundle
from events.log.proof.checkpoints import Checkpoint
from events.log.proof.notes import NoteSigner, open_note
from events.log.proof.verification import verify_with_checkpoints
from tests.events.log.harness import LogUnderTest, event, subject
from tests.verifier.program import VERIFIER

pytestmark = pytest.mark.postgres

AT = datetime(2026, 11, 30, 12, tzinfo=UTC)
DAY = date(2026, 11, 30)
SIGNER = NoteSigner.of_seeds(("ipp", bytes(range(32))))
STRANGER = NoteSigner.of_seeds(("ipp", bytes(range(1, 33))))
KEYS = VERIFIER.read_keys("\n".join(map(str, SIGNER.verifier_keys)))


def checkpoint_of(log: LogUnderTest, signer: NoteSigner = SIGNER, day: date = DAY) -> str:
    with closing(log.reader()) as reader, psycopg.connect(log.url, autocommit=True) as conn:
        roots = [
            verify_with_checkpoints(conn, reader, log=log.name, partition=partition, checkpoints=()).root
            for partition in range(log.partitions)
        ]
        generation = log.journal.generation(conn)
    found = [root for root in roots if root is not None]
    assert len(found) == log.partitions
    return signer.sign(Checkpoint(generation=generation, day=day, partitions=found).text)


def bundle_of(log: LogUnderTest, one: str, *, checkpoint: str | None = None, first: int = 0) -> str:
    with closing(log.reader()) as reader, psycopg.connect(log.url, autocommit=True) as conn:
        return make_bundle(
            conn,
            reader,
            log=log.name,
            stream=f"portfolio-{one}",
            signer=SIGNER,
            at=AT,
            checkpoint=checkpoint,
            first=first,
        ).decode()


def written(log: LogUnderTest, *, versions: int = 4) -> str:
    """Append a portfolio of so many versions, in the same log as a few others."""
    recorder, one = log.recorder(), subject()
    for version in range(1, versions + 1):
        recorder.append([event(one, version, state=os.urandom(40))])
        recorder.append([event(subject(), 1)])
    return one


def check(bundle: str, kept: str | None = None) -> tuple[str, list[str]]:
    result = VERIFIER.check(bundle, KEYS, kept)
    return result.word, result.sentences


def again(bundle: str, change: Callable[[list[str]], list[str]], signer: NoteSigner = SIGNER) -> str:
    """Sign the bundle again after a change of its lines, as a dishonest operator does."""
    text = open_note(bundle, SIGNER.verifier_keys)
    return signer.sign("".join(f"{line}\n" for line in change(text.splitlines())))


def test_a_whole_stream_with_a_checkpoint_is_complete(log: LogUnderTest) -> None:
    one = written(log)
    checkpoint = checkpoint_of(log)
    word, sentences = check(bundle_of(log, one, checkpoint=checkpoint), checkpoint)
    assert word == "complete"
    assert "it is the checkpoint that you kept" in sentences


def test_what_is_newer_than_the_checkpoint_is_the_operators_word(log: LogUnderTest) -> None:
    one = written(log)
    checkpoint = checkpoint_of(log)
    log.recorder().append([event(one, 5)])
    word, sentences = check(bundle_of(log, one, checkpoint=checkpoint))
    assert word == "complete"
    assert "versions 5 to 5 are newer: the operator's word" in sentences


def test_without_a_checkpoint_it_is_complete_on_the_operators_word(log: LogUnderTest) -> None:
    one = written(log)
    assert check(bundle_of(log, one))[0] == "complete on the operator's word"
    before = checkpoint_of(log)
    newer = written(log)
    assert check(bundle_of(log, newer, checkpoint=before))[0] == "complete on the operator's word"


def test_a_range_starts_later_and_states_its_anchor(log: LogUnderTest) -> None:
    one = written(log)
    checkpoint = checkpoint_of(log)
    word, sentences = check(bundle_of(log, one, checkpoint=checkpoint, first=3))
    assert word == "starts later"
    assert sentences[-1].startswith("it follows on digest ")


def test_a_key_that_is_not_the_auditors_is_unknown(log: LogUnderTest) -> None:
    one = written(log)
    checkpoint = checkpoint_of(log)
    bundle = bundle_of(log, one, checkpoint=checkpoint)
    strangers = VERIFIER.read_keys(str(STRANGER.verifier_keys[0]))
    assert VERIFIER.check(bundle, strangers).word == "unknown key"
    assert check(again(bundle, list, STRANGER))[0] == "unknown key"
    of_stranger = b64encode(again(checkpoint, list, STRANGER).encode()).decode()

    def other_checkpoint(lines: list[str]) -> list[str]:
        return [f"checkpoint {of_stranger}" if line.startswith("checkpoint") else line for line in lines]

    word, sentences = check(again(bundle, other_checkpoint))
    assert word == "unknown key"
    assert "the checkpoint in the bundle" in sentences[0]


def test_after_the_key_was_changed_old_checkpoints_still_verify_by_the_old_key(log: LogUnderTest) -> None:
    one = written(log)
    before = checkpoint_of(log, STRANGER)
    bundle = bundle_of(log, one, checkpoint=before)
    old, new = STRANGER.verifier_keys[0], SIGNER.verifier_keys[0]
    both = VERIFIER.read_keys(f"{old}\n# since then\n{new}")
    assert VERIFIER.check(bundle, both, before).word == "complete"
    assert VERIFIER.check(bundle, VERIFIER.read_keys(str(old))).word == "unknown key"
    assert VERIFIER.check(bundle, VERIFIER.read_keys(str(new))).word == "unknown key"


def lines_of(lines: list[str]) -> list[int]:
    return [number for number, line in enumerate(lines) if line.startswith("event ")]


def changed_byte(lines: list[str]) -> list[str]:
    number = lines_of(lines)[1]
    *words, state = lines[number].split(" ")
    raw = bytearray(b64decode(state))
    raw[7] ^= 1
    return [*lines[:number], " ".join([*words, b64encode(raw).decode()]), *lines[number + 1 :]]


def dropped(lines: list[str]) -> list[str]:
    number = lines_of(lines)[1]
    return [*lines[: number - 1], *lines[number + 1 :]]


def dropped_end(lines: list[str]) -> list[str]:
    number = lines_of(lines)[-1]
    return [*lines[: number - 1], *lines[number + 1 :]]


def added(lines: list[str]) -> list[str]:
    number = lines_of(lines)[1]
    return [*lines[: number + 1], lines[number], *lines[number + 1 :]]


def swapped(lines: list[str]) -> list[str]:
    first, second = lines_of(lines)[1:3]
    found = list(lines)
    found[first], found[second] = found[second], found[first]
    return found


@pytest.mark.parametrize(
    ("change", "kind", "version"),
    [
        (changed_byte, "changed", 2),
        (dropped, "dropped", 2),
        (dropped_end, "dropped", 4),
        (added, "added", 2),
        (swapped, "swapped", 2),
    ],
)
def test_what_was_done_to_it_is_named_with_its_place_by_whomever_it_was_done(
    log: LogUnderTest, change: Callable[[list[str]], list[str]], kind: str, version: int
) -> None:
    bundle = bundle_of(log, written(log), checkpoint=checkpoint_of(log))
    text, signature = bundle.split("\n\n")
    by_somebody = "".join(f"{line}\n" for line in change(text.splitlines())) + "\n" + signature
    for broken in (by_somebody, again(bundle, change)):
        word, sentences = check(broken)
        assert word == "broken"
        assert any(
            one.startswith(f"{kind}: ") and f"version {version}" in one.replace("is ", "")
            for one in sentences
        ), sentences


def test_every_single_changed_byte_of_a_bundle_is_found(log: LogUnderTest) -> None:
    bundle = bundle_of(log, written(log, versions=2), checkpoint=checkpoint_of(log)).encode()
    for at in range(0, len(bundle), 7):
        changed = bytearray(bundle)
        changed[at] ^= 1
        text = bytes(changed).decode(errors="replace")
        assert VERIFIER.check(text, KEYS).word in {"broken", "unknown key"}, at


def test_another_history_under_a_checkpoint_of_the_same_day_is_a_fork(log: LogUnderTest) -> None:
    one = written(log)
    kept = checkpoint_of(log)
    log.recorder().append([event(one, 5)])
    word, sentences = check(bundle_of(log, one, checkpoint=checkpoint_of(log)), kept)
    assert word == "broken"
    assert sentences[0].startswith("forked: ")
    later = checkpoint_of(log, day=date(2026, 12, 1))
    assert check(bundle_of(log, one, checkpoint=later), kept)[0] == "complete"


def test_an_operator_who_leaves_out_the_end_is_found_by_the_checkpoint(log: LogUnderTest) -> None:
    one = written(log)
    checkpoint = checkpoint_of(log)

    def without_end(lines: list[str]) -> list[str]:
        shown = dropped_end(lines)
        *_, last = (shown[number].split(" ") for number in lines_of(shown))
        return [f"last {last[1]} {last[3]}" if line.startswith("last ") else line for line in shown]

    word, sentences = check(again(bundle_of(log, one, checkpoint=checkpoint), without_end))
    assert word == "broken"
    assert "has version 4; the last here is 3" in sentences[0]


def test_no_bundle_is_made_of_what_does_not_verify(log: LogUnderTest) -> None:
    one = written(log)
    with psycopg.connect(log.url, autocommit=True) as conn:
        conn.execute(log.tables.statement("UPDATE {events} SET state = 'x' WHERE originator_version = 3"))
    with pytest.raises(BundleError, match="does not verify") as error:
        bundle_of(log, one)
    assert [fault.version for fault in error.value.faults] == [3]


@contextmanager
def load_on(log: LogUnderTest, one: str, *, version: int) -> Iterator[None]:
    """Append to this portfolio, and to others, as fast as it goes."""
    stop = Event()

    def run() -> None:
        recorder, at = log.recorder(), version
        while not stop.is_set():
            at += 1
            recorder.append([event(one, at)])
            recorder.append([event(subject(), 1)])

    thread = Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_bundles_made_under_load_verify(log: LogUnderTest) -> None:
    one = written(log)
    checkpoint = checkpoint_of(log)
    with load_on(log, one, version=4):
        results = [check(bundle_of(log, one, checkpoint=checkpoint))[0] for _ in range(8)]
        results += [check(bundle_of(log, one, checkpoint=checkpoint_of(log)))[0] for _ in range(2)]
    assert results == ["complete"] * 10
