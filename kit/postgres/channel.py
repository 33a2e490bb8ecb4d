"""
One connection for the reads of many callers: what they ask in one turn of the event loop leaves together.

It is libpq's pipeline mode through psycopg's own binding (`psycopg.pq`), without cursors: a statement is
prepared once for each connection, values and answer are text. In a pipeline an error takes with it what was
sent after it, up to the next sync. Everything here only reads, so that is asked again, each alone.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final

import psycopg
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus

from kit import metrics
from kit.postgres.connections import connect_for_reads

STATEMENT_S_MAX: Final = 10.0
"""PostgreSQL ends a statement that takes longer, since all that was asked after it waits."""
SILENCE_S_MAX: Final = 15.0
"""A connection on which nothing arrives for so long, while answers are due, is given up."""

_SYNC: Final = object()
_FLUSHED: Final = 0
_ENDED_BY_SERVER: Final = b"57P"
"""Begins the SQLSTATE of an error with which the server ends a connection."""

_aborted: Final = metrics.counter(
    "ipp_reads_asked_alone_total", "Reads asked again, because a read sent before them had an error."
)


class Asked:
    """
    What somebody waits for; `lost` once a connection ended before it had answered.

    `ended` is called once, when PostgreSQL has done with it or will never see it, also if its caller left.
    """

    __slots__ = ("_ended", "alone", "answer", "lost", "prepared", "statement", "values")

    def __init__(
        self,
        statement: bytes,
        values: list[bytes | None],
        answer: asyncio.Future[bytes | None],
        ended: Callable[[], None] | None = None,
    ) -> None:
        self._ended = ended
        self.statement = statement
        self.values = values
        self.answer = answer
        self.alone = False
        self.lost = False
        self.prepared: _Prepared | None = None

    def fail(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)
        self.end()

    def end(self) -> None:
        ended, self._ended = self._ended, None
        if ended is not None:
            ended()


class _Prepared:
    """A statement by the name it has on this connection, and PostgreSQL's refusal of it."""

    __slots__ = ("name", "refused", "statement")

    def __init__(self, name: bytes, statement: bytes) -> None:
        self.name = name
        self.statement = statement
        self.refused: Any = None


OnLost = Callable[["Channel", Sequence[Asked], Exception], None]
"""Called once when the connection is lost or closed, with what was not answered."""


TOGETHER_MAX: Final = 4
"""So many reads of one turn of the loop are sent on one connection before the next one gets some too: a write
costs as much as several reads, and an error takes with it what was sent after it."""


