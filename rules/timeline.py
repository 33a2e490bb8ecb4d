"""The entries of a timeline: their ids, and their lines in both languages."""

from collections.abc import Mapping
from datetime import date
from textwrap import shorten
from typing import Final

from kit.ids import derived_id
from rules.texts import LocalLine, quoted

NAME_CHARS_MAX: Final = 80
"""The most characters of an item's own words in a line."""

_MONTHS_NL: Final = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)
_MONTHS_EN: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


_UNKNOWN: Final = ("Er is iets vastgelegd", "Something was recorded")
_KINDS: Final[Mapping[str | None, tuple[str, str]]] = {
    None: ("Iets", "Something"),
    "statement": ("Eigen profiel", "Own profile"),
    "talent": ("Talent", "Talent"),
    "energy_source": ("Energiebron", "Energy source"),
    "passion": ("Passie", "Passion"),
    "evidence": ("Bewijs", "Evidence"),
    "reflection": ("Reflectie", "Reflection"),
    "goal": ("Doel", "Goal"),
    "conversation": ("Gesprek", "Conversation"),
    "insight": ("Inzicht", "Insight"),
}
# By the name of the event class, and its detail if that matters. `{item}` is a space and the item's words.
_LINES: Final[Mapping[str, tuple[str, str]]] = {
    "PortfolioOpened": ("Portfolio geopend", "Portfolio opened"),
    "ProfileStatementWritten": ("Eigen profiel geschreven", "Own profile written"),
    "TalentClaimed": ("Talent{item} toegevoegd", "Talent{item} added"),
    "TalentRevised": ("Talent{item} bijgewerkt", "Talent{item} brought up to date"),
    "TalentSetAside": ("Talent{item} opzijgezet", "Talent{item} set aside"),
    "EnergySourceNoted giver": ("Energiegever{item} genoteerd", "Energy giver{item} noted"),
    "EnergySourceNoted drainer": ("Energievreter{item} genoteerd", "Energy drainer{item} noted"),
    "EnergySourceRemoved": ("Energiebron{item} weggehaald", "Energy source{item} removed"),
    "PassionNamed": ("Passie{item} benoemd", "Passion{item} named"),
    "PassionLetGo": ("Passie{item} losgelaten", "Passion{item} let go"),
    "EvidenceAdded": ("Bewijs{item} toegevoegd", "Evidence{item} added"),
    "EvidenceWithdrawn": ("Bewijs{item} teruggetrokken", "Evidence{item} withdrawn"),
    "ReflectionWritten": ("Reflectie{item} geschreven", "Reflection{item} written"),
    "MirrorInsightKept": ("Inzicht{item} bewaard", "Insight{item} kept"),
    "GoalSet": ("Doel{item} gesteld", "Goal{item} set"),
    "GoalSharpened": ("Doel{item} aangescherpt", "Goal{item} sharpened"),
    "GoalProgressNoted": ("Voortgang van doel{item}: {detail}%", "Progress of goal{item}: {detail}%"),
    "GoalReached": ("Doel{item} bereikt", "Goal{item} reached"),
    "GoalLetGo": ("Doel{item} losgelaten", "Goal{item} let go"),
    "GoalOfferedToTeam": ("Doel{item} aan het team aangeboden", "Goal{item} offered to the team"),
    "GoalOfferTakenBack": ("Aanbod van doel{item} teruggenomen", "Offer of goal{item} taken back"),
    "GoalOfferTakenBack goal_over": (
        "Doel{item} niet langer aangeboden: het is bereikt of losgelaten",
        "Goal{item} no longer on offer: it was reached or let go",
    ),
    "GoalOfferTakenBack team_left": (
        "Doel{item} niet langer aangeboden: je hoort niet meer bij dit team",
        "Goal{item} no longer on offer: you are no longer in this team",
    ),
    "GoalOfferTakenBack employment_ended": (
        "Doel{item} niet langer aangeboden: je werkt hier niet meer",
        "Goal{item} no longer on offer: you no longer work here",
    ),
    "GoalOfferTakenBack portfolio_closed": (
        "Doel{item} niet langer aangeboden: je portfolio is gesloten",
        "Goal{item} no longer on offer: your portfolio is closed",
    ),
    "ConversationPlanned": ("Gesprek gepland voor {day}", "Conversation planned for {day}"),
    "ConversationHeld": ("Gesprek van {day} vastgelegd", "Conversation of {day} recorded"),
    "AgreementConfirmed": (
        "Afspraak{item} bevestigd door de ander",
        "Agreement{item} confirmed by the other",
    ),
    "ItemShared people": (
        "{kind}{item} gedeeld met gekozen collega's, tot en met {day}",
        "{kind}{item} shared with chosen colleagues, through {day}",
    ),
    "ItemShared team": (
        "{kind}{item} gedeeld met het team, tot en met {day}",
        "{kind}{item} shared with the team, through {day}",
    ),
    "ItemShared organisation": (
        "{kind}{item} gedeeld met de hele organisatie, tot en met {day}",
        "{kind}{item} shared with the whole organisation, through {day}",
    ),
    "ItemSharingEnded owner": ("{kind}{item} niet langer gedeeld", "{kind}{item} no longer shared"),
    "ItemSharingEnded day": (
        "{kind}{item} niet langer gedeeld: de afgesproken dag is voorbij",
        "{kind}{item} no longer shared: the last day has passed",
    ),
    "ItemSharingEnded team_left": (
        "{kind}{item} niet langer gedeeld: je hoort niet meer bij dit team",
        "{kind}{item} no longer shared: you are no longer in this team",
    ),
    "ItemSharingEnded employment_ended": (
        "{kind}{item} niet langer gedeeld: je werkt hier niet meer",
        "{kind}{item} no longer shared: you no longer work here",
    ),
    "ItemSharingEnded item_gone": (
        "{kind}{item} niet langer gedeeld: het staat niet meer in je portfolio",
        "{kind}{item} no longer shared: it is no longer in your portfolio",
    ),
    "ItemSharingEnded portfolio_closed": (
        "{kind}{item} niet langer gedeeld: je portfolio is gesloten",
        "{kind}{item} no longer shared: your portfolio is closed",
    ),
    "InsightConsentGiven": (
        "Toestemming gegeven om anoniem mee te tellen",
        "Agreed to be counted anonymously",
    ),
    "InsightConsentWithdrawn": (
        "Toestemming om anoniem mee te tellen ingetrokken",
        "No longer counted anonymously",
    ),
    "CorrectionRecorded": ("Een eerder feit rechtgezet", "An earlier fact set right"),
    "PortfolioPaused": ("Portfolio op pauze gezet", "Portfolio paused"),
    "PortfolioResumed": ("Portfolio weer opgepakt", "Portfolio taken up again"),
    "PortfolioClosed": ("Portfolio gesloten", "Portfolio closed"),
}


