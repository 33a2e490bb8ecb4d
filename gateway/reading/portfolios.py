"""Reads portfolios: the current one from a kept picture if it is still true, any other from its rows."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Final

import structlog
from msgspec.structs import replace

from gateway.reading.freshness import Freshness
from gateway.reading.pictures import Picture, Pictures, Shown, with_joint_goals
from gateway.reading.term_labels import claimed_terms, relabelled_portfolio
from gateway.reading.view_reader import ViewReader, rows_of
from kit import metrics
from kit.postgres.statements import Select, both
from projections.row_status import WithStatus
from projections.views import catalogue, profile, team

OUTDATED_CHECK_S_MIN: Final = 2.0
"""How often kept pictures are compared with the view at most, while it moves."""
OUTDATED_CHECK_S_MAX: Final = 60.0
"""How often without any notice: one may have been lost."""

_KEYS: Final = both(profile.DOCUMENT_KEY, catalogue.VERSION_KEY)
_log = structlog.get_logger("gateway")
_reads: Final = metrics.counter(
    "ipp_portfolio_reads_total",
    "Current portfolios read, from a kept picture or from rows.",
    "source",
)
_from_picture, _from_rows = _reads.labels("picture"), _reads.labels("rows")


@cache
def _document(
    parts: frozenset[str] | None = None,
) -> Select[tuple[WithStatus[profile.Document], str | None]]:
    """Return the statement of `profile.document` and of the key of the catalogue."""
    return both(profile.document(parts), catalogue.VERSION_KEY)


class Portfolios:
    """The portfolios of all people, with the pictures of those that were asked for last."""

    def __init__(self, reader: ViewReader) -> None:
        self._reader = reader
        self.pictures = Pictures()

    async def read(
        self,
        person: str,
        as_of: datetime | None = None,
        *,
        parts: frozenset[str] | None = None,
        item: str | None = None,
    ) -> profile.Portfolio | None:
        """
        Return a person's portfolio, now or at a moment; None if it was not opened by then. Raises PARKED.

        With `parts`, fields of the view's rows, it has only what these parts make. With an `item`, talents
        and goals are only those of that id.
        """
        if as_of is None and parts is None and item is None:
            shown = await self.current(person)
            return shown.portfolio if shown else None
        rows, words = await _document(parts).read(person=person, as_of=as_of).of(self._reader.ask)
        found = rows_of(rows).portfolio(person, as_of)
        if found is None:
            return None
        if item is not None:
            talents = tuple(talent for talent in found.talents if talent.talent == item)
            goals = tuple(goal for goal in found.goals if goal.goal == item)
            found = replace(found, talents=talents, goals=goals)
        # At a moment of the past a talent has the words that its owner claimed it in.
        if as_of is None:
            worded, _ = await self._in_current_words(found, words)
        else:
            worded = replace(found, as_of=as_of)
        return with_joint_goals(worded, await self._joint_goals(worded))

    async def current(self, person: str) -> Shown | None:
        """Return a person's portfolio of now; None if it was not opened. Raises PARKED."""
        picture = await self._kept(person) or await self._made(person)
        return picture.shown(await self._joint_goals(picture.portfolio)) if picture else None

    async def _kept(self, person: str) -> Picture | None:
        """Return the kept picture if it is what the view and the catalogue hold at this moment."""
        picture = self.pictures.get(person)
        if picture is None:
            return None
        key, words = await _KEYS.read(person=person).of(self._reader.ask)
        if rows_of(key) == picture.key and words == picture.words:
            _from_picture.inc()
            return picture
        self.pictures.drop(person)
        return None

    async def _made(self, person: str) -> Picture | None:
        """Make a picture from the rows. A key and what it is of are read together, on one server."""
        found, words = await _document().read(person=person, as_of=None).of(self._reader.ask)
        document = rows_of(found)
        _from_rows.inc()
        portfolio = document.portfolio(person)
        if portfolio is None or document.key is None:
            return None
        portfolio, words = await self._in_current_words(portfolio, words)
        picture = Picture(key=document.key, words=words, size=len(document.rows), portfolio=portfolio)
        self.pictures.keep(person, picture)
        return picture

    async def _in_current_words(
        self, portfolio: profile.Portfolio, words: str | None
    ) -> tuple[profile.Portfolio, str | None]:
        """Return a portfolio in the words of the catalogue with this key, or a later one, and the key."""
        terms, words = await self._reader.terms.of(claimed_terms(portfolio), words)
        return relabelled_portfolio(terms, portfolio), words

    async def _joint_goals(self, portfolio: profile.Portfolio) -> Mapping[str, str]:
        """Return the joint goal, by offer, that a team grew from each goal of a portfolio."""
        offers = [goal.offer for goal in portfolio.goals if goal.offer is not None]
        return await team.joint_goals_from(self._reader.ask, offers) if offers else {}

    async def drop_outdated(self) -> None:
        """Drop the pictures that are old, changed, or of people who were forgotten."""
        persons = self.pictures.persons()
        if persons:
            keys = await profile.document_keys(self._reader.ask, persons)
            self.pictures.drop_outdated(persons, keys)

    async def run(self, freshness: Freshness) -> None:
        """Drop outdated pictures whenever the view moves, until cancelled."""
        with freshness.signal((profile.VIEW.name, None)) as moved:
            while True:
                await moved.wait(within_s=OUTDATED_CHECK_S_MAX)
                moved.clear()
                try:
                    await self.drop_outdated()
                except Exception as error:  # noqa: BLE001 - each picture is checked before its use anyway
                    _log.warning("pictures.not_compared", kind=type(error).__name__)
                await asyncio.sleep(OUTDATED_CHECK_S_MIN)
