"""A recorded history of appends by several processes, and the checker that reads it against the journal."""

import random
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any, Literal

import msgspec
import psycopg
from eventsourcing.persistence import StoredEvent

from events.log.outcomes import Accepted, ConflictError, NotSentError, OutcomeUnknownError
from events.log.port import LogAppender
from events.log.recorder import LogRecorder
from tests.environment import without_settings
from tests.events.log.harness import LogUnderTest

WORKER_START_S_MAX = 60.0
SETTLE_S_MAX = 120.0
"""How long a writer goes on asking what became of a command: longer than a broker takes to be back."""
ROOT = Path(__file__).parents[2]
Told = Literal["accepted", "repeated", "rejected", "unsent", "unknown", "settled"]


class Line(msgspec.Struct, frozen=True):
    """One answer a writer got: what was asked, under which command, and what it was told at last."""

    subject: str
    command: bytes
    told: Told
    version: int
    ordinal: int = 0


class Unreliable:
    """An appender that loses acknowledgements, sends twice, and sends old records again later."""

    def __init__(self, appender: LogAppender, seed: int) -> None:
        self._appender, self.blocks = appender, appender.blocks
        self._random = random.Random(seed)  # noqa: S311 - a repeatable schedule
        self._old: list[tuple[int, bytes]] = []

    def append(self, partition: int, record: bytes) -> "Future[int]":
        sent = self._appender.append(partition, record)
        self._old.append((partition, record))
        dice = self._random.random()
        if dice < 0.1:
            return self._appender.append(partition, record)
        if dice < 0.2:
            self._appender.append(*self._random.choice(self._old[-200:]))
        elif dice < 0.3:
            lost: Future[int] = Future()
            lost.set_exception(TimeoutError("the acknowledgement was lost"))
            return lost
        return sent

    def close(self) -> None:
        self._appender.close()


def write_history(log: LogUnderTest, *, subjects: Sequence[str], stop: Event, seed: int) -> list[Line]:
    """Append to a few subjects until told to stop, each time a new command; settle what is unknown."""
    dice = random.Random(seed)  # noqa: S311 - a repeatable schedule
    recorder = log.recorder(wrap=lambda appender: Unreliable(appender, seed))
    lines: list[Line] = []
    while not stop.is_set():
        subject, command = dice.choice(subjects), dice.randbytes(32)
        versions = [e.originator_version for e in recorder.select_events(f"portfolio-{subject}")]
        version = (versions[-1] if versions else 0) + 1
        lines.append(_ask(recorder, subject, command, version))
    return lines


def _ask(recorder: LogRecorder, subject: str, command: bytes, version: int) -> Line:
    event = StoredEvent(f"portfolio-{subject}", version, "sealed", command)
    try:
        accepted = recorder.append([event], command=command)
        told: Told = "repeated" if accepted.repeated else "accepted"
        return Line(subject, command, told, version, accepted.position.ordinal)
    except NotSentError:
        return Line(subject, command, "unsent", version)
    except ConflictError:
        return Line(subject, command, "rejected", version)
    except OutcomeUnknownError:
        return Line(subject, command, _settle(recorder, subject, command), version)


def _settle(recorder: LogRecorder, subject: str, command: bytes) -> Told:
    deadline = time.monotonic() + SETTLE_S_MAX
    while time.monotonic() < deadline:
        try:
            found = recorder.resolve(subject, command)
        except (OutcomeUnknownError, NotSentError):
            continue
        return "accepted" if isinstance(found, Accepted) else "settled"
    return "unknown"


def run_writers(
    log: LogUnderTest, *, writers: int, subjects: int, seconds: float, meanwhile: Any
) -> list[Line]:
    """Let writers race while `meanwhile()` does its worst; returns all that they were told."""
    stop, people = Event(), [uuid.uuid4().hex for _ in range(subjects)]
    histories: list[list[Line]] = [[] for _ in range(writers)]

    def write(number: int) -> None:
        histories[number] = write_history(log, subjects=people, stop=stop, seed=number)

    _wait_for_worker(log)
    threads = [Thread(target=write, args=(number,), daemon=True) for number in range(writers)]
    for thread in threads:
        thread.start()
    begun = time.monotonic()
    meanwhile()
    time.sleep(max(0.0, seconds - (time.monotonic() - begun)))
    stop.set()
    for thread in threads:
        thread.join(SETTLE_S_MAX + 30)
        assert not thread.is_alive(), "a writer never came back"
    return [line for history in histories for line in history]


def _wait_for_worker(log: LogUnderTest) -> None:
    """Wait until a journal worker has read the log: on a busy machine its process takes long to start."""
    deadline = time.monotonic() + WORKER_START_S_MAX
    while True:
        try:
            log.recorder().writer.wait_for_journal()
        except NotSentError:
            if time.monotonic() > deadline:
                raise
        else:
            return


def check(log: LogUnderTest, lines: Sequence[Line]) -> Counter[str]:
    """
    Hold what writers were told against the journal. Raises AssertionError.

    Nothing acknowledged is lost or doubled, nothing is skipped, order per stream is kept, every unknown was
    settled truthfully, and no final "rejected" was accepted after all.
    """
    with psycopg.connect(log.url) as conn:
        events = conn.execute(
            log.tables.statement(
                "SELECT originator_id, originator_version, state, partition, notification_id FROM {events}"
                " ORDER BY partition, notification_id"
            )
        ).fetchall()
    streams: defaultdict[str, list[int]] = defaultdict(list)
    ordinals: defaultdict[int, list[int]] = defaultdict(list)
    happened: Counter[bytes] = Counter()
    for stream, version, command, partition, ordinal in events:
        streams[stream].append(version)
        ordinals[partition].append(ordinal)
        happened[bytes(command)] += 1
    for stream, versions in streams.items():
        assert versions == list(range(1, len(versions) + 1)), f"order or holes in {stream}: {versions}"
    for partition, found in ordinals.items():
        assert found == list(range(1, len(found) + 1)), f"holes in the ordinals of partition {partition}"
    assert set(happened.values()) <= {1}, "a command happened twice"
    places = {bytes(command): (version, ordinal) for _, version, command, _, ordinal in events}
    for line in lines:
        match line.told:
            case "accepted" | "repeated":
                assert happened[line.command] == 1, f"acknowledged and lost: {line}"
                assert line.ordinal in {0, places[line.command][1]}, f"told another place: {line}"
                assert line.version == places[line.command][0]
            case "rejected" | "settled" | "unsent":
                assert happened[line.command] == 0, f"told {line.told}, and accepted after all: {line}"
            case "unknown":
                raise AssertionError(f"never settled: {line}")
    assert {line.command for line in lines if line.told in {"accepted", "repeated"}} == set(happened)
    return Counter(line.told for line in lines)


@contextmanager
def journal_process(log: LogUnderTest, *, lease_s: float = 2.0) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a journal worker as its own process."""
    environment = {
        **without_settings(),
        "IPP_DATABASE_URL": log.url,
        "IPP_LOG_NAME": log.name,
        "IPP_KAFKA_BOOTSTRAP": log.bootstrap or "",
        "IPP_PARTITIONS": str(log.partitions),
        "IPP_LEASE_S": str(lease_s),
        "IPP_PROBES_PORT": "0",
    }
    command = [sys.executable, "-m", "events", "journal"]
    process = subprocess.Popen(command, env=environment, cwd=ROOT)  # noqa: S603 - our own program
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
