"""The roles a request may act in, as the schema tells them."""

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

import strawberry

from rules.access import Role

_E = TypeVar("_E", bound=type[Enum])


def described(kind: _E, *, description: str, values: Mapping[str, str]) -> _E:
    """Make an enum of `rules` one of the schema, with the description of each value that needs one."""
    made = strawberry.enum(kind, description=description)
    for value in made.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values.get(value.name)
    return kind


described(
    Role,
    description=(
        "The role a request acts in: one at a time (header `IPP-Role`, PROFESSIONAL when absent), and roles "
        "never add up. Team lead is no role: a lead is a member. Front runner is none either: who steps "
        "forward is a professional."
    ),
    values={
        "PROFESSIONAL": "Owner of a portfolio, member of teams, front runner.",
        "RATER": "Bearer of an invitation instead of an account.",
        "PRIVACY_OFFICER": "Records grounds for opening contents.",
        "CONFIDENTIAL_ADVISER": "Masks a comment at the request of owner or rater.",
        "ADMINISTRATOR": (
            "Grants roles, adopts policy. The first one is made on the server, with the organisation."
        ),
        "HR_FEED": "The HR system's own account.",
        "PUBLIC": "No token at all. Only ever used in `@access`.",
    },
)
