"""Reads CSV as spreadsheets write it: a header, and each row with the number of the line it ends on."""

import csv
import io
from collections.abc import Iterator

NotCsvError = csv.Error


def table_of(text: str) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """
    Return the header's names in lower case, and each row's cells with the number of the line it ends on.

    The separator is the one of comma, semicolon and tab that occurs most in the header. Iterating over the
    rows raises NotCsvError where the text is not CSV; a header that is not CSV has no names.
    """
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
    except NotCsvError:
        header = []
    return header, ((reader.line_num, cells) for cells in reader)
