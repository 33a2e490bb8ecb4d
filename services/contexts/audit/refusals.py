"""Refusals of commands on audits."""

from rules.commands import Refusal
from services.decisions.validation import invalid


def already_so(nl: str, en: str) -> Refusal:
    return Refusal(code="ALREADY_SO", nl=nl, en=en)


def wrong_state(field: str, nl: str, en: str) -> Refusal:
    return Refusal(code="WRONG_STATE", nl=nl, en=en, field=(field,))


def own_replay() -> Refusal:
    """Who audits never records a ground for it, also after the roles changed hands (privacy rule 22)."""
    nl = "Voor je eigen inzage kun je geen grond vastleggen."
    en = "You can't record a ground for a replay of your own."
    return Refusal(code="ROLES_CONFLICT", nl=nl, en=en)


def without_kinds(field: str) -> Refusal:
    nl = "Soorten kies je alleen bij een portfolio; iets anders gaat in zijn geheel open."
    en = "Kinds are chosen for a portfolio only; anything else is opened whole."
    return invalid((field,), nl=nl, en=en)


def not_asked() -> Refusal:
    nl = "Kies een of meer van de soorten waar de auditor om vroeg."
    en = "Choose one or more of the kinds that the auditor asked for."
    return invalid(("kinds",), nl=nl, en=en)


def until_when(days_max: int) -> Refusal:
    nl = f"Kies een moment binnen {days_max} dagen vanaf nu."
    en = f"Choose a moment within {days_max} days from now."
    return invalid(("until",), nl=nl, en=en)
