"""Rows hold names of event classes, so a class can't be renamed: old rows would have an unknown name."""

from typing import get_args

from events.catalog.portfolio import PortfolioEvent
from events.catalog.registry import event_types
from rules.timeline import _LINES

# The view timeline keeps these as `fact`, the view organisation the last two as `kind`. Names may be added
# here and are never changed: a stored row knows no other.
STORED = {
    "portfolio.agreement-confirmed.v1": "AgreementConfirmed",
    "portfolio.conversation-held.v1": "ConversationHeld",
    "portfolio.conversation-planned.v1": "ConversationPlanned",
    "portfolio.correction-recorded.v1": "CorrectionRecorded",
    "portfolio.energy-source-noted.v1": "EnergySourceNoted",
    "portfolio.energy-source-removed.v1": "EnergySourceRemoved",
    "portfolio.evidence-added.v1": "EvidenceAdded",
    "portfolio.evidence-withdrawn.v1": "EvidenceWithdrawn",
    "portfolio.goal-let-go.v1": "GoalLetGo",
    "portfolio.goal-offer-taken-back.v1": "GoalOfferTakenBack",
    "portfolio.goal-offered-to-team.v1": "GoalOfferedToTeam",
    "portfolio.goal-progress-noted.v1": "GoalProgressNoted",
    "portfolio.goal-reached.v1": "GoalReached",
    "portfolio.goal-set.v1": "GoalSet",
    "portfolio.goal-sharpened.v1": "GoalSharpened",
    "portfolio.insight-consent-given.v1": "InsightConsentGiven",
    "portfolio.insight-consent-withdrawn.v1": "InsightConsentWithdrawn",
    "portfolio.item-shared.v1": "ItemShared",
    "portfolio.item-sharing-ended.v1": "ItemSharingEnded",
    "portfolio.mirror-insight-kept.v1": "MirrorInsightKept",
    "portfolio.passion-let-go.v1": "PassionLetGo",
    "portfolio.passion-named.v1": "PassionNamed",
    "portfolio.portfolio-closed.v1": "PortfolioClosed",
    "portfolio.portfolio-opened.v1": "PortfolioOpened",
    "portfolio.portfolio-paused.v1": "PortfolioPaused",
    "portfolio.portfolio-resumed.v1": "PortfolioResumed",
    "portfolio.profile-statement-written.v1": "ProfileStatementWritten",
    "portfolio.reflection-written.v1": "ReflectionWritten",
    "portfolio.talent-claimed.v1": "TalentClaimed",
    "portfolio.talent-revised.v1": "TalentRevised",
    "portfolio.talent-set-aside.v1": "TalentSetAside",
    "policy.dpia-recorded.v1": "DpiaRecorded",
    "policy.works-council-consent-recorded.v1": "WorksCouncilConsentRecorded",
}


def test_a_class_whose_name_rows_hold_keeps_it() -> None:
    names = {wire: kind.__name__ for wire, kind in event_types().items()}
    assert {wire: names.get(wire) for wire in STORED} == STORED


def test_every_event_of_a_portfolio_is_among_them_or_newer() -> None:
    stored = {name for wire, name in STORED.items() if wire.startswith("portfolio.")}
    assert stored <= {kind.__name__ for kind in get_args(PortfolioEvent)}


def test_every_stored_fact_still_has_a_line() -> None:
    stored = {name for wire, name in STORED.items() if wire.startswith("portfolio.")}
    assert stored <= {key.partition(" ")[0] for key in _LINES}
