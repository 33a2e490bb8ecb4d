"""Reads CSV as spreadsheets write it, with the line of each row, and writes it so that they open it right."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

NotCsvError = csv.Error

_SEPARATORS: Final = ",;\t"
_SEPARATOR_LINE: Final = re.compile(rf'"?sep=([{_SEPARATORS}])"?[{_SEPARATORS}]*', re.IGNORECASE)
"""A first line that names the separator for Excel; saved again, it is quoted and empty cells follow it."""

_FORMULA: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What begins a formula, the wide signs of Asian keyboards too."""
_BLANK: Final = " \u00a0\u200b\ufeff"
_BEGINS_CELL: Final = ("\t", "\r", "\n")
"""At the beginning of a cell, some programs take them for the end of the cell before."""


def table_of(text: str) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """
    Return the header's names in lower case, and each row's cells with the number of the line it ends on.

    The separator is the one that a first line `sep=;` names, or the one of comma, semicolon and tab that
    occurs most in the header. Empty columns at the end, which spreadsheets write where a cell had content
    once, are left out. Iterating over the rows raises NotCsvError where the text is not CSV; a header that is
    not CSV has no names.
    """
    first, _, rest = text.partition("\n")
    if named := _SEPARATOR_LINE.fullmatch(first.rstrip("\r")):
        text, separator, lines_before = rest, named[1], 1
    else:
        separator, lines_before = max(_SEPARATORS, key=first.count), 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
    except NotCsvError:
        header = []
    written = len(header)
    while header and not header[-1]:
        header.pop()
    width = len(header)
    return header, ((lines_before + reader.line_num, _cut(cells, width, written)) for cells in reader)


def named_twice(header: Sequence[str]) -> list[str]:
    """Return the names that the header holds more than once: which column is meant can't be known."""
    return [name for name, times in Counter(header).items() if times > 1]


def _cut(cells: list[str], width: int, written: int) -> list[str]:
    """
    Return the cells without the empty ones in the header's empty columns.

    A row with more cells than the header has columns stays as it is: a separator inside a text divided it.
    """
    if len(cells) > written or any(cell.strip() for cell in cells[width:]):
        return cells
    return cells[:width]


def spreadsheet(rows: Iterable[Sequence[str]]) -> bytes:
    """
    Return a table as a Dutch Excel opens it by a double click, every cell as the text that it is.

    Semicolons, since there the comma is in numbers; a byte order mark, or letters with accents come out
    wrong; every cell in quotation marks, and none that would be computed: a name may begin as a formula does.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return codecs.BOM_UTF8 + text.getvalue().encode()


def _plain(cell: str) -> str:
    """Return a cell that no spreadsheet computes: an apostrophe before what begins a formula (OWASP)."""
    begun = cell.lstrip(_BLANK)
    return f"'{cell}" if begun.startswith(_FORMULA) or cell.startswith(_BEGINS_CELL) else cell
