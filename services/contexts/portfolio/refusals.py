"""Refusals that several kinds of commands on a portfolio share."""

from typing import Final, Literal, NamedTuple

from rules.commands import Refusal
from services.contexts.portfolio.state import (
    Conversation,
    EnergySource,
    Evidence,
    Goal,
    I,
    Insight,
    Item,
    Passion,
    Portfolio,
    Reflection,
    Statement,
    Talent,
)


class _Words(NamedTuple):
    """The name of a kind of item, and the word for removing one."""

    nl: str
    en: str
    nl_gone: str = ""
    en_gone: str = ""


_WORDS: Final[dict[type[Item], _Words]] = {
    Item: _Words("Dit onderdeel", "This item", "weggehaald", "removed"),
    Statement: _Words("Dit profiel", "This statement"),
    Talent: _Words("Dit talent", "This talent", "opzijgelegd", "set aside"),
    EnergySource: _Words("Deze energiebron", "This energy source", "weggehaald", "removed"),
    Passion: _Words("Deze passie", "This passion", "losgelaten", "let go"),
    Evidence: _Words("Dit bewijs", "This evidence", "ingetrokken", "withdrawn"),
    Reflection: _Words("Deze reflectie", "This reflection"),
    Insight: _Words("Dit inzicht", "This insight"),
    Goal: _Words("Dit doel", "This goal", "losgelaten", "let go"),
    Conversation: _Words("Dit gesprek", "This conversation"),
}


def wrong_state(*field: str, nl: str, en: str) -> Refusal:
    return Refusal(code="WRONG_STATE", nl=nl, en=en, field=field)


def already_so(*field: str, nl: str, en: str) -> Refusal:
    return Refusal(code="ALREADY_SO", nl=nl, en=en, field=field)


def not_found(*field: str, nl: str, en: str) -> Refusal:
    return Refusal(code="NOT_FOUND", nl=nl, en=en, field=field)


def limit_reached(*field: str, nl: str, en: str) -> Refusal:
    return Refusal(code="LIMIT_REACHED", nl=nl, en=en, field=field)


def change_refusals(state: Portfolio) -> list[Refusal]:
    """Refuse any change unless the portfolio is open."""
    if state.status != "PAUSED":
        return closed_refusals(state)
    nl = "Je portfolio staat op pauze. Ga er eerst mee verder."
    en = "Your portfolio is paused. Resume it first."
    return [wrong_state(nl=nl, en=en)]


def closed_refusals(state: Portfolio) -> list[Refusal]:
    """Refuse any change unless the portfolio is open or paused."""
    match state.status:
        case "NOT_OPENED":
            return [wrong_state(nl="Open eerst je portfolio.", en="Open your portfolio first.")]
        case "CLOSED":
            nl = "Je portfolio is gesloten en verandert niet meer."
            en = "Your portfolio is closed and takes no more changes."
            return [wrong_state(nl=nl, en=en)]
        case "OPEN" | "PAUSED":
            return []


def item_refusals(
    state: Portfolio,
    kind: type[I],
    item: str,
    *field: str,
    gone: Literal["WRONG_STATE", "ALREADY_SO"] = "WRONG_STATE",
) -> list[Refusal]:
    """Refuse an item that is unknown or not of this kind, or that is gone (with the code `gone`)."""
    found = state.item(kind, item)
    if found is None:
        return [unknown_item(kind, *field)]
    if not found.gone:
        return []
    words = _WORDS[type(found)]
    nl_already, en_already = (" al", " already") if gone == "ALREADY_SO" else ("", "")
    nl = f"{words.nl} heb je{nl_already} {words.nl_gone}."
    en = f"{words.en} has{en_already} been {words.en_gone}."
    return [Refusal(code=gone, nl=nl, en=en, field=field)]


def unknown_item(kind: type[Item], *field: str) -> Refusal:
    words = _WORDS[kind]
    nl = f"{words.nl} staat niet in je portfolio."
    en = f"{words.en} is not in your portfolio."
    return not_found(*field, nl=nl, en=en)


def talents_refusals(state: Portfolio, talents: tuple[str, ...]) -> list[Refusal]:
    """Refuse references to talents that are unknown or set aside."""
    return [
        refusal
        for number, talent in enumerate(talents)
        for refusal in item_refusals(state, Talent, talent, "talentIds", str(number))
    ]


def deduplicated(ids: tuple[str, ...]) -> tuple[str, ...]:
    """Return each id once, in the order of its first place."""
    return tuple(dict.fromkeys(ids))
