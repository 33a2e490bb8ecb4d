"""A field with a resolver, typed: strawberry's own decorator loses the type of what it decorates."""

from collections.abc import Callable
from typing import Any

import strawberry


def field(*, description: str | None = None) -> Callable[[Callable[..., Any]], Any]:
    """Make a field of a method, named as it in camel case."""

    def decorate(resolver: Callable[..., Any]) -> Any:
        return strawberry.field(resolver=resolver, description=description)

    return decorate
