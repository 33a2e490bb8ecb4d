"""Roles, given by an administrator."""

# ruff: noqa: A002 - arguments are called as in GraphQL

import strawberry
from strawberry import Info

from gateway.access import mutation
from gateway.command_bus import Fate
from gateway.context import Context
from gateway.mutations.giving import CommandInput, give, result, shown
from gateway.outcomes import CommandResult
from gateway.queries.role_grants import RoleGrant, role_grant_of
from projections.views import directory
from rules.access import Role


@strawberry.input
class GrantRoleInput(CommandInput):
    role: Role
    subject: str = strawberry.field(
        description="Value of the token's claim that names people, e.g. an employee number."
    )


@strawberry.type
class RoleGrantPayload:
    command: CommandResult
    role_grant: RoleGrant | None


@mutation()
async def grant_role(info: Info[Context, None], input: GrantRoleInput) -> RoleGrantPayload:
    fate = await give(info, input)
    granted = await _granted(info, fate, input.subject)
    return RoleGrantPayload(command=result(info, fate), role_grant=granted)


async def _granted(info: Info[Context, None], fate: Fate, subject: str) -> RoleGrant | None:
    if not await shown(info, fate, directory.VIEW):
        return None
    gateway = info.context.gateway
    person = await gateway.authenticator.person_named(subject)
    grants = await gateway.reads.grants_of(person) if person else []
    grant = next((grant for grant in grants if grant.role_grant == fate.thing), None)
    return role_grant_of(grant) if grant else None
