"""Lines for events of streams that have no timeline; those of a portfolio are in rules/timeline."""

from collections.abc import Mapping
from typing import Final

from rules.texts import LocalLine

_LINES: Final[Mapping[str, tuple[str, str]]] = {
    # access
    "AuditReplayStarted": ("Inzage door een auditor begonnen", "Replay by an auditor started"),
    "AuditReplayFinished": ("Inzage door een auditor afgerond", "Replay by an auditor finished"),
    "AuditAccessGranted": ("Inhoud opengesteld voor een auditor", "Contents opened to an auditor"),
    "AuditAccessEnded": ("Openstelling voor een auditor beëindigd", "Opening to an auditor ended"),
    "AuditGroundNoticed": (
        "Bericht van een grond die inhoud openstelt voor een auditor",
        "Notice of a ground that opens contents to an auditor",
    ),
    # employment
    "ProfessionalRegistered": ("Geregistreerd als professional", "Registered as a professional"),
    "TeamJoined": ("In een team gekomen", "Joined a team"),
    "TeamLeft": ("Uit een team gegaan", "Left a team"),
    "EmploymentEnded": ("Dienstverband beëindigd", "Employment ended"),
    # what members of a team do
    "JointGoalAdopted": ("Gezamenlijk doel vastgelegd", "Joint goal adopted"),
    "JointGoalProgressNoted": (
        "Voortgang van een gezamenlijk doel genoteerd",
        "Progress of a joint goal noted",
    ),
    "JointGoalReached": ("Gezamenlijk doel bereikt", "Joint goal reached"),
    "WorkOffered": ("Klus aangeboden", "Work offered"),
    "WorkVolunteeredFor": ("Iemand meldde zich voor een klus", "Somebody stepped forward for work"),
    "WorkTakenUp": ("Klus opgepakt", "Work taken up"),
    "WorkHandedBack": ("Klus teruggegeven", "Work handed back"),
    "WorkOfferEnded": ("Klus voorbij", "Offer of work ended"),
    "TeamSessionHeld": ("Teamgesprek vastgelegd", "Team session recorded"),
    # rollout
    "FrontRunnerSteppedForward": ("Koploper gemeld", "Front runner stepped forward"),
    "TeamInvitedByFrontRunner": ("Team uitgenodigd door een koploper", "Team invited by a front runner"),
    "TeamStarted": ("Team begonnen", "Team started"),
    "TeamPaused": ("Team pauzeert", "Team paused"),
    "ExperienceShared": ("Ervaring gedeeld", "Experience shared"),
    "MaterialPublished": ("Materiaal gepubliceerd", "Material published"),
    # release
    "ReleaseCutOff": ("Peilmoment van een inzichtbeeld vastgelegd", "Release cut off"),
    "CapabilityCellsReleased": ("Deel van een inzichtbeeld vastgelegd", "Part of a release recorded"),
    "CapabilityReleased": ("Inzichtbeeld uitgebracht", "Release published"),
    "ReleaseHeld": ("Inzichtbeeld aangehouden", "Release held"),
    # team and units
    "TeamFormed": ("Team gevormd", "Team formed"),
    "TeamKeyNoted": ("Kenmerk van het team vastgelegd", "Key of the team noted"),
    "TeamRenamed": ("Team hernoemd", "Team renamed"),
    "TeamMoved": ("Team verplaatst naar een andere afdeling", "Team moved to another unit"),
    "TeamClosed": ("Team gesloten", "Team closed"),
    "TeamReopened": ("Team heropend", "Team reopened"),
    "UnitFormed": ("Afdeling gevormd", "Unit formed"),
    "UnitRenamed": ("Afdeling hernoemd", "Unit renamed"),
    "UnitMoved": ("Afdeling verplaatst", "Unit moved"),
    "UnitClosed": ("Afdeling gesloten", "Unit closed"),
    "UnitReopened": ("Afdeling heropend", "Unit reopened"),
    "UnitKeyNoted": ("Kenmerk van een afdeling vastgelegd", "Key of a unit noted"),
    "TeamPlaced": ("Plaats van een team bepaald", "Place of a team decided"),
    # lens and catalogue
    "LensDrafted": ("Vragenset begonnen", "Lens drafted"),
    "QuestionAdded": ("Vraag toegevoegd", "Question added"),
    "QuestionReworded": ("Vraag anders verwoord", "Question reworded"),
    "QuestionDropped": ("Vraag weggehaald", "Question dropped"),
    "LensPiloted": ("Vragenset uitgeprobeerd", "Lens tried in a pilot"),
    "LensPublished": ("Vragenset gepubliceerd", "Lens published"),
    "LensWithdrawn": ("Vragenset ingetrokken", "Lens withdrawn"),
    "TermProposed": ("Woord voorgesteld", "Term proposed"),
    "TermAdopted": ("Woord opgenomen", "Term adopted"),
    "TermReworded": ("Woord anders verwoord", "Term reworded"),
    "TermsMerged": ("Woorden samengevoegd", "Terms merged"),
    "TermRetired": ("Woord uit gebruik genomen", "Term retired"),
    "TermAligned": ("Woord aan ESCO gekoppeld", "Term aligned with ESCO"),
    # policy
    "OrganisationFounded": ("Organisatie opgericht", "Organisation founded"),
    "RoleGranted": ("Rol toegekend", "Role granted"),
    "RoleWithdrawn": ("Rol ingetrokken", "Role withdrawn"),
    "PolicyAdopted": ("Beleid vastgesteld", "Policy adopted"),
    "WorksCouncilConsentRecorded": (
        "Instemming van de ondernemingsraad vastgelegd",
        "Consent of the works council recorded",
    ),
    "WorksCouncilConsentWithdrawn": (
        "Instemming van de ondernemingsraad ingetrokken",
        "Consent of the works council withdrawn",
    ),
    "DpiaRecorded": ("DPIA vastgelegd", "DPIA recorded"),
    "AuditGroundRecorded": ("Grond voor inzage vastgelegd", "Ground for an audit recorded"),
}


_UNKNOWN: Final = ("Er is iets vastgelegd", "Something was recorded")
"""Of an event of a newer program; a test checks that every event of today has its own words."""


def line_of(fact: str) -> LocalLine:
    """Return the line of an event by the name of its class."""
    nl, en = _LINES.get(fact, _UNKNOWN)
    return LocalLine(nl=nl, en=en)
