"""Mutations of policies: adopting one, and recording the works council's consent and the DPIA."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import date

import strawberry
from strawberry import UNSET

from gateway.api.command_result import command_result
from gateway.api.policy import policies
from gateway.api.policy.organisation import Organisation, the_organisation
from gateway.api.root_fields import mutation
from gateway.api.sending import CHANGED, CommandInput, CommandPayload, can_show_result, send_command
from gateway.context import Info
from gateway.types.scalars import Digest
from projections.views import organisation as view
from rules import commands


@strawberry.input(description="The smallest numbers of people that something shown may rest on.")
class FloorsInput:
    raters: int = strawberry.field(default=3, description=policies.RATERS_FLOOR)
    clients: int = strawberry.field(default=5, description=policies.CLIENTS_FLOOR)
    comments: int = strawberry.field(default=3, description=policies.COMMENTS_FLOOR)
    organisation: int = strawberry.field(default=5, description=policies.ORGANISATION_FLOOR)
    energy: int = strawberry.field(default=10, description=policies.ENERGY_FLOOR)
    change: int = strawberry.field(default=5, description=policies.CHANGE_FLOOR)


@strawberry.input
class AdoptPolicyInput(CommandInput):
    floors: FloorsInput = strawberry.field(description=policies.FLOORS)
    release_every_days: int = strawberry.field(description=policies.RELEASE_EVERY_DAYS)
    months_between_rounds: int = strawberry.field(default=6, description=policies.MONTHS_BETWEEN_ROUNDS)
    invitations_per_quarter_max: int = strawberry.field(
        default=8, description=policies.INVITATIONS_PER_QUARTER_MAX
    )
    sharing_days_max: int = strawberry.field(description=policies.SHARING_DAYS_MAX)
    portfolio_days_after_leaving: int = strawberry.field(description=policies.PORTFOLIO_DAYS_AFTER_LEAVING)
    read_log_months: int = strawberry.field(default=24, description=policies.READ_LOG_MONTHS)


@strawberry.input
class RecordWorksCouncilConsentInput(CommandInput):
    policy_id: strawberry.ID = strawberry.field(description="The policy that was decided on.")
    promise_version: int = strawberry.field(description=policies.PROMISE_VERSION)
    decided_on: date = strawberry.field(description=policies.DECIDED_ON)
    document: Digest = strawberry.field(description=policies.DOCUMENT)
    note: str | None = strawberry.field(default=UNSET, description="A remark.")


@strawberry.input(description="The works council decided outside the system to withdraw its consent.")
class WithdrawWorksCouncilConsentInput(CommandInput):
    policy_id: strawberry.ID = strawberry.field(description="The policy in force.")
    decided_on: date = strawberry.field(description="The day of the decision.")
    document: Digest = strawberry.field(description="Of the document with the decision.")
    note: str | None = strawberry.field(default=UNSET, description="What else there is to know about it.")


@strawberry.input
class RecordDpiaInput(CommandInput):
    policy_id: strawberry.ID = strawberry.field(description="The policy that was decided on.")
    promise_version: int = strawberry.field(description=policies.PROMISE_VERSION)
    decided_on: date = strawberry.field(description=policies.DECIDED_ON)
    document: Digest = strawberry.field(description=policies.DOCUMENT)
    note: str | None = strawberry.field(default=UNSET, description="A remark.")


@strawberry.type
class OrganisationPayload(CommandPayload):
    organisation: Organisation | None = strawberry.field(description=CHANGED)


@mutation(
    description=(
        "Adopt new rules, in place of all earlier ones. What is left out gets its default, also when "
        "another value was in force. FLOOR_TOO_LOW refuses floors below what the works council agreed "
        "to."
    )
)
async def adopt_policy(info: Info, input: AdoptPolicyInput) -> OrganisationPayload:
    return await _organisation(info, await send_command(info, input))


@mutation(description="Record that the works council agreed to a policy.")
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


@mutation(description="Record the data protection impact assessment of a policy.")
async def record_dpia(info: Info, input: RecordDpiaInput) -> OrganisationPayload:
    return await _organisation(info, await send_command(info, input))


async def _organisation(info: Info, result: commands.CommandResult) -> OrganisationPayload:
    seen = await can_show_result(info, result, view.VIEW)
    organisation = await the_organisation(info.context) if seen else None
    return OrganisationPayload(command=command_result(info, result), organisation=organisation)
