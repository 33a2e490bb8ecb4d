"""Talents as their owner sees them."""

from datetime import datetime

import strawberry
from strawberry import Info

from gateway.context import Context
from gateway.fields import field
from gateway.queries.catalogue import TalentTerm, term_by_id
from gateway.queries.items import Evidence, evidence_of
from gateway.queries.sharing import Shareable
from gateway.roles import described
from gateway.texts import LocalText
from projections.views import profile
from rules.quadrants import TalentQuadrant

described(
    TalentQuadrant,
    description="Derived from strength × energy × use.",  # noqa: RUF001 - as the schema says it
    values={
        "IN_MY_STRENGTH": "In mijn kracht.",
        "UNTAPPED": "Onbenut.",
        "CAN_BUT_DRAINS": "Kan ik, kost energie.",
        "RATHER_NOT": "Liever niet.",
        "CURIOUS": "Nieuwsgierig.",
    },
)


@strawberry.type(description="A talent's numbers from a moment on.")
class TalentReading:
    at: datetime
    strength: int
    energy: int
    use: int


@strawberry.type(description='"I have this." Every number is the owner\'s own word, never derived.')
class TalentClaim(Shareable):
    name: LocalText = strawberry.field(description="The term's label, or the own words in both languages.")

    @field(description="Null when claimed in own words. A merged term reads as the one kept.")
    async def term(self, info: Info[Context, None]) -> TalentTerm | None:
        return await term_by_id(info.context, self.read.term)

    strength: int
    energy: int
    use: int
    quadrant: TalentQuadrant
    story: str | None
    set_aside: bool
    read: strawberry.Private[profile.Talent]

    @field()
    def evidence(self) -> list[Evidence]:
        shown = [read for read in self.portfolio.evidence if self.id in read.talents]
        return [evidence_of(self.portfolio, read) for read in shown]

    @field(description="Each time the owner revised it, oldest first.")
    def history(self) -> list[TalentReading]:
        return [
            TalentReading(at=reading.at, strength=reading.strength, energy=reading.energy, use=reading.use)
            for reading in self.read.history
        ]


def talent_claim(portfolio: profile.Portfolio, talent: profile.Talent) -> TalentClaim:
    """As its owner sees it."""
    return TalentClaim(
        id=strawberry.ID(talent.talent),
        portfolio=portfolio,
        name=LocalText(nl=talent.name, en=talent.name_en),
        strength=talent.strength,
        energy=talent.energy,
        use=talent.use,
        quadrant=talent.quadrant,
        story=talent.story,
        set_aside=talent.set_aside_at is not None,
        read=talent,
    )
