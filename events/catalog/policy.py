"""Who may do what, and under which rules: stream `policy-<organisation>`."""

from events.catalog.registry import Event, event


@event("policy.organisation-founded.v1")
class OrganisationFounded(Event, frozen=True, kw_only=True):
    """Once, by a command on the server."""

    name: str


@event("policy.role-granted.v1")
class RoleGranted(Event, frozen=True, kw_only=True):
    """`role` is a name of rules/access.py; `grant` is the id by which it is withdrawn."""

    grant: str
    person: str
    role: str


PolicyEvent = OrganisationFounded | RoleGranted
