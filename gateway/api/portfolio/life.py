"""Mutations of the portfolio as a whole: open, statement, insight consent, correction, pause and close."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from typing import Final

import strawberry

from gateway.api.command_result import CommandOutcome, command_result
from gateway.api.portfolio.payloads import OwnersPayload
from gateway.api.portfolio.reads import changed_portfolio
from gateway.api.root_fields import mutation
from gateway.api.sending import CommandInput, send_command
from gateway.context import Info
from gateway.types.enums import InsightScope, Language
from gateway.types.texts import LocalText
from rules import commands

_CLOSED: Final = LocalText(
    nl="Je portfolio is voorgoed gesloten: het gaat niet meer open. Alleen jij kunt het nog lezen.",
    en="Your portfolio is closed for good: it never opens again. Only you can still read it.",
)


@strawberry.input
class OpenPortfolioInput(CommandInput):
    language: Language = strawberry.field(description="The language of the owner's screens and mails.")


@strawberry.input
class WriteProfileStatementInput(CommandInput):
    text: str = strawberry.field(description="Who the owner is as a professional.")


@strawberry.input
class GiveInsightConsentInput(CommandInput):
    scopes: list[InsightScope] = strawberry.field(description="What may be counted.")
    notice_version: int = strawberry.field(description="The version of the explanation that the owner read.")


@strawberry.input
class WithdrawInsightConsentInput(CommandInput):
    pass


@strawberry.input
class RecordCorrectionInput(CommandInput):
    timeline_entry_id: strawberry.ID = strawberry.field(description="The entry, from `timeline`.")
    text: str = strawberry.field(description="What is right.")


@strawberry.input
class PausePortfolioInput(CommandInput):
    pass


@strawberry.input
class ResumePortfolioInput(CommandInput):
    pass


@strawberry.input
class ClosePortfolioInput(CommandInput):
    for_good: bool = strawberry.field(
        default=False,
        description="The person confirmed that it is for good; CONFIRMATION_NEEDED without it.",
    )


@strawberry.type
class PortfolioPayload(OwnersPayload):
    pass


@mutation(
    description=("Open a portfolio of one's own. It is private: nobody sees an item that was not shared.")
)
async def open_portfolio(info: Info, input: OpenPortfolioInput) -> PortfolioPayload:
    return await _portfolio(info, await send_command(info, input))


@mutation(description="Write who one is as a professional, in place of what was there.")
async def write_profile_statement(info: Info, input: WriteProfileStatementInput) -> PortfolioPayload:
    return await _portfolio(info, await send_command(info, input))


@mutation(
    description=(
        "Let oneself be counted anonymously. It has nothing to do with sharing, and nothing happens "
        "to someone who does not."
    )
)
async def give_insight_consent(info: Info, input: GiveInsightConsentInput) -> PortfolioPayload:
    return await _portfolio(info, await send_command(info, input))


@mutation(description="Not be counted any more. No reason is asked for.")
async def withdraw_insight_consent(info: Info, input: WithdrawInsightConsentInput) -> PortfolioPayload:
    return await _portfolio(info, await send_command(info, input))


@mutation(description="Set right an earlier entry of the timeline, which itself stays as it was written.")
async def record_correction(info: Info, input: RecordCorrectionInput) -> PortfolioPayload:
    return await _portfolio(info, await send_command(info, input))


@mutation(
    description=(
        "Pause the portfolio: until it is resumed nothing in it changes, but sharing and consent can end."
    )
)
async def pause_portfolio(info: Info, input: PausePortfolioInput) -> PortfolioPayload:
    return await _portfolio(info, await send_command(info, input))


@mutation(description="Let a paused portfolio take changes again.")
async def resume_portfolio(info: Info, input: ResumePortfolioInput) -> PortfolioPayload:
    return await _portfolio(info, await send_command(info, input))


@mutation(
    description=(
        "Close the portfolio for good: it never opens again and takes no more changes. What others see of it "
        "ends, and being counted too; its owner can go on reading it. `pausePortfolio` is for a while."
    )
)
async def close_portfolio(info: Info, input: ClosePortfolioInput) -> PortfolioPayload:
    payload = await _portfolio(info, await send_command(info, input))
    if payload.command.outcome is CommandOutcome.ACCEPTED:
        payload.note = _CLOSED
    return payload


async def _portfolio(info: Info, result: commands.CommandResult) -> PortfolioPayload:
    portfolio = await changed_portfolio(info, result)
    return PortfolioPayload(command=command_result(info, result), content=portfolio)
