"""Loading a list of shared words from a file: a command on the server; what is there already stays."""

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from rules.clusters import CLUSTERS
from services.catalogue.commands import (
    LIST_CHARS_MAX,
    TERMS_LOADED_MAX,
    Label,
    ListedTerm,
    LoadTerms,
    esco_refusals,
    label_refusals,
)
from services.catalogue.decider import TERMS_MAX
from services.deciding import Refusal
from services.handling import CommandHandler
from services.results import CommandResult
from services.wording import text_refusals

SHIPPED: Final = Path(__file__).parent / "catalogue" / "terms.csv"
"""Words for social care that an organisation may begin with, as its own."""
FILE_BYTES_MAX: Final = 4 * 2**20
PROBLEMS_TOLD_MAX: Final = 20
COLUMNS: Final = ("cluster", "nl", "en", "esco")


class TermListError(Exception):
    """A list can't be loaded; the message has a sentence for each reason, and the file's line it is about."""


def read_list(content: bytes) -> tuple[ListedTerm, ...]:
    """
    Read a list: CSV in UTF-8 with the columns cluster, nl, en and esco, the last of which may be empty.

    ESCO's addresses may begin with http, as ESCO writes them. Raises TermListError for a file of which any
    row can't be used.
    """
    if len(content) > FILE_BYTES_MAX:
        raise TermListError(f"The file is larger than {FILE_BYTES_MAX} bytes.")
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except UnicodeDecodeError:
        raise TermListError("The file is not UTF-8.") from None
    except csv.Error as error:
        raise TermListError(f"The file is no CSV: {error}.") from None
    if not rows:
        raise TermListError(f"The file has no rows below a header with {', '.join(COLUMNS)}.")
    if missing := [name for name in COLUMNS if name not in rows[0]]:
        raise TermListError(f"The header has no column {', '.join(missing)}.")
    if len(rows) > TERMS_MAX:
        raise TermListError(f"The file has more than {TERMS_MAX} rows.")
    # Quoted cells may hold ends of lines, which no word may: up to the first of them, a row is a line.
    numbered = [(line, _listed(row)) for line, row in enumerate(rows, 2)]
    if problems := [problem for line, term in numbered for problem in _problems(line, term)]:
        more = len(problems) - PROBLEMS_TOLD_MAX
        told = [*problems[:PROBLEMS_TOLD_MAX], *([f"And {more} more."] if more > 0 else [])]
        raise TermListError("\n".join(told))
    return tuple(term for _, term in numbered)


def load_list(handler: CommandHandler, terms: Sequence[ListedTerm], *, list_name: str | None = None) -> None:
    """
    Have each term proposed and adopted, unless its words are there; loaded again, nothing happens.

    `list_name` is None for the organisation's own words. Raises TermListError, and what a handler raises.
    """
    if list_name is not None and text_refusals(list_name, chars_max=LIST_CHARS_MAX):
        raise TermListError(f"The list's name has 1 to {LIST_CHARS_MAX} printable characters.")
    for start in range(0, len(terms), TERMS_LOADED_MAX):
        part = LoadTerms(terms=tuple(terms[start : start + TERMS_LOADED_MAX]), list_name=list_name)
        occasion = hashlib.sha256(msgspec.json.encode(part)).hexdigest()
        ended = handler.handle_for_process(part, process="terms", occasion=occasion)
        if not _is_done(ended):
            reasons = [refusal.en for refusal in ended.refusals] or ["It is not known yet; run this again."]
            raise TermListError("\n".join(reasons))


def _is_done(ended: CommandResult) -> bool:
    there_already = {refusal.code for refusal in ended.refusals} == {"ALREADY_SO"}
    return ended.outcome == "ACCEPTED" or there_already


def _listed(row: dict[str, str | None]) -> ListedTerm:
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    esco = cells["esco"].replace("http://", "https://", 1) or None
    return ListedTerm(label=Label(nl=cells["nl"], en=cells["en"]), cluster=cells["cluster"], esco=esco)


def _problems(line: int, term: ListedTerm) -> Iterator[str]:
    refusals: list[Refusal] = [*label_refusals(term.label), *esco_refusals(term.esco, "esco")]
    for refusal in refusals:
        yield f"Line {line}, {refusal.field[-1]}: {refusal.en}"
    if term.cluster not in CLUSTERS:
        yield f"Line {line}, cluster: one of {', '.join(CLUSTERS)}."
