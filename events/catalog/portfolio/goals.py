"""Events of goals, and of their offers to a team."""

from datetime import date

from events.catalog.registry import Event, event
from rules import kinds


@event("portfolio.goal-set.v1")
class GoalSet(Event, frozen=True, kw_only=True):
    """`insights` are the owner's conclusions that led to this goal."""

    goal: str
    text: str
    horizon: date | None = None
    insights: tuple[str, ...] = ()


@event("portfolio.goal-sharpened.v1")
class GoalSharpened(Event, frozen=True, kw_only=True):
    """Text and horizon of the goal from now on."""

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
    """
    The goal is on offer to a team, which sees `wording`.

    `offer` is the id by which a team adopts it (rules/team/goal_offers.py). None: offered by a program of
    before, and not adoptable until it is offered again.
    """

    goal: str
    team: str
    wording: str
    offer: str | None = None


@event("portfolio.goal-offer-taken-back.v1")
class GoalOfferTakenBack(Event, frozen=True, kw_only=True):
    """The offer ended, by its owner or for another reason. The earliest events have no reason."""

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
