"""What happens in a professional's portfolio: stream `portfolio-<person>`, sealed whole."""

from typing import Literal

from events.catalog.registry import Event, event


@event("portfolio.portfolio-opened.v1")
class PortfolioOpened(Event, frozen=True, kw_only=True):
    """By its owner, in the language of the owner's screens."""

    language: Literal["nl", "en"]


@event("portfolio.talent-claimed.v1")
class TalentClaimed(Event, frozen=True, kw_only=True):
    """In own words: strength 1 to 5, energy -2 (costs) to 2 (gives), use 0 to 3."""

    talent: str
    name: str
    strength: int
    energy: int
    use: int
    story: str | None = None


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


PortfolioEvent = PortfolioOpened | TalentClaimed | TalentRevised | TalentSetAside
