"""Roles and rules of the organisation, by those who answer for them."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import date

import strawberry
from strawberry import UNSET, Info

from gateway.access import mutation
from gateway.command_bus import Fate
from gateway.context import Context
from gateway.mutations.giving import CommandInput, give, result, shown
from gateway.outcomes import CommandResult
from gateway.queries.organisation import Organisation, the_organisation
from gateway.queries.role_grants import RoleGrant, role_grant_of
from gateway.scalars import Digest
from projections.views import directory
from projections.views import organisation as view
from rules.access import Role


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


@strawberry.input
class RecordDpiaInput(CommandInput):
    policy_id: strawberry.ID
    promise_version: int
    decided_on: date
    document: Digest
    note: str | None = UNSET


@strawberry.input
class GrantRoleInput(CommandInput):
    role: Role
    subject: str = strawberry.field(
        description="Value of the token's claim that names people, e.g. an employee number."
    )


@strawberry.input
class WithdrawRoleInput(CommandInput):
    role_grant_id: strawberry.ID


@strawberry.type
class OrganisationPayload:
    command: CommandResult
    organisation: Organisation | None


@strawberry.type
class RoleGrantPayload:
    command: CommandResult
    role_grant: RoleGrant | None


@mutation()
async def adopt_policy(info: Info[Context, None], input: AdoptPolicyInput) -> OrganisationPayload:
    return await _organisation(info, await give(info, input))


@mutation()
async def record_works_council_consent(
    info: Info[Context, None], input: RecordWorksCouncilConsentInput
) -> OrganisationPayload:
    return await _organisation(info, await give(info, input))


@mutation()
async def record_dpia(info: Info[Context, None], input: RecordDpiaInput) -> OrganisationPayload:
    return await _organisation(info, await give(info, input))


@mutation()
async def grant_role(info: Info[Context, None], input: GrantRoleInput) -> RoleGrantPayload:
    return await _role_grant(info, await give(info, input))


@mutation(description="Takes effect at once, on running subscriptions too.")
async def withdraw_role(info: Info[Context, None], input: WithdrawRoleInput) -> RoleGrantPayload:
    return await _role_grant(info, await give(info, input))


async def _organisation(info: Info[Context, None], fate: Fate) -> OrganisationPayload:
    seen = await shown(info, fate, view.VIEW)
    organisation = await the_organisation(info.context) if seen else None
    return OrganisationPayload(command=result(info, fate), organisation=organisation)


async def _role_grant(info: Info[Context, None], fate: Fate) -> RoleGrantPayload:
    """Show the grant while it is in force; one that was withdrawn is in no view any more."""
    seen = await shown(info, fate, directory.VIEW)
    grants = await info.context.gateway.reads.role_grants() if seen else []
    found = next((grant for grant in grants if grant.role_grant == fate.thing), None)
    shown_grant = role_grant_of(found) if found else None
    return RoleGrantPayload(command=result(info, fate), role_grant=shown_grant)
