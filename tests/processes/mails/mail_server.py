"""A real SMTP server that takes mails, or answers as a test says."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from processes.mails.smtp import SmtpServer


class MailServer:
    """
    `taken` are the mails it has. `refuse` are addresses it never takes, `full` and `suspect` those it takes
    nothing for now for, at once or after it has the mail; `later` it takes none for now.

    `silent`: it takes the next mail and ends the connection without an answer.
    """

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.senders: set[str | None] = set()
        self.refuse: set[str] = set()
        self.full: set[str] = set()
        self.suspect: set[str] = set()
        self.later = False
        self.silent = False
        self.server = SmtpServer(host="127.0.0.1", port=0, security="none")
        self.senders_refused: set[str] = set()

    async def handle_MAIL(  # noqa: N802 - aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.senders_refused:
            return "550 5.7.1 not your address"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refuse:
            return f"550 5.1.1 <{address}>: nobody has this address"
        if address in self.full:
            return "452 4.2.2 mailbox full"
        if self.later:
            return "451 4.7.1 try later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content: Any = envelope.content
        message = message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        if self.suspect & set(envelope.rcpt_tos):
            return "550 5.7.1 looks like spam"
        self.taken.append(message)
        self.senders.add(envelope.mail_from)
        if self.silent:
            self.silent = False
            if isinstance(server.transport, asyncio.Transport):
                server.transport.abort()
            await asyncio.sleep(0)
        return "250 OK"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def only_user(_server: SMTP, _session: Session, _envelope: Envelope, _kind: str, given: Any) -> AuthResult:
    """Let in the user `ipp` with the password `right`."""
    right = isinstance(given, LoginPassword) and (given.login, given.password) == (b"ipp", b"right")
    return AuthResult(success=right, handled=False)


@contextmanager
def mail_server(*, tls: ssl.SSLContext | None = None) -> Iterator[MailServer]:
    """Run one on a free port; with `tls`, it offers STARTTLS and wants the login of `only_user` after it."""
    handler = MailServer()
    port = free_port()
    more: dict[str, Any] = {"tls_context": tls, "authenticator": only_user} if tls else {}
    controller = Controller(handler, hostname="127.0.0.1", port=port, **more)
    controller.start()
    try:
        handler.server = SmtpServer(host="127.0.0.1", port=port, security="none")
        yield handler
    finally:
        controller.stop()
