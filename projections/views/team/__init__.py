"""What a team has together: joint goals, offers of work and who stepped forward, and what it agreed."""

from projections.views.team.fold import VIEW
from projections.views.team.joint_goals import (
    JOINT_GOALS_SHOWN_MAX,
    JointGoal,
    OfferedGoal,
    Origin,
    joint_goal,
    joint_goals,
    joint_goals_from,
    offered_goals,
)
from projections.views.team.membership import is_member
from projections.views.team.own_words import words_are_awaited
from projections.views.team.sessions import Session, session, sessions
from projections.views.team.work import (
    OfferToEnd,
    WorkNotice,
    WorkOffer,
    work_notices,
    work_offer,
    work_offers,
    work_offers_to_end,
)

__all__ = [
    "JOINT_GOALS_SHOWN_MAX",
    "VIEW",
    "JointGoal",
    "OfferToEnd",
    "OfferedGoal",
    "Origin",
    "Session",
    "WorkNotice",
    "WorkOffer",
    "is_member",
    "joint_goal",
    "joint_goals",
    "joint_goals_from",
    "offered_goals",
    "session",
    "sessions",
    "words_are_awaited",
    "work_notices",
    "work_offer",
    "work_offers",
    "work_offers_to_end",
]
