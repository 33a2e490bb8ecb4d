"""Roles, given by an administrator."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import datetime

import strawberry
from strawberry import Info

from gateway.access import mutation
from gateway.command_bus import Fate
from gateway.context import Context
from gateway.mutations.giving import CommandInput, give, result, shown
from gateway.outcomes import CommandResult
from projections.views import directory
from rules.access import Role


@strawberry.input
class GrantRoleInput(CommandInput):
    role: Role
    subject: str = strawberry.field(
        description="Value of the token's claim that names people, e.g. an employee number."
    )


@strawberry.type(
    description=(
        "A colleague by name only. The id is that of `Viewer` and `Me`, "
        "so that a client finds its own column."
    )
)
class Colleague:
    id: strawberry.ID
    display_name: str


@strawberry.type(description="A role given on the log; a token's claims can only narrow it.")
class RoleGrant:
    id: strawberry.ID
    role: Role
    holder: Colleague
    granted_at: datetime


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
    if grant is None:
        return None
    known = await gateway.reads.person(grant.person)
    holder = Colleague(id=strawberry.ID(grant.person), display_name=known.display_name if known else "")
    return RoleGrant(
        id=strawberry.ID(grant.role_grant),
        role=Role[grant.role],
        holder=holder,
        granted_at=grant.granted_at,
    )
