"""Reads HR's files: CSV to rows, and for each row that can't be read its line, column and reason."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Final, Generic, TypeVar

import msgspec

from kit.csv_tables import NotCsvError, named_twice, table_of
from kit.spelling import nearest
from processes.hr_feed.spreadsheets import NotTextError, text_of
from rules.characters import shows_nothing
from rules.kinds import Returning
from services.decisions.validation import key_refusals

FILE_BYTES_MAX: Final = 32 * 2**20
ROWS_MAX: Final = 250_000
"""Room for 100,000 people in two teams each, in 300 MiB; 250,000 people take 512 MiB and a few seconds."""
CELL_CHARS_MAX: Final = 1_000
NAME_SHOWN_CHARS_MAX: Final = 40
"""Of a name that is not known, that is shown."""
HEADER_PROBLEMS_MAX: Final = 10
PROFESSIONALS: Final = "professionals.csv"
UNITS: Final = "units.csv"
MEMBERSHIPS: Final = "memberships.csv"
COLUMNS: Final = {
    UNITS: ("key", "name", "kind", "parent_key"),
    PROFESSIONALS: ("employee_number", "name", "email"),
    MEMBERSHIPS: ("employee_number", "team_key", "since"),
}
"""The columns that each file must have."""
_OPTIONAL: Final = {UNITS: ("closed",), PROFESSIONALS: ("returning",)}
_RETURNING: Final = {
    "same": Returning.SAME_PERSON,
    "zelfde": Returning.SAME_PERSON,
    "new": Returning.NEW_PERSON,
    "nieuw": Returning.NEW_PERSON,
}
_CLOSED: Final = {"": False, "no": False, "nee": False, "yes": True, "ja": True}


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """
    What is wrong with a row, or with a whole file if `line` is None; `column` is a name in the header.

    `file` is None when the request itself is wrong.
    """

    file: str | None
    nl: str
    en: str
    line: int | None = None
    column: str | None = None


class Professional(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who works here."""

    line: int
    employee_number: str
    name: str
    email: str
    returning: Returning | None = None
    """Of a number of somebody who left: whether it is the same person again, or another."""


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A unit, or a team as a leaf; a unit at the top has no `parent_key`."""

    line: int
    key: str
    name: str
    is_team: bool
    parent_key: str | None
    closed: bool


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is in a team since the day `on`."""

    line: int
    employee_number: str
    team_key: str
    on: date


class CellError(ValueError):
    """A cell can't be read, for the reason in both languages."""

    def __init__(self, column: str, nl: str, en: str) -> None:
        super().__init__(en)
        self.column, self.nl, self.en = column, nl, en


R = TypeVar("R", Professional, Unit, Membership)


class Read(msgspec.Struct, Generic[R], frozen=True, kw_only=True):
    """The rows that can be read, in order, and what is wrong with the others."""

    rows: tuple[R, ...]
    problems: tuple[Problem, ...]


def read_professionals(content: bytes) -> Read[Professional]:
    """Read professionals.csv: employee_number, name, email, and perhaps returning (same or new)."""

    def row(line: int, cells: Mapping[str, str]) -> Professional:
        number, name, email = _key(cells, "employee_number"), _filled(cells, "name"), _key(cells, "email")
        said = cells.get("returning", "").lower()
        if said and said not in _RETURNING:
            nl = "Dit is 'zelfde' of 'nieuw', of leeg."
            raise CellError("returning", nl, "This is 'same' or 'new', or empty.")
        return Professional(
            line=line, employee_number=number, name=name, email=email, returning=_RETURNING.get(said)
        )

    return _read(PROFESSIONALS, content, row)


def read_units(content: bytes) -> Read[Unit]:
    """Read units.csv: key, name, kind (unit or team), parent_key, and perhaps closed (yes or no)."""

    def row(line: int, cells: Mapping[str, str]) -> Unit:
        kind = _filled(cells, "kind").lower()
        if kind not in {"unit", "team"}:
            raise CellError("kind", "Dit is 'unit' of 'team'.", "This is 'unit' or 'team'.")
        closed = _CLOSED.get(cells.get("closed", "").lower())
        if closed is None:
            raise CellError("closed", "Dit is 'ja' of 'nee'.", "This is 'yes' or 'no'.")
        parent = _key(cells, "parent_key") if cells["parent_key"] else None
        if kind == "team" and parent is None:
            raise CellError("parent_key", "Een team staat in een eenheid.", "A team belongs to a unit.")
        return Unit(
            line=line,
            key=_key(cells, "key"),
            name=_filled(cells, "name"),
            is_team=kind == "team",
            parent_key=parent,
            closed=closed,
        )

    return _read(UNITS, content, row)


def read_memberships(content: bytes) -> Read[Membership]:
    """Read memberships.csv: employee_number, team_key, since (2026-11-24)."""

    def row(line: int, cells: Mapping[str, str]) -> Membership:
        try:
            since = date.fromisoformat(_filled(cells, "since"))
        except CellError:
            raise
        except ValueError:
            nl, en = "Dit is geen dag als 2026-11-24.", "This is no day like 2026-11-24."
            raise CellError("since", nl, en) from None
        number, team = _key(cells, "employee_number"), _key(cells, "team_key")
        return Membership(line=line, employee_number=number, team_key=team, on=since)

    return _read(MEMBERSHIPS, content, row)


