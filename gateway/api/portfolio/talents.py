"""Talents, as their owner sees them."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import datetime

import strawberry
from strawberry import UNSET

from gateway.api.catalogue.terms import TalentTerm, term_by_id
from gateway.api.command_result import CommandResult, command_result
from gateway.api.portfolio.evidence import Evidence, evidence_of
from gateway.api.portfolio.reads import changed_item
from gateway.api.portfolio.sharing import Shareable
from gateway.api.root_fields import mutation
from gateway.api.sending import CommandInput, send_command
from gateway.context import Info
from gateway.types.enums import TalentQuadrant
from gateway.types.fields import field
from gateway.types.texts import LocalText
from projections.views import profile
from rules import commands


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
    async def term(self, info: Info) -> TalentTerm | None:
        return await term_by_id(info.context, self.content.term)

    strength: int
    energy: int
    use: int
    quadrant: TalentQuadrant
    story: str | None
    set_aside: bool
    content: strawberry.Private[profile.Talent]

    @field()
    def evidence(self) -> list[Evidence]:
        of_this = [evidence for evidence in self.portfolio.evidence if self.id in evidence.talents]
        return [evidence_of(self.portfolio, evidence) for evidence in of_this]

    @field(description="Each time the owner revised it, oldest first.")
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


@strawberry.input(description="A shared term, or own words.", one_of=True)
class TalentNameInput:
    term_id: strawberry.ID | None = UNSET
    own_words: str | None = UNSET


@strawberry.input
class ClaimTalentInput(CommandInput):
    name: TalentNameInput
    strength: int
    energy: int
    use: int
    story: str | None = UNSET


@strawberry.input
class ReviseTalentInput(CommandInput):
    talent_id: strawberry.ID
    strength: int
    energy: int
    use: int
    story: str | None = UNSET


@strawberry.input
class SetTalentAsideInput(CommandInput):
    talent_id: strawberry.ID


@strawberry.type
class TalentPayload:
    command: CommandResult
    talent: TalentClaim | None


@mutation()
async def claim_talent(info: Info, input: ClaimTalentInput) -> TalentPayload:
    return await _talent(info, await send_command(info, input))


@mutation()
async def revise_talent(info: Info, input: ReviseTalentInput) -> TalentPayload:
    return await _talent(info, await send_command(info, input))


@mutation()
async def set_talent_aside(info: Info, input: SetTalentAsideInput) -> TalentPayload:
    return await _talent(info, await send_command(info, input))


async def _talent(info: Info, result: commands.CommandResult) -> TalentPayload:
    found = await changed_item(info, result, lambda portfolio: portfolio.talents, lambda item: item.talent)
    talent = talent_claim(*found) if found else None
    return TalentPayload(command=command_result(info, result), talent=talent)
