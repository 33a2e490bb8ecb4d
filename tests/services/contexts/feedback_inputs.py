"""The input of each command on lenses and rounds, as a client sends it."""

from typing import Any, Final

_TEXT: Final = {"nl": "Luistert.", "en": "Listens."}
LENS_INPUTS: Final[dict[str, dict[str, Any]]] = {
    "draftLens": {"name": {"nl": "Samen", "en": "Together"}},
    "addQuestion": {"lensId": "l", "kind": "SCALE", "text": _TEXT, "perspectives": ["PEER"]},
    "rewordQuestion": {"lensId": "l", "questionId": "q", "text": _TEXT},
    "dropQuestion": {"lensId": "l", "questionId": "q"},
    "pilotLens": {"lensId": "l", "on": "2026-11-01", "people": 3},
    "publishLens": {"lensId": "l"},
    "withdrawLens": {"lensId": "l", "reason": "Te lang."},
}
ROUND_INPUTS: Final[dict[str, dict[str, Any]]] = {
    "prepareRound": {"lensVersionId": "v", "closesAt": "2026-12-01T12:00:00Z"},
    "inviteRater": {"roundId": "r", "perspective": "PEER", "rater": {"colleagueId": "c"}},
    "revokeInvitation": {"roundId": "r", "invitationId": "i"},
    "openRound": {"roundId": "r"},
    "fillSelfMirror": {"roundId": "r", "answers": [{"questionId": "q", "value": {"scale": 3}}]},
    "extendRound": {"roundId": "r", "closesAt": "2026-12-01T12:00:00Z"},
    "remindRaters": {"roundId": "r"},
    "closeRound": {"roundId": "r"},
    "cancelRound": {"roundId": "r"},
    "flagComment": {"commentId": "c", "reason": "Kwetsend."},
    "maskComment": {"commentId": "c", "reason": "Kwetsend."},
}
