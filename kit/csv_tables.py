"""CSV as spreadsheets write it: a header, and each row with the line it ends on."""

import csv
import io
from collections.abc import Iterator

NotCsvError = csv.Error


def table_of(text: str) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """
    Return the header's names in lower case, and each row's cells with the line it ends on.

    Separated by commas, semicolons or tabs, whichever the header has most of. Going through the rows raises
    NotCsvError where the text is none; a header that is none has no names.
    """
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
    except NotCsvError:
        header = []
    return header, ((reader.line_num, cells) for cells in reader)
