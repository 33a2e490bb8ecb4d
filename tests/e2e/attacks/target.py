"""Where an attack goes, as whom, and what an attack is."""

import itertools
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Final, NamedTuple
from urllib.parse import urlsplit

ANSWER_S_MAX: Final = 60.0
PATH: Final = "/graphql"


class Target(NamedTuple):
    """A gateway, the token of an attacker who is a colleague like any other, and the attacker's address."""

    url: str
    token: str
    address: str = ""

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 80

    def connect(self) -> socket.socket:
        """Return a new connection from the attacker's address."""
        if self.address:
            with suppress(OSError):  # not every system has all of 127.0.0.0/8
                return socket.create_connection((self.host, self.port), ANSWER_S_MAX, (self.address, 0))
        return socket.create_connection((self.host, self.port), ANSWER_S_MAX)


class Attack(NamedTuple):
    """`once` tries it and returns how it was answered; so many threads do so at the same time.

    `answers` are those of a gateway that holds.
    """

    name: str
    once: Callable[[Target], str]
    answers: frozenset[str]
    threads: int = 4


def times(count: int, text: str) -> str:
    """Repeat a part of a document, its number in place of each `#`: aliases must differ."""
    return " ".join(text.replace("#", str(number)) for number in range(count))


numbers: Final = itertools.count()
"""So that each document is a new one, which no cache has."""
