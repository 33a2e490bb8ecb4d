"""The inboxes of several years: a round's answers are in the inbox of the year in which its key was made."""

import re
import threading
from collections.abc import Callable, Collection
from typing import Final

from events.log.config import LogConfig
from events.log.inbox.inbox import Inbox
from events.log.port import LogUnavailableError

READ_S_MAX: Final = 60.0
"""How long a request waits until an inbox that was just opened is read to its end."""
_YEAR: Final = re.compile(r"feedback[-_]inbox[-_]([0-9]{4})$")


class Inboxes:
    """Opens each year's inbox at its first use, and makes it if need be. Safe from several threads."""

    def __init__(
        self,
        *,
        config_of: Callable[[int], LogConfig],
        create: Callable[[LogConfig], None],
        open_inbox: Callable[[LogConfig], Inbox],
    ) -> None:
        self._config_of, self._create, self._open_inbox = config_of, create, open_inbox
        self._opening = threading.Lock()
        self._open: dict[int, Inbox] = {}

    def name_of(self, year: int) -> str:
        """Return how events name the inbox of a year: its topic, or without Kafka its table."""
        config = self._config_of(year)
        return config.kafka.topic if config.kafka else config.name

    def of_year(self, year: int) -> Inbox:
        """Return a year's inbox, read to its end. Raises LogUnavailableError."""
        with self._opening:
            found = self._open.get(year)
            if found is None:
                config = self._config_of(year)
                self._create(config)
                found = self._open[year] = self._open_inbox(config)
        if not found.wait_until_read(READ_S_MAX):
            raise LogUnavailableError(f"{found.name}: {found.trouble}")
        return found

    def named(self, name: str) -> Inbox:
        """Return the inbox of a name that `name_of` made. Raises LogUnavailableError."""
        year = _YEAR.search(name)
        if year is None or self.name_of(int(year[1])) != name:
            raise LogUnavailableError(f"{name} is no inbox of this installation")
        return self.of_year(int(year[1]))

    def forget_ended(self, held: Collection[str]) -> None:
        """Drop from memory the closed rounds of which no key is held: they are over."""
        with self._opening:
            for inbox in self._open.values():
                for round_ in set(inbox.closed_rounds()) - set(held):
                    inbox.forget(round_)

    def troubles(self) -> tuple[str, ...]:
        """Return what is wrong with the open inboxes, in sentences."""
        with self._opening:
            return tuple(f"{one.name}: {one.trouble}" for one in self._open.values() if one.trouble)

    def close(self) -> None:
        with self._opening:
            for inbox in self._open.values():
                inbox.close()
            self._open.clear()
