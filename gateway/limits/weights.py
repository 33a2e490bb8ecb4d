"""The weights of fields and the maximum lengths of lists, with which a document is measured before it runs.

One unit is about the time that completing one field takes. The weights were measured in these units; they
need to be right within a factor of two or three, not exactly.
"""

from typing import Final

from graphql import GraphQLField
from strawberry.types.field import StrawberryField

from gateway.types.fields import LENGTH

READ_COST: Final = 100
"""Of a field whose resolver reads the database and that is not in WEIGHTS."""
COMMAND_COST: Final = 300
"""Of a mutation: a commit on the log, and often a read of the changed item."""
INTROSPECTION_COST: Final = 2
"""Of a field of introspection, which takes up to three times as long as a field of data."""
LIST_ITEMS_ASSUMED: Final = 100
"""Of a list that is not in ITEMS_MAX; a test checks that all are."""
WEIGHTS: Final = {
    # The whole portfolio of a person; with `asOf`, computed from its history.
    "Me.portfolio": 300,
    # Two of them.
    "Me.portfolioDifference": 600,
    "Mirror.insights": 300,
    "Portfolio.timeline": 200,
    # All talents that a team shows, with the lines in the read logs.
    "Team.goalsOnOffer": 200,
    "Team.sharedItems": 200,
    "Team.talentMap": 500,
    # A stream is read from the log, and each of its events opened.
    "AuditReplay.commits": 500,
    "AuditReplay.evidenceBundle": 500,
    "AuditReplay.state": 500,
    "AuditReplay.verification": 500,
    # Everything that it rests on is read and computed again.
    "Query.recomputation": 3_000,
    # Hours of each month, counted from the sources' history.
    "Portfolio.energyBalance": 20,
    # A whole release is read; the file has every figure of it, in words.
    "CapabilityRelease.cells": 300,
    "CapabilityRelease.terms": 300,
    "CapabilityRelease.download": 3_000,
    # Names are read together, one statement for all that an answer needs.
    "Agreement.owner": 5,
    "AuditNotice.auditorName": 5,
    "Conversation.with": 5,
    "Goal.offeredTo": 5,
    "InvitationLetter.subjectName": 5,
    "RoleGrant.holder": 5,
    "Experience.by": 5,
    "Experience.team": 5,
    "RolloutTeam.frontRunners": 10,
    "SharedItem.term": 5,
    "Sharing.people": 10,
    "Sharing.team": 5,
    "TalentClaim.term": 5,
    "WorkOffer.offeredBy": 5,
    "WorkOffer.takenUpBy": 10,
    "WorkOffer.tookUpAlike": 10,
    "WorkOffer.volunteers": 10,
    "WorkOffer.wanted": 10,
    # With the lines in the read logs, written together too.
    "JointGoal.origins": 20,
    "WorkOffer.energies": 20,
}
ITEMS_MAX: Final = {
    "CapabilityRelease.cells": 250,
    "CapabilityRelease.terms": 250,
    "AuditVerification.faults": 100,
    "AuditVerification.viewChecks": 20,
    "CommandResult.refusals": 20,
    "Conversation.agreements": 20,
    "InsightConsent.scopes": 10,
    "FeedbackRound.invitations": 40,
    "FeedbackRound.selfAnswers": 25,
    "InvitationLetters.letters": 40,
    "LensVersion.pilots": 20,
    "LensVersion.questions": 24,
    "Me.agreementsToConfirm": 200,
    "Me.rounds": 10,
    "Me.teams": 20,
    "Mirror.blocks": 6,
    "Mirror.comments": 25,
    "Mirror.insights": 20,
    "Mirror.leftOut": 6,
    "Mirror.rows": 24,
    "Mirror.talentPicks": 50,
    "MirrorBlock.perspectives": 6,
    "MirrorComments.fragments": 15,
    "MirrorComments.perspectives": 6,
    "MirrorRow.cells": 6,
    "Organisation.units": 500,
    "Portfolio.conversations": 100,
    "Portfolio.energySources": 100,
    "Portfolio.evidence": 300,
    "Portfolio.goals": 100,
    "Portfolio.insights": 500,
    "Portfolio.passions": 50,
    "Portfolio.reflections": 2_000,
    "Portfolio.sharings": 300,
    "Portfolio.talents": 200,
    "PortfolioChange.facts": 500,
    "Question.perspectives": 6,
    "RaterInvitation.terms": 500,
    "Refusal.field": 5,
    "Rollout.materials": 200,
    "RolloutTeam.frontRunners": 5,
    "TalentCatalogue.clusters": 50,
    "Viewer.roles": 10,
    # Few of the twenty or thirty that there may be; what there really is counts while an answer is made.
    "Sharing.people": 5,
    "AuditCommit.events": 5,
    "AuditCommit.faults": 5,
    "AuditNotice.asksToOpen": 5,
    "AuditNotice.openings": 5,
    "AuditReplay.openings": 5,
    "ContentOpening.kinds": 5,
    "Answer.termIds": 3,
    "EnergySource.talentIds": 5,
    "Evidence.talentIds": 5,
    "Goal.insightIds": 5,
    "Reflection.aboutIds": 5,
}
"""The limits of the deciders; lists that keep growing (goals, conversations), by what may be open at once."""
ITEMS_SHARED: Final = {
    "EnergySource.sharings": 300,
    "Evidence.sharings": 300,
    "Goal.sharings": 300,
    "Insight.sharings": 300,
    "Passion.sharings": 300,
    "ProfileStatement.sharings": 300,
    "Reflection.sharings": 300,
    "TalentClaim.evidence": 300,
    "TalentClaim.history": 1_000,
    "TalentClaim.sharings": 300,
    "TalentMapRow.cells": 1_000,
}
"""Lists of one item whose length is bounded, or assumed, for a whole portfolio or map together."""
OF_ONE_PORTFOLIO: Final = (
    *("Portfolio.", "Mirror.insights", "TeamTalentMap.rows"),
    *("ProfileStatementDifference.", "TalentClaimDifference.", "EnergySourceDifference."),
    *("PassionDifference.", "EvidenceDifference.", "ReflectionDifference.", "InsightDifference."),
    *("GoalDifference.", "ConversationDifference.", "SharingDifference."),
)
"""Lists whose items are all of one portfolio, or of one map."""
SIZE_ARGUMENTS: Final = {"first": None, "last": None, "months": 36}
"""Arguments that set the length of a list, with their maximum; None: that of a page."""


def items_max_of(place: str, field: GraphQLField) -> int:
    """Return the maximum length of a list without a size argument; `place` is `Type.field`."""
    if place in ITEMS_MAX:
        return ITEMS_MAX[place]
    return declared_items_max(field) or LIST_ITEMS_ASSUMED


def declared_items_max(field: GraphQLField) -> int | None:
    """Return the maximum length that a field declares; None where it declares none."""
    definition = field.extensions.get("strawberry-definition")
    declared = definition.metadata.get(LENGTH) if isinstance(definition, StrawberryField) else None
    return declared if isinstance(declared, int) else None


def weight_of(place: str, field: GraphQLField) -> int:
    """Return a field's cost in addition to the one for completing it; `place` is `Type.field`."""
    if place in WEIGHTS:
        return WEIGHTS[place]
    if place.startswith("__"):
        return INTROSPECTION_COST
    definition = field.extensions.get("strawberry-definition")
    return READ_COST if isinstance(definition, StrawberryField) and definition.is_async else 0
