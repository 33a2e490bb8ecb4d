"""Mutations of the portfolio as a whole: open, statement, insight consent, correction, pause and close."""

# ruff: noqa: A002 - arguments are called as in GraphQL

import strawberry

from gateway.api.command_result import CommandResult, command_result
from gateway.api.portfolio.portfolio import Portfolio, portfolio_of
from gateway.api.portfolio.reads import changed_portfolio
from gateway.api.root_fields import mutation
from gateway.api.sending import CommandInput, send_command
from gateway.context import Info
from gateway.types.enums import InsightScope, Language
from projections.views import timeline
from rules import commands


@strawberry.input
class OpenPortfolioInput(CommandInput):
    language: Language


@strawberry.input
class WriteProfileStatementInput(CommandInput):
    text: str


@strawberry.input
class GiveInsightConsentInput(CommandInput):
    scopes: list[InsightScope]
    notice_version: int


@strawberry.input
class WithdrawInsightConsentInput(CommandInput):
    pass


@strawberry.input
class RecordCorrectionInput(CommandInput):
    timeline_entry_id: strawberry.ID
    text: str


@strawberry.input
class PausePortfolioInput(CommandInput):
    pass


@strawberry.input
class ResumePortfolioInput(CommandInput):
    pass


@strawberry.input
class ClosePortfolioInput(CommandInput):
    pass


@strawberry.type
class PortfolioPayload:
    command: CommandResult
    portfolio: Portfolio | None


@mutation()
async def open_portfolio(info: Info, input: OpenPortfolioInput) -> PortfolioPayload:
    return await _portfolio(info, await send_command(info, input))


@mutation()
async def write_profile_statement(info: Info, input: WriteProfileStatementInput) -> PortfolioPayload:
    return await _portfolio(info, await send_command(info, input))


@mutation(description="Being counted anonymously. Apart from sharing, without effect when refused.")
async def give_insight_consent(info: Info, input: GiveInsightConsentInput) -> PortfolioPayload:
    return await _portfolio(info, await send_command(info, input))


@mutation(description="One action, no reason asked.")
async def withdraw_insight_consent(info: Info, input: WithdrawInsightConsentInput) -> PortfolioPayload:
    return await _portfolio(info, await send_command(info, input))


@mutation(description="Sets right an earlier fact on the timeline without rewriting it.")
async def record_correction(info: Info, input: RecordCorrectionInput) -> PortfolioPayload:
    return await _portfolio(info, await send_command(info, input))


@mutation()
async def pause_portfolio(info: Info, input: PausePortfolioInput) -> PortfolioPayload:
    return await _portfolio(info, await send_command(info, input))


@mutation()
async def resume_portfolio(info: Info, input: ResumePortfolioInput) -> PortfolioPayload:
    return await _portfolio(info, await send_command(info, input))


@mutation()
async def close_portfolio(info: Info, input: ClosePortfolioInput) -> PortfolioPayload:
    return await _portfolio(info, await send_command(info, input))


async def _portfolio(info: Info, result: commands.CommandResult) -> PortfolioPayload:
    content = await changed_portfolio(info, result, timeline.VIEW)  # a portfolio shows its history
    return PortfolioPayload(
        command=command_result(info, result), portfolio=portfolio_of(content) if content else None
    )
