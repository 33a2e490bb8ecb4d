"""A release as a file: the same figures and words as in the API, each in words, and no more."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final

import msgspec

from gateway.api.catalogue.terms import cluster_of
from gateway.api.releases.picture import Picture
from kit.csv_tables import spreadsheet
from projections.views import catalogue
from projections.views import releases as view
from rules.kinds import Language
from rules.releases.model import WHOLE, CountBand, EnergyWord, ReleasedTerm, Trend
from rules.releases.units.rows import Row
from rules.texts import LocalLine

MEDIA_TYPE: Final = "text/csv;charset=utf-8"
TOO_FEW: Final = LocalLine(nl="te weinig om veilig te tonen", en="too few to show safely")
"""The one way to say that something is hidden, whatever the reason (privacy rule 15)."""
COLUMNS: Final = (
    LocalLine(nl="Meting", en="Release"),
    LocalLine(nl="Onderdeel", en="Part"),
    LocalLine(nl="Valt onder", en="Belongs to"),
    LocalLine(nl="Regel", en="Row"),
    LocalLine(nl="Familie", en="Family"),
    LocalLine(nl="Talent", en="Talent"),
    LocalLine(nl="Aantal mensen", en="Number of people"),
    LocalLine(nl="Wel getoond bij", en="Shown at"),
    LocalLine(nl="Schaars", en="Scarce"),
    LocalLine(nl="Trend", en="Trend"),
    LocalLine(nl="Energie", en="Energy"),
    LocalLine(nl="Energie van", en="Energy as of"),
    LocalLine(nl="Stand van", en="As of"),
)
_BAND: Final = LocalLine(nl="{low} t/m {high}", en="{low} to {high}")
"""Words between the numbers: Excel reads 5-9 as the fifth of September."""
_UNIT: Final = LocalLine(nl="het hele onderdeel", en="the whole part")
_REST: Final = LocalLine(
    nl="wat hieronder niet apart getoond wordt, samen", en="what is below and not shown apart, together"
)
_TERM: Final = LocalLine(nl="talent", en="talent")
_ALL_TERMS: Final = LocalLine(nl="alle talenten van de familie", en="all talents of the family")
_TOP: Final = LocalLine(nl="niets: dit is het geheel", en="nothing: this is the whole")
_HERE: Final = LocalLine(nl="dit onderdeel zelf", en="this part itself")
_NOWHERE: Final = LocalLine(nl="nergens", en="nowhere")
_NO_NAME: Final = LocalLine(nl="zonder naam", en="without a name")
_YES: Final = LocalLine(nl="ja", en="yes")
_NO: Final = LocalLine(nl="nee", en="no")
_NOT_OF_TERMS: Final = LocalLine(nl="niet van losse talenten", en="not of single talents")
_NO_TREND: Final = LocalLine(nl="nog geen vergelijking", en="no comparison yet")
_TRENDS: Final[Mapping[Trend, LocalLine]] = {
    Trend.RISING: LocalLine(nl="hoger dan vier metingen terug", en="higher than four releases ago"),
    Trend.STEADY: LocalLine(nl="gelijk aan vier metingen terug", en="the same as four releases ago"),
    Trend.FALLING: LocalLine(nl="lager dan vier metingen terug", en="lower than four releases ago"),
}
_ENERGY: Final[Mapping[EnergyWord, LocalLine]] = {
    EnergyWord.MOSTLY_GIVES: LocalLine(nl="geeft meestal energie", en="mostly gives energy"),
    EnergyWord.MIXED: LocalLine(nl="geeft en kost energie", en="gives and costs energy"),
    EnergyWord.MOSTLY_COSTS: LocalLine(nl="kost meestal energie", en="mostly costs energy"),
}


class ShownTerm(msgspec.Struct, frozen=True, kw_only=True):
    """A word and what is shown of it in the whole organisation; None of one that is hidden."""

    term: catalogue.Term
    shown: ReleasedTerm | None


def csv_file(
    release: view.Release,
    picture: Picture,
    rows: Iterable[tuple[str, Row]],
    terms: Iterable[ShownTerm],
    *,
    language: Language,
) -> bytes:
    """Return the file; its headings alone when there are neither rows nor terms. No cell of it is empty."""
    words = _Words(release, picture, language)
    header = [words.say(column) for column in COLUMNS]
    return spreadsheet(chain([header], words.cells(rows), words.terms(terms)))


class _Words:
    """The words of one file in one language."""

    def __init__(self, release: view.Release, picture: Picture, language: Language) -> None:
        self._release = release
        self._picture = picture
        self._language = language
        self._too_few = self.say(TOO_FEW)

    def say(self, line: LocalLine) -> str:
        return line.nl if self._language is Language.NL else line.en

    def cells(self, rows: Iterable[tuple[str, Row]]) -> Iterator[list[str]]:
        for cluster, row in rows:
            kind = self.say(_REST if row.rest else _UNIT)
            yield [*self._place(row.unit), kind, *self._family(cluster, _ALL_TERMS), *self._figures(row)]

    def terms(self, terms: Iterable[ShownTerm]) -> Iterator[list[str]]:
        place, kind = self._place(WHOLE), self.say(_TERM)
        nothing = [self.say(_NOT_OF_TERMS)] * 4
        for found in terms:
            family = self._family(found.term.cluster, LocalLine(nl=found.term.nl, en=found.term.en))
            shown = found.shown
            figure = (
                [self._band(shown.holders), self.say(_HERE), *nothing, self._day(shown.epoch)]
                if shown
                else [self._too_few, self.say(_NOWHERE), *nothing, self._too_few]
            )
            yield [*place, kind, *family, *figure]

    def _place(self, unit: str) -> list[str]:
        """Return which release, which part of the organisation, and what that belongs to."""
        parent = self._picture.tree.parents.get(unit)
        above = self.say(_TOP) if parent is None else self._name(parent)
        return [f"{self._release.epoch}, {self._release.on.isoformat()}", self._name(unit), above]

    def _name(self, unit: str) -> str:
        return self._picture.unit(unit).name or self.say(_NO_NAME)

    def _family(self, cluster: str, of: LocalLine) -> list[str]:
        name = cluster_of(cluster).name
        return [self.say(LocalLine(nl=name.nl, en=name.en)), self.say(of)]

    def _figures(self, row: Row) -> list[str]:
        cell = row.cell
        if cell is None:
            above = self.say(_NOWHERE) if row.shown_above is None else self._name(row.shown_above)
            return [self._too_few, above, *[self._too_few] * 5]
        return [
            self._band(cell.holders),
            self.say(_HERE),
            self.say(_YES if cell.scarce else _NO),
            self.say(_TRENDS[cell.trend] if cell.trend else _NO_TREND),
            self.say(_ENERGY[cell.energy]) if cell.energy else self._too_few,
            self._day(cell.energy_epoch) if cell.energy_epoch else self._too_few,
            self._day(cell.epoch),
        ]

    def _band(self, band: CountBand) -> str:
        return self.say(_BAND).format(low=band.low, high=band.high)

    def _day(self, epoch: int) -> str:
        return self._release.days[epoch].isoformat()
