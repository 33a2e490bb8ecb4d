"""One example of every event, from which its golden file is written once; a new event gets one here."""

from datetime import UTC, date, datetime
from typing import Final

from events.catalog.employment import ProfessionalRegistered, TeamJoined
from events.catalog.policy import OrganisationFounded, RoleGranted
from events.catalog.portfolio import PortfolioOpened, TalentClaimed, TalentRevised, TalentSetAside
from events.catalog.registry import Event, wire_name_of
from events.catalog.team import TeamFormed
from events.catalog.units import UnitFormed
from events.codec import PERSON_CATEGORIES, Recorded

SUBJECT: Final = "0f" * 16
BY: Final = "1e" * 16
_THING: Final = "2d" * 16
_OTHER: Final = "3c" * 16
MOMENT: Final = datetime(2026, 11, 23, 9, 30, 15, 123456, tzinfo=UTC)
_DAY: Final = datetime(2026, 11, 23, tzinfo=UTC)

EXAMPLES: Final[tuple[Event, ...]] = (
    PortfolioOpened(language="nl"),
    TalentClaimed(
        talent=_THING,
        name="Rust brengen in één gesprek",
        strength=4,
        energy=2,
        use=1,
        story="Op straat.\nEn thuis.",
    ),
    TalentRevised(talent=_THING, strength=5, energy=-2, use=3, story=None),
    TalentSetAside(talent=_THING),
    ProfessionalRegistered(name="Fenna de Vries-Çelik", email="fenna@example.org"),
    TeamJoined(team=_OTHER, on=date(2026, 9, 1)),
    TeamFormed(name="Team Kade", unit=_OTHER),
    UnitFormed(unit=_THING, name="Wijkteams Noord", parent=_OTHER),
    OrganisationFounded(name="MEE Voorbeeld"),
    RoleGranted(grant=_THING, person=_OTHER, role="AUDITOR"),
)


def recorded(event: Event, *, version: int = 1) -> Recorded:
    """Put an event into the stream its wire name begins with."""
    category = wire_name_of(type(event)).partition(".")[0]
    at = MOMENT if category in PERSON_CATEGORIES else _DAY
    return Recorded(stream=f"{category}-{SUBJECT}", version=version, event=event, at=at, by=BY)
