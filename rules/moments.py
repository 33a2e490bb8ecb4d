"""Moments in words, in Dutch and English."""

from datetime import date, datetime
from typing import Final

from babel.dates import format_date, format_datetime

from rules.kinds import Language

_FORMATS: Final = {
    Language.NL: "EEEE d MMMM y 'om' HH:mm",
    Language.EN: "EEEE d MMMM y 'at' HH:mm",
}
_DAYS: Final = {Language.NL: "EEEE d MMMM y", Language.EN: "EEEE d MMMM y"}


def moment(at: datetime, language: Language) -> str:
    """Return weekday, date and hour in words, in the zone that `at` is in."""
    return str(format_datetime(at, _FORMATS[language], locale=language.value))


def day(on: date, language: Language) -> str:
    """Return weekday and date in words."""
    return str(format_date(on, _DAYS[language], locale=language.value))
