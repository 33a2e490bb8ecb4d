"""Events of energy sources and passions."""

from events.catalog.registry import Event, event
from rules import kinds


@event("portfolio.energy-source-noted.v1")
class EnergySourceNoted(Event, frozen=True, kw_only=True):
    """An activity of the working week gives or costs energy; `talents` are the claimed talents it uses."""

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
    """The owner wants more of this."""

    passion: str
    text: str


@event("portfolio.passion-let-go.v1")
class PassionLetGo(Event, frozen=True, kw_only=True):
    passion: str


EnergyEvent = EnergySourceNoted | EnergySourceRemoved | PassionNamed | PassionLetGo
