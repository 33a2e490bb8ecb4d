"""Access to the shared terms; nobody can see who proposed or claimed one."""

from typing import Final

from rules.access.decision import ANYONE, Area, Decision, Relation
from rules.access.roles import Role

SEE_ALL_TERMS: Final = (Role.WORKING_GROUP, Role.WORKS_COUNCIL)
"""Roles that see terms that are not adopted: anybody may have written anything into those."""

_READERS: Final = (
    Role.PROFESSIONAL,
    Role.WORKING_GROUP,
    Role.HR,
    Role.BOARD,
    Role.WORKS_COUNCIL,
    Role.AUDITOR,
)
_PROPOSERS: Final = (Role.PROFESSIONAL, Role.WORKING_GROUP)
_WORKING_GROUP: Final = (Role.WORKING_GROUP,)

AREA: Final = Area(
    root_fields={
        "talentCatalogue": _READERS,
        "proposeTerm": _PROPOSERS,
        "adoptTerm": _WORKING_GROUP,
        "rewordTerm": _WORKING_GROUP,
        "mergeTerms": _WORKING_GROUP,
        "retireTerm": _WORKING_GROUP,
        "alignTerm": _WORKING_GROUP,
    },
    types={
        **dict.fromkeys(
            ("TalentCatalogue", "TalentTermConnection", "TalentTermEdge"),
            Decision(roles=_READERS, relations=ANYONE),
        ),
        # A rater picks from the adopted ones.
        **dict.fromkeys(
            ("TermCluster", "TalentTerm"), Decision(roles=(*_READERS, Role.RATER), relations=ANYONE)
        ),
        "TermPayload": Decision(roles=_PROPOSERS, relations=(Relation.OWNER,)),
    },
    fields={
        "TalentCatalogue.terms": Decision(
            roles=_READERS,
            relations=ANYONE,
            when=f"adopted ones; others: {', '.join(role.name for role in SEE_ALL_TERMS)}",
        ),
    },
)
