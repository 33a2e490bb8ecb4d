"""What the owner wants to reach, and offers to the team."""

from datetime import date

from events.catalog.registry import Event, event
from rules import kinds


@event("portfolio.goal-set.v1")
class GoalSet(Event, frozen=True, kw_only=True):
    """`insights` are own conclusions from mirrors that it came from."""

    goal: str
    text: str
    horizon: date | None = None
    insights: tuple[str, ...] = ()


@event("portfolio.goal-sharpened.v1")
class GoalSharpened(Event, frozen=True, kw_only=True):
    """The whole wording from now on."""

    goal: str
    text: str
    horizon: date | None = None


@event("portfolio.goal-progress-noted.v1")
class GoalProgressNoted(Event, frozen=True, kw_only=True):
    """The owner's estimate, 0 to 100."""

    goal: str
    progress: int


@event("portfolio.goal-reached.v1")
class GoalReached(Event, frozen=True, kw_only=True):
    goal: str


@event("portfolio.goal-let-go.v1")
class GoalLetGo(Event, frozen=True, kw_only=True):
    goal: str


@event("portfolio.goal-offered-to-team.v1")
class GoalOfferedToTeam(Event, frozen=True, kw_only=True):
    """`wording` is what the team sees."""

    goal: str
    team: str
    wording: str


@event("portfolio.goal-offer-taken-back.v1")
class GoalOfferTakenBack(Event, frozen=True, kw_only=True):
    """By its owner, or because nobody can take it up any more; the first events had no reason."""

    goal: str
    reason: kinds.OfferEnd | None = None


GoalEvent = (
    GoalSet
    | GoalSharpened
    | GoalProgressNoted
    | GoalReached
    | GoalLetGo
    | GoalOfferedToTeam
    | GoalOfferTakenBack
)
