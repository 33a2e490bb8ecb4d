"""Enums of the rules that are also enums of the schema; imported from here, they have their descriptions."""

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

import strawberry

from rules.access.roles import Role
from rules.audit.kinds import AuditStreamKind
from rules.audit.recomputation import Recomputation
from rules.feedback.lens_versions import LensState
from rules.feedback.mirror import GapKind, MeanBand, Portion
from rules.feedback.questions import LensForm, Perspective, QuestionKind
from rules.kinds import (
    EnergySourceKind,
    EvidenceKind,
    HoursBand,
    InsightScope,
    ItemKind,
    Language,
    Returning,
    RolloutState,
)
from rules.quadrants import STRONG_FROM, USED_FROM, TalentQuadrant
from rules.releases.model import EnergyWord, Held, Trend

__all__ = [
    "AuditStreamKind",
    "EnergySourceKind",
    "EnergyWord",
    "EvidenceKind",
    "GapKind",
    "Held",
    "HoursBand",
    "InsightScope",
    "ItemKind",
    "Language",
    "LensForm",
    "LensState",
    "MeanBand",
    "Perspective",
    "Portion",
    "QuestionKind",
    "Recomputation",
    "Returning",
    "Role",
    "RolloutState",
    "TalentQuadrant",
    "Trend",
    "described",
]

_E = TypeVar("_E", bound=type[Enum])


def described(kind: _E, *, description: str, values: Mapping[str, str] | None = None) -> _E:
    """Make an enum an enum of the schema, with descriptions of it and of its values."""
    made = strawberry.enum(kind, description=description)
    for value in made.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = (values or {}).get(value.name)
    return kind


