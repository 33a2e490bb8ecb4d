"""Every command on a portfolio with one item of each kind: its events, and when it is refused."""

from dataclasses import dataclass
from typing import Any, Final

from events.catalog.portfolio.conversations import AgreementConfirmed, ConversationPlanned
from events.catalog.portfolio.energy import (
    EnergySourceNoted,
    EnergySourceRemoved,
    PassionLetGo,
    PassionNamed,
)
from events.catalog.portfolio.evidence import EvidenceAdded, EvidenceWithdrawn, ReflectionWritten
from events.catalog.portfolio.goals import (
    GoalLetGo,
    GoalOfferTakenBack,
    GoalProgressNoted,
    GoalReached,
    GoalSet,
    GoalSharpened,
)
from events.catalog.portfolio.insights import MirrorInsightKept
from events.catalog.portfolio.life import (
    CorrectionRecorded,
    PortfolioClosed,
    PortfolioPaused,
    PortfolioResumed,
    ProfileStatementWritten,
)
from events.catalog.portfolio.sharing import (
    InsightConsentGiven,
    InsightConsentWithdrawn,
    ItemShared,
    ItemSharingEnded,
)
from events.catalog.portfolio.talents import TalentClaimed, TalentRevised, TalentSetAside
from events.catalog.registry import Event
from rules.kinds import EnergySourceKind, EvidenceKind, HoursBand, InsightScope, ItemKind
from rules.timeline import entry_id
from tests.services.contexts.portfolio.home import (
    AGREED,
    CALM,
    CALM_SHARING_ENDED,
    DAY,
    GOAL,
    HELD_NOW,
    KADE,
    MIRROR,
    NUMBERS,
    OFFERED,
)
from tests.spec import COLLEAGUE, NEW, PERSON, TODAY

