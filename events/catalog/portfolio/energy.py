"""What gives the owner energy, what costs it, and what the owner wants more of."""

from events.catalog.registry import Event, event
from rules import kinds


@event("portfolio.energy-source-noted.v1")
class EnergySourceNoted(Event, frozen=True, kw_only=True):
    """An activity of the working week that gives or costs energy; `talents` are claims it draws on."""

    source: str
    kind: kinds.EnergySourceKind
    activity: str
    hours_per_week: kinds.HoursBand
    talents: tuple[str, ...] = ()


@event("portfolio.energy-source-removed.v1")
class EnergySourceRemoved(Event, frozen=True, kw_only=True):
    source: str


@event("portfolio.passion-named.v1")
class PassionNamed(Event, frozen=True, kw_only=True):
    """What the owner wants more of."""

    passion: str
    text: str


@event("portfolio.passion-let-go.v1")
class PassionLetGo(Event, frozen=True, kw_only=True):
    passion: str


EnergyEvent = EnergySourceNoted | EnergySourceRemoved | PassionNamed | PassionLetGo
