"""Who may get a type or field, by role and by relation to whom it is about. What is not here is denied."""

from collections.abc import Mapping
from enum import Enum
from typing import Final

import msgspec

from rules.access import ACCOUNTS, SEE_ALL_TERMS, Role, UndecidedFieldError, roles_for


class Relation(Enum):
    """How who asks is related to whom a thing is about."""

    OWNER = "OWNER"
    """The person themselves."""
    NAMED = "NAMED"
    """The owner opened this item to them by name, and that has not ended."""
    OTHER_PARTY = "OTHER_PARTY"
    """The other party of a conversation."""
    COLLEAGUE = "COLLEAGUE"
    """Anyone else who works here."""
    NONE = "NONE"
    """No person is concerned, or none that matters."""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """Roles that may get it, and relations in which; both have to fit."""

    roles: tuple[Role, ...]
    relations: tuple[Relation, ...]
    when: str = ""
    """What else has to be so, in words."""


_PROFESSIONAL: Final = (Role.PROFESSIONAL,)
_OWN: Final = Decision(roles=_PROFESSIONAL, relations=(Relation.OWNER,))
_AGREED: Final = Decision(
    roles=_PROFESSIONAL,
    relations=(Relation.OWNER, Relation.OTHER_PARTY),
    when="while the role is held; no line in the read log, since an agreement is both parties'",
)
_LASTING: Final = "while the sharing lasts"
_SHARED: Final = Decision(roles=_PROFESSIONAL, relations=(Relation.NAMED,), when=_LASTING)
_ENERGY: Final = Decision(
    roles=_PROFESSIONAL,
    relations=(Relation.NAMED,),
    when=f"{_LASTING}, with its energy",
)
_OPEN: Final = Decision(roles=ACCOUNTS, relations=tuple(Relation))
_GRANTS: Final = Decision(roles=roles_for("roleGrants"), relations=tuple(Relation))
_TERMS: Final = Decision(roles=roles_for("talentCatalogue"), relations=tuple(Relation))
_COMMANDS: Final = Decision(
    roles=roles_for("command"),
    relations=(Relation.OWNER,),
    when="of one's own command",
)

TYPES: Final[Mapping[str, Decision]] = {
    # Everything of and about a professional: its owner's alone (privacy rules 11 and 13).
    **dict.fromkeys(
        (
            "Me",
            "Portfolio",
            "ProfileStatement",
            "TalentClaim",
            "TalentReading",
            "EnergySource",
            "EnergyBalance",
            "Passion",
            "Evidence",
            "Reflection",
            "Goal",
            "Conversation",
            "Sharing",
            "InsightConsent",
            "TimelineEntry",
            "TimelineEntryConnection",
            "TimelineEntryEdge",
            "Disclosure",
            "DisclosureConnection",
            "DisclosureEdge",
            "PortfolioChange",
            "Team",
            "PortfolioPayload",
            "TalentPayload",
            "EnergySourcePayload",
            "PassionPayload",
            "EvidencePayload",
            "ReflectionPayload",
            "GoalPayload",
            "ConversationPayload",
            "SharingPayload",
        ),
        _OWN,
    ),
    # What two people agreed: both, and nobody else.
    **dict.fromkeys(("Agreement", "AgreementPayload"), _AGREED),
    # What an owner opened by name: the item as it is now, and nothing around it.
    **dict.fromkeys(("SharedItem", "SharedItemConnection", "SharedItemEdge"), _SHARED),
    # A name is what colleagues know of each other; offices see who holds which role.
    "Colleague": Decision(
        roles=tuple(role for role in ACCOUNTS if role in {*_PROFESSIONAL, *roles_for("roleGrants")}),
        relations=tuple(Relation),
    ),
    "Viewer": Decision(roles=ACCOUNTS, relations=(Relation.OWNER,)),
    **dict.fromkeys(("CommandResult", "Refusal", "CommandPayload"), _COMMANDS),
    **dict.fromkeys(("RoleGrant", "RoleGrantPayload"), _GRANTS),
    # The organisation as everyone may know it.
    **dict.fromkeys(
        ("Organisation", "Unit", "UnitChange", "Policy", "Floors", "PolicyRecord", "OrganisationPayload"),
        _OPEN,
    ),
    # The shared words, and no word of who proposed or claimed one.
    **dict.fromkeys(
        ("TalentCatalogue", "TermCluster", "TalentTerm", "TalentTermConnection", "TalentTermEdge"), _TERMS
    ),
    "TermPayload": Decision(roles=roles_for("proposeTerm"), relations=(Relation.OWNER,)),
    # Shapes that hold nothing by themselves.
    **dict.fromkeys(("LocalText", "PageInfo"), Decision(roles=tuple(Role), relations=tuple(Relation))),
}
"""By type; each of its fields follows it unless FIELDS says otherwise."""
FIELDS: Final[Mapping[str, Decision]] = {
    "TalentCatalogue.terms": Decision(
        roles=roles_for("talentCatalogue"),
        relations=tuple(Relation),
        when=f"adopted ones; others: {', '.join(role.name for role in SEE_ALL_TERMS)}",
    ),
    "SharedItem.energy": _ENERGY,
    "SharedItem.quadrant": _ENERGY,
}


def decision_on(kind: str, field: str) -> Decision:
    """Return who may get a field of a type. Raises UndecidedFieldError."""
    found = FIELDS.get(f"{kind}.{field}") or TYPES.get(kind)
    if found is None:
        raise UndecidedFieldError(f"rules/visibility.py has no decision on {kind}.{field}")
    return found


def may_see(kind: str, field: str, *, role: Role, relation: Relation) -> bool:
    """Whether someone in this role and relation may get a field of a type; without a decision nobody may."""
    decision = FIELDS.get(f"{kind}.{field}") or TYPES.get(kind)
    return decision is not None and role in decision.roles and relation in decision.relations
