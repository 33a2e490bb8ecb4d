"""The feedback rounds of people: their states, whom they asked, and their mirrors with today's masks."""

from projections.views.rounds.fold import VIEW
from projections.views.rounds.reads import (
    FLAGGED_MAX,
    FlaggedFragment,
    Invitation,
    Mirror,
    Round,
    RoundInBrief,
    RoundState,
    RoundToMail,
    ShownFragment,
    flagged_fragments,
    mirrors_of,
    place_of_mirror,
    round_of,
    rounds_due,
    rounds_in,
    rounds_of,
    rounds_to_mail,
)

__all__ = [
    "FLAGGED_MAX",
    "VIEW",
    "FlaggedFragment",
    "Invitation",
    "Mirror",
    "Round",
    "RoundInBrief",
    "RoundState",
    "RoundToMail",
    "ShownFragment",
    "flagged_fragments",
    "mirrors_of",
    "place_of_mirror",
    "round_of",
    "rounds_due",
    "rounds_in",
    "rounds_of",
    "rounds_to_mail",
]
