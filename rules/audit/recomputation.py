"""What computing a release or a mirror again says to an auditor: a word, and no figure (privacy rule 22)."""

from enum import StrEnum


class Recomputation(StrEnum):
    """All that a recomputation says: no figure, and not where one differs."""

    AGREES = "agrees"
    DIFFERS = "differs"
    NO_LONGER_POSSIBLE = "no longer possible"
    """Keys or facts that it rests on are gone, as after a person was forgotten."""