described(
    Role,
    description=(
        "The role that a request acts in: one at a time, named by the header `IPP-Role`, PROFESSIONAL when "
        "absent. Roles never add up. Leading a team is no role: a lead is a member."
    ),
    values={
        "PROFESSIONAL": "Owner of a portfolio, member of teams.",
        "RATER": "Has an invitation to give feedback instead of an account.",
        "WORKING_GROUP": "Keeps the shared words for talents.",
        "BOARD": "The board of the organisation.",
        "WORKS_COUNCIL": "Agrees to policies, or not.",
        "PRIVACY_OFFICER": "Records the data protection impact assessment, and reasons for opening contents.",
        "CONFIDENTIAL_ADVISER": "Masks a comment when its writer or its reader asks for it.",
        "AUDITOR": "Checks who may do what, and replays histories: contents only where they were opened.",
        "ADMINISTRATOR": (
            "Grants roles, adopts policy. The first one is made on the server, with the organisation."
        ),
        "HR_FEED": "The HR system's own account.",
        "PUBLIC": "No token at all. Only ever used in `@access`.",
    },
)
described(
    TalentQuadrant,
    description="Where the owner's own three numbers, strength, energy and use, place a talent.",
    values={
        "IN_MY_STRENGTH": (
            f"In mijn kracht: strength from {STRONG_FROM}, energy from 0, use from {USED_FROM}."
        ),
        "UNTAPPED": f"Onbenut: strength from {STRONG_FROM}, energy from 0, use below {USED_FROM}.",
        "CAN_BUT_DRAINS": f"Kan ik, kost energie: strength from {STRONG_FROM}, energy below 0.",
        "RATHER_NOT": f"Liever niet: strength below {STRONG_FROM}, energy at most 0.",
        "CURIOUS": f"Nieuwsgierig: strength below {STRONG_FROM}, energy above 0.",
    },
)
described(Language, description="Language of a person's screens and mails.")
described(
    EnergySourceKind,
    description="Whether an activity gives or costs energy.",
    values={"GIVER": "It gives energy: energiegever.", "DRAINER": "It costs energy: energievreter."},
)
described(HoursBand, description="Hours in a usual working week.")
described(
    EvidenceKind,
    description="What a piece of evidence consists of.",
    values={
        "LINK": "The address of a page.",
        "BADGE": "The address of a digital badge.",
        "STORY": "A text.",
    },
)
described(ItemKind, description="What a portfolio is made of.")
described(
    Returning,
    description="Who is registered under an employee number of somebody who left.",
    values={
        "SAME_PERSON": "The person who left, who is back: their portfolio is there again.",
        "NEW_PERSON": (
            "Another person, from now on: with nothing of the former one, who keeps their own portfolio."
        ),
    },
)
described(
    LensState,
    description="A version is frozen from PUBLISHED on.",
    values={
        "DRAFT": "In the making.",
        "PILOT": "People tried it, and no question was changed since.",
        "PUBLISHED": "For rounds to use.",
        "WITHDRAWN": "No new round uses it; a round that has it goes on.",
    },
)
described(
    LensForm,
    description="How a lens looks.",
    values={
        "STANDARD": "Answers on a scale of five.",
        "EASY": "Few short questions, and three answers as word and picture: 1, 3 and 5 of the scale.",
    },
)
described(
    QuestionKind,
    description="How a question is answered.",
    values={
        "SCALE": "Behaviour seen, 1 to 5, or not seen.",
        "TALENT_PICK": "Three talents at most, from the shared words.",
        "OPEN": "Own words.",
    },
)
described(
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
described(
    InsightScope,
    description="What of a portfolio may be counted.",
    values={"TALENTS": "Which talents its owner has.", "ENERGY": "What energy these give."},
)
described(
    MeanBand,
    description=(
        'A mean of 1 to 5 in half steps. The ends are open: draw UP_TO_1_5 as "1.5 or less" and FROM_4_5 as '
        '"4.5 or more", never as a point.'
    ),
    values={
        "UP_TO_1_5": "1.5 or less.",
        "ABOUT_2": "About 2.",
        "ABOUT_2_5": "About 2.5.",
        "ABOUT_3": "About 3.",
        "ABOUT_3_5": "About 3.5.",
        "ABOUT_4": "About 4.",
        "FROM_4_5": "4.5 or more.",
    },
)
described(
    Portion,
    description="A part of some people, in words.",
    values={
        "FEW": "Under a quarter, maybe nobody.",
        "SOME": "A quarter to a half.",
        "MOST": "Over half.",
    },
)
described(
    GapKind,
    description="The own answer against that of the others together.",
    values={
        "CONFIRMED_STRENGTH": "Both see it often.",
        "HIDDEN_STRENGTH": "The others see it more.",
        "BLIND_SPOT": "The others see it less.",
    },
)
described(
    RolloutState,
    description="Where a team is in the rollout: it starts when it decides to.",
    values={
        "NOT_ASKED": "Nobody invited it, and it did not start.",
        "INVITED": "One of its members invited it.",
        "STARTED": "It decided to start.",
        "PAUSED": "It decided to pause.",
    },
)
described(
    EnergyWord,
    description="What the people who have a talent say it does to their energy; five at least on each side.",
    values={
        "MOSTLY_GIVES": "It gives most of them energy.",
        "MIXED": "It gives some energy and costs others energy.",
        "MOSTLY_COSTS": "It costs most of them energy.",
    },
)
described(
    Trend,
    description="The range that is shown against the one that was shown four releases ago.",
    values={"RISING": "A higher one.", "STEADY": "The same.", "FALLING": "A lower one."},
)
described(
    Held,
    description="Why a release shows nothing new.",
    values={
        "TOO_FEW": "Nothing can be shown safely.",
        "UNCHANGED": "Too few people came or went anywhere, so every figure stays as it was.",
    },
)
described(
    AuditStreamKind,
    description=(
        "Whose history can be replayed. Rounds and what raters handed in are not among them: how much was "
        "written there would say how many answered."
    ),
    values={
        "PORTFOLIO": "A professional's portfolio.",
        "EMPLOYMENT": "When a professional was registered, joined and left teams, and left.",
        "TEAM": "A team.",
        "UNITS": "The tree of units.",
        "LENS": "A set of questions for feedback.",
        "CATALOGUE": "The shared words for talents.",
        "ROLLOUT": "How the portfolio was introduced.",
        "POLICY": "Roles, rules, and what was decided about them.",
        "RELEASE": "Pictures of the whole organisation.",
        "ACCESS": "Audits of a professional's streams.",
    },
)
described(
    Recomputation,
    description="What computing it again says, and all that is said: figures would show what a floor hides.",
    values={
        "AGREES": "It comes out the same.",
        "DIFFERS": "It does not: something that it rests on, or it itself, was changed.",
        "NO_LONGER_POSSIBLE": "Keys or facts that it rests on are gone, as after 30 days or an erasure.",
    },
)
