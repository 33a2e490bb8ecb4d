"""A typed decorator for fields with a resolver: strawberry's own loses the type of what it decorates."""

from collections.abc import Callable
from typing import Any

import strawberry


def field(*, description: str, name: str | None = None) -> Callable[[Callable[..., Any]], Any]:
    """Make a field of a method; its name is the method's in camel case, or `name`."""

    def decorate(resolver: Callable[..., Any]) -> Any:
        return strawberry.field(resolver=resolver, name=name, description=description)

    return decorate
