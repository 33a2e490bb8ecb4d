"""Moments in words, in Dutch and English."""

from datetime import datetime
from typing import Final

from babel.dates import format_datetime

from rules.kinds import Language

_FORMATS: Final = {
    Language.NL: "EEEE d MMMM y 'om' HH:mm",
    Language.EN: "EEEE d MMMM y 'at' HH:mm",
}


def moment(at: datetime, language: Language) -> str:
    """Return weekday, date and hour in words, in the zone that `at` is in."""
    return str(format_datetime(at, _FORMATS[language], locale=language.value))
