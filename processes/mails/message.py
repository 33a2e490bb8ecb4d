"""Makes a mail: one role mailbox as its sender, and headers that keep automatic replies away."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import msgspec

from processes.mails.wording import MailText
from rules.kinds import Language


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """To whom a mail goes, and from which mailbox of a role; never from the subject or from HR."""

    sender_name: str
    sender: str
    to_name: str
    to: str
    message_id: str
    date: datetime
    language: Language


class AddressError(ValueError):
    """An address can't be written in a mail's header."""


def message_of(envelope: Envelope, text: MailText) -> EmailMessage:
    """Return the mail. Raises AddressError."""
    message = EmailMessage(policy=SMTP)
    try:
        sender = Address(display_name=_one_line(envelope.sender_name), addr_spec=envelope.sender)
        message["From"] = sender
        message["Reply-To"] = sender
        message["To"] = Address(display_name=_one_line(envelope.to_name), addr_spec=envelope.to)
    except (ValueError, IndexError) as error:
        # Without the cause, whose message quotes the address.
        raise AddressError(type(error).__name__) from None
    message["Subject"] = _one_line(text.title)
    message["Date"] = format_datetime(envelope.date)
    message["Message-ID"] = envelope.message_id
    message["Content-Language"] = envelope.language.value
    # RFC 3834, and what Exchange reads: no out-of-office reply to a mailbox of everybody's.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(text.body, cte="quoted-printable")
    return message


def _one_line(text: str) -> str:
    """Return the text without line breaks, with which a name could begin another header."""
    return " ".join(text.split())
