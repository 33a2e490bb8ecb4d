"""
Access to feedback rounds: for the subject, for raters by their invitation, and for the confidential adviser.

What raters wrote is for the subject alone, and only as the mirror shows it (privacy rules 1 and 13).
"""

from typing import Final

from rules.access.decision import ANYONE, OWN, PROFESSIONAL, Area, Decision, Relation
from rules.access.roles import Role

_RATER: Final = (Role.RATER,)
_ADVISER: Final = (Role.CONFIDENTIAL_ADVISER,)
_LETTER: Final = Decision(roles=_ADVISER, relations=ANYONE, when="of an open round of somebody else")
_INVITED: Final = Decision(roles=_RATER, relations=(Relation.INVITED,), when="until the round is over")

AREA: Final = Area(
    root_fields={
        "round": PROFESSIONAL,
        "invitation": _RATER,
        "flaggedComments": _ADVISER,
        "invitationLetters": _ADVISER,
        **dict.fromkeys(
            (
                "prepareRound",
                "inviteRater",
                "revokeInvitation",
                "openRound",
                "fillSelfMirror",
                "extendRound",
                "remindRaters",
                "closeRound",
                "cancelRound",
                "flagComment",
            ),
            PROFESSIONAL,
        ),
        "maskComment": _ADVISER,
        "confirmLetters": _ADVISER,
        "submitFeedback": _RATER,
    },
    types={
        **dict.fromkeys(
            (
                "FeedbackRound",
                "RoundFloors",
                "Invitation",
                "Answer",
                "Mirror",
                "MirrorBlock",
                "MirrorRow",
                "MirrorCell",
                "MirrorSpread",
                "CountBand",
                "TalentPick",
                "MirrorComments",
                "CommentFragment",
                "RoundPayload",
            ),
            OWN,
        ),
        **dict.fromkeys(("RaterInvitation", "RoundKey"), _INVITED),
        # A fragment that its subject flagged, and nothing around it.
        **dict.fromkeys(("InvitationLetters", "InvitationLetter"), _LETTER),
        "Download": Decision(
            roles=(*_ADVISER, Role.AUDITOR),
            relations=ANYONE,
            when="of letters to print, and of one's own finished replay",
        ),
        "FlaggedComment": Decision(roles=_ADVISER, relations=ANYONE, when="flagged by its subject"),
    },
)
