"""Where a team is in the rollout. A team begins when it decides to; nobody is enrolled."""

from enum import Enum


class RolloutState(Enum):
    """A member's name is how the schema spells it, its value how rows hold it."""

    NOT_ASKED = "not_asked"
    INVITED = "invited"
    STARTED = "started"
    PAUSED = "paused"
