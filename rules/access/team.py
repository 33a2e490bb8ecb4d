"""Access to teams: for their members, who all see the same, and for the commands of the HR system."""

from typing import Final

from rules.access.decision import HR_FEED, IN_TEAM, PROFESSIONAL, Area, Decision, Relation

_OPENED: Final = Decision(
    roles=PROFESSIONAL,
    relations=(Relation.TEAM,),
    when="while a member, what its owner opened to the team or wider, while that lasts",
)
_ENERGY: Final = Decision(
    roles=PROFESSIONAL, relations=(Relation.TEAM,), when=f"{_OPENED.when}, with its energy"
)

AREA: Final = Area(
    root_fields={
        "team": PROFESSIONAL,
        **dict.fromkeys(
            (
                "adoptJointGoal",
                "noteJointGoalProgress",
                "reachJointGoal",
                "offerWork",
                "volunteerForWork",
                "takeUpWork",
                "handBackWork",
                "recordTeamSession",
            ),
            PROFESSIONAL,
        ),
        "formTeam": HR_FEED,
        "renameTeam": HR_FEED,
        "moveTeam": HR_FEED,
        "closeTeam": HR_FEED,
        "reopenTeam": HR_FEED,
    },
    types={
        "Team": IN_TEAM,
        # What the team has together. No line in the read log: it was written for the team, as its own.
        **dict.fromkeys(("JointGoal", "WorkOffer", "TeamSession"), IN_TEAM),
        **dict.fromkeys(("JointGoalPayload", "WorkOfferPayload", "TeamSessionPayload"), IN_TEAM),
        # What members opened to the team, with a line in their read logs before it is shown.
        **dict.fromkeys(("TeamTalentMap", "TalentMapRow", "TalentMapCell", "GoalOnOffer"), _OPENED),
        "TermEnergy": _ENERGY,
    },
    fields={"TalentMapCell.energy": _ENERGY, "TalentMapCell.quadrant": _ENERGY},
)
