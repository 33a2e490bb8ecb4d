"""Events of the owner's talents."""

from events.catalog.registry import Event, event


@event("portfolio.talent-claimed.v1")
class TalentClaimed(Event, frozen=True, kw_only=True):
    """
    A talent, with strength 1 to 5, energy -2 (costs) to 2 (gives) and use 0 to 3.

    `name` is in the owner's words. With a shared `term`, `name` and `name_en` are its labels at that time.
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
    """All that the owner says of the talent from now on; without a story, it has none any more."""

    talent: str
    strength: int
    energy: int
    use: int
    story: str | None = None


@event("portfolio.talent-set-aside.v1")
class TalentSetAside(Event, frozen=True, kw_only=True):
    talent: str


TalentEvent = TalentClaimed | TalentRevised | TalentSetAside
