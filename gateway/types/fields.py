"""A typed decorator for fields with a resolver: strawberry's own loses the type of what it decorates."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar, cast

import strawberry

from gateway.execution.kept import KEPT_BY, KeptBy

LENGTH: Final = "items_max"
"""The key of a field's metadata that has the maximum length of its list."""
T = TypeVar("T")


def waited_for(value: Awaitable[T]) -> T:
    """
    Return what a resolver that is not async returns when there is something to wait for: GraphQL does.

    An async one is a task for each item of a list, also of items that have nothing to wait for.
    """
    return cast("T", value)


def field(
    *,
    description: str,
    name: str | None = None,
    items_max: int | None = None,
    kept_by: KeptBy | None = None,
) -> Callable[[Callable[..., Any]], Any]:
    """
    Make a field of a method; its name is the method's in camel case, or `name`.

    `items_max` is the maximum length of a list without a size argument, with which its cost is measured.
    `kept_by` says of a field that takes `info` what its value depends on, see `gateway/execution/kept.py`.
    """

    def decorate(resolver: Callable[..., Any]) -> Any:
        return strawberry.field(
            resolver=resolver,
            name=name,
            description=description,
            metadata={LENGTH: items_max, KEPT_BY: kept_by},
        )

    return decorate
