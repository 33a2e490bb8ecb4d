"""Enums of the rules that are also enums of the schema; imported from here, they have their descriptions."""

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

import strawberry

from rules.access.roles import Role
from rules.feedback.lens_versions import LensState
from rules.feedback.questions import LensForm, Perspective, QuestionKind
from rules.kinds import (
    EnergySourceKind,
    EvidenceKind,
    HoursBand,
    InsightScope,
    ItemKind,
    Language,
    Returning,
)
from rules.quadrants import TalentQuadrant

__all__ = [
    "EnergySourceKind",
    "EvidenceKind",
    "HoursBand",
    "InsightScope",
    "ItemKind",
    "Language",
    "LensForm",
    "LensState",
    "Perspective",
    "QuestionKind",
    "Returning",
    "Role",
    "TalentQuadrant",
]

_E = TypeVar("_E", bound=type[Enum])


def _described(kind: _E, *, description: str, values: Mapping[str, str] | None = None) -> _E:
    """Make an enum of `rules` an enum of the schema, with descriptions."""
    made = strawberry.enum(kind, description=description)
    for value in made.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = (values or {}).get(value.name)
    return kind


_described(
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
_described(
    TalentQuadrant,
    description="Derived from strength × energy × use.",  # noqa: RUF001 - as the schema says it
    values={
        "IN_MY_STRENGTH": "In mijn kracht.",
        "UNTAPPED": "Onbenut.",
        "CAN_BUT_DRAINS": "Kan ik, kost energie.",
        "RATHER_NOT": "Liever niet.",
        "CURIOUS": "Nieuwsgierig.",
    },
)
_described(Language, description="Language of a person's screens and mails.")
_described(EnergySourceKind, description="Energiegever, energievreter.")
_described(HoursBand, description="Hours in a usual working week.")
_described(EvidenceKind, description="What a piece of evidence consists of.")
_described(ItemKind, description="What a portfolio is made of.")
_described(
    Returning,
    description="Who is registered under an employee number of somebody who left.",
    values={
        "SAME_PERSON": "The person who left, who is back: their portfolio is there again.",
        "NEW_PERSON": (
            "Another person, from now on: with nothing of the former one, who keeps their own portfolio."
        ),
    },
)
_described(InsightScope, description="What may be counted: which talents, and what energy they give.")
_described(
    LensState,
    description="A version is frozen from PUBLISHED on.",
    values={
        "DRAFT": "In the making.",
        "PILOT": "People tried it, and no question was changed since.",
        "PUBLISHED": "For rounds to use.",
        "WITHDRAWN": "No new round uses it; a round that has it goes on.",
    },
)
_described(
    LensForm,
    description="How a lens looks.",
    values={
        "STANDARD": "Answers on a scale of five.",
        "EASY": "Few short questions, and three answers as word and picture: 1, 3 and 5 of the scale.",
    },
)
_described(
    QuestionKind,
    description="How a question is answered.",
    values={
        "SCALE": "Behaviour seen, 1 to 5, or not seen.",
        "TALENT_PICK": "Three talents at most, from the shared words.",
        "OPEN": "Own words.",
    },
)
_described(
    Perspective,
    description="From which side someone looks at the person whose round it is.",
    values={
        "SELF": "The person themselves.",
        "PEER": "A colleague.",
        "LEAD": "Somebody who leads them.",
        "REPORT": "Somebody they lead.",
        "CLIENT": "Somebody they support.",
        "PARTNER": "Somebody of another organisation.",
    },
)
