"""What HR's spreadsheet program saved: its text, or in both languages why it is none."""

import re
from typing import Final

from rules.texts import LocalLine

_ZIPPED: Final = b"PK\x03\x04"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OPEN_DOCUMENT: Final = b"mimetypeapplication/vnd.oasis.opendocument"
_MAGIC_BYTES: Final = 200
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")


class NotTextError(ValueError):
    """The content is no text in UTF-8; `why` says what it is and what to do."""

    def __init__(self, why: LocalLine) -> None:
        super().__init__(why.en)
        self.why = why


def text_of(content: bytes) -> str:
    """Return the text of a file in UTF-8, with or without a byte order mark. Raises NotTextError."""
    begin = content[:_MAGIC_BYTES]
    if begin.startswith(_ZIPPED):
        raise NotTextError(_is_workbook(".ods" if _OPEN_DOCUMENT in begin else ".xlsx"))
    if begin.startswith(_OLD_EXCEL):
        raise NotTextError(_is_workbook(".xls"))
    if begin.startswith(_UTF_16):
        raise NotTextError(_is_encoded("UTF-16", None))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = len(re.findall(rb"\r\n|\r|\n", content[: error.start])) + 1
        raise NotTextError(_is_encoded("Windows-1252", line)) from None


def _is_workbook(kind: str) -> LocalLine:
    return LocalLine(
        nl=f"Dit is een werkmap ({kind}), geen CSV. Sla het blad op als 'CSV UTF-8' en stuur dat bestand.",
        en=f"This is a workbook ({kind}), not CSV. Save the sheet as 'CSV UTF-8' and send that file.",
    )


def _is_encoded(encoding: str, line: int | None) -> LocalLine:
    """Name the encoding that Dutch spreadsheet programs write most when it is not UTF-8."""
    nl_where, en_where = ("", "") if line is None else (f", regel {line}", f", line {line}")
    return LocalLine(
        nl=f"Dit bestand is geen UTF-8 (waarschijnlijk {encoding}{nl_where}). Sla het op als 'CSV UTF-8'.",
        en=f"This file is not UTF-8 (probably {encoding}{en_where}). Save it as 'CSV UTF-8'.",
    )
