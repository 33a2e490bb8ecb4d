"""Access to lenses: all who use or answer one see what is published; drafts are the working group's."""

from typing import Final

from rules.access.decision import ANYONE, Area, Decision, Relation
from rules.access.roles import Role

SEE_FINDINGS: Final = (Role.WORKING_GROUP,)
"""Roles that see what came out of a pilot: it may quote the people who took part."""

_READERS: Final = (Role.PROFESSIONAL, Role.WORKING_GROUP, Role.WORKS_COUNCIL, Role.AUDITOR)
_SEE_VERSIONS: Final = (Role.PROFESSIONAL, Role.RATER, Role.WORKING_GROUP, Role.WORKS_COUNCIL, Role.AUDITOR)
_VERSION: Final = Decision(roles=_SEE_VERSIONS, relations=ANYONE)
_WORKING_GROUP: Final = (Role.WORKING_GROUP,)
_SEE_QUALITY: Final = (Role.WORKING_GROUP, Role.WORKS_COUNCIL)

AREA: Final = Area(
    root_fields={
        "lenses": _READERS,
        "lensDrafts": _WORKING_GROUP,
        "lensQuality": _SEE_QUALITY,
        "draftLens": _WORKING_GROUP,
        "addQuestion": _WORKING_GROUP,
        "rewordQuestion": _WORKING_GROUP,
        "dropQuestion": _WORKING_GROUP,
        "pilotLens": _WORKING_GROUP,
        "publishLens": _WORKING_GROUP,
        "withdrawLens": _WORKING_GROUP,
    },
    types={
        **dict.fromkeys(
            ("LensVersion", "Question", "LensPilot"), Decision(roles=_SEE_VERSIONS, relations=ANYONE)
        ),
        # In words over many rounds, so it is about nobody (privacy review, S6).
        "QuestionQuality": Decision(roles=_SEE_QUALITY, relations=ANYONE),
        "LensPayload": Decision(roles=_WORKING_GROUP, relations=(Relation.NONE,)),
    },
    fields={
        "LensPilot.findings": Decision(
            roles=_SEE_VERSIONS,
            relations=ANYONE,
            when=f"null but for {', '.join(role.name for role in SEE_FINDINGS)}",
        ),
    },
)
