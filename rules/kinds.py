"""
The kinds of things in a portfolio, each with one name on every floor.

A member's name is how commands and the schema spell it; its value is how events and rows store it. A kind may
be added; none is ever removed, because events on the log name it.
"""

from enum import Enum, StrEnum
from typing import Literal


class Language(StrEnum):
    """The language of a person's screens and mails."""

    NL = "nl"
    EN = "en"


class EnergySourceKind(StrEnum):
    GIVER = "giver"
    DRAINER = "drainer"


class HoursBand(StrEnum):
    """Hours in a usual working week."""

    UP_TO_2 = "up_to_2"
    FROM_2_TO_8 = "from_2_to_8"
    FROM_8_TO_16 = "from_8_to_16"
    OVER_16 = "over_16"


class EvidenceKind(StrEnum):
    LINK = "link"
    BADGE = "badge"
    STORY = "story"


class ItemKind(StrEnum):
    """What a portfolio holds. A conversation is the other party's as well, so it is never shared."""

    STATEMENT = "statement"
    TALENT = "talent"
    ENERGY_SOURCE = "energy_source"
    PASSION = "passion"
    EVIDENCE = "evidence"
    REFLECTION = "reflection"
    GOAL = "goal"
    CONVERSATION = "conversation"
    INSIGHT = "insight"


class InsightScope(StrEnum):
    """What an owner may be counted for: which talents they have, and what energy these give."""

    TALENTS = "talents"
    ENERGY = "energy"


class Returning(StrEnum):
    """Who is registered under a number of somebody who left: that person again, or another."""

    SAME_PERSON = "same"
    NEW_PERSON = "new"


# Only events and rows name these.
Audience = Literal["people", "team", "organisation"]
SharingEnd = Literal["owner", "day", "team_left", "employment_ended", "item_gone", "portfolio_closed"]
OfferEnd = Literal["owner", "goal_over", "team_left", "employment_ended", "portfolio_closed"]
WorkOfferEnd = Literal["day", "taken_up", "author_left"]
"""Its last day passed and nobody had taken it up, or somebody had; or its author left the team before."""


class RolloutState(Enum):
    """Where a team is in the rollout: it begins when it decides to, and nobody is enrolled."""

    NOT_ASKED = "not_asked"
    INVITED = "invited"
    STARTED = "started"
    PAUSED = "paused"