def entry_id(person: str, version: int) -> str:
    """Return the id of the entry for the event at a version of a person's portfolio stream."""
    return derived_id("timeline", person, str(version))


def short_name(text: str) -> str:
    """Return an item's own words, shortened to fit into a line."""
    shortened = shorten(text, NAME_CHARS_MAX, placeholder=" \u2026")
    # A single word that is too long would leave only the ellipsis.
    return shortened if len(shortened) > len(" \u2026") else text.strip()[: NAME_CHARS_MAX - 1] + "\u2026"


def summary(
    fact: str,
    *,
    item: LocalLine | None = None,
    kind: str | None = None,
    detail: str | None = None,
    day: date | None = None,
) -> LocalLine:
    """Return the line of an entry: `item` is the item's own words, `kind` what was shared."""
    nl, en = _LINES.get(f"{fact} {detail}") or _LINES.get(fact) or _UNKNOWN
    kind_nl, kind_en = _KINDS.get(kind, _KINDS[None])
    words = item or LocalLine(nl="", en="")
    return LocalLine(
        nl=nl.format(item=quoted(words.nl), kind=kind_nl, detail=detail, day=_day(day, _MONTHS_NL)),
        en=en.format(item=quoted(words.en), kind=kind_en, detail=detail, day=_day(day, _MONTHS_EN)),
    )


def _day(day: date | None, months: tuple[str, ...]) -> str:
    return f"{day.day} {months[day.month - 1]} {day.year}" if day else "?"