WRONG: Final = ("WRONG_STATE",)
WRONG_AND_UNKNOWN: Final = ("WRONG_STATE", "NOT_FOUND")
ACCEPTED: Final[tuple[str, ...]] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """
    `asked` is the input as JSON; it makes `happens` happen at HOME, after `before`.

    With no portfolio opened, with a paused and with a closed one it is refused with these codes.
    """

    name: str
    asked: dict[str, Any]
    happens: tuple[Event, ...]
    before: tuple[Event, ...] = ()
    not_opened: tuple[str, ...] = WRONG
    paused: tuple[str, ...] = WRONG
    closed: tuple[str, ...] = WRONG


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
        (TalentRevised(talent="calm", strength=5, energy=1, use=2, story=CALM.story),),
        not_opened=WRONG_AND_UNKNOWN,
    ),
    Case(
        "setTalentAside",
        {"talentId": "calm"},
        (TalentSetAside(talent="calm"), CALM_SHARING_ENDED),
        not_opened=WRONG_AND_UNKNOWN,
    ),
    Case(
        "noteEnergySource",
        {"kind": "GIVER", "activity": "Op huisbezoek", "hoursPerWeek": "FROM_8_TO_16", "talentIds": ["calm"]},
        (
            EnergySourceNoted(
                source=NEW,
                kind=EnergySourceKind.GIVER,
                activity="Op huisbezoek",
                hours_per_week=HoursBand.FROM_8_TO_16,
                talents=("calm",),
            ),
        ),
        not_opened=WRONG_AND_UNKNOWN,
    ),
    Case(
        "removeEnergySource",
        {"energySourceId": "forms"},
        (EnergySourceRemoved(source="forms"),),
        not_opened=WRONG_AND_UNKNOWN,
    ),
    Case("namePassion", {"text": "Verhalen"}, (PassionNamed(passion=NEW, text="Verhalen"),)),
    Case(
        "letGoOfPassion",
        {"passionId": "youth"},
        (PassionLetGo(passion="youth"),),
        not_opened=WRONG_AND_UNKNOWN,
    ),
    Case(
        "addEvidence",
        {"title": "Diploma", "source": {"badge": "https://badges.example/7?x=%20#a"}, "talentIds": ["calm"]},
        (
            EvidenceAdded(
                evidence=NEW,
                kind=EvidenceKind.BADGE,
                title="Diploma",
                link="https://badges.example/7?x=%20#a",
                talents=("calm",),
            ),
        ),
        not_opened=WRONG_AND_UNKNOWN,
    ),
    Case(
        "withdrawEvidence",
        {"evidenceId": "thanks"},
        (EvidenceWithdrawn(evidence="thanks"),),
        not_opened=WRONG_AND_UNKNOWN,
    ),
    Case(
        "writeReflection",
        {"text": "Nu dit.\nEn dat.", "aboutIds": ["coach", "talk", "coach"]},
        (ReflectionWritten(reflection=NEW, text="Nu dit.\nEn dat.", about=("coach", "talk")),),
        not_opened=("WRONG_STATE", "NOT_FOUND", "NOT_FOUND", "NOT_FOUND"),
    ),
    Case(
        "keepMirrorInsight",
        {"roundId": "round", "questionId": "asked", "conclusion": " Anderen zien mijn rust. "},
        (
            MirrorInsightKept(
                insight=NEW, round="round", question="asked", conclusion="Anderen zien mijn rust."
            ),
        ),
        before=(MIRROR,),
        not_opened=WRONG_AND_UNKNOWN,
    ),
    Case(
        "setGoal",
        {"text": "Leiden", "horizon": "2026-11-24"},
        (GoalSet(goal=NEW, text="Leiden", horizon=TODAY),),
    ),
    Case(
        "sharpenGoal",
        {"goalId": "coach", "text": "Coach worden"},
        (GoalSharpened(goal="coach", text="Coach worden", horizon=GOAL.horizon),),
        not_opened=WRONG_AND_UNKNOWN,
    ),
    Case(
        "noteGoalProgress",
        {"goalId": "coach", "progress": 0},
        (GoalProgressNoted(goal="coach", progress=0),),
        not_opened=WRONG_AND_UNKNOWN,
    ),
    Case(
        "reachGoal",
        {"goalId": "coach"},
        (GoalReached(goal="coach"),),
        not_opened=WRONG_AND_UNKNOWN,
    ),
    Case(
        "letGoOfGoal",
        {"goalId": "coach"},
        (GoalLetGo(goal="coach"),),
        not_opened=WRONG_AND_UNKNOWN,
    ),
    Case(
        "offerGoalToTeam",
        {"goalId": "coach", "teamId": KADE, "offeredAs": "Wie coacht mee?"},
        (OFFERED,),
        not_opened=WRONG_AND_UNKNOWN,
    ),
    Case(
        "takeBackGoalOffer",
        {"goalId": "coach"},
        (GoalOfferTakenBack(goal="coach", reason="owner"),),
        (OFFERED,),
        not_opened=WRONG_AND_UNKNOWN,
    ),
    Case(
        "planConversation",
        {"withId": COLLEAGUE, "plannedFor": "2026-11-24"},
        (ConversationPlanned(conversation=NEW, other=COLLEAGUE, planned_for=TODAY),),
    ),
    Case(
        "recordConversation",
        {"conversationId": "talk", "heldOn": "2026-11-24", "agreements": ["Eerst dit", " Dan dat "]},
        (HELD_NOW,),
        not_opened=WRONG_AND_UNKNOWN,
    ),
    Case(
        "confirmAgreement",
        {"agreementId": AGREED},
        (AgreementConfirmed(agreement=AGREED),),
        not_opened=("NOT_FOUND",),
        paused=ACCEPTED,
    ),
    Case(
        "shareItem",
        {"itemId": "calm", "with": {"teamId": KADE}, "until": "2026-11-25", "withEnergy": True},
        (
            ItemShared(
                sharing=NEW,
                item="calm",
                kind=ItemKind.TALENT,
                audience="team",
                team=KADE,
                until=TODAY + DAY,
                with_energy=True,
            ),
        ),
        not_opened=WRONG_AND_UNKNOWN,
    ),
    Case(
        "endItemSharing",
        {"sharingId": "open"},
        (ItemSharingEnded(sharing="open", reason="owner"),),
        not_opened=WRONG_AND_UNKNOWN,
        paused=ACCEPTED,
        closed=("WRONG_STATE", "ALREADY_SO"),
    ),
    Case(
        "giveInsightConsent",
        {"scopes": ["ENERGY", "TALENTS", "ENERGY"], "noticeVersion": 1},
        (InsightConsentGiven(scopes=(InsightScope.TALENTS, InsightScope.ENERGY), notice_version=1),),
    ),
    Case(
        "withdrawInsightConsent",
        {},
        (InsightConsentWithdrawn(),),
        not_opened=("WRONG_STATE", "ALREADY_SO"),
        paused=ACCEPTED,
        closed=("WRONG_STATE", "ALREADY_SO"),
    ),
    Case(
        "recordCorrection",
        {"timelineEntryId": entry_id(PERSON, 3), "text": "Het was vorig jaar."},
        (CorrectionRecorded(version=3, text="Het was vorig jaar."),),
        not_opened=WRONG_AND_UNKNOWN,
    ),
    Case(
        "pausePortfolio",
        {},
        (PortfolioPaused(),),
        paused=("ALREADY_SO",),
    ),
    Case(
        "resumePortfolio",
        {},
        (PortfolioResumed(),),
        (PortfolioPaused(),),
        paused=ACCEPTED,
    ),
    Case(
        "closePortfolio",
        {"forGood": True},
        (
            PortfolioClosed(),
            ItemSharingEnded(sharing="open", reason="portfolio_closed"),
            InsightConsentWithdrawn(),
        ),
        paused=ACCEPTED,
        closed=("ALREADY_SO",),
    ),
)
OWNERS_INPUTS: Final[dict[str, dict[str, Any]]] = {
    "openPortfolio": {"language": "NL"},
    **{case.name: case.asked for case in CASES},
}
"""The input of every command that people send, as JSON."""
