"""
Access to audits: an auditor's own replays, and what their owners and the privacy officer know of them.

What happened, and its contents, are null without an opening in force (privacy rule 22); HR, board and works
council have none of it (rule 13).
"""

from typing import Final

from rules.access.decision import ANYONE, PROFESSIONAL, Area, Decision, Relation
from rules.access.roles import Role

_AUDITOR: Final = (Role.AUDITOR,)
_OFFICER: Final = (Role.PRIVACY_OFFICER,)
_REPLAY: Final = Decision(roles=_AUDITOR, relations=ANYONE, when="of a replay of one's own")
_OPENED: Final = Decision(
    roles=_AUDITOR, relations=ANYONE, when="while a grant or a ground is in force, of its kinds"
)
_NOTICE: Final = Decision(
    roles=(*PROFESSIONAL, *_OFFICER),
    relations=ANYONE,
    when="by its owner; by a privacy officer without its owner's name",
)

_KEEPERS: Final = (Role.WORKS_COUNCIL, Role.AUDITOR)
"""They keep checkpoints of the log outside of it."""

AREA: Final = Area(
    root_fields={
        "checkpoints": _KEEPERS,
        **dict.fromkeys(("auditStreams", "auditReplay", "auditReplayed", "recomputation"), _AUDITOR),
        "auditGroundRequests": _OFFICER,
        **dict.fromkeys(("startAuditReplay", "finishAuditReplay"), _AUDITOR),
        **dict.fromkeys(("grantAuditAccess", "endAuditAccess"), PROFESSIONAL),
        "recordAuditGround": _OFFICER,
    },
    types={
        "Checkpoint": Decision(roles=_KEEPERS, relations=(Relation.NONE,)),
        **dict.fromkeys(
            ("AuditStream", "AuditStreamConnection", "AuditStreamEdge"),
            Decision(roles=_AUDITOR, relations=ANYONE),
        ),
        **dict.fromkeys(
            (
                "AuditReplay",
                "AuditCommit",
                "AuditCommitConnection",
                "AuditCommitEdge",
                "AuditPosition",
                "AuditEvent",
                "AuditVerification",
                "AuditFault",
                "AuditVerifyRun",
                "AuditViewCheck",
                "AuditReplayPayload",
            ),
            _REPLAY,
        ),
        **dict.fromkeys(
            ("OpenedEvent", "AuditDisclosure", "AuditDisclosureConnection", "AuditDisclosureEdge"), _OPENED
        ),
        **dict.fromkeys(("AuditNotice", "AuditNoticePayload"), _NOTICE),
        "ContentOpening": Decision(
            roles=(*PROFESSIONAL, Role.PRIVACY_OFFICER, Role.AUDITOR), relations=ANYONE
        ),
    },
    fields={"AuditReplay.state": _OPENED, "AuditReplay.disclosures": _OPENED},
)
