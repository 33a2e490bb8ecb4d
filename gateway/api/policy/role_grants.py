"""`roleGrants`: who may act in which role, and the mutations that grant and withdraw roles."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import datetime

import strawberry
from strawberry import UNSET

from gateway.api.command_result import CommandResult, command_result
from gateway.api.names import Colleague, colleague
from gateway.api.root_fields import mutation, query
from gateway.api.sending import CommandInput, can_show_result, send_command
from gateway.context import Context, Info
from gateway.reading.view_reader import check_not_parked
from gateway.types.enums import Role
from gateway.types.fields import field
from gateway.types.scalars import Position
from projections.views import directory
from rules import commands


@strawberry.type(description="A role given on the log; a token's claims can only narrow it.")
class RoleGrant:
    id: strawberry.ID
    role: Role
    granted_at: datetime
    withdrawn_at: datetime | None
    person: strawberry.Private[str]

    @field()
    async def holder(self, info: Info) -> Colleague:
        return await colleague(info.context, self.person)


def role_grant_of(grant: directory.RoleGrant, withdrawn_at: datetime | None = None) -> RoleGrant:
    """Return a grant; the view holds only those in force, so `withdrawn_at` comes from elsewhere."""
    return RoleGrant(
        id=strawberry.ID(grant.role_grant),
        role=Role[grant.role],
        granted_at=grant.granted_at,
        withdrawn_at=withdrawn_at,
        person=grant.person,
    )


@query(description="Roles in force, by role and then by name.")
async def role_grants(info: Info, wait_for: list[Position] | None = UNSET) -> list[RoleGrant] | None:
    await info.wait_for(wait_for, directory.VIEW)
    return [role_grant_of(grant) for grant in await _grants_in_force(info.context)]


async def _grants_in_force(context: Context) -> list[directory.RoleGrant]:
    """Return the roles in force, by role and then by name. Raises PARKED."""
    async with context.gateway.reader.connection() as connection:
        grants = await directory.role_grants(connection)
        granting = sorted({grant.organisation for grant in grants})
        await check_not_parked(connection, directory.VIEW, granting)
    return grants


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
class RoleGrantPayload:
    command: CommandResult
    role_grant: RoleGrant | None


@mutation()
async def grant_role(info: Info, input: GrantRoleInput) -> RoleGrantPayload:
    return await _role_grant(info, await send_command(info, input))


@mutation(description="Takes effect at once, on running subscriptions too.")
async def withdraw_role(info: Info, input: WithdrawRoleInput) -> RoleGrantPayload:
    return await _role_grant(info, await send_command(info, input))


async def _role_grant(info: Info, result: commands.CommandResult) -> RoleGrantPayload:
    """Return the payload with the grant, if it is in force; no view holds a withdrawn one."""
    seen = await can_show_result(info, result, directory.VIEW)
    grants = await _grants_in_force(info.context) if seen else []
    found = next((grant for grant in grants if grant.role_grant == result.entity_id), None)
    role_grant = role_grant_of(found) if found else None
    return RoleGrantPayload(command=command_result(info, result), role_grant=role_grant)
