"""Root fields: who may ask each is decided in `rules/access`, shown in the schema and checked here."""

from collections.abc import Callable
from typing import Any, Final

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.extensions.field_extension import AsyncExtensionResolver
from strawberry.schema_directive import Location
from strawberry.utils.str_converters import to_camel_case

from gateway.types.enums import Role
from gateway.types.fields import LENGTH
from rules.access.decisions import roles_for

ROOT: Final = "root"
"""The key of a root field's metadata under which its root type is named; `discovery` reads it."""

INPUT: Final = "What the command is to do."


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    description=(
        "The roles that may ask a root field at all; all others are refused. Every root field has it. Which "
        "things a person may see there depends on whose they are and on what was shared."
    ),
)
class Access:
    to: list[Role]


def access_to(name: str) -> Access:
    """Return the directive of a root field. Raises UndecidedFieldError if rules/access does not decide it."""
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


def query(*, description: str, items_max: int | None = None) -> Callable[[Callable[..., Any]], Any]:
    """
    Make a root field of Query; the directory view decides whether the caller holds the role.

    `items_max` is the maximum length of a list without a size argument, with which its cost is measured.
    """
    return _root("Query", description, role_held=True, items_max=items_max)


def mutation(*, description: str) -> Callable[[Callable[..., Any]], Any]:
    """Make a root field of Mutation.

    The services decide from the journal whether the caller holds the role: views may lag behind a grant.
    """
    return _root("Mutation", description, role_held=False)


def _root(
    root: str, description: str, *, role_held: bool, items_max: int | None = None
) -> Callable[[Callable[..., Any]], Any]:
    def decorate(resolver: Callable[..., Any]) -> Any:
        name = to_camel_case(resolver.__name__)
        field = strawberry.field(
            resolver=resolver,
            description=description,
            directives=[access_to(name)],
            metadata={ROOT: root, LENGTH: items_max},
            extensions=[_AccessCheck(name, role_held=role_held)],
        )
        for argument in field.arguments:
            if argument.python_name == "input":
                argument.description = INPUT
        return field

    return decorate


def subscription(*, description: str) -> Callable[[Callable[..., Any]], Any]:
    """Make a root field of Subscription; its resolver checks access itself, and again while it runs."""

    def decorate(resolver: Callable[..., Any]) -> Any:
        name = to_camel_case(resolver.__name__)
        return strawberry.subscription(
            resolver=resolver,
            description=description,
            directives=[access_to(name)],
            metadata={ROOT: "Subscription"},
        )

    return decorate
