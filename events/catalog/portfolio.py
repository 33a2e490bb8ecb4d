"""What happens in a professional's portfolio: stream `portfolio-<person>`, sealed whole."""

from datetime import date
from typing import Literal

import msgspec

from events.catalog import kinds
from events.catalog.registry import Event, event


@event("portfolio.portfolio-opened.v1")
class PortfolioOpened(Event, frozen=True, kw_only=True):
    """By its owner, in the language of the owner's screens."""

    language: Literal["nl", "en"]


@event("portfolio.profile-statement-written.v1")
class ProfileStatementWritten(Event, frozen=True, kw_only=True):
    """Who am I as a professional, in own words; written again, `statement` stays the same."""

    statement: str
    text: str


@event("portfolio.talent-claimed.v1")
class TalentClaimed(Event, frozen=True, kw_only=True):
    """
    Strength 1 to 5, energy -2 (costs) to 2 (gives), use 0 to 3.

    In own words, or by a shared `term`, of which `name` and `name_en` are the words at that time.
    """

    talent: str
    name: str
    strength: int
    energy: int
    use: int
    story: str | None = None
    term: str | None = None
    name_en: str | None = None


@event("portfolio.talent-revised.v1")
class TalentRevised(Event, frozen=True, kw_only=True):
    """The whole of what the owner says of it now; no story means there is none any more."""

    talent: str
    strength: int
    energy: int
    use: int
    story: str | None = None


@event("portfolio.talent-set-aside.v1")
class TalentSetAside(Event, frozen=True, kw_only=True):
    talent: str


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


@event("portfolio.evidence-added.v1")
class EvidenceAdded(Event, frozen=True, kw_only=True):
    """What shows a talent: `text` of a story, the https address `link` of a link or badge."""

    evidence: str
    kind: kinds.EvidenceKind
    title: str
    link: str | None = None
    text: str | None = None
    talents: tuple[str, ...] = ()


@event("portfolio.evidence-withdrawn.v1")
class EvidenceWithdrawn(Event, frozen=True, kw_only=True):
    evidence: str


@event("portfolio.reflection-written.v1")
class ReflectionWritten(Event, frozen=True, kw_only=True):
    """A note about items of this portfolio, or about nothing in particular."""

    reflection: str
    text: str
    about: tuple[str, ...] = ()


@event("portfolio.goal-set.v1")
class GoalSet(Event, frozen=True, kw_only=True):
    """`insights` are own conclusions from mirrors that it came from."""

    goal: str
    text: str
    horizon: date | None = None
    insights: tuple[str, ...] = ()


@event("portfolio.goal-sharpened.v1")
class GoalSharpened(Event, frozen=True, kw_only=True):
    """The whole wording from now on."""

    goal: str
    text: str
    horizon: date | None = None


@event("portfolio.goal-progress-noted.v1")
class GoalProgressNoted(Event, frozen=True, kw_only=True):
    """The owner's estimate, 0 to 100."""

    goal: str
    progress: int


@event("portfolio.goal-reached.v1")
class GoalReached(Event, frozen=True, kw_only=True):
    goal: str


@event("portfolio.goal-let-go.v1")
class GoalLetGo(Event, frozen=True, kw_only=True):
    goal: str


@event("portfolio.goal-offered-to-team.v1")
class GoalOfferedToTeam(Event, frozen=True, kw_only=True):
    """`wording` is what the team sees."""

    goal: str
    team: str
    wording: str


@event("portfolio.goal-offer-taken-back.v1")
class GoalOfferTakenBack(Event, frozen=True, kw_only=True):
    """By its owner, or by what makes it no longer to be taken up; the first ones told no reason."""

    goal: str
    reason: kinds.OfferEnd | None = None


@event("portfolio.conversation-planned.v1")
class ConversationPlanned(Event, frozen=True, kw_only=True):
    """With another professional, on a day."""

    conversation: str
    other: str
    planned_for: date


class AgreementMade(msgspec.Struct, frozen=True, kw_only=True):
    """What was agreed; `agreement` begins with the owner's id (rules/agreements.py)."""

    agreement: str
    text: str


@event("portfolio.conversation-held.v1")
class ConversationHeld(Event, frozen=True, kw_only=True):
    """Recorded once, with everything that was agreed."""

    conversation: str
    held_on: date
    agreements: tuple[AgreementMade, ...] = ()


@event("portfolio.agreement-confirmed.v1")
class AgreementConfirmed(Event, frozen=True, kw_only=True):
    """By the other party of the conversation: the one change here that the owner does not cause."""

    agreement: str


@event("portfolio.item-shared.v1")
class ItemShared(Event, frozen=True, kw_only=True):
    """One opening of one item through the day `until`; `with_energy` is of a talent only."""

    sharing: str
    item: str
    kind: kinds.ItemKind
    audience: kinds.Audience
    until: date
    people: tuple[str, ...] = ()
    team: str | None = None
    with_energy: bool = False


@event("portfolio.item-sharing-ended.v1")
class ItemSharingEnded(Event, frozen=True, kw_only=True):
    """By the owner, by what the owner did to the item, by leaving, or by a process after its last day."""

    sharing: str
    reason: kinds.SharingEnd


@event("portfolio.insight-consent-given.v1")
class InsightConsentGiven(Event, frozen=True, kw_only=True):
    """Being counted, anonymously; `notice_version` is the explanation that was read."""

    scopes: tuple[kinds.InsightScope, ...]
    notice_version: int


@event("portfolio.insight-consent-withdrawn.v1")
class InsightConsentWithdrawn(Event, frozen=True, kw_only=True):
    pass


@event("portfolio.correction-recorded.v1")
class CorrectionRecorded(Event, frozen=True, kw_only=True):
    """Sets right the fact at an earlier `version` of this stream, which stays as it was."""

    version: int
    text: str


@event("portfolio.portfolio-paused.v1")
class PortfolioPaused(Event, frozen=True, kw_only=True):
    pass


@event("portfolio.portfolio-resumed.v1")
class PortfolioResumed(Event, frozen=True, kw_only=True):
    pass


@event("portfolio.portfolio-closed.v1")
class PortfolioClosed(Event, frozen=True, kw_only=True):
    """For good; what was shared ended with it."""


PortfolioEvent = (
    PortfolioOpened
    | ProfileStatementWritten
    | TalentClaimed
    | TalentRevised
    | TalentSetAside
    | EnergySourceNoted
    | EnergySourceRemoved
    | PassionNamed
    | PassionLetGo
    | EvidenceAdded
    | EvidenceWithdrawn
    | ReflectionWritten
    | GoalSet
    | GoalSharpened
    | GoalProgressNoted
    | GoalReached
    | GoalLetGo
    | GoalOfferedToTeam
    | GoalOfferTakenBack
    | ConversationPlanned
    | ConversationHeld
    | AgreementConfirmed
    | ItemShared
    | ItemSharingEnded
    | InsightConsentGiven
    | InsightConsentWithdrawn
    | CorrectionRecorded
    | PortfolioPaused
    | PortfolioResumed
    | PortfolioClosed
)
