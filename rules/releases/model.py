"""What a release is made from, and what it shows."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

WHOLE: Final = ""
"""The unit of the whole organisation: the root of every tree."""


class EnergyWord(StrEnum):
    """What holders say a cluster of talents does to their energy."""

    MOSTLY_GIVES = "mostly_gives"
    MIXED = "mixed"
    MOSTLY_COSTS = "mostly_costs"


class Trend(StrEnum):
    """How the band of a cell compares with the one of four releases ago."""

    RISING = "rising"
    STEADY = "steady"
    FALLING = "falling"


class Held(StrEnum):
    """Why a release shows nothing new."""

    TOO_FEW = "too_few"
    """Nothing can be shown safely."""
    UNCHANGED = "unchanged"
    """Too few people came or went anywhere, so the release that was in force stays so."""


class CountBand(msgspec.Struct, frozen=True, kw_only=True):
    """A number of people as a range, both ends included: 5 to 9, 10 to 19, 20 to 49, 50 to 99, and so on."""

    low: int
    high: int


class ReleaseFloors(msgspec.Struct, frozen=True, kw_only=True):
    """
    The smallest numbers of people, from the policy.

    `organisation`: members, contributors, holders and non-holders of a shown unit. `energy`: holders behind a
    word about energy. `change`: people who must come or go before a region's figure is made anew.
    """

    organisation: int
    energy: int
    change: int


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """
    The people as they were at one cut-off, on one tree of units.

    `parents` has the parent of each unit but the whole; teams are leaves, and people may sit in any unit.
    `seats` has the unit of each person who works here, counted or not. `contributors` are those of them who
    agreed to be counted. `holders` has, by cluster, the contributors who hold at least one of its terms, with
    the sum of the energy they gave for those (-2 to 2 each), None where they don't want energy counted.
    `term_holders` has the contributors who hold a term. `findable` has, by cluster, people whom the finder
    shows by name for a talent of that cluster: they are neither contributors nor holders for it.
    """

    epoch: int
    parents: Mapping[str, str]
    seats: Mapping[str, str]
    contributors: frozenset[str]
    holders: Mapping[str, Mapping[str, int | None]]
    term_holders: Mapping[str, frozenset[str]]
    clusters_of_terms: Mapping[str, str]
    findable: Mapping[str, frozenset[str]]


class Region(msgspec.Struct, frozen=True, kw_only=True):
    """
    A shown unit without the shown units below it: one figure counts the people of one region.

    `value` is its number of holders at the basis of release `epoch`; 0 means that it had no contributors. It
    is safe even when it is known exactly (privacy rule 15), so it may be on the log; nobody is shown more
    than a band of sums of it.
    """

    unit: str
    epoch: int
    value: int


class ReleasedCell(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    One shown unit and one cluster, as everybody who may see the release sees it.

    `rest`: the region of `unit` by itself, which is what the units below it that are not shown make up
    together; it has a band only. `epoch` is the release of its oldest part, `energy_epoch` that of its word.
    What is hidden has no cell.
    """

    unit: str
    cluster: str
    holders: CountBand
    rest: bool = False
    scarce: bool = False
    trend: Trend | None = None
    energy: EnergyWord | None = None
    energy_epoch: int | None = None
    epoch: int


class ReleasedTerm(msgspec.Struct, frozen=True, kw_only=True):
    """One term that is shown, of the whole organisation."""

    term: str
    holders: CountBand
    epoch: int


class ClusterRelease(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a release says of one cluster: its regions, the cells they add up to, its terms.

    The shown units are those of `regions`. A cell whose figure became too old is hidden, its region is kept.
    """

    cluster: str
    regions: tuple[Region, ...]
    cells: tuple[ReleasedCell, ...]
    terms: tuple[ReleasedTerm, ...]


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """
    One release. `layout_epoch` is the release at which units were laid out, on the tree of that moment.

    `contributors` is the participation of the whole, None if hidden; `contributors_epoch` its basis. A held
    release has no clusters: the last one that was published stays in force.
    """

    epoch: int
    layout_epoch: int
    contributors: CountBand | None = None
    contributors_epoch: int | None = None
    clusters: tuple[ClusterRelease, ...] = ()
    held: Held | None = None


_ID: Final = re.compile(r"([0-9a-f]{32})-([1-9][0-9]{0,8})")


def release_id(organisation: str, epoch: int) -> str:
    """Return the id of a release, from which `organisation_and_epoch` reads both."""
    return f"{organisation}-{epoch}"


def organisation_and_epoch(release: str) -> tuple[str, int] | None:
    """Return the organisation and the number of a release's id; None for anything else."""
    match = _ID.fullmatch(release)
    return (match[1], int(match[2])) if match else None