class Channel:
    """Belongs to the event loop that opened it; `waiting` are those that are not answered yet."""

    def __init__(self, connection: psycopg.AsyncConnection[Any], on_lost: OnLost) -> None:
        self._connection = connection
        self._pgconn = connection.pgconn
        self._loop = asyncio.get_running_loop()
        self._on_lost = on_lost
        self._prepared: dict[bytes, _Prepared] = {}
        self._names = 0
        self._sent: deque[Any] = deque()
        """What PostgreSQL will answer, in this order: of `Asked`, `_Prepared`, and _SYNC."""
        self._result: Any = None
        self._flush_is_due = False
        self._unsent = 0
        self._is_writing = False
        self._heard_at = 0.0
        self._watch: asyncio.TimerHandle | None = None
        self._is_open = True
        self.waiting = 0
        self._pgconn.nonblocking = 1
        self._pgconn.enter_pipeline_mode()
        self._socket = self._pgconn.socket
        self._loop.add_reader(self._socket, self._readable)

    @classmethod
    async def open(cls, url: str, *, name: str, on_lost: OnLost) -> "Channel":
        """Open one. Raises psycopg.OperationalError."""
        return cls(await connect_for_reads(url, name=name, statement_s_max=STATEMENT_S_MAX), on_lost)

    def ask(self, asked: Asked) -> None:
        """Send it with all else of this turn of the loop; its future gets the answer, or the error."""
        try:
            if asked.alone:
                self._sync()  # nothing before it in the same transaction
            self._send(asked)
            if asked.alone:
                self._sync()
        except Exception as error:  # noqa: BLE001 - what was sent may be out of step with what is expected
            self._end(error, asked)
            return
        self._unsent += 1
        if not self._flush_is_due:
            self._flush_is_due = True
            self._loop.call_soon(self._flush)

    def _send(self, asked: Asked) -> None:
        if not self._sent:
            self._heard_at = self._loop.time()
        prepared = self._prepared.get(asked.statement)
        asked.prepared = prepared or self._new(asked.statement)
        self.waiting += 1
        self._sent.append(asked)
        self._pgconn.send_query_prepared(asked.prepared.name, asked.values)

    def _new(self, statement: bytes) -> _Prepared:
        """Prepare a statement, in a transaction of its own: no error of others ends it, and it ends none."""
        self._names += 1
        prepared = self._prepared[statement] = _Prepared(b"r%d" % self._names, statement)
        self._sync()
        self._sent.append(prepared)
        self._pgconn.send_prepare(prepared.name, statement)
        self._sync()
        return prepared

    def _sync(self) -> None:
        self._sent.append(_SYNC)
        self._pgconn.pipeline_sync()

    @property
    def takes_more(self) -> bool:
        """Whether what is asked now leaves with what was asked before in this turn of the loop."""
        return 0 < self._unsent < TOGETHER_MAX

    def _flush(self) -> None:
        self._flush_is_due = False
        self._unsent = 0
        if not self._is_open:
            return
        try:
            self._sync()
            if self._pgconn.flush() != _FLUSHED and not self._is_writing:
                self._is_writing = True
                self._loop.add_writer(self._socket, self._writable)
        except psycopg.Error as error:
            self._end(error)
            return
        if self._watch is None:
            self._watch = self._loop.call_later(SILENCE_S_MAX, self._check_silence)

    def _writable(self) -> None:
        try:
            if self._pgconn.flush() == _FLUSHED:
                self._is_writing = False
                self._loop.remove_writer(self._socket)
        except psycopg.Error as error:
            self._end(error)

    def _readable(self) -> None:
        self._heard_at = self._loop.time()
        try:
            self._pgconn.consume_input()
            self._take_results()
        except Exception as error:  # noqa: BLE001 - the next answers could be given to the wrong callers
            self._end(error)
            return
        if self._is_writing:  # over TLS, writing may have waited for what was read
            self._writable()

    def _take_results(self) -> None:
        pgconn, sent = self._pgconn, self._sent
        while sent and not pgconn.is_busy():
            result = pgconn.get_result()
            if result is None:  # ends the results of one statement
                if self._result is None or sent[0] is _SYNC:
                    raise _out_of_step()
                result, self._result = self._result, None
                self._answered(result)
            elif result.status == ExecStatus.PIPELINE_SYNC:
                if sent[0] is not _SYNC:
                    raise _out_of_step()
                sent.popleft()
                self._result = None  # an error of the sync: all before it was answered
            else:
                self._result = result

    def _answered(self, result: Any) -> None:
        """Give a result to the one it is for."""
        _check_not_ended(self._pgconn, result)
        asked = self._sent.popleft()
        if isinstance(asked, _Prepared):
            if result.status != ExecStatus.COMMAND_OK:
                asked.refused = result
                self._prepared.pop(asked.statement, None)  # the next to ask it tries again
            return
        self.waiting -= 1
        if asked.answer.done():  # its caller left
            asked.end()
        elif result.status == ExecStatus.TUPLES_OK:
            asked.answer.set_result(result.get_value(0, 0))
            asked.end()
        elif asked.prepared.refused is not None:
            asked.fail(psycopg.errors.error_from_result(asked.prepared.refused))
        elif result.status == ExecStatus.PIPELINE_ABORTED and not asked.alone:
            _aborted.inc()
            asked.alone = True
            self.ask(asked)
        else:
            asked.fail(psycopg.errors.error_from_result(result))

    def _check_silence(self) -> None:
        self._watch = None
        if not self._sent:
            return
        left_s = self._heard_at + SILENCE_S_MAX - self._loop.time()
        if left_s > 0:
            self._watch = self._loop.call_later(left_s, self._check_silence)
        else:
            self._end(psycopg.OperationalError(f"the server has not answered for {SILENCE_S_MAX:g} s"))

    def close(self) -> None:
        """End the connection; what is not answered yet is handed to `on_lost`."""
        self._end(psycopg.OperationalError("the connection was closed"))

    def _end(self, error: Exception, *unsent: Asked) -> None:
        if not self._is_open:
            return
        self._is_open = False
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        if self._watch is not None:
            self._watch.cancel()
        self._pgconn.finish()
        unanswered = [asked for asked in self._sent if isinstance(asked, Asked)]
        unanswered += [asked for asked in unsent if asked not in unanswered]
        self._sent.clear()
        self._on_lost(self, unanswered, error)


def _out_of_step() -> psycopg.OperationalError:
    return psycopg.OperationalError("the connection is out of step with its answers")


def _check_not_ended(pgconn: Any, result: Any) -> None:
    """Raise psycopg.OperationalError if this result is not an answer but the end of the connection."""
    if result.status == ExecStatus.FATAL_ERROR:
        state = result.error_field(DiagnosticField.SQLSTATE) or b""
        if pgconn.status != ConnStatus.OK or state.startswith(_ENDED_BY_SERVER):
            raise psycopg.OperationalError("the server has ended the connection")
