"""Examples of every event, from which golden files are written once; each field is set in at least one."""

from datetime import UTC, date, datetime
from typing import Final

from events.catalog import catalogue, lenses
from events.catalog.checkpoints import CheckpointKeysAdopted, CheckpointMade
from events.catalog.employment import EmploymentEnded, ProfessionalRegistered, TeamJoined, TeamLeft
from events.catalog.policy import (
    DpiaRecorded,
    Floors,
    OrganisationFounded,
    PolicyAdopted,
    RoleGranted,
    RoleWithdrawn,
    WorksCouncilConsentRecorded,
    WorksCouncilConsentWithdrawn,
)
from events.catalog.portfolio.conversations import (
    AgreementConfirmed,
    AgreementMade,
    ConversationHeld,
    ConversationPlanned,
)
from events.catalog.portfolio.energy import EnergySourceNoted, EnergySourceRemoved, PassionLetGo, PassionNamed
from events.catalog.portfolio.evidence import EvidenceAdded, EvidenceWithdrawn, ReflectionWritten
from events.catalog.portfolio.goals import (
    GoalLetGo,
    GoalOfferedToTeam,
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
    PortfolioOpened,
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
from events.catalog.quality import QuestionMeasured
from events.catalog.registry import Event, category_of
from events.catalog.rollout import (
    ExperienceShared,
    FrontRunnerSteppedForward,
    MaterialPublished,
    TeamInvitedByFrontRunner,
    TeamPaused,
    TeamStarted,
)
from events.catalog.team import TeamClosed, TeamFormed, TeamKeyNoted, TeamMoved, TeamRenamed, TeamReopened
from events.catalog.units import (
    TeamPlaced,
    UnitClosed,
    UnitFormed,
    UnitKeyNoted,
    UnitMoved,
    UnitRenamed,
    UnitReopened,
)
from events.codec import PERSON_CATEGORIES, Recorded
from rules.feedback.mirror import Portion
from rules.feedback.questions import LensForm, Perspective, Question, QuestionKind
from rules.kinds import EnergySourceKind, EvidenceKind, HoursBand, InsightScope, ItemKind, Language
from tests.events.audit_examples import AUDIT_EXAMPLES
from tests.events.release_examples import RELEASE_EXAMPLES
from tests.events.round_examples import ROUND_EXAMPLES
from tests.events.team_examples import TEAM_EXAMPLES

SUBJECT: Final = "0f" * 16
BY: Final = "1e" * 16
_THING: Final = "2d" * 16
_OTHER: Final = "3c" * 16
MOMENT: Final = datetime(2026, 11, 23, 9, 30, 15, 123456, tzinfo=UTC)
_DAY: Final = datetime(2026, 11, 23, tzinfo=UTC)

EXAMPLES: Final[tuple[Event, ...]] = (
    PortfolioOpened(language=Language.NL),
    TalentClaimed(
        talent=_THING,
        name="Rust brengen in één gesprek",
        strength=4,
        energy=2,
        use=1,
        story="Op straat.\nEn thuis.",
    ),
    TalentClaimed(
        talent=_OTHER,
        name="Doorvragen",
        name_en="Asking further",
        term=_THING,
        strength=1,
        energy=-2,
        use=0,
    ),
    TalentRevised(talent=_THING, strength=5, energy=-2, use=3, story=None),
    TalentRevised(talent=_THING, strength=5, energy=2, use=3, story="Nu ook in de nacht."),
    TalentSetAside(talent=_THING),
    catalogue.TermProposed(term=_THING, nl="Doorvragen", en="Asking further", cluster="understanding"),
    catalogue.TermProposed(term=_OTHER, nl="Vragen", en="Asking", cluster="calm", list="esco"),
    catalogue.TermAdopted(term=_THING),
    catalogue.TermReworded(term=_THING, nl="Doorvragen", en="Asking further questions"),
    catalogue.TermsMerged(terms=(_THING,), into=_OTHER),
    catalogue.TermRetired(term=_THING),
    catalogue.TermAligned(
        term=_THING, esco="https://data.europa.eu/esco/skill/1f1d2ff8-c4c1-45b3-9812-e47aec84c1ac"
    ),
    catalogue.TermAligned(term=_THING),
    lenses.LensDrafted(number=1, nl="Zo werken wij", en="How we work"),
    lenses.LensDrafted(
        number=2,
        nl="Makkelijk",
        en="Easy",
        form=LensForm.EASY,
        questions=(
            Question(
                question=_THING,
                kind=QuestionKind.SCALE,
                nl="Luistert.",
                en="Listens.",
                perspectives=(Perspective.SELF, Perspective.CLIENT),
            ),
        ),
    ),
    lenses.QuestionAdded(
        number=1,
        question=_OTHER,
        kind=QuestionKind.OPEN,
        nl="Wat kan beter?",
        en="What could be better?",
        perspectives=(Perspective.PEER, Perspective.LEAD, Perspective.REPORT, Perspective.PARTNER),
    ),
    lenses.QuestionReworded(number=1, question=_OTHER, nl="Wat mag meer?", en="What could be more?"),
    lenses.QuestionDropped(number=1, question=_OTHER),
    lenses.LensPiloted(number=1, member=_THING, on=date(2026, 11, 1), people=3),
    lenses.LensPiloted(
        number=2,
        member=_THING,
        on=date(2026, 11, 2),
        people=6,
        clients=4,
        findings="Plaatje 2 werd\nniet begrepen.",
    ),
    lenses.LensPublished(number=1),
    lenses.LensWithdrawn(numbers=(1, 2), reason="Te lang."),
    ProfileStatementWritten(statement=_THING, text="Ik luister eerst.\nDan pas praat ik."),
    EnergySourceNoted(
        source=_THING,
        kind=EnergySourceKind.DRAINER,
        activity="Verslagen na zessen",
        hours_per_week=HoursBand.FROM_2_TO_8,
        talents=(_OTHER,),
    ),
    EnergySourceRemoved(source=_THING),
    PassionNamed(passion=_THING, text="Mantelzorgers laten uitrusten"),
    PassionLetGo(passion=_THING),
    EvidenceAdded(
        evidence=_THING,
        kind=EvidenceKind.LINK,
        title="Cursus gespreksvoering",
        link="https://example.org/bewijs",
        talents=(_OTHER,),
    ),
    EvidenceAdded(evidence=_OTHER, kind=EvidenceKind.STORY, title="Bedankje", text="Van een gezin."),
    EvidenceWithdrawn(evidence=_THING),
    ReflectionWritten(reflection=_THING, text="Wat ging er goed?", about=(_OTHER,)),
    MirrorInsightKept(insight=_THING, round=_OTHER, conclusion="Ik mag vaker om hulp vragen."),
    MirrorInsightKept(insight=_THING, round=_OTHER, question=_OTHER, conclusion="Anderen zien mijn rust."),
    GoalSet(goal=_THING, text="Een groep leiden", horizon=date(2027, 6, 1), insights=(_OTHER,)),
    GoalSharpened(goal=_THING, text="Twee groepen leiden", horizon=None),
    GoalSharpened(goal=_THING, text="Drie groepen leiden", horizon=date(2028, 1, 1)),
    GoalProgressNoted(goal=_THING, progress=40),
    GoalReached(goal=_THING),
    GoalLetGo(goal=_THING),
    GoalOfferedToTeam(goal=_THING, team=_OTHER, wording="Samen een groep leiden"),
    GoalOfferedToTeam(goal=_THING, team=_OTHER, wording="Samen leren", offer=SUBJECT + _THING),
    GoalOfferTakenBack(goal=_THING),
    GoalOfferTakenBack(goal=_THING, reason="team_left"),
    ConversationPlanned(conversation=_THING, other=_OTHER, planned_for=date(2026, 12, 1)),
    ConversationHeld(
        conversation=_THING,
        held_on=date(2026, 12, 2),
        agreements=(AgreementMade(agreement=SUBJECT + _OTHER, text="Elke maand samen kijken"),),
    ),
    AgreementConfirmed(agreement=SUBJECT + _OTHER),
    ItemShared(
        sharing=_THING,
        item=_OTHER,
        kind=ItemKind.TALENT,
        audience="people",
        until=date(2027, 1, 31),
        people=(BY,),
        with_energy=True,
    ),
    ItemShared(
        sharing=_OTHER,
        item=_THING,
        kind=ItemKind.GOAL,
        audience="team",
        until=date(2027, 1, 31),
        team=_OTHER,
    ),
    ItemSharingEnded(sharing=_THING, reason="day"),
    InsightConsentGiven(scopes=(InsightScope.TALENTS, InsightScope.ENERGY), notice_version=1),
    InsightConsentWithdrawn(),
    CorrectionRecorded(version=3, text="Het was in mei, niet in juni."),
    PortfolioPaused(),
    PortfolioResumed(),
    PortfolioClosed(),
    ProfessionalRegistered(name="Fenna de Vries-Çelik", email="fenna@example.org"),
    TeamJoined(team=_OTHER, on=date(2026, 9, 1)),
    TeamLeft(team=_OTHER, on=date(2026, 10, 1)),
    EmploymentEnded(on=date(2026, 11, 1)),
    TeamFormed(name="Team Kade", unit=_OTHER),
    TeamFormed(name="Team Kade", unit=_OTHER, key="kade"),
    TeamKeyNoted(key="kade"),
    TeamRenamed(name="Team Haven"),
    TeamMoved(unit=_THING),
    TeamClosed(),
    TeamReopened(),
    UnitFormed(unit=_THING, name="Wijkteams Noord", parent=_OTHER),
    UnitFormed(unit=_THING, name="Wijkteams Noord", parent=_OTHER, key="wijk-noord"),
    UnitKeyNoted(unit=_THING, key="wijk-noord"),
    UnitRenamed(unit=_THING, name="Wijkteams Noordoost"),
    UnitMoved(unit=_THING, parent=_OTHER),
    UnitMoved(unit=_THING),
    UnitClosed(unit=_THING),
    UnitReopened(unit=_THING),
    TeamPlaced(unit=_THING, team=_OTHER),
    TeamPlaced(unit=_THING, team=_OTHER, after=3),
    QuestionMeasured(question=_THING, figure=_OTHER, answered=Portion.MOST),
    QuestionMeasured(question=_THING, figure=_OTHER, answered=Portion.MOST, not_seen=Portion.FEW),
    FrontRunnerSteppedForward(team=_THING, person=_OTHER),
    TeamInvitedByFrontRunner(team=_THING, person=_OTHER),
    TeamStarted(team=_THING),
    TeamPaused(team=_THING),
    ExperienceShared(experience=_THING, person=_OTHER),
    ExperienceShared(experience=_THING, person=_OTHER, team="4b" * 16),
    MaterialPublished(
        material=_THING,
        title_nl="Eerste teamgesprek",
        title_en="A first talk in the team",
        text_nl="Begin met wat energie geeft.\nNeem een uur.",
        text_en="Begin with what gives energy.\nTake an hour.",
        link="https://mee.example/begin",
    ),
    CheckpointMade(checkpoint=_THING, day=date(2026, 11, 23), note="ipp/0f\n1\n\n— ipp AAAA\n"),
    CheckpointKeysAdopted(keys=("ipp+00000000+AQ==",)),
    OrganisationFounded(name="MEE Voorbeeld"),
    RoleGranted(grant=_THING, person=_OTHER, role="AUDITOR"),
    RoleWithdrawn(grant=_THING),
    PolicyAdopted(
        policy=_THING,
        floors=Floors(raters=3, clients=5, comments=3, organisation=5, energy=10, change=5),
        release_every_days=90,
        months_between_rounds=6,
        invitations_per_quarter_max=8,
        sharing_days_max=365,
        portfolio_days_after_leaving=90,
        read_log_months=24,
    ),
    WorksCouncilConsentRecorded(
        policy=_THING, promise_version=1, decided_on=date(2026, 11, 1), document="ab" * 32, note="Na overleg."
    ),
    WorksCouncilConsentWithdrawn(policy=_THING, decided_on=date(2026, 11, 4), document="ab" * 32),
    WorksCouncilConsentWithdrawn(
        policy=_THING, decided_on=date(2026, 11, 5), document="cd" * 32, note="Eerst overleg."
    ),
    DpiaRecorded(policy=_THING, promise_version=1, decided_on=date(2026, 11, 2), document="cd" * 32),
    DpiaRecorded(
        policy=_THING, promise_version=1, decided_on=date(2026, 11, 3), document="ef" * 32, note="Herzien."
    ),
    *ROUND_EXAMPLES,
    *TEAM_EXAMPLES,
    *RELEASE_EXAMPLES,
    *AUDIT_EXAMPLES,
)


def recorded(event: Event, *, version: int = 1) -> Recorded:
    """Return the event as recorded in a stream of its category."""
    category = category_of(type(event))
    at = MOMENT if category in PERSON_CATEGORIES else _DAY
    return Recorded(stream=f"{category}-{SUBJECT}", version=version, event=event, at=at, by=BY)
