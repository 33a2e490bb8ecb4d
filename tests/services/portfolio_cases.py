"""A portfolio with one of everything, and every command on one with what it makes happen there."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import msgspec

from events.catalog.employment import ProfessionalRegistered, TeamJoined
from events.catalog.portfolio import (
    AgreementConfirmed,
    AgreementMade,
    ConversationHeld,
    ConversationPlanned,
    CorrectionRecorded,
    EnergySourceNoted,
    EnergySourceRemoved,
    EvidenceAdded,
    EvidenceWithdrawn,
    GoalLetGo,
    GoalOfferedToTeam,
    GoalOfferTakenBack,
    GoalProgressNoted,
    GoalReached,
    GoalSet,
    GoalSharpened,
    InsightConsentGiven,
    InsightConsentWithdrawn,
    ItemShared,
    ItemSharingEnded,
    PassionLetGo,
    PassionNamed,
    PortfolioClosed,
    PortfolioOpened,
    PortfolioPaused,
    PortfolioResumed,
    ProfileStatementWritten,
    ReflectionWritten,
    TalentClaimed,
    TalentRevised,
    TalentSetAside,
)
from events.catalog.registry import Event
from kit.ids import derived_id
from rules.agreements import agreement_id
from rules.timeline import entry_id
from tests.spec import COLLEAGUE, IDS, NEW, ORGANISATION, PERSON, TODAY

AS_COLLEAGUE: Final = msgspec.structs.replace(IDS, person=COLLEAGUE)
DAY: Final = timedelta(days=1)
AGREED: Final = agreement_id(PERSON, "0" * 31 + "a")

REGISTERED = ProfessionalRegistered(name="Fenna Bakker", email="fenna@example.org")
KADE = derived_id(ORGANISATION, "team", "kade")
IN_TEAM = TeamJoined(team=KADE, on=date(2026, 1, 1))
OPENED = PortfolioOpened(language="nl")
STATEMENT = ProfileStatementWritten(statement="me", text="Ik sta naast mensen.")
CALM = TalentClaimed(talent="calm", name="Rust brengen", strength=4, energy=2, use=1, story="Op straat.")
SOURCE = EnergySourceNoted(source="forms", kind="drainer", activity="Formulieren", hours_per_week="up_to_2")
PASSION = PassionNamed(passion="youth", text="Met jongeren werken")
EVIDENCE = EvidenceAdded(evidence="thanks", kind="story", title="Bedankje", text="Van een gezin.")
REFLECTION = ReflectionWritten(reflection="note", text="Wat ging er goed?", about=("calm",))
GOAL = GoalSet(goal="coach", text="Coachen leren", horizon=date(2027, 6, 1))
PLANNED = ConversationPlanned(conversation="talk", other=COLLEAGUE, planned_for=TODAY + DAY)
HELD_BEFORE = ConversationPlanned(conversation="held", other=COLLEAGUE, planned_for=TODAY - DAY)
HELD = ConversationHeld(
    conversation="held", held_on=TODAY, agreements=(AgreementMade(agreement=AGREED, text="Samen kijken"),)
)
SHARED = ItemShared(
    sharing="open", item="calm", kind="talent", audience="people", people=(COLLEAGUE,), until=TODAY + DAY
)
CONSENT = InsightConsentGiven(scopes=("talents",), notice_version=1)

AT_WORK: Final[tuple[Event, ...]] = (REGISTERED, IN_TEAM)
ITEMS: Final[tuple[Event, ...]] = (
    OPENED,
    STATEMENT,
    CALM,
    SOURCE,
    PASSION,
    EVIDENCE,
    REFLECTION,
    GOAL,
    PLANNED,
    HELD_BEFORE,
    HELD,
    SHARED,
    CONSENT,
)
HOME: Final[tuple[Event, ...]] = (*AT_WORK, *ITEMS)

OFFERED = GoalOfferedToTeam(goal="coach", team=KADE, wording="Wie coacht mee?")
CALM_SHARING_ENDED = ItemSharingEnded(sharing="open", reason="item_gone")
NUMBERS: Final = {"strength": 5, "energy": 1, "use": 2}
HELD_NOW = ConversationHeld(
    conversation="talk",
    held_on=TODAY,
    agreements=(
        AgreementMade(agreement=agreement_id(PERSON, derived_id("agreement", NEW, "0")), text="Eerst dit"),
        AgreementMade(agreement=agreement_id(PERSON, derived_id("agreement", NEW, "1")), text="Dan dat"),
    ),
)


@dataclass(frozen=True, slots=True)
class Case:
    """`asked` is the input as JSON; it makes `happens` happen at HOME, after `before`."""

    name: str
    asked: dict[str, Any]
    happens: tuple[Event, ...]
    before: tuple[Event, ...] = ()


CASES: Final = (
    Case(
        "writeProfileStatement",
        {"text": " Ik luister. "},
        (ProfileStatementWritten(statement="me", text="Ik luister."),),
    ),
    Case(
        "claimTalent",
        {"name": {"ownWords": " Moed  tonen"}, **NUMBERS, "story": " "},
        (TalentClaimed(talent=NEW, name="Moed tonen", strength=5, energy=1, use=2),),
    ),
    Case(
        "reviseTalent",
        {"talentId": "calm", **NUMBERS},
        (TalentRevised(talent="calm", strength=5, energy=1, use=2),),
    ),
    Case("setTalentAside", {"talentId": "calm"}, (TalentSetAside(talent="calm"), CALM_SHARING_ENDED)),
    Case(
        "noteEnergySource",
        {"kind": "GIVER", "activity": "Op huisbezoek", "hoursPerWeek": "FROM_8_TO_16", "talentIds": ["calm"]},
        (
            EnergySourceNoted(
                source=NEW,
                kind="giver",
                activity="Op huisbezoek",
                hours_per_week="from_8_to_16",
                talents=("calm",),
            ),
        ),
    ),
    Case("removeEnergySource", {"energySourceId": "forms"}, (EnergySourceRemoved(source="forms"),)),
    Case("namePassion", {"text": "Verhalen"}, (PassionNamed(passion=NEW, text="Verhalen"),)),
    Case("letGoOfPassion", {"passionId": "youth"}, (PassionLetGo(passion="youth"),)),
    Case(
        "addEvidence",
        {"title": "Diploma", "source": {"badge": "https://badges.example/7?x=%20#a"}, "talentIds": ["calm"]},
        (
            EvidenceAdded(
                evidence=NEW,
                kind="badge",
                title="Diploma",
                link="https://badges.example/7?x=%20#a",
                talents=("calm",),
            ),
        ),
    ),
    Case("withdrawEvidence", {"evidenceId": "thanks"}, (EvidenceWithdrawn(evidence="thanks"),)),
    Case(
        "writeReflection",
        {"text": "Nu dit.\nEn dat.", "aboutIds": ["coach", "talk", "coach"]},
        (ReflectionWritten(reflection=NEW, text="Nu dit.\nEn dat.", about=("coach", "talk")),),
    ),
    Case(
        "setGoal",
        {"text": "Leiden", "horizon": "2026-11-24"},
        (GoalSet(goal=NEW, text="Leiden", horizon=TODAY),),
    ),
    Case(
        "sharpenGoal",
        {"goalId": "coach", "text": "Coach worden"},
        (GoalSharpened(goal="coach", text="Coach worden"),),
    ),
    Case(
        "noteGoalProgress",
        {"goalId": "coach", "progress": 0},
        (GoalProgressNoted(goal="coach", progress=0),),
    ),
    Case("reachGoal", {"goalId": "coach"}, (GoalReached(goal="coach"),)),
    Case("letGoOfGoal", {"goalId": "coach"}, (GoalLetGo(goal="coach"),)),
    Case(
        "offerGoalToTeam",
        {"goalId": "coach", "teamId": KADE, "offeredAs": "Wie coacht mee?"},
        (OFFERED,),
    ),
    Case("takeBackGoalOffer", {"goalId": "coach"}, (GoalOfferTakenBack(goal="coach"),), (OFFERED,)),
    Case(
        "planConversation",
        {"withId": COLLEAGUE, "plannedFor": "2026-11-24"},
        (ConversationPlanned(conversation=NEW, other=COLLEAGUE, planned_for=TODAY),),
    ),
    Case(
        "recordConversation",
        {"conversationId": "talk", "heldOn": "2026-11-24", "agreements": ["Eerst dit", " Dan dat "]},
        (HELD_NOW,),
    ),
    Case("confirmAgreement", {"agreementId": AGREED}, (AgreementConfirmed(agreement=AGREED),)),
    Case(
        "shareItem",
        {"itemId": "calm", "with": {"teamId": KADE}, "until": "2026-11-25", "withEnergy": True},
        (
            ItemShared(
                sharing=NEW,
                item="calm",
                kind="talent",
                audience="team",
                team=KADE,
                until=TODAY + DAY,
                with_energy=True,
            ),
        ),
    ),
    Case("endItemSharing", {"sharingId": "open"}, (ItemSharingEnded(sharing="open", reason="owner"),)),
    Case(
        "giveInsightConsent",
        {"scopes": ["ENERGY", "TALENTS", "ENERGY"], "noticeVersion": 1},
        (InsightConsentGiven(scopes=("talents", "energy"), notice_version=1),),
    ),
    Case("withdrawInsightConsent", {}, (InsightConsentWithdrawn(),)),
    Case(
        "recordCorrection",
        {"timelineEntryId": entry_id(PERSON, 3), "text": "Het was vorig jaar."},
        (CorrectionRecorded(version=3, text="Het was vorig jaar."),),
    ),
    Case("pausePortfolio", {}, (PortfolioPaused(),)),
    Case("resumePortfolio", {}, (PortfolioResumed(),), (PortfolioPaused(),)),
    Case(
        "closePortfolio",
        {},
        (
            PortfolioClosed(),
            ItemSharingEnded(sharing="open", reason="portfolio_closed"),
            InsightConsentWithdrawn(),
        ),
    ),
)
CASE_OF: Final = {case.name: case for case in CASES}
OWNERS_INPUTS: Final[dict[str, dict[str, Any]]] = {
    "openPortfolio": {"language": "NL"},
    **{case.name: case.asked for case in CASES},
}
"""The input of every command that people give, as JSON."""
