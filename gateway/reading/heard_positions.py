"""The positions of views as a gateway hears them, so that a request need not read them."""

from collections.abc import Sequence
from typing import Final

from projections.positions import Announced, read_announced
from projections.view import View
from rules.commands import LogPosition

HEARD_MAX: Final = 10_000
"""Views times partitions. With more, all are dropped: they are heard or read again."""


class HeardPositions:
    """
    The last position that was heard of each view's partitions, for as long as the connection lasts.

    Only what was heard is kept, never what was read: notifications arrive in the order of their transactions,
    so that a view that is folded anew is heard to be further back.
    """

    def __init__(self) -> None:
        self._heard: dict[tuple[str, int, int], Announced] = {}
        self.count = 0
        """Grows with each change of what was heard: while it is the same, nothing was heard."""

    def hear(self, payload: str) -> None:
        """Keep the position of a notification; drop all after one of a worker that writes it differently."""
        self.count += 1
        at = read_announced(payload)
        if at is None:
            self.forget()
            return
        if len(self._heard) >= HEARD_MAX:
            self._heard.clear()
        self._heard[at.view, at.version, at.partition] = at

    def forget(self) -> None:
        """Drop all: the connection was lost, and with it perhaps a notification."""
        self.count += 1
        self._heard.clear()

    def have_passed(self, views: Sequence[View], positions: Sequence[LogPosition]) -> bool | None:
        """Return whether all views have passed all positions; None if that was not heard of one of them."""
        all_passed = True
        for view in views:
            for position in positions:
                at = self._heard.get((view.name, view.version, position.partition))
                if at is None or at.generation != position.generation:
                    return None
                all_passed = all_passed and at.ordinal >= position.ordinal
        return all_passed
