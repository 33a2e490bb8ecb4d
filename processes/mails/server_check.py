"""Checks the mail server as the mailer uses it: connection, encryption, login, and the sender."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import suppress

from processes.mails.findings import Finding, good, note, wrong
from processes.mails.smtp import SmtpServer, opened

_PERMANENT = 500


def check_server(server: SmtpServer, *, sender: str) -> Iterator[Finding]:
    """Yield what there is to say about the server; no mail is sent."""
    where = f"{server.host}:{server.port}"
    try:
        smtp = opened(server)
    except (smtplib.SMTPException, OSError) as error:
        yield wrong(_why_not(server, where, error))
        return
    try:
        yield _encryption(server, where)
        if server.user:
            yield good(f"The mail server accepts the user {server.user}.")
        yield _sender_taken(smtp, sender)
    finally:
        with suppress(smtplib.SMTPException, OSError):
            smtp.quit()


def _why_not(server: SmtpServer, where: str, error: Exception) -> str:  # noqa: PLR0911 - one a cause
    match error:
        case smtplib.SMTPAuthenticationError():
            return (
                f"The mail server refuses the user {server.user} (it answers {error.smtp_code}). Check "
                "IPP_SMTP_USER and the file of IPP_SMTP_PASSWORD_FILE."
            )
        case smtplib.SMTPNotSupportedError() if "STARTTLS" in str(error):
            return (
                f"The mail server at {where} offers no STARTTLS. Use its port for submission (587), or "
                "IPP_SMTP_SECURITY=tls with the port that begins with TLS (465)."
            )
        case smtplib.SMTPNotSupportedError():
            return (
                f"The mail server at {where} offers no login. Leave IPP_SMTP_USER empty, or use its port for "
                "submission."
            )
        case ssl.SSLCertVerificationError():
            return (
                f"The certificate of the mail server at {where} is not accepted ({error.verify_message}). "
                "Use the host name that the certificate names, or let this machine trust its issuer."
            )
        case ssl.SSLError():
            return (
                f"No encrypted connection to the mail server at {where} ({error.reason}). Check "
                "IPP_SMTP_SECURITY: starttls for port 587, tls for port 465."
            )
        case smtplib.SMTPException():
            return (
                f"What answers at {where} does not speak as a mail server ({type(error).__name__}). Check "
                "IPP_SMTP_PORT and IPP_SMTP_SECURITY."
            )
        case _:
            return (
                f"The mail server at {where} can't be reached ({type(error).__name__}). Check IPP_SMTP_HOST "
                "and IPP_SMTP_PORT, and that a firewall lets this machine through."
            )


def _encryption(server: SmtpServer, where: str) -> Finding:
    if server.security == "none":
        return note(
            f"The mail server at {where} answers, without encryption: on the way there, everybody can read "
            "the codes of raters. That is right for a catcher on this machine only; otherwise set "
            "IPP_SMTP_SECURITY to starttls."
        )
    return good(f"The mail server at {where} answers, encrypted ({server.security}).")


def _sender_taken(smtp: smtplib.SMTP, sender: str) -> Finding:
    try:
        smtp.ehlo_or_helo_if_needed()
        code, _ = smtp.mail(sender)
    except (smtplib.SMTPException, OSError) as error:
        return wrong(
            f"The mail server ends the connection ({type(error).__name__}). Ask its administrator why."
        )
    if code >= _PERMANENT:
        return wrong(
            f"The mail server takes no mail from {sender} (it answers {code}). Let the user of IPP_SMTP_USER "
            "send as IPP_MAIL_FROM."
        )
    if code >= 400:  # noqa: PLR2004 - RFC 5321: the server can't say now
        return note(f"The mail server answers {code} to mail from {sender} for now. Run this again later.")
    return good(f"The mail server takes mail from {sender}.")
