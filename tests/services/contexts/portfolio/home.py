"""A portfolio with one item of each kind, and its owner."""

from datetime import date, timedelta
from typing import Final

import msgspec

from events.catalog.employment import ProfessionalRegistered, TeamJoined
from events.catalog.portfolio.conversations import AgreementMade, ConversationHeld, ConversationPlanned
from events.catalog.portfolio.energy import EnergySourceNoted, PassionNamed
from events.catalog.portfolio.evidence import EvidenceAdded, ReflectionWritten
from events.catalog.portfolio.goals import GoalOfferedToTeam, GoalSet
from events.catalog.portfolio.insights import MirrorInsightKept
from events.catalog.portfolio.life import PortfolioOpened, ProfileStatementWritten
from events.catalog.portfolio.sharing import InsightConsentGiven, ItemShared, ItemSharingEnded
from events.catalog.portfolio.talents import TalentClaimed
from events.catalog.registry import Event
from events.catalog.rounds import MirrorReleased
from kit.ids import derived_id
from rules.agreements import agreement_id, signed_agreement_id
from rules.feedback.mirror import Block, Cell, CountBand, MirrorContents, Row
from rules.feedback.questions import Perspective
from rules.kinds import EnergySourceKind, EvidenceKind, HoursBand, InsightScope, ItemKind, Language
from rules.team.goal_offers import signed_offer_id
from tests.spec import COLLEAGUE, CONTEXT, NEW, ORGANISATION, PERSON, TODAY

AS_COLLEAGUE: Final = msgspec.structs.replace(CONTEXT, person=COLLEAGUE)
DAY: Final = timedelta(days=1)
AGREED: Final = agreement_id(PERSON, "0" * 31 + "a")

REGISTERED = ProfessionalRegistered(name="Fenna Bakker", email="fenna@example.org")
KADE = derived_id(ORGANISATION, "team", "kade")
IN_TEAM = TeamJoined(team=KADE, on=date(2026, 1, 1))
OPENED = PortfolioOpened(language=Language.NL)
STATEMENT = ProfileStatementWritten(statement="me", text="Ik sta naast mensen.")
CALM = TalentClaimed(talent="calm", name="Rust brengen", strength=4, energy=2, use=1, story="Op straat.")
SOURCE = EnergySourceNoted(
    source="forms", kind=EnergySourceKind.DRAINER, activity="Formulieren", hours_per_week=HoursBand.UP_TO_2
)
PASSION = PassionNamed(passion="youth", text="Met jongeren werken")
EVIDENCE = EvidenceAdded(evidence="thanks", kind=EvidenceKind.STORY, title="Bedankje", text="Van een gezin.")
REFLECTION = ReflectionWritten(reflection="note", text="Wat ging er goed?", about=("calm",))
GOAL = GoalSet(goal="coach", text="Coachen leren", horizon=date(2027, 6, 1))
PLANNED = ConversationPlanned(conversation="talk", other=COLLEAGUE, planned_for=TODAY + DAY)
HELD_BEFORE = ConversationPlanned(conversation="held", other=COLLEAGUE, planned_for=TODAY - DAY)
HELD = ConversationHeld(
    conversation="held", held_on=TODAY, agreements=(AgreementMade(agreement=AGREED, text="Samen kijken"),)
)
SHARED = ItemShared(
    sharing="open",
    item="calm",
    kind=ItemKind.TALENT,
    audience="people",
    people=(COLLEAGUE,),
    until=TODAY + DAY,
)
CONSENT = InsightConsentGiven(scopes=(InsightScope.TALENTS,), notice_version=1)

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

INSIGHT = MirrorInsightKept(insight="seen", round="round", conclusion="Ik vraag te weinig hulp.")
MIRROR = MirrorReleased(
    round="round",
    mirror="mirror",
    contents=MirrorContents(
        blocks=(Block(perspectives=(Perspective.PEER,), raters=CountBand(low=3, high=4), steadiness=0.36),),
        rows=(Row(question="asked", cells=(Cell(),)),),
    ),
)
"""The mirror of a round of the owner, with one question."""
OFFERED = GoalOfferedToTeam(
    goal="coach",
    team=KADE,
    wording="Wie coacht mee?",
    offer=signed_offer_id(PERSON, NEW, key=CONTEXT.id_key),
)
CALM_SHARING_ENDED = ItemSharingEnded(sharing="open", reason="item_gone")
NUMBERS: Final = {"strength": 5, "energy": 1, "use": 2}


def new_agreement(number: str) -> str:
    return signed_agreement_id(PERSON, derived_id("agreement", NEW, number), key=CONTEXT.id_key)


HELD_NOW = ConversationHeld(
    conversation="talk",
    held_on=TODAY,
    agreements=(
        AgreementMade(agreement=new_agreement("0"), text="Eerst dit"),
        AgreementMade(agreement=new_agreement("1"), text="Dan dat"),
    ),
)
