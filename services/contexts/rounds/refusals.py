"""Refusals that several commands on feedback rounds share."""

from typing import Final

from rules.commands import Refusal
from services.contexts.rounds.state import FeedbackRound, Rounds, RoundStatus
from services.decisions.refusals import RejectedError

_STATES: Final[dict[RoundStatus, tuple[str, str]]] = {
    "PREPARED": ("nog niet open", "not open yet"),
    "OPEN": ("al open", "open already"),
    "CLOSING": ("aan het sluiten; dat duurt een paar seconden", "closing; this takes seconds"),
    "CLOSED": ("gesloten", "closed"),
    "CANCELLED": ("afgebroken", "cancelled"),
}


def wrong_state(*field: str, nl: str, en: str) -> Refusal:
    return Refusal(code="WRONG_STATE", nl=nl, en=en, field=field)


def already_so(*field: str, nl: str, en: str) -> Refusal:
    return Refusal(code="ALREADY_SO", nl=nl, en=en, field=field)


def limit_reached(*field: str, nl: str, en: str) -> Refusal:
    return Refusal(code="LIMIT_REACHED", nl=nl, en=en, field=field)


def in_state(state: Rounds, name: str, *allowed: RoundStatus) -> FeedbackRound:
    """
    Return the round if it is in one of these states.

    Raises RejectedError; also while any round of the person is closing, because nothing may enter the
    stream between the closing of a round and its end.
    """
    found = state.rounds.get(name)
    if found is None:
        nl, en = "Deze ronde is er niet.", "There is no such round."
        raise RejectedError(Refusal(code="NOT_FOUND", nl=nl, en=en, field=("roundId",)))
    refuse_while_closing(state)
    if found.status not in allowed:
        nl, en = _STATES[found.status]
        raise RejectedError(wrong_state("roundId", nl=f"Deze ronde is {nl}.", en=f"This round is {en}."))
    return found


def refuse_while_closing(state: Rounds) -> None:
    """Raise RejectedError while a round is closing."""
    if state.is_closing:
        nl = "Er wordt net een ronde gesloten; dat duurt een paar seconden. Probeer het daarna opnieuw."
        en = "A round is just closing; this takes seconds. Try again afterwards."
        raise RejectedError(wrong_state(nl=nl, en=en))


def subject_refusals(state: Rounds) -> list[Refusal]:
    """Refuse somebody who left, or whose portfolio is not open."""
    if not state.employed:
        nl = "Je werkt hier niet meer; daarom kun je geen feedback meer vragen."
        en = "You don't work here any more, so you can't ask for feedback."
        return [wrong_state(nl=nl, en=en)]
    match state.portfolio:
        case "OPEN":
            return []
        case "NOT_OPENED":
            return [wrong_state(nl="Open eerst je portfolio.", en="Open your portfolio first.")]
        case "PAUSED":
            nl = "Je portfolio staat op pauze. Ga er eerst mee verder."
            en = "Your portfolio is paused. Resume it first."
            return [wrong_state(nl=nl, en=en)]
        case "CLOSED":
            nl = "Je portfolio is gesloten en verandert niet meer."
            en = "Your portfolio is closed and takes no more changes."
            return [wrong_state(nl=nl, en=en)]
