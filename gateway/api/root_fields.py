"""Which roles may ask a root field: from `rules/access`, printed in the schema, checked before it runs."""

from collections.abc import Callable
from typing import Any, Final

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.extensions.field_extension import AsyncExtensionResolver
from strawberry.schema_directive import Location
from strawberry.utils.str_converters import to_camel_case

from gateway.types.enums import Role
from rules.access.decisions import roles_for

ROOT: Final = "root"
"""The metadata of a root field that names its root type, by which it is found."""


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    description=(
        "Which roles may ask a root field at all; everything else is refused. Stands on every root field and "
        "feeds the access matrix; which object of that type is yours to see is decided by id, relation and "
        "sharing."
    ),
)
class Access:
    to: list[Role]


def access_to(name: str) -> Access:
    """Return the directive of a root field; one nobody decided on is an error while the schema is made."""
    return Access(to=list(roles_for(name)))


class _AccessCheck(FieldExtension):
    """Checks that this request may ask the field, and only then runs it; `info` is the Info of the schema."""

    def __init__(self, name: str, *, role_held: bool) -> None:
        self._name = name
        self._role_held = role_held

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: Any, **kwargs: Any
    ) -> Any:
        await info.check_access(self._name, role_held=self._role_held)
        return await next_(source, info, **kwargs)


def query(*, description: str) -> Callable[[Callable[..., Any]], Any]:
    """Make a root field of Query: the view of roles says whether the role is held."""
    return _root("Query", description, role_held=True)


def mutation(*, description: str | None = None) -> Callable[[Callable[..., Any]], Any]:
    """Make a root field of Mutation.

    Whether the role is held is the service's to say, from the log: a view may lag behind a role just granted.
    """
    return _root("Mutation", description, role_held=False)


def _root(root: str, description: str | None, *, role_held: bool) -> Callable[[Callable[..., Any]], Any]:
    def decorate(resolver: Callable[..., Any]) -> Any:
        name = to_camel_case(resolver.__name__)
        return strawberry.field(
            resolver=resolver,
            description=description,
            directives=[access_to(name)],
            metadata={ROOT: root},
            extensions=[_AccessCheck(name, role_held=role_held)],
        )

    return decorate


def subscription(*, description: str) -> Callable[[Callable[..., Any]], Any]:
    """Make a root field of Subscription, which asks the context itself, and again while it runs."""

    def decorate(resolver: Callable[..., Any]) -> Any:
        name = to_camel_case(resolver.__name__)
        return strawberry.subscription(
            resolver=resolver,
            description=description,
            directives=[access_to(name)],
            metadata={ROOT: "Subscription"},
        )

    return decorate
