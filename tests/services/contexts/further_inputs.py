"""Inputs of the commands on how teams begin, and on audits."""

from typing import Any, Final

ROLLOUT_AND_AUDIT_INPUTS: Final[dict[str, dict[str, Any]]] = {
    "stepForwardAsFrontRunner": {"teamId": "t"},
    "inviteTeam": {"teamId": "t"},
    "startTeam": {"teamId": "t"},
    "pauseTeam": {"teamId": "t"},
    "shareExperience": {"text": "x"},
    "publishMaterial": {"title": {"nl": "n", "en": "e"}, "text": {"nl": "n", "en": "e"}},
    "startAuditReplay": {"streamId": "s", "purpose": "p"},
    "finishAuditReplay": {"replayId": "r"},
    "grantAuditAccess": {"auditId": "r", "kinds": ["TALENT"], "until": "2026-09-01T12:00:00Z"},
    "endAuditAccess": {"openingId": "o"},
    "recordAuditGround": {
        "auditId": "r",
        "ground": "g",
        "kinds": ["TALENT"],
        "until": "2026-09-01T12:00:00Z",
    },
}
