"""Whether a domain's SPF record lists an address (RFC 7208), as far as DNS shows it."""

from ipaddress import ip_network
from typing import Final, Literal

from processes.mails.domain_names import Address, DomainNames

LOOKUPS_MAX: Final = 10
"""RFC 7208, section 4.6.4: receivers treat a record that needs more as an error."""
_PREFIX: Final = "v=spf1"
_QUALIFIERS: Final = "+-~?"
_WITH_LOOKUP: Final = frozenset({"a", "mx", "include", "exists", "ptr"})

Listed = Literal["yes", "no", "unknown"]


class SpfError(Exception):
    """Receivers can't use the record; the message says why, to be put after "the SPF record of …"."""


def spf_record(names: DomainNames, domain: str) -> str | None:
    """Return the record; None if there is none. Raises SpfError for several, and DnsSilentError."""
    found = [
        text
        for text in names.texts(domain)
        if text.lower() == _PREFIX or text.lower().startswith(f"{_PREFIX} ")
    ]
    if len(found) > 1:
        raise SpfError(f"{domain} is there {len(found)} times, and receivers use none of several")
    return found[0] if found else None


def lists(names: DomainNames, domain: str, address: Address) -> Listed:
    """Return whether mails from this address pass. Raises SpfError and DnsSilentError."""
    return _Evaluation(names, address).of(domain)


class _Evaluation:
    def __init__(self, names: DomainNames, address: Address) -> None:
        self._names = names
        self._address = address
        self._lookups = 0
        self._unknown = False

    def of(self, domain: str) -> Listed:
        record = spf_record(self._names, domain)
        if record is None:
            return "no"
        if self._record_passes(record, domain):
            return "yes"
        return "unknown" if self._unknown else "no"

    def _passes(self, domain: str) -> bool:
        record = spf_record(self._names, domain)
        if record is None:
            raise SpfError(f"{domain} is used by another record and is not there")
        return self._record_passes(record, domain)

    def _record_passes(self, record: str, domain: str) -> bool:
        redirect = None
        for term in record.split()[1:]:
            if term.lower().startswith("redirect="):
                redirect = term.partition("=")[2]
            elif "=" not in term.split(":")[0] and self._matches(term.lstrip(_QUALIFIERS), domain):
                return term[0] not in "-~?"
        if redirect is None:
            return False
        self._look_up(domain)
        return self._passes(redirect)

    def _matches(self, mechanism: str, domain: str) -> bool:
        """Return whether a mechanism matches; `exists`, `ptr` and macros depend on more than an address."""
        name, _, value = mechanism.partition(":")
        kind, _, bits = name.partition("/")
        kind = kind.lower()
        if kind in _WITH_LOOKUP:
            self._look_up(domain)
        if "%" in mechanism or kind in {"exists", "ptr"}:
            self._unknown = True
            return False
        host, _, value_bits = value.partition("/")
        match kind:
            case "all":
                return True
            case "ip4" | "ip6":
                return self._in_network(value, domain)
            case "include":
                return self._passes(value)
            case "a":
                return self._near(self._names.addresses(host or domain), value_bits or bits)
            case "mx":
                hosts = self._names.mail_hosts(host or domain)
                return any(self._near(self._names.addresses(one), value_bits or bits) for one in hosts)
            case _:
                raise SpfError(f"{domain} has {mechanism}, which is no part of SPF")

    def _near(self, addresses: list[Address], bits: str) -> bool:
        """Return whether the address is one of these, or in their networks: `bits` is like 24 or 24//64."""
        four, _, six = f"/{bits}".partition("//")
        lengths = {4: four.strip("/"), 6: six}
        return any(
            self._address in ip_network(f"{one}/{_length(lengths[one.version], one)}", strict=False)
            for one in addresses
            if one.version == self._address.version
        )

    def _in_network(self, value: str, domain: str) -> bool:
        try:
            network = ip_network(value, strict=False)
        except ValueError:
            raise SpfError(f"{domain} has {value}, which is no address") from None
        return self._address.version == network.version and self._address in network

    def _look_up(self, domain: str) -> None:
        self._lookups += 1
        if self._lookups > LOOKUPS_MAX:
            raise SpfError(f"{domain} needs more than {LOOKUPS_MAX} look-ups, and receivers stop there")


def _length(bits: str, address: Address) -> int:
    return min(int(bits), address.max_prefixlen) if bits.isdecimal() else address.max_prefixlen
