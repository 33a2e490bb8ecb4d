"""Hands mails to a mail server, and says of each whether it was taken, was certainly not, or nobody knows."""

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from typing import Final, Literal, Self

import msgspec

TIMEOUT_S: Final = 20.0
_OK: Final = 250
_FORWARDED: Final = 251
_PERMANENT: Final = 500
_GOING_AWAY: Final = 421
"""The server ends the connection, whatever it was asked."""

Security = Literal["starttls", "tls", "none"]


class SmtpServer(msgspec.Struct, frozen=True, kw_only=True):
    """Where mails are handed in. `security`: "none" is for a mail catcher on the same machine."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = ""


class NotTakenError(Exception):
    """The mail was certainly not sent, and may be tried again: the message says why, without any address."""


class OneNotTakenError(NotTakenError):
    """The server did not take this mail for now, such as for a full mailbox. It may take others."""


class AddressRefusedError(Exception):
    """The mail server says for good that it delivers nothing to this address."""


class NotKnownError(Exception):
    """The connection ended after the mail was handed over and before the server answered."""


class Deliveries:
    """
    Sends a batch of mails over one connection, which is opened for the first; for one thread.

    After a fault of the server nothing more is tried, and the rest waits. One mail that it does not take
    holds up no other. `fault` says in words why mails wait.
    """

    def __init__(self, server: SmtpServer) -> None:
        self._server = server
        self._smtp: smtplib.SMTP | None = None
        self.fault: str | None = None
        self._stopped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def send(self, message: EmailMessage, *, sender: str, to: str) -> None:
        """Send one mail. Raises NotTakenError, AddressRefusedError, NotKnownError."""
        if self._stopped:
            raise NotTakenError(self.fault)
        try:
            self._send(message, sender=sender, to=to)
        except OneNotTakenError as error:
            self.fault = f"some mails wait: {error}"
            raise
        except NotTakenError as error:
            self.fault, self._stopped = f"mails wait: {error}", True
            raise
        except NotKnownError:
            self.fault, self._stopped = "mails wait: the mail server ended the connection", True
            raise

    def _send(self, message: EmailMessage, *, sender: str, to: str) -> None:
        try:
            if self._smtp is None:
                self._smtp = opened(self._server)
            smtp = self._smtp
            smtp.ehlo_or_helo_if_needed()
            _check(smtp.mail(sender)[0], "the sender")
            code = smtp.rcpt(to)[0]
            if code >= _PERMANENT:
                smtp.rset()
                raise AddressRefusedError
            if code == _GOING_AWAY:
                raise NotTakenError("the mail server ended the connection")
            if code not in {_OK, _FORWARDED}:
                smtp.rset()
                raise OneNotTakenError(f"the mail server answered {code} to an address, for now")
        except (smtplib.SMTPException, OSError) as error:
            raise NotTakenError(f"the mail server does not answer ({type(error).__name__})") from error
        try:
            code = smtp.data(message.as_bytes())[0]
        except smtplib.SMTPDataError as error:
            raise NotTakenError(f"the mail server answered {error.smtp_code}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise NotKnownError(type(error).__name__) from error
        if code not in {_OK, _GOING_AWAY}:
            raise OneNotTakenError(f"the mail server answered {code} to a mail")
        _check(code, "a mail")

    def _close(self) -> None:
        if self._smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._smtp.quit()
            self._smtp = None


def opened(server: SmtpServer) -> smtplib.SMTP:
    """Connect, encrypt and log in. Raises SMTPException, OSError."""
    context = ssl.create_default_context()
    smtp: smtplib.SMTP
    if server.security == "tls":
        smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
    try:
        if server.security == "starttls":
            smtp.starttls(context=context)
        if server.user:
            smtp.login(server.user, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _check(code: int, what: str) -> None:
    """Raise NotTakenError unless the server took it; its own words may quote an address, so are left out."""
    if code != _OK:
        raise NotTakenError(f"the mail server answered {code} to {what}")
