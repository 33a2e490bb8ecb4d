"""A field with a resolver, typed: strawberry's own decorator loses the type of what it decorates."""

from collections.abc import Callable
from typing import Any

import strawberry


def field(*, name: str | None = None, description: str | None = None) -> Callable[[Callable[..., Any]], Any]:
    """Make a field of a method, named as it in camel case unless `name` says otherwise."""

    def decorate(resolver: Callable[..., Any]) -> Any:
        return strawberry.field(resolver=resolver, name=name, description=description)

    return decorate
