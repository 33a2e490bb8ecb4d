"""`roleGrants`: who may act in which role, for those who give, watch and audit them."""

from datetime import datetime

import strawberry
from strawberry import UNSET, Info

from gateway.access import query
from gateway.context import Context
from gateway.fields import field
from gateway.queries.people import Colleague, colleague
from gateway.scalars import Position
from projections.views import directory
from rules.access import Role


@strawberry.type(description="A role given on the log; a token's claims can only narrow it.")
class RoleGrant:
    id: strawberry.ID
    role: Role
    granted_at: datetime
    withdrawn_at: datetime | None
    person: strawberry.Private[str]

    @field()
    async def holder(self, info: Info[Context, None]) -> Colleague:
        return await colleague(info.context, self.person)


def role_grant_of(read: directory.RoleGrant, withdrawn_at: datetime | None = None) -> RoleGrant:
    """Return a role as it is shown; the view keeps those in force, so whoever ended one says when."""
    return RoleGrant(
        id=strawberry.ID(read.role_grant),
        role=Role[read.role],
        granted_at=read.granted_at,
        withdrawn_at=withdrawn_at,
        person=read.person,
    )


@query(description="Roles in force, by role and then by name.")
async def role_grants(
    info: Info[Context, None], wait_for: list[Position] | None = UNSET
) -> list[RoleGrant] | None:
    await info.context.wait_for(wait_for, directory.VIEW)
    return [role_grant_of(grant) for grant in await info.context.gateway.reads.role_grants()]
