"""What is reported of a command that waits until HR confirms it, and how HR does that in the files."""

from processes.hr_feed.files import Problem
from processes.hr_feed.steps import Step


def waiting(step: Step) -> Problem:
    """Return what is reported of a step that was refused with CONFIRMATION_NEEDED."""
    if step.name == "recordEmploymentEnded":
        return _last_administrator(step)
    return _another_person(step)


def _another_person(step: Step) -> Problem:
    nl = (
        f"{step.who}: dit nummer was van iemand die uit dienst is, met een andere naam en een ander "
        "mailadres. Zet in de kolom `returning` of het dezelfde persoon is (zelfde) of iemand anders "
        "(nieuw); tot dan gebeurt er met deze rij niets."
    )
    en = (
        f"{step.who}: this number was that of somebody who left, with another name and another mail address. "
        "Say in the column `returning` whether it is the same person (same) or another (new); until then "
        "nothing is done with this row."
    )
    return Problem(file=step.file, line=step.line, column="returning", nl=nl, en=en)


def _last_administrator(step: Step) -> Problem:
    nl = (
        f"{step.who} ontbreekt en is de enige beheerder: daarna kan niemand meer rollen toekennen. Er "
        "gebeurt niets tot iemand anders beheerder is, of tot het met confirmLeavers=true wordt bevestigd; "
        "wijs dan op de server een nieuwe aan: python -m services appoint."
    )
    en = (
        f"{step.who} is missing and is the only administrator: after that nobody can grant a role. Nothing "
        "happens until somebody else is an administrator, or until it is confirmed with confirmLeavers=true; "
        "then appoint a new one on the server: python -m services appoint."
    )
    return Problem(file=step.file, line=step.line, nl=nl, en=en)
