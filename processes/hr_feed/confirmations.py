"""What is reported of a command that waits until HR confirms it, and how HR does that in the files."""

from processes.hr_feed.files import Problem
from processes.hr_feed.steps import Step
from rules.commands import Refusal


def waiting(step: Step, refusal: Refusal) -> Problem:
    """Return what is reported of a step that was refused with CONFIRMATION_NEEDED."""
    if step.name == "recordEmploymentEnded":
        return _last_administrator(step)
    nl = (
        f"{step.who}: {refusal.nl} In dit bestand: `zelfde` of `nieuw` in de kolom `returning`; tot dan "
        "gebeurt er met deze rij niets."
    )
    en = (
        f"{step.who}: {refusal.en} In this file: `same` or `new` in the column `returning`; until then "
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
