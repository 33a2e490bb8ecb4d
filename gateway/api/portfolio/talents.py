"""Talents, as their owner sees them."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import datetime
from typing import Final

import strawberry
from strawberry import UNSET

from gateway.api.catalogue.terms import TalentTerm, term_by_id
from gateway.api.command_result import command_result
from gateway.api.portfolio.evidence import Evidence, evidence_of
from gateway.api.portfolio.payloads import OwnersPayload
from gateway.api.portfolio.reads import changed_item
from gateway.api.portfolio.sharing import Shareable
from gateway.api.root_fields import mutation
from gateway.api.sending import CHANGED, KEPT, CommandInput, send_command
from gateway.context import Info
from gateway.types.enums import TalentQuadrant
from gateway.types.fields import field
from gateway.types.texts import LocalText
from projections.views import profile
from rules import commands

STRENGTH: Final = "How good the owner is at it, 1 to 5."
ENERGY: Final = "What it costs or gives: -2 costs much energy, 2 gives much."
USE: Final = "How much of it is used in the working week: 0 not at all, 1 a little, 2 regularly, 3 very much."
QUADRANT: Final = "Where strength, energy and use place the talent."


@strawberry.type(description="What the owner said of a talent from a moment on.")
class TalentReading:
    at: datetime = strawberry.field(description="The moment.")
    strength: int = strawberry.field(description=STRENGTH)
    energy: int = strawberry.field(description=ENERGY)
    use: int = strawberry.field(description=USE)


@strawberry.type(description='"I have this." Every number is the owner\'s own word, never derived.')
class TalentClaim(Shareable):
    name: LocalText = strawberry.field(
        description="The shared word that it was claimed by, or the owner's own words in both languages."
    )

    @field(
        description=(
            "The shared word that it was claimed by; null for own words. A merged word reads as the "
            "one that took its place."
        )
    )
    def term(self, info: Info) -> TalentTerm | None:
        return term_by_id(info.context, self.content.term)

    strength: int = strawberry.field(description=STRENGTH)
    energy: int = strawberry.field(description=ENERGY)
    use: int = strawberry.field(description=USE)
    quadrant: TalentQuadrant = strawberry.field(description=QUADRANT)
    story: str | None = strawberry.field(description="How it shows, in the owner's words; null without one.")
    set_aside: bool = strawberry.field(description="Whether the owner set it aside.")
    content: strawberry.Private[profile.Talent]

    @field(description="What shows it.")
    def evidence(self) -> list[Evidence]:
        of_this = [evidence for evidence in self.portfolio.evidence if self.id in evidence.talents]
        return [evidence_of(self.portfolio, evidence) for evidence in of_this]

    @field(description="Each time the owner said something of it, oldest first.")
    def history(self) -> list[TalentReading]:
        return [
            TalentReading(at=reading.at, strength=reading.strength, energy=reading.energy, use=reading.use)
            for reading in self.content.history
        ]


def talent_claim(portfolio: profile.Portfolio, talent: profile.Talent) -> TalentClaim:
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
        content=talent,
    )


@strawberry.input(description="A shared word, or words of one's own: exactly one of these.", one_of=True)
class TalentNameInput:
    term_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="An adopted word, from `talentCatalogue`."
    )
    own_words: str | None = strawberry.field(default=UNSET, description="Words of one's own.")


@strawberry.input
class ClaimTalentInput(CommandInput):
    name: TalentNameInput = strawberry.field(description="What it is called.")
    strength: int = strawberry.field(description=STRENGTH)
    energy: int = strawberry.field(description=ENERGY)
    use: int = strawberry.field(description=USE)
    story: str | None = strawberry.field(
        default=UNSET, description="How it shows; none when left out or null."
    )


@strawberry.input
class ReviseTalentInput(CommandInput):
    talent_id: strawberry.ID = strawberry.field(description="The talent to revise.")
    strength: int = strawberry.field(description=STRENGTH)
    energy: int = strawberry.field(description=ENERGY)
    use: int = strawberry.field(description=USE)
    story: str | None = strawberry.field(default=UNSET, description=f"How it shows. {KEPT}")


@strawberry.input
class SetTalentAsideInput(CommandInput):
    talent_id: strawberry.ID = strawberry.field(description="The talent to set aside.")


@strawberry.type
class TalentPayload(OwnersPayload):
    talent: TalentClaim | None = strawberry.field(description=CHANGED)


@mutation(description="Add a talent to the portfolio, with the owner's own numbers.")
async def claim_talent(info: Info, input: ClaimTalentInput) -> TalentPayload:
    return await _talent(info, await send_command(info, input))


@mutation(description="Change what the owner says of a talent.")
async def revise_talent(info: Info, input: ReviseTalentInput) -> TalentPayload:
    return await _talent(info, await send_command(info, input))


@mutation(description="Set a talent aside: it is kept, but no longer listed. What was shared of it ends.")
async def set_talent_aside(info: Info, input: SetTalentAsideInput) -> TalentPayload:
    return await _talent(info, await send_command(info, input))


async def _talent(info: Info, result: commands.CommandResult) -> TalentPayload:
    portfolio, talent = await changed_item(
        info,
        result,
        lambda portfolio: portfolio.talents,
        lambda item: item.talent,
        talent_claim,
        kind=TalentClaim,
        parts=frozenset({"talents", "readings"}),
    )
    return TalentPayload(command=command_result(info, result), content=portfolio, talent=talent)
