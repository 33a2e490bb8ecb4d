"""What a team has together: joint goals, offers of work and who stepped forward, and what it agreed."""

from projections.views.team.fold import VIEW
from projections.views.team.joint_goals import (
    JOINT_GOALS_SHOWN_MAX,
    JointGoal,
    Origin,
    joint_goal,
    joint_goals,
    joint_goals_from,
    offers_adopted_by,
)
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
    "Origin",
    "Session",
    "WorkNotice",
    "WorkOffer",
    "joint_goal",
    "joint_goals",
    "joint_goals_from",
    "offers_adopted_by",
    "session",
    "sessions",
    "words_are_awaited",
    "work_notices",
    "work_offer",
    "work_offers",
    "work_offers_to_end",
]
