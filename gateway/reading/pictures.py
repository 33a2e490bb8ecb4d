"""
Portfolios kept in memory while they are asked for again and again; each is checked before it is used.

A picture is a portfolio with the words of now, the keys of what it was made from, and what was completed of
it for answers. It leaves memory when
it is outdated, old, or one of too many; whether its person was forgotten is seen by its key, which is gone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, NamedTuple

from cachetools import TTLCache
from msgspec.structs import replace

from gateway.execution.kept import KeptValues
from kit import metrics
from projections.views import profile

PICTURES_MAX: Final = 1_000
PICTURES_BYTES_MAX: Final = 16 * 1024 * 1024
"""Of the JSON that the kept pictures were made from, and as much again of what was completed of them for
answers; in memory they take a few times as much."""
PICTURE_AGE_MAX_S: Final = 300.0

_kept: Final = metrics.gauge("ipp_pictures_kept", "Portfolios kept in this process.")


class Shown(NamedTuple):
    """A portfolio as it is shown now, with what was completed of it before."""

    portfolio: profile.Portfolio
    kept: KeptValues


@dataclass(slots=True, kw_only=True, eq=False)
class Picture:
    """
    A portfolio without what other views add, but with the words of its terms.

    `key` is that of its rows, `words` that of the catalogue, `size` the bytes of the rows as JSON. What is
    completed of it for answers has as many bytes at most as it counts for itself.
    """

    key: str
    words: str | None
    size: int
    portfolio: profile.Portfolio
    _joint_goals: dict[str, str] = field(default_factory=dict, init=False)
    _shown: Shown = field(init=False)

    def __post_init__(self) -> None:
        self._shown = self._new(self.portfolio)

    def shown(self, joint_goals: Mapping[str, str]) -> Shown:
        """Return the portfolio with the joint goal, by offer, that a team grew from each of its goals."""
        if joint_goals != self._joint_goals:
            self._joint_goals = dict(joint_goals)
            self._shown = self._new(with_joint_goals(self.portfolio, joint_goals))
        return self._shown

    @property
    def weight(self) -> int:
        """What it counts; a small one as the PICTURES_MAX-th part, so that bytes bound the number too."""
        return max(self.size, PICTURES_BYTES_MAX // PICTURES_MAX)

    def _new(self, portfolio: profile.Portfolio) -> Shown:
        return Shown(portfolio, KeptValues(self.weight))


def with_joint_goals(portfolio: profile.Portfolio, joint_goals: Mapping[str, str]) -> profile.Portfolio:
    """Return a portfolio whose goals have the joint goal that grew from each, by offer."""
    if not joint_goals:
        return portfolio
    goals = tuple(replace(goal, joint_goal=joint_goals.get(goal.offer or "")) for goal in portfolio.goals)
    return replace(portfolio, goals=goals)


class Pictures:
    """The pictures of one process, by person; the one that was used longest ago leaves first."""

    def __init__(self) -> None:
        self._kept: TTLCache[str, Picture] = TTLCache(
            maxsize=PICTURES_BYTES_MAX,
            ttl=PICTURE_AGE_MAX_S,
            timer=monotonic,
            getsizeof=lambda picture: picture.weight,
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
