"""`viewer`: the caller, and the role of the request."""

import strawberry

from gateway.api.root_fields import query
from gateway.context import Info
from gateway.types.enums import Language, Role
from gateway.types.fields import field
from projections.views import profile


@strawberry.type(description="The caller, whatever the role.")
class Viewer:
    id: strawberry.ID
    display_name: str = strawberry.field(
        description="The name as colleagues see it; empty for somebody who was never a professional here."
    )
    role: Role = strawberry.field(description="The role of this request.")
    roles: list[Role] = strawberry.field(description="The roles this person may choose from.")

    @field(description="Chosen when the portfolio was opened; Dutch before that.")
    async def language(self, info: Info) -> Language:
        chosen = await info.context.gateway.reader.subject(
            profile.VIEW, self.id, lambda connection: profile.language_of(connection, self.id)
        )
        return Language(chosen) if chosen else Language.NL


@query(description="The caller, and the role of this request.")
async def viewer(info: Info) -> Viewer | None:
    context = info.context
    caller = await info.caller()
    return Viewer(
        id=strawberry.ID(context.person),
        display_name=caller.person.display_name if caller.person else "",  # a role needs no portfolio
        role=context.role,
        roles=[role for role in Role if role in caller.roles],
    )
