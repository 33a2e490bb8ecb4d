"""The nearest right name to one that is not known, for an error that helps."""

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the one of the known names that looks most like this one. `known` holds at least one."""
    by_folded = {each.casefold(): each for each in sorted(known)}
    return by_folded[difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.0)[0]]
