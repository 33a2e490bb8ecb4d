"""
Checks what the sender's domain says in DNS about its mails: MX, SPF, DKIM and DMARC.

Receivers deliver mail that passes SPF or DKIM for the domain of its sender; DMARC says what to do with other
mail. The mailer's envelope and header have the same sender, so SPF is aligned with it whenever it passes.
"""

from collections.abc import Iterator
from typing import Final, Literal

from processes.mails.domain_names import DnsSilentError, DomainNames
from processes.mails.findings import Finding, good, note, wrong
from processes.mails.spf import Listed, SpfError, lists, spf_record

NO_MAIL: Final = "."
_REJECTING: Final = frozenset({"reject", "quarantine"})

Checked = Literal["passes", "fails", "unknown"]


def check_sender(names: DomainNames, domain: str, *, server_host: str, selector: str) -> Iterator[Finding]:
    """Yield what there is to say; `selector` is that of DKIM, empty where it is not known."""
    try:
        if not names.exists(domain):
            yield wrong(f"DNS has no domain {domain}. Correct IPP_MAIL_FROM, or register the domain.")
            return
        yield _mail_hosts(names, domain)
        spf, finding = _spf(names, domain, server_host)
        yield finding
        dkim, finding = _dkim(names, domain, selector)
        yield finding
        yield _dmarc(names, domain, spf, dkim)
    except DnsSilentError as error:
        yield note(
            f"DNS does not answer ({error}), so the rest of {domain} was not checked. Run this where DNS "
            "answers, or name a server with --dns."
        )


def _mail_hosts(names: DomainNames, domain: str) -> Finding:
    hosts = names.mail_hosts(domain)
    if hosts == [NO_MAIL]:
        return wrong(
            f"{domain} says that it takes no mail (MX is a dot), so receivers refuse its mails. "
            "Add an MX record for its mailbox."
        )
    if hosts:
        return good(f"Replies and bounces to {domain} go to {hosts[0]} (MX).")
    if names.addresses(domain):
        return note(
            f"{domain} has no MX record; mail goes to its own address. Add one, as receivers expect it."
        )
    return wrong(
        f"{domain} can't take mail: it has no MX record and no address, so many receivers refuse its mails. "
        "Add an MX record for the mailbox of IPP_MAIL_FROM."
    )


def _spf(names: DomainNames, domain: str, host: str) -> tuple[Checked, Finding]:
    try:
        if spf_record(names, domain) is None:
            sentence = f"{domain} has no SPF record. Add a TXT record such as: v=spf1 a:{host} -all"
            return "fails", note(sentence)
        addresses = names.addresses(host)
        found: set[Listed] = {lists(names, domain, address) for address in addresses}
    except SpfError as error:
        return "fails", wrong(f"SPF: the record of {error}. Correct it.")
    if not addresses:
        return "unknown", note(
            f"DNS shows no address of the mail server {host}, so it can't be compared with the SPF record of "
            f"{domain}. See that the record lists the addresses from which it sends to the internet."
        )
    if found == {"yes"}:
        return "passes", good(f"The SPF record of {domain} lists the mail server {host}.")
    if "no" not in found:
        return "unknown", note(
            f"The SPF record of {domain} has parts that only a receiver can judge, so it is not known if "
            f"it lists {host}. Send a mail to a mailbox elsewhere and look for spf=pass in its headers."
        )
    return "fails", note(
        f"The SPF record of {domain} does not list all addresses of {host}. If mails leave from there, add "
        f"a:{host} to it; if they leave from other addresses of a provider, add what the provider names."
    )


def _dkim(names: DomainNames, domain: str, selector: str) -> tuple[Checked, Finding]:
    if not selector:
        return "unknown", note(
            "DKIM was not checked, because IPP_MAIL_DKIM_SELECTOR is not set. It is what follows s= in the "
            "DKIM-Signature of a mail that arrived."
        )
    name = f"{selector}._domainkey.{domain}"
    keys = [value for text in names.texts(name) if (value := _tags(text).get("p")) is not None]
    if not keys:
        return "fails", wrong(
            f"There is no DKIM key at {name}. Add the record that the mail server's administrator names, or "
            "correct IPP_MAIL_DKIM_SELECTOR."
        )
    if not any(keys):
        return "fails", wrong(f"The DKIM key at {name} is withdrawn (p= is empty). Publish the one in use.")
    return "passes", good(f"There is a DKIM key at {name}. The mail server must sign with it.")


def _dmarc(names: DomainNames, domain: str, spf: Checked, dkim: Checked) -> Finding:
    """Return the finding on DMARC, which is also the one on SPF and DKIM together."""
    neither = spf == "fails" and dkim == "fails"
    where, policy = _policy(names, domain)
    if where is None:
        if neither:
            return wrong(f"{domain} passes neither SPF nor DKIM, so large providers refuse mails. Mend one.")
        return note(
            f"{domain} has no DMARC record; large providers want one. Add the TXT record _dmarc.{domain}: "
            "v=DMARC1; p=none"
        )
    if spf == "passes" or dkim == "passes":
        return good(f"DMARC of {where} (p={policy}) is met: SPF or DKIM passes for the sender's own domain.")
    if policy not in _REJECTING:
        return note(
            f"DMARC of {where} (p={policy}) asks for nothing, but SPF or DKIM should pass. See above."
        )
    if neither:
        return wrong(
            f"DMARC of {where} (p={policy}) lets receivers refuse these mails: neither SPF nor DKIM "
            "passes. Mend one of them."
        )
    return note(
        f"DMARC of {where} (p={policy}) lets receivers refuse mails unless SPF or DKIM passes, which "
        "can't be seen here. Send a mail to a mailbox elsewhere and look for dmarc=pass in its headers."
    )


def _policy(names: DomainNames, domain: str) -> tuple[str | None, str]:
    """Return where the DMARC record is, at the domain or the nearest above it, and what it asks for."""
    labels = domain.split(".")
    for place in range(len(labels) - 1):
        name = ".".join(labels[place:])
        for text in names.texts(f"_dmarc.{name}"):
            tags = _tags(text)
            if tags.get("v") == "DMARC1":
                own = tags.get("p", "none")
                return name, (own if place == 0 else tags.get("sp", own)).lower()
    return None, ""


def _tags(text: str) -> dict[str, str]:
    """Return the tags of a DKIM or DMARC record: `v=DMARC1; p=none`."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): "".join(value.split()) for name, equals, value in pairs if equals}
