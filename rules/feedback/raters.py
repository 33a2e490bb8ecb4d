"""Who counts as the same rater, and the quarter in which an invitation counts (privacy rule 10)."""

import unicodedata
from datetime import date


def same_address(email: str) -> str:
    """Return a form of a mail address that is equal for two addresses that reach the same person."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def quarter_of(day: date) -> str:
    """Return the quarter of a day, such as 2026Q4; later quarters sort after earlier ones."""
    return f"{day.year}Q{(day.month + 2) // 3}"
