"""Events of a portfolio as a whole: opened, paused, resumed, closed, its statement, its corrections."""

from events.catalog.registry import Event, event
from rules.kinds import Language


@event("portfolio.portfolio-opened.v1")
class PortfolioOpened(Event, frozen=True, kw_only=True):
    """The owner opened the portfolio; `language` is that of the owner's screens."""

    language: Language


@event("portfolio.profile-statement-written.v1")
class ProfileStatementWritten(Event, frozen=True, kw_only=True):
    """The owner described themselves as a professional. Written again, it has the same id, `statement`."""

    statement: str
    text: str


@event("portfolio.correction-recorded.v1")
class CorrectionRecorded(Event, frozen=True, kw_only=True):
    """A correction to the event at an earlier `version` of this stream, which itself is not changed."""

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
    """The portfolio is closed for good; everything that was shared ended with it."""


LifeEvent = (
    PortfolioOpened
    | ProfileStatementWritten
    | CorrectionRecorded
    | PortfolioPaused
    | PortfolioResumed
    | PortfolioClosed
)
