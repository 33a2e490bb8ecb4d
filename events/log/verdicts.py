"""How the journal tells writers what became of their appends: by NOTIFY, and how they wait for it."""

import re
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from threading import Event, Lock, Thread
from typing import Final

import msgspec
import psycopg
import structlog
from psycopg import sql

from events.log.acceptance import Outcome
from kit.postgres.connections import connect_own, said_of

PAYLOAD_BYTES_MAX: Final = 7_900
"""PostgreSQL refuses payloads of 8,000 bytes and more."""
CHANNEL_CHARS_MAX: Final = 63
RECONNECT_S: Final = 0.5
RECONNECT_S_MAX: Final = 8.0
LISTEN_TURN_S: Final = 0.2
_WRITER = re.compile(r"[0-9a-f]{1,32}")
_CODES: Final = {
    Outcome.ACCEPTED: "a",
    Outcome.REPEAT: "r",
    Outcome.VOIDED: "t",
    Outcome.SUBJECT_CLOSED: "l",
    Outcome.DEAD: "d",
    Outcome.MALFORMED: "m",
    Outcome.SUPERSEDED: "s",
    Outcome.GAP: "g",
    Outcome.FOREIGN: "f",
    Outcome.MARKER: "k",
}
_OUTCOMES: Final = {code: outcome for outcome, code in _CODES.items()}
_ID_CHARS: Final = 24

_log = structlog.get_logger()


# gc=False: no cycle is possible, but for its enum member each would be tracked; and a fold keeps thousands at
# a time, for which the collector would go through the whole heap again and again.
class Told(msgspec.Struct, frozen=True, gc=False):
    """A verdict as it travels: the attempt, the rule's word, and the ordinal of the attempt's last event."""

    commit: bytes
    outcome: Outcome
    ordinal: int


def channel_of(log: str, writer: str) -> str | None:
    """Return the channel of a writer process, or None where the name on the log is none of ours."""
    channel = f"{log}_writer_{writer}"
    return channel if _WRITER.fullmatch(writer) and len(channel) <= CHANNEL_CHARS_MAX else None


def payloads(verdicts: Iterable[Told]) -> Iterator[str]:
    """Pack verdicts into as few payloads as PostgreSQL takes."""
    parts: list[str] = []
    size = 0
    for told in verdicts:
        part = f"{_CODES[told.outcome]}{b64encode(told.commit).decode()}{told.ordinal}"
        if size + len(part) + 1 > PAYLOAD_BYTES_MAX:
            yield ",".join(parts)
            parts, size = [], 0
        parts.append(part)
        size += len(part) + 1
    if parts:
        yield ",".join(parts)


def unpack(payload: str) -> Iterator[Told]:
    """Return the verdicts of one payload."""
    for part in payload.split(","):
        end = 1 + _ID_CHARS
        yield Told(b64decode(part[1:end]), _OUTCOMES[part[0]], int(part[end:]))


class Waiting:
    """
    One attempt that waits for its verdict.

    Those who are told together wake one after another, each by the one before: all at once they would only
    crowd before the interpreter's lock.
    """

    __slots__ = ("_event", "_gone", "_next", "told", "unsent")

    def __init__(self) -> None:
        self._event = Lock()
        self._event.acquire()
        self._next: Waiting | None = None
        self._gone = False
        self.told: Told | None = None
        self.unsent: Exception | None = None

    def wait(self, timeout_s: float) -> bool:
        """Return whether something was told within the time."""
        woken = self._event.acquire(timeout=timeout_s)
        if woken:
            self._wake_next()
        return woken

    def tell(self, told: Told, after: "Waiting | None" = None) -> None:
        """Tell a verdict; who waits is woken now, or by the one `after` whom it is told."""
        if self.told is None:
            self.told = told
            if after is None:
                self._wake()
                return
            after._next = self  # noqa: SLF001 - of the same class
            if after._gone:  # noqa: SLF001
                self._wake()

    def fail(self, error: Exception) -> None:
        """Say that the attempt provably never left."""
        if self.told is None and self.unsent is None:
            self.unsent = error
            self._wake()

    def leave(self) -> None:
        """Say that nobody waits any more, whether told or not."""
        self._gone = True
        self._wake_next()

    def _wake(self) -> None:
        with suppress(RuntimeError):  # woken already, by whoever left and by whoever told
            self._event.release()

    def _wake_next(self) -> None:
        follower, self._next = self._next, None
        if follower is not None:
            follower._wake()  # noqa: SLF001


class VerdictListener:
    """
    Listens on this process's channel and wakes whoever waits.

    A lost connection loses messages, never verdicts: those who wait look them up (`wait_for`).
    """

    def __init__(self, url: str, *, log: str, writer: str) -> None:
        self._url, self._channel = url, channel_of(log, writer) or ""
        self._waiting: dict[bytes, Waiting] = {}
        self._stop, self._listening = Event(), Event()
        self._thread = Thread(target=self._run, name="verdicts", daemon=True)
        self._thread.start()

    def expect(self, commit: bytes) -> Waiting:
        """Begin to wait for an attempt's verdict; call before sending it."""
        waiting = self._waiting[commit] = Waiting()
        return waiting

    def forget(self, commit: bytes) -> None:
        waiting = self._waiting.pop(commit, None)
        if waiting is not None:
            waiting.leave()

    def ready(self, timeout_s: float) -> bool:
        """Return whether the channel is listened on, waiting for it up to the timeout."""
        return self._listening.wait(timeout_s)

    def close(self) -> None:
        self._stop.set()
        self._thread.join(2 * LISTEN_TURN_S)

    def _run(self) -> None:
        pause = RECONNECT_S
        while not self._stop.is_set():
            try:
                with connect_own(self._url, application_name=self._channel[:63]) as conn:
                    conn.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._channel)))
                    self._listening.set()
                    pause = RECONNECT_S
                    self._listen(conn)
            except psycopg.Error as error:
                self._listening.clear()
                _log.warning("verdicts.listener_lost", error=said_of(error))
                self._stop.wait(pause)
                pause = min(2 * pause, RECONNECT_S_MAX)

    def _listen(self, conn: psycopg.Connection) -> None:
        while not self._stop.is_set():
            for notify in conn.notifies(timeout=LISTEN_TURN_S):
                verdicts = unpack(notify.payload)
                wake_in_turn([(w, told) for told in verdicts if (w := self._waiting.get(told.commit))])
                if self._stop.is_set():
                    return


def wake_in_turn(told_now: Sequence[tuple[Waiting, Told]]) -> None:
    """Tell verdicts and wake the first who waits; each wakes the next."""
    # From the last to the first: nobody is woken before the one to wake next is known.
    for place in reversed(range(len(told_now))):
        waiting, told = told_now[place]
        waiting.tell(told, told_now[place - 1][0] if place else None)


def wait_for(
    waiting: Waiting, *, timeout_s: float, poll_s: float, look_up: Callable[[], Told | None]
) -> Told | None:
    """
    Wait for a verdict; look it up every `poll_s`, since a message may be lost.

    Returns None when the time is over and a last look, taken behind the deadline, finds none: nothing is
    known. Raises what `Waiting.fail` was given.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        # A process that was frozen wakes up behind its deadline, with the verdict there: it looks once more.
        left = deadline - time.monotonic()
        if waiting.wait(max(0.0, min(poll_s, left))):
            if waiting.unsent is not None:
                raise waiting.unsent
            return waiting.told
        found = look_up()
        if found or left <= poll_s:
            return found
