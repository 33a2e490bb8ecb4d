"""How an append waits for its verdict: woken by the journal's notice, or by looking it up now and then."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Event, Lock, Thread
from typing import Final

import psycopg
import structlog
from tenacity import RetryError, wait_exponential

from events.log.verdicts import VerdictNotice, channel_of, unpack
from kit.postgres.connections import connect_own, describe_error
from kit.postgres.listening import listen
from kit.retry import retrying

RECONNECT_S: Final = 0.5
RECONNECT_S_MAX: Final = 8.0
LISTEN_TURN_S: Final = 0.2
"""How often the listening thread checks whether it has to stop."""

_log = structlog.get_logger()


class PendingVerdict:
    """
    The verdict that one attempt waits for.

    Waiters of one batch wake in a chain, each waking the next when it is done (`cancel`): those who wake
    earlier only contend for the interpreter's lock.
    """

    __slots__ = ("_cancelled", "_next", "_wakes", "notice", "unsent")

    def __init__(self) -> None:
        self._wakes = Lock()
        self._wakes.acquire()
        self._next: PendingVerdict | None = None
        self._cancelled = False
        self.notice: VerdictNotice | None = None
        self.unsent: Exception | None = None

    def wait(self, timeout_s: float) -> bool:
        """Return whether `notice` or `unsent` was set within the time."""
        return self._wakes.acquire(timeout=timeout_s)

    def resolve(self, notice: VerdictNotice, *, after: "PendingVerdict | None" = None) -> None:
        """Set the verdict and wake the waiter: now, or when the waiter of `after` is done."""
        if self.notice is None:
            self.notice = notice
            if after is None:
                self._wake()
                return
            after._next = self  # noqa: SLF001 - of the same class
            if after._cancelled:  # noqa: SLF001
                self._wake()

    def fail(self, error: Exception) -> None:
        """Set the proof that the attempt was never sent, and wake the waiter."""
        if self.notice is None and self.unsent is None:
            self.unsent = error
            self._wake()

    def cancel(self) -> None:
        """Note that nobody waits any more, with or without a verdict, and wake the next in the chain."""
        self._cancelled = True
        self._wake_next()

    def _wake(self) -> None:
        with suppress(RuntimeError):  # already woken, by a cancelled one before it and by its own notice
            self._wakes.release()

    def _wake_next(self) -> None:
        follower, self._next = self._next, None
        if follower is not None:
            follower._wake()  # noqa: SLF001


class VerdictListener:
    """
    Listens on this process's channel, on a thread of its own, and wakes the waiters.

    A lost connection loses notices, never verdicts: `wait_for` also looks them up.
    """

    def __init__(self, url: str, *, log: str, writer: str) -> None:
        self._url, self._channel = url, channel_of(log, writer) or ""
        self._pending: dict[bytes, PendingVerdict] = {}
        self._stop, self._listening = Event(), Event()
        self._thread = Thread(target=self._run, name="verdicts", daemon=True)
        self._thread.start()

    def expect(self, commit: bytes) -> PendingVerdict:
        """Begin to wait for an attempt's verdict; call before sending it."""
        pending = self._pending[commit] = PendingVerdict()
        return pending

    def forget(self, commit: bytes) -> None:
        pending = self._pending.pop(commit, None)
        if pending is not None:
            pending.cancel()

    def ready(self, timeout_s: float) -> bool:
        """Return whether the channel is listened on, waiting for it up to the timeout."""
        return self._listening.wait(timeout_s)

    def close(self) -> None:
        self._stop.set()
        self._thread.join(2 * LISTEN_TURN_S)

    def _run(self) -> None:
        connecting = retrying(
            psycopg.Error,
            wait=wait_exponential(multiplier=RECONNECT_S, max=RECONNECT_S_MAX),
            stop=self._stop,
            on_error=lambda error, _attempt: self._report_lost(error),
        )
        while not self._stop.is_set():
            with suppress(RetryError):  # it was closed meanwhile
                self._receive(connecting(self._connect))

    def _connect(self) -> psycopg.Connection:
        conn = connect_own(self._url, application_name=self._channel[:63])
        try:
            listen(conn, self._channel)
        except psycopg.Error:
            conn.close()
            raise
        self._listening.set()
        return conn

    def _receive(self, conn: psycopg.Connection) -> None:
        """Wake waiters until the connection is lost or this listener closed."""
        try:
            with conn:
                while not self._stop.is_set():
                    for notification in conn.notifies(timeout=LISTEN_TURN_S):
                        self._wake(notification.payload)
                        if self._stop.is_set():
                            return
        except psycopg.Error as error:
            self._report_lost(error)

    def _report_lost(self, error: BaseException) -> None:
        self._listening.clear()
        reason = describe_error(error) if isinstance(error, psycopg.Error) else type(error).__name__
        _log.warning("verdicts.listener_lost", error=reason)

    def _wake(self, payload: str) -> None:
        notices = unpack(payload)
        wake_chained([(p, notice) for notice in notices if (p := self._pending.get(notice.commit))])


def wake_chained(resolved: Sequence[tuple[PendingVerdict, VerdictNotice]]) -> None:
    """Resolve all and wake the first; each wakes the next."""
    # From the last to the first: nobody is woken before it knows whom to wake next.
    for index in reversed(range(len(resolved))):
        pending, notice = resolved[index]
        pending.resolve(notice, after=resolved[index - 1][0] if index else None)


def wait_for(
    pending: PendingVerdict, *, timeout_s: float, poll_s: float, look_up: Callable[[], VerdictNotice | None]
) -> VerdictNotice | None:
    """
    Wait for a verdict; look it up every `poll_s`, since its notice may be lost.

    Returns None when a last look-up, taken after the deadline, finds none: then nothing is known. Raises what
    `PendingVerdict.fail` was called with.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        # A process that was frozen wakes after its deadline, with the verdict there: so it looks once more.
        left = deadline - time.monotonic()
        if pending.wait(max(0.0, min(poll_s, left))):
            if pending.unsent is not None:
                raise pending.unsent
            return pending.notice
        found = look_up()
        if found or left <= poll_s:
            return found
