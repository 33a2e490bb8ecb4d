"""Loads a list of shared terms from a file, on the server's command line; existing terms don't change."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from kit.csv_tables import NotCsvError, named_twice, table_of
from kit.ids import new_id
from rules.clusters import CLUSTERS
from rules.commands import CommandResult
from services.contexts.catalogue.commands import (
    LIST_CHARS_MAX,
    TERMS_LOADED_MAX,
    Label,
    ListedTerm,
    LoadTerms,
    esco_refusals,
    label_refusals,
)
from services.contexts.catalogue.decider import TERMS_OF_LISTS_MAX, match_list
from services.contexts.catalogue.state import same_label
from services.decisions.validation import text_refusals
from services.handling.handler import CommandHandler

SHIPPED: Final = Path(__file__).with_name("terms.csv")
"""Terms for social care, which an organisation may load as its own."""
FILE_BYTES_MAX: Final = 4 * 2**20
PROBLEMS_SHOWN_MAX: Final = 20
COLUMNS: Final = ("cluster", "nl", "en", "esco")


class TermListError(Exception):
    """A list can't be loaded; the message has a sentence for each problem, with the line of the file."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A term of a list, and the line of its file."""

    line: int
    term: ListedTerm


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """The result of loading: how many terms were adopted, and the rows whose terms can't be picked."""

    adopted: int
    left_out: tuple[Row, ...]


def read_list(content: bytes) -> tuple[Row, ...]:
    """
    Read a list: CSV in UTF-8 with the columns cluster, nl, en and esco; a cell in esco may be empty.

    ESCO's addresses may begin with http, as ESCO writes them. Raises TermListError if any row is not valid,
    or two rows have the same label.
    """
    rows, problems = _rows(content)
    if not rows and not problems:
        raise TermListError("The file has no rows below its header.")
    if len(rows) > TERMS_OF_LISTS_MAX:
        raise TermListError(f"The file has more than {TERMS_OF_LISTS_MAX} rows.")
    problems += [problem for row in rows for problem in _problems(row)]
    problems += _collisions(rows)
    if problems:
        more = len(problems) - PROBLEMS_SHOWN_MAX
        shown = [*problems[:PROBLEMS_SHOWN_MAX], *([f"And {more} more."] if more > 0 else [])]
        raise TermListError("\n".join(shown))
    return tuple(rows)


def load_list(handler: CommandHandler, rows: Sequence[Row], *, list_name: str | None = None) -> Loaded:
    """
    Propose and adopt each term that the catalogue does not have. Loading a list again changes nothing.

    `list_name` is None for the organisation's own terms. After an interruption it can be run again. Raises
    TermListError, and what the handler raises.
    """
    if list_name is not None and text_refusals(list_name, chars_max=LIST_CHARS_MAX):
        raise TermListError(f"The list's name has 1 to {LIST_CHARS_MAX} printable characters.")
    before = _adopted(handler)
    for start in range(0, len(rows), TERMS_LOADED_MAX):
        terms = tuple(row.term for row in rows[start : start + TERMS_LOADED_MAX])
        part = LoadTerms(terms=terms, list_name=list_name)
        # With a new occasion, the command is decided again: terms that were left out may be possible now.
        ended = handler.handle_for_process(part, process="terms", occasion=new_id())
        if not _is_done(ended):
            reasons = [refusal.en for refusal in ended.refusals] or ["It is not known yet; run this again."]
            raise TermListError("\n".join([*reasons, f"{start} of {len(rows)} rows were loaded before."]))
    words, organisation = handler.catalogue(), handler.organisation()
    known, _ = match_list((row.term for row in rows), words, organisation)
    pickable = {term: name for term, name in known.items() if words.terms[name].state == "ADOPTED"}
    left_out = tuple(row for row in rows if row.term not in pickable)
    return Loaded(adopted=len(set(pickable.values()) - before), left_out=left_out)


def _rows(content: bytes) -> tuple[list[Row], list[str]]:
    """Return the rows that fit the header, and a sentence for each that does not."""
    if len(content) > FILE_BYTES_MAX:
        raise TermListError(f"The file is larger than {FILE_BYTES_MAX} bytes.")
    try:
        header, lines = table_of(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise TermListError("The file is not UTF-8.") from None
    if missing := [name for name in COLUMNS if name not in header]:
        raise TermListError(f"The header has no column {', '.join(missing)}.")
    if twice := named_twice(header):
        raise TermListError(f"The header has more than one column {', '.join(map(repr, twice))}.")
    rows: list[Row] = []
    problems: list[str] = []
    try:
        for line, cells in lines:
            if len(cells) == len(header):
                named = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
                rows.append(Row(line=line, term=_listed(named)))
            elif any(cell.strip() for cell in cells):
                problems.append(f"Line {line}: this row has {len(cells)} cells, not {len(header)}.")
    except NotCsvError as error:
        raise TermListError(f"The file is no CSV: {error}.") from None
    return rows, problems


def _adopted(handler: CommandHandler) -> set[str]:
    return {name for name, term in handler.catalogue().terms.items() if term.state == "ADOPTED"}


def _is_done(ended: CommandResult) -> bool:
    existing = {refusal.code for refusal in ended.refusals} == {"ALREADY_SO"}
    return ended.outcome == "ACCEPTED" or existing


def _listed(cells: dict[str, str]) -> ListedTerm:
    esco = cells["esco"].replace("http://", "https://", 1) or None
    return ListedTerm(label=Label(nl=cells["nl"], en=cells["en"]), cluster=cells["cluster"], esco=esco)


def _problems(row: Row) -> Iterator[str]:
    term = row.term
    for refusal in [*label_refusals(term.label), *esco_refusals(term.esco, "esco")]:
        yield f"Line {row.line}, {refusal.field[-1]}: {refusal.en}"
    if term.cluster not in CLUSTERS:
        yield f"Line {row.line}, cluster: one of {', '.join(CLUSTERS)}."


def _collisions(rows: Sequence[Row]) -> Iterator[str]:
    """Return a sentence for each row with a label that another row has too."""
    labels = [same_label(row.term.label.nl, row.term.label.en) for row in rows]
    for place, language in enumerate(("nl", "en")):
        often = Counter(label[place] for label in labels)
        for row, label in zip(rows, labels, strict=True):
            if often[label[place]] > 1 and label[place]:
                yield f"Line {row.line}, {language}: these words are in {often[label[place]]} rows."
