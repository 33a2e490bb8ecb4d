"""Asks DNS: no such name and no such record are empty answers, silence is an error."""

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Final

import dns.exception
import dns.resolver

ANSWER_S_MAX: Final = 5.0
Address = IPv4Address | IPv6Address


class DnsSilentError(Exception):
    """DNS does not answer, or not in a way that says anything."""


class DomainNames:
    """Looks up names with the machine's name servers, or with the one that is given."""

    def __init__(self, server: str | None = None, *, port: int = 53) -> None:
        """Raise DnsSilentError when the machine has no name server and none is given."""
        try:
            self._resolver = dns.resolver.Resolver(configure=server is None)
        except dns.exception.DNSException as error:
            raise DnsSilentError("this machine has no name server") from error
        if server is not None:
            self._resolver.nameservers, self._resolver.port = [server], port
        self._resolver.lifetime = ANSWER_S_MAX

    def exists(self, name: str) -> bool:
        """Return whether there is such a name, with whatever records."""
        try:
            self._resolver.resolve(name, "SOA", raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN:
            return False
        except dns.exception.DNSException as error:
            raise DnsSilentError(type(error).__name__) from error
        return True

    def texts(self, name: str) -> list[str]:
        return [b"".join(row.strings).decode("utf-8", "replace") for row in self._rows(name, "TXT")]

    def mail_hosts(self, name: str) -> list[str]:
        """Return the hosts of MX, the first choice first; "." means that it takes no mail (RFC 7505)."""
        rows = sorted(self._rows(name, "MX"), key=lambda row: row.preference)
        return [row.exchange.to_text(omit_final_dot=True) or "." for row in rows]

    def addresses(self, name: str) -> list[Address]:
        """Return the addresses of a host; of an address, itself."""
        try:
            return [ip_address(name)]
        except ValueError:
            found = [*self._rows(name, "A"), *self._rows(name, "AAAA")]
        return [ip_address(row.address) for row in found]

    def _rows(self, name: str, kind: str) -> list[Any]:
        try:
            return list(self._resolver.resolve(name, kind))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except dns.exception.DNSException as error:
            raise DnsSilentError(type(error).__name__) from error
