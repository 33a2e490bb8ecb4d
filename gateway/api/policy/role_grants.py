"""`roleGrants`: who may act in which role, and the mutations that grant and withdraw roles."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import date, datetime

import strawberry
from strawberry import UNSET

from gateway.api.command_result import command_result
from gateway.api.names import Colleague, colleague
from gateway.api.root_fields import mutation, query
from gateway.api.sending import CHANGED, CommandInput, CommandPayload, can_show_result, send_command
from gateway.context import Context, Info
from gateway.reading.view_reader import check_not_parked
from gateway.types.arguments import WaitFor
from gateway.types.enums import Role
from gateway.types.fields import field
from kit.clock import Calendar
from projections.role_grants import grant_left_on
from projections.views import directory
from rules import commands

GRANTS_ASSUMED = 200
"""Roles in force that the cost of the list is measured with; the list itself has no limit."""


@strawberry.type(description="A role that was granted here. The claims of a token can only narrow it.")
class RoleGrant:
    id: strawberry.ID
    role: Role = strawberry.field(description="What the holder may act as.")
    granted_at: datetime = strawberry.field(description="When it was granted.")
    withdrawn_at: datetime | None = strawberry.field(description="Null while it is not withdrawn.")
    left_on: date | None = strawberry.field(
        description=(
            "The holder left on this day, and the role ended with the employment: nobody acts in it, "
            "also after a return."
        )
    )
    person: strawberry.Private[str]

    @field(description="Who holds it.")
    async def holder(self, info: Info) -> Colleague:
        return await colleague(info.context, self.person)


def role_grant_of(grant: directory.RoleGrant, calendar: Calendar) -> RoleGrant:
    """Return a grant as it is shown; the view holds only those that were not withdrawn."""
    return RoleGrant(
        id=strawberry.ID(grant.role_grant),
        role=Role[grant.role],
        granted_at=grant.granted_at,
        withdrawn_at=None,
        left_on=grant_left_on(grant, calendar),
        person=grant.person,
    )


@query(
    description="Roles that were not withdrawn, by role and then by name; `leftOn` shows who left.",
    items_max=GRANTS_ASSUMED,
)
async def role_grants(info: Info, wait_for: WaitFor = UNSET) -> list[RoleGrant] | None:
    await info.wait_for(wait_for, directory.VIEW)
    calendar = info.context.gateway.calendar
    return [role_grant_of(grant, calendar) for grant in await _grants(info.context)]


async def _grants(context: Context) -> list[directory.RoleGrant]:
    """Return the roles that were not withdrawn, by role and then by name. Raises PARKED."""
    async with context.gateway.reader.connection() as connection:
        grants = await directory.role_grants(connection)
        granting = sorted({grant.organisation for grant in grants})
        await check_not_parked(connection, directory.VIEW, granting)
    return grants


@strawberry.input
class GrantRoleInput(CommandInput):
    role: Role = strawberry.field(description="What the person may act as.")
    subject: str = strawberry.field(
        description=(
            "Who it is: the value of the token's claim that names people, such as an employee number."
        )
    )


@strawberry.input
class WithdrawRoleInput(CommandInput):
    role_grant_id: strawberry.ID = strawberry.field(description="The grant, from `roleGrants`.")


@strawberry.type
class RoleGrantPayload(CommandPayload):
    role_grant: RoleGrant | None = strawberry.field(description=CHANGED)


@mutation(
    description=(
        "Grant a role to somebody. Nobody grants a role to themselves, and some roles may not be in one hand."
    )
)
async def grant_role(info: Info, input: GrantRoleInput) -> RoleGrantPayload:
    return await _role_grant(info, await send_command(info, input))


@mutation(description="Withdraw a role. Takes effect at once, on running subscriptions too.")
async def withdraw_role(info: Info, input: WithdrawRoleInput) -> RoleGrantPayload:
    return await _role_grant(info, await send_command(info, input))


async def _role_grant(info: Info, result: commands.CommandResult) -> RoleGrantPayload:
    """Return the payload with the grant, if it is in force; no view holds a withdrawn one."""
    seen = await can_show_result(info, result, directory.VIEW)
    grants = await _grants(info.context) if seen else []
    found = next((grant for grant in grants if grant.role_grant == result.entity_id), None)
    role_grant = role_grant_of(found, info.context.gateway.calendar) if found else None
    return RoleGrantPayload(command=command_result(info, result), role_grant=role_grant)
