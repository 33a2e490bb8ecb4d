"""Access to a portfolio: for its owner, and to single items for those the owner opened them to."""

from typing import Final

from rules.access.decision import OWN, PROFESSIONAL, Area, Decision, Relation

_AGREED: Final = Decision(
    roles=PROFESSIONAL,
    relations=(Relation.OWNER, Relation.OTHER_PARTY),
    when="while the role is held; no line in the read log, since an agreement is both parties'",
)
_LASTING: Final = "while the sharing lasts"
_OTHERS: Final = (Relation.NAMED, Relation.TEAM)
_SHARED: Final = Decision(roles=PROFESSIONAL, relations=_OTHERS, when=_LASTING)
_ENERGY: Final = Decision(
    roles=PROFESSIONAL,
    relations=_OTHERS,
    when=f"{_LASTING}, with its energy",
)

_KINDS: Final = (
    *("ProfileStatement", "TalentClaim", "EnergySource", "Passion", "Evidence", "Reflection", "Insight"),
    *("Goal", "Conversation", "Sharing"),
)
# What differs of a kind of item between two moments.
_DIFFERENT: Final = tuple(f"{kind}{end}" for kind in _KINDS for end in ("Difference", "Changed"))

AREA: Final = Area(
    root_fields=dict.fromkeys(
        (
            "openPortfolio",
            "writeProfileStatement",
            "claimTalent",
            "reviseTalent",
            "setTalentAside",
            "noteEnergySource",
            "removeEnergySource",
            "namePassion",
            "letGoOfPassion",
            "addEvidence",
            "withdrawEvidence",
            "writeReflection",
            "keepMirrorInsight",
            "setGoal",
            "sharpenGoal",
            "noteGoalProgress",
            "reachGoal",
            "letGoOfGoal",
            "offerGoalToTeam",
            "takeBackGoalOffer",
            "planConversation",
            "recordConversation",
            "confirmAgreement",
            "shareItem",
            "endItemSharing",
            "giveInsightConsent",
            "withdrawInsightConsent",
            "recordCorrection",
            "pausePortfolio",
            "resumePortfolio",
            "closePortfolio",
            "portfolioChanged",
        ),
        PROFESSIONAL,
    ),
    types={
        **dict.fromkeys(
            (
                "Portfolio",
                "ProfileStatement",
                "TalentClaim",
                "TalentReading",
                "EnergySource",
                "EnergyBalance",
                "Passion",
                "Evidence",
                "Reflection",
                "Insight",
                "Goal",
                "Conversation",
                "Sharing",
                "InsightConsent",
                "InsightNotice",
                "TimelineEntry",
                "TimelineEntryConnection",
                "TimelineEntryEdge",
                "Disclosure",
                "DisclosureConnection",
                "DisclosureEdge",
                "PortfolioChange",
                "PortfolioDifference",
                *_DIFFERENT,
                "PortfolioPayload",
                "TalentPayload",
                "EnergySourcePayload",
                "PassionPayload",
                "EvidencePayload",
                "ReflectionPayload",
                "InsightPayload",
                "GoalPayload",
                "ConversationPayload",
                "SharingPayload",
            ),
            OWN,
        ),
        # An agreement of two people: for both, and nobody else.
        **dict.fromkeys(("Agreement", "AgreementPayload"), _AGREED),
        # An item that was opened by name or to a team: its current state, and nothing else of the portfolio.
        **dict.fromkeys(("SharedItem", "SharedItemConnection", "SharedItemEdge"), _SHARED),
    },
    fields={"SharedItem.energy": _ENERGY, "SharedItem.quadrant": _ENERGY},
)
