"""Mutations of policies: adopting one, and recording the works council's consent and the DPIA."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import date

import strawberry
from strawberry import UNSET

from gateway.api.command_result import CommandResult, command_result
from gateway.api.policy.organisation import Organisation, the_organisation
from gateway.api.root_fields import mutation
from gateway.api.sending import CommandInput, can_show_result, send_command
from gateway.context import Info
from gateway.types.scalars import Digest
from projections.views import organisation as view
from rules import commands


@strawberry.input(description="See `Floors`.")
class FloorsInput:
    raters: int = 3
    clients: int = 5
    comments: int = 3
    organisation: int = 5
    energy: int = 10
    change: int = 5


@strawberry.input
class AdoptPolicyInput(CommandInput):
    floors: FloorsInput
    release_every_days: int
    months_between_rounds: int = 6
    invitations_per_quarter_max: int = 8
    sharing_days_max: int
    portfolio_days_after_leaving: int
    read_log_months: int = 24


@strawberry.input
class RecordWorksCouncilConsentInput(CommandInput):
    policy_id: strawberry.ID
    promise_version: int
    decided_on: date
    document: Digest
    note: str | None = UNSET


@strawberry.input(description="The works council decided outside the system to withdraw its consent.")
class WithdrawWorksCouncilConsentInput(CommandInput):
    policy_id: strawberry.ID = strawberry.field(description="The policy in force.")
    decided_on: date = strawberry.field(description="The day of the decision.")
    document: Digest = strawberry.field(description="Of the document with the decision.")
    note: str | None = strawberry.field(default=UNSET, description="What else there is to know about it.")


@strawberry.input
class RecordDpiaInput(CommandInput):
    policy_id: strawberry.ID
    promise_version: int
    decided_on: date
    document: Digest
    note: str | None = UNSET


@strawberry.type
class OrganisationPayload:
    command: CommandResult
    organisation: Organisation | None


@mutation()
async def adopt_policy(info: Info, input: AdoptPolicyInput) -> OrganisationPayload:
    return await _organisation(info, await send_command(info, input))


@mutation()
async def record_works_council_consent(
    info: Info, input: RecordWorksCouncilConsentInput
) -> OrganisationPayload:
    return await _organisation(info, await send_command(info, input))


@mutation(
    description="No round opens until the works council consents again; open rounds go on to their end."
)
async def withdraw_works_council_consent(
    info: Info, input: WithdrawWorksCouncilConsentInput
) -> OrganisationPayload:
    return await _organisation(info, await send_command(info, input))


@mutation()
async def record_dpia(info: Info, input: RecordDpiaInput) -> OrganisationPayload:
    return await _organisation(info, await send_command(info, input))


async def _organisation(info: Info, result: commands.CommandResult) -> OrganisationPayload:
    seen = await can_show_result(info, result, view.VIEW)
    organisation = await the_organisation(info.context) if seen else None
    return OrganisationPayload(command=command_result(info, result), organisation=organisation)
