"""Checks whether mails would arrive: the mail server, and what the sender's domain says in DNS."""

from collections.abc import Iterator

from processes.mails.domain_names import DnsSilentError, DomainNames
from processes.mails.findings import Finding, note
from processes.mails.sender_check import check_sender
from processes.mails.sending import MailSettings
from processes.mails.server_check import check_server


def examine(settings: MailSettings, *, selector: str, dns: tuple[str, int] | None) -> Iterator[Finding]:
    """Yield the findings; `dns` is a name server, None for those of this machine."""
    yield from check_server(settings.server, sender=settings.sender)
    try:
        names = DomainNames(dns[0], port=dns[1]) if dns else DomainNames()
    except DnsSilentError as error:
        yield note(f"The domain {settings.domain} was not checked: {error}. Name one with --dns.")
        return
    yield from check_sender(names, settings.domain, server_host=settings.server.host, selector=selector)
