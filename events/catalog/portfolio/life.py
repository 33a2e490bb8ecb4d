"""What happens to a portfolio as a whole: opened, its statement, corrected, paused, resumed, closed."""

from events.catalog.registry import Event, event
from rules.kinds import Language


@event("portfolio.portfolio-opened.v1")
class PortfolioOpened(Event, frozen=True, kw_only=True):
    """By its owner, in the language of the owner's screens."""

    language: Language


@event("portfolio.profile-statement-written.v1")
class ProfileStatementWritten(Event, frozen=True, kw_only=True):
    """Who am I as a professional, in own words; written again, `statement` stays the same."""

    statement: str
    text: str


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


LifeEvent = (
    PortfolioOpened
    | ProfileStatementWritten
    | CorrectionRecorded
    | PortfolioPaused
    | PortfolioResumed
    | PortfolioClosed
)
