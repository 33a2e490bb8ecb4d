"""
Portfolios kept in memory while they are asked for again and again; each is checked before it is used.

A picture is a portfolio with the words of now, and the keys of what it was made from. It leaves memory when
it is outdated, old, or one of too many; whether its person was forgotten is seen by its key, which is gone.
"""

from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Final

import msgspec
from cachetools import TTLCache

from kit import metrics
from projections.views import profile

PICTURES_MAX: Final = 1_000
PICTURES_BYTES_MAX: Final = 16 * 1024 * 1024
"""Of the JSON that the kept pictures were made from; in memory they take a few times as much."""
PICTURE_AGE_MAX_S: Final = 300.0

_kept: Final = metrics.gauge("ipp_pictures_kept", "Portfolios kept in this process.")


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """
    A portfolio without what other views add, but with the words of its terms.

    `key` is that of its rows, `words` that of the catalogue, `size` the bytes of the rows as JSON.
    """

    key: str
    words: str | None
    size: int
    portfolio: profile.Portfolio


class Pictures:
    """The pictures of one process, by person; the one that was used longest ago leaves first."""

    def __init__(self) -> None:
        # A small one counts as the PICTURES_MAX-th part, so that bytes bound the number too.
        self._kept: TTLCache[str, Picture] = TTLCache(
            maxsize=PICTURES_BYTES_MAX,
            ttl=PICTURE_AGE_MAX_S,
            timer=monotonic,
            getsizeof=lambda picture: max(picture.size, PICTURES_BYTES_MAX // PICTURES_MAX),
        )

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, person: str) -> Picture | None:
        """Return a picture, which may be outdated: compare its keys first."""
        return self._kept.get(person)

    def keep(self, person: str, picture: Picture) -> None:
        """Keep a picture, and drop others if they are too many then. One larger than all room is not kept."""
        self.drop(person)
        if picture.size <= PICTURES_BYTES_MAX:
            self._kept[person] = picture
        _kept.set(len(self._kept))

    def drop(self, person: str) -> None:
        """Forget a picture, if there is one."""
        self._kept.pop(person, None)
        _kept.set(len(self._kept))

    def persons(self) -> list[str]:
        """Return whose pictures are kept, after dropping those that are too old."""
        self._kept.expire()
        _kept.set(len(self._kept))
        return list(self._kept)

    def drop_outdated(self, persons: Sequence[str], keys: Mapping[str, str]) -> None:
        """Drop the pictures of these people that have another key by now, or none."""
        for person in persons:
            picture = self._kept.get(person)
            if picture is not None and picture.key != keys.get(person):
                self.drop(person)