def file_of(name: str, content: bytes) -> str | None:
    """
    Return which of HR's files this is: by its name if that is one of them, or by its columns.

    Browsers and people name a file `units (1).csv` or `Export 24 november.csv`. Raises NotTextError.
    """
    if name.casefold() in COLUMNS:
        return name.casefold()
    header, _ = table_of(text_of(content))
    found = [file for file, columns in COLUMNS.items() if set(columns) <= set(header)]
    return found[0] if len(found) == 1 else None


def _key(cells: Mapping[str, str], column: str) -> str:
    """
    Return a key in the form in which it is compared: mutations take it in no other one.

    A system that writes letters and their accents apart means the same key, so these are put together.
    """
    value = unicodedata.normalize("NFC", _filled(cells, column))
    for refusal in key_refusals(value, chars_max=CELL_CHARS_MAX):
        raise CellError(column, refusal.nl, refusal.en)
    return value


def _filled(cells: Mapping[str, str], column: str) -> str:
    value = cells[column]
    if shows_nothing(value):
        raise CellError(column, "Hier staat niets.", "This is empty.")
    if len(value) > CELL_CHARS_MAX:
        raise CellError(column, "Dit is te lang.", "This is too long.")
    return value


def _read(file: str, content: bytes, row: Callable[[int, Mapping[str, str]], R]) -> Read[R]:
    if len(content) > FILE_BYTES_MAX:
        nl = f"Het bestand is groter dan {FILE_BYTES_MAX} bytes; daarom is er niets van gedaan."
        en = f"The file is larger than {FILE_BYTES_MAX} bytes; so nothing of it was done."
        return _nothing(file, nl, en)
    try:
        text = text_of(content)
    except NotTextError as error:
        return _nothing(file, error.why.nl, error.why.en)
    header, lines = table_of(text)
    problems = _header_problems(file, header)
    return Read[Any](rows=(), problems=problems) if problems else _rows(file, header, lines, row)


def _header_problems(file: str, header: list[str]) -> tuple[Problem, ...]:
    """Return what keeps the whole file from being read: each column has to be known, and be there once."""
    known = COLUMNS[file] + _OPTIONAL.get(file, ())
    found = []
    if missing := [name for name in COLUMNS[file] if name not in header]:
        names = ", ".join(missing)
        found.append((f"Deze kolommen ontbreken: {names}.", f"These columns are missing: {names}."))
    for name in header:
        if name not in known:
            shown, like = repr(name[:NAME_SHOWN_CHARS_MAX]), nearest(name[:NAME_SHOWN_CHARS_MAX], known)
            found.append(
                (
                    f"De kolom {shown} is onbekend; de naam die er het meest op lijkt is {like!r}.",
                    f"The column {shown} is unknown; the nearest name is {like!r}.",
                )
            )
    for name in named_twice(header):
        shown = repr(name[:NAME_SHOWN_CHARS_MAX])
        found.append(
            (
                f"De kolom {shown} staat meer dan eens in het bestand; daarom is er niets van gedaan.",
                f"The column {shown} stands more than once in the file; so nothing of it was done.",
            )
        )
    return tuple(Problem(file=file, nl=nl, en=en) for nl, en in found[:HEADER_PROBLEMS_MAX])


def _rows(
    file: str,
    header: list[str],
    lines: Iterator[tuple[int, list[str]]],
    row: Callable[[int, Mapping[str, str]], R],
) -> Read[R]:
    rows: list[R] = []
    problems: list[Problem] = []
    try:
        for line, cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            if len(rows) + len(problems) >= ROWS_MAX:
                nl = f"Het bestand heeft meer dan {ROWS_MAX} rijen; daarom is er niets van gedaan."
                en = f"The file has more than {ROWS_MAX} rows; so nothing of it was done."
                return _nothing(file, nl, en)
            if len(cells) != len(header):
                nl = f"Deze rij heeft {len(cells)} cellen, geen {len(header)}."
                en = f"This row has {len(cells)} cells, not {len(header)}."
                problems.append(Problem(file=file, line=line, nl=nl, en=en))
                continue
            named = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
            try:
                rows.append(row(line, named))
            except CellError as wrong:
                problems.append(Problem(file=file, line=line, column=wrong.column, nl=wrong.nl, en=wrong.en))
    except NotCsvError as error:
        nl, en = "Vanaf hier is dit geen CSV.", f"From here on this is no CSV: {error}."
        problems.append(Problem(file=file, nl=nl, en=en))
    return Read[Any](rows=tuple(rows), problems=tuple(problems))


def _nothing(file: str, nl: str, en: str) -> Read[Any]:
    return Read[Any](rows=(), problems=(Problem(file=file, nl=nl, en=en),))
