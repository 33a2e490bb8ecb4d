"""The input of every command of a member of a team, as a client sends it."""

from typing import Any, Final

MEMBERS_INPUTS: Final[dict[str, dict[str, Any]]] = {
    "adoptJointGoal": {"teamId": "t", "text": "x", "fromGoalIds": ["g"]},
    "noteJointGoalProgress": {"jointGoalId": "j", "progress": 1},
    "reachJointGoal": {"jointGoalId": "j"},
    "offerWork": {"teamId": "t", "title": "x", "text": "y", "until": "2026-12-01"},
    "volunteerForWork": {"workOfferId": "w"},
    "takeUpWork": {"workOfferId": "w"},
    "handBackWork": {"workOfferId": "w"},
    "recordTeamSession": {"teamId": "t", "heldOn": "2026-09-01", "agreements": ["x"]},
}
