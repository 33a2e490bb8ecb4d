"""An input of every command on lenses and rounds, as JSON."""

from typing import Any, Final

_LENS: Final = {"lensId": "1" * 32}
_ROUND: Final = {"roundId": "2" * 32}
_WORDS: Final = {"nl": "Luistert.", "en": "Listens."}
_MOMENT: Final = "2026-12-08T16:00:00+01:00"
_COMMENT: Final = {"commentId": "3" * 64, "reason": "Dit kwetst."}

FEEDBACK_INPUTS: Final[dict[str, dict[str, Any]]] = {
    "draftLens": {"name": _WORDS},
    "addQuestion": {**_LENS, "kind": "SCALE", "text": _WORDS, "perspectives": ["PEER"]},
    "rewordQuestion": {**_LENS, "questionId": "q", "text": _WORDS},
    "dropQuestion": {**_LENS, "questionId": "q"},
    "pilotLens": {**_LENS, "on": "2026-11-20", "people": 3},
    "publishLens": _LENS,
    "withdrawLens": {**_LENS, "reason": "Te lang."},
    "prepareRound": {"lensVersionId": f"{'1' * 32}-1", "closesAt": _MOMENT},
    "inviteRater": {**_ROUND, "perspective": "PEER", "rater": {"colleagueId": "4" * 32}},
    "revokeInvitation": {**_ROUND, "invitationId": "5" * 32},
    "openRound": _ROUND,
    "fillSelfMirror": {**_ROUND, "answers": [{"questionId": "q", "value": {"scale": 3}}]},
    "extendRound": {**_ROUND, "closesAt": _MOMENT},
    "remindRaters": _ROUND,
    "closeRound": _ROUND,
    "cancelRound": _ROUND,
    "flagComment": _COMMENT,
    "maskComment": _COMMENT,
}
