"""A professional's portfolio at any moment, with agreements, teams, and sharings that are due to end."""

from projections.views.profile.conversations import Agreement, Conversation
from projections.views.profile.difference import Changed, Difference, PortfolioDifference, difference
from projections.views.profile.energy import EnergySource, Passion
from projections.views.profile.evidence import Evidence, Reflection
from projections.views.profile.goals import Goal, GoalState
from projections.views.profile.insights import Insight
from projections.views.profile.life import PortfolioState, Statement
from projections.views.profile.portfolio import VIEW, Portfolio
from projections.views.profile.reads import (
    DOCUMENT_KEY,
    TO_CONFIRM_MAX,
    Document,
    DueSharing,
    EndingSharing,
    Membership,
    agreement_for,
    agreements_to_confirm,
    document,
    document_keys,
    language_of,
    members_of,
    members_of_teams,
    memberships,
    portfolio_of,
    sharings_ending,
    sharings_to_end,
    teams_of,
)
from projections.views.profile.sharing import InsightConsent, Sharing
from projections.views.profile.talents import Reading, Talent, by_name

__all__ = [
    "DOCUMENT_KEY",
    "TO_CONFIRM_MAX",
    "VIEW",
    "Agreement",
    "Changed",
    "Conversation",
    "Difference",
    "Document",
    "DueSharing",
    "EndingSharing",
    "EnergySource",
    "Evidence",
    "Goal",
    "GoalState",
    "Insight",
    "InsightConsent",
    "Membership",
    "Passion",
    "Portfolio",
    "PortfolioDifference",
    "PortfolioState",
    "Reading",
    "Reflection",
    "Sharing",
    "Statement",
    "Talent",
    "agreement_for",
    "agreements_to_confirm",
    "by_name",
    "difference",
    "document",
    "document_keys",
    "language_of",
    "members_of",
    "members_of_teams",
    "memberships",
    "portfolio_of",
    "sharings_ending",
    "sharings_to_end",
    "teams_of",
]
