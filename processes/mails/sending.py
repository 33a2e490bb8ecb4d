"""Sends what was taken from a table of mails, and notes what became of each; for mails of every kind."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from email.message import EmailMessage
from typing import Final, Generic, TypeVar

import msgspec
import structlog

from events.privacy.mail_queue import Due, MailQueue, MailState
from events.privacy.sealing import VaultUnreachableError
from kit import metrics
from kit.clock import Clock
from kit.telemetry import traceback_summary
from processes.mails.message import AddressError
from processes.mails.smtp import (
    AddressRefusedError,
    Deliveries,
    NotKnownError,
    NotTakenError,
    SmtpServer,
)

BATCH_MAX: Final = 50
"""Mails sent over one connection."""
AGAIN_S_MAX: Final = 1_800
"""The longest wait before a mail is tried again; the first is a minute, and each is twice the one before."""
FIRST_AGAIN_S: Final = 60

M = TypeVar("M")
_log = structlog.get_logger(__name__)
_ended = metrics.counter("ipp_mails_total", "Mails, by what became of them.", "state")


class MailSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Who sends, over which server, and where our pages are: an address such as https://ipp.example."""

    server: SmtpServer
    sender: str
    sender_name: str
    page: str

    @property
    def domain(self) -> str:
        return self.sender.rpartition("@")[2]


class Letter(msgspec.Struct, frozen=True):
    """A mail as it is handed to the server, and its address."""

    message: EmailMessage
    to: str


class BatchSender(Generic[M]):
    """Sends what was taken from one table of mails; for one thread."""

    def __init__(self, queue: MailQueue[M], *, settings: MailSettings, clock: Clock) -> None:
        self._queue, self._settings, self._clock = queue, settings, clock

    def send(self, due: Sequence[Due[M]], letter_of: Callable[[M], Letter | None]) -> str | None:
        """
        Send these mails; return what hinders, None if nothing does.

        `letter_of` returns None for a mail that has nobody to go to any more, and may raise AddressError.
        Raises VaultUnreachableError.
        """
        with Deliveries(self._settings.server) as deliveries:
            for one in due:
                try:
                    self._deliver(one, letter_of, deliveries)
                except VaultUnreachableError:
                    raise
                except Exception as error:  # noqa: BLE001 - one mail that can't be made must not hold up others
                    _log.error("mails.not_made", reason=type(error).__name__, where=traceback_summary(error))
                    self._wait(one)
        return deliveries.fault

    def _deliver(self, due: Due[M], letter_of: Callable[[M], Letter | None], deliveries: Deliveries) -> None:
        try:
            letter = letter_of(due.mail)
            if letter is None:
                self._end(due.mail, MailState.DROPPED)
                return
            deliveries.send(letter.message, sender=self._settings.sender, to=letter.to)
        except NotTakenError:
            self._wait(due)
        except (AddressRefusedError, AddressError):
            self._end(due.mail, MailState.REFUSED)
        except NotKnownError:
            pass  # it stays SENDING, so it is sent once more after SENDING_S_MAX
        else:
            self._end(due.mail, MailState.SENT)

    def _wait(self, due: Due[M]) -> None:
        until = self._clock.now() + timedelta(seconds=_again_s(due.attempts))
        self._queue.wait(due.mail, until=until)

    def _end(self, mail: M, state: MailState) -> None:
        self._queue.end(mail, state)
        _ended.labels(state.value).inc()


def _again_s(attempts: int) -> int:
    doubled: int = FIRST_AGAIN_S << min(max(attempts - 1, 0), 16)
    return min(doubled, AGAIN_S_MAX)
