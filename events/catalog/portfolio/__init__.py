"""Events of a professional's portfolio: stream `portfolio-<person>`, sealed with the person's key."""

from typing import Final

from events.catalog.portfolio.conversations import ConversationEvent
from events.catalog.portfolio.energy import EnergyEvent
from events.catalog.portfolio.evidence import EvidenceEvent
from events.catalog.portfolio.goals import GoalEvent
from events.catalog.portfolio.insights import InsightEvent
from events.catalog.portfolio.life import LifeEvent
from events.catalog.portfolio.sharing import SharingEvent
from events.catalog.portfolio.talents import TalentEvent

SEALED: Final = True

PortfolioEvent = (
    LifeEvent
    | TalentEvent
    | EnergyEvent
    | EvidenceEvent
    | InsightEvent
    | GoalEvent
    | ConversationEvent
    | SharingEvent
)
