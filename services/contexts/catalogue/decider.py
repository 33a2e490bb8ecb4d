"""Decides on the catalogue of shared terms."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Final, assert_never

from events.catalog.catalogue import (
    CatalogueEvent,
    TermAdopted,
    TermAligned,
    TermProposed,
    TermRetired,
    TermReworded,
    TermsMerged,
)
from rules.clusters import CLUSTERS
from rules.commands import Refusal
from rules.texts import QUOTED
from services.contexts.catalogue.commands import (
    AdoptTerm,
    AlignTerm,
    AnyCatalogueCommand,
    Label,
    ListedTerm,
    LoadTerms,
    MergeTerms,
    ProposeTerm,
    RetireTerm,
    RewordTerm,
)
from services.contexts.catalogue.state import Catalogue, Term, evolve, same_label
from services.decisions.changes import changed
from services.decisions.command import DecisionContext
from services.decisions.decider import Decider, event_types_of
from services.decisions.refusals import RejectedError, reject_if
from services.decisions.validation import invalid, one_line

PROPOSALS_MAX: Final = 200
"""The most proposals that wait for the working group."""
TERMS_MAX: Final = 5_000
"""The most terms in the catalogue, in any state: each decision has all of them in memory."""
TERMS_OF_LISTS_MAX: Final = 4_000
"""The most terms after a list was loaded; the rest of TERMS_MAX is for people's proposals."""


def decide(  # noqa: PLR0911 - one for each command
    command: AnyCatalogueCommand, state: Catalogue, context: DecisionContext
) -> tuple[CatalogueEvent, ...]:
    """Return the events of the command. Raises RejectedError."""
    match command:
        case ProposeTerm():
            return (_proposed(command, state, context),)
        case AdoptTerm(term_id=term):
            return (_adopted(term, state),)
        case RewordTerm():
            return (_reworded(command, state),)
        case MergeTerms():
            return (_merged(command, state),)
        case RetireTerm(term_id=term):
            return (_retired(term, state),)
        case AlignTerm():
            return (_aligned(command, state),)
        case LoadTerms():
            return _loaded(command, state, context.organisation)
        case _:
            assert_never(command)


DECIDER: Final = Decider[AnyCatalogueCommand, Catalogue, CatalogueEvent](
    commands=(ProposeTerm, AdoptTerm, RewordTerm, MergeTerms, RetireTerm, AlignTerm, LoadTerms),
    reads=event_types_of(CatalogueEvent),
    initial=Catalogue(),
    decide=decide,
    evolve=evolve,
    cached=True,
)


def _proposed(command: ProposeTerm, state: Catalogue, context: DecisionContext) -> TermProposed:
    refusals = [*_left_refusals(context), *_words_refusals(command.label, state)]
    if command.cluster_id not in CLUSTERS:
        nl, en = "Deze groep is er niet.", "There is no such cluster."
        refusals.append(Refusal(code="NOT_FOUND", nl=nl, en=en, field=("clusterId",)))
    if [term.state for term in state.terms.values()].count("PROPOSED") >= PROPOSALS_MAX:
        nl = f"Er liggen al {PROPOSALS_MAX} voorstellen bij de werkgroep. Probeer het later nog eens."
        en = f"The working group has {PROPOSALS_MAX} proposals already. Try again later."
        refusals.append(Refusal(code="LIMIT_REACHED", nl=nl, en=en))
    refusals.extend(_room_refusals(state, 1, TERMS_MAX))
    reject_if(refusals)
    words = command.label
    return TermProposed(
        term=context.new, nl=one_line(words.nl), en=one_line(words.en), cluster=command.cluster_id
    )


def _left_refusals(context: DecisionContext) -> list[Refusal]:
    if not context.sender_left:
        return []
    nl = "Je werkt hier niet meer; daarom kun je geen woord voorstellen."
    en = "You don't work here any more, so you can't propose a word."
    return [Refusal(code="WRONG_STATE", nl=nl, en=en)]


def _adopted(term: str, state: Catalogue) -> TermAdopted:
    if _not_merged(state, term).state == "ADOPTED":
        raise RejectedError(_already("Dit woord is al opgenomen.", "This word is adopted already."))
    return TermAdopted(term=term)


def _retired(term: str, state: Catalogue) -> TermRetired:
    if _not_merged(state, term).state == "RETIRED":
        nl, en = "Dit woord is al niet meer in gebruik.", "This word is out of use already."
        raise RejectedError(_already(nl, en))
    return TermRetired(term=term)


def _aligned(command: AlignTerm, state: Catalogue) -> TermAligned:
    before = _not_merged(state, command.term_id).esco
    esco = changed(command.esco, before)
    if esco == before:
        raise RejectedError(_already("Dit is al zo.", "It is already so."))
    return TermAligned(term=command.term_id, esco=esco)


def _reworded(command: RewordTerm, state: Catalogue) -> TermReworded:
    existing = _not_merged(state, command.term_id)
    reworded = TermReworded(
        term=command.term_id, nl=one_line(command.label.nl), en=one_line(command.label.en)
    )
    if (existing.nl, existing.en) == (reworded.nl, reworded.en):
        raise RejectedError(_already("Dit woord luidt al zo.", "This word reads so already."))
    # The labels of terms that were merged into it count as its own.
    reject_if(
        _words_refusals(
            command.label, state, except_for={command.term_id, *state.merged_into(command.term_id)}
        )
    )
    return reworded


def _merged(command: MergeTerms, state: Catalogue) -> TermsMerged:
    chosen = tuple(dict.fromkeys(command.term_ids))
    into = state.terms.get(command.into_id)
    refusals = [refusal for place, term in enumerate(chosen) for refusal in _merging(term, state, place)]
    if into is None:
        refusals.append(_unknown("intoId"))
    elif into.state != "ADOPTED":
        nl, en = "Kies een woord dat is opgenomen.", "Choose a word that is adopted."
        refusals.append(Refusal(code="WRONG_STATE", nl=nl, en=en, field=("intoId",)))
    elif command.into_id in chosen:
        nl, en = "Een woord kan niet in zichzelf opgaan.", "A word can't be merged into itself."
        refusals.append(invalid(("intoId",), nl=nl, en=en))
    reject_if(refusals)
    before = (earlier for term in chosen for earlier in state.merged_into(term))
    return TermsMerged(terms=(*chosen, *before), into=command.into_id)


def _merging(term: str, state: Catalogue, place: int) -> list[Refusal]:
    field = ("termIds", str(place))
    existing = state.terms.get(term)
    if existing is None:
        return [_unknown(*field)]
    return [_merged_already(*field)] if existing.state == "MERGED" else []


def _not_merged(state: Catalogue, term: str) -> Term:
    """Return a term that was not merged, in use or not. Raises RejectedError."""
    found = state.terms.get(term)
    if found is None:
        raise RejectedError(_unknown("termId"))
    if found.state == "MERGED":
        raise RejectedError(_merged_already("termId"))
    return found


def _loaded(command: LoadTerms, state: Catalogue, organisation: str) -> tuple[CatalogueEvent, ...]:
    known, new = match_list(command.terms, state, organisation)
    reject_if(_room_refusals(state, len(new), TERMS_OF_LISTS_MAX) if new else [])
    waiting = [name for name in known.values() if state.terms[name].state == "PROPOSED"]
    events: list[CatalogueEvent] = [TermAdopted(term=name) for name in waiting]
    for listed in new:
        term = listed.term(organisation)
        nl, en = one_line(listed.label.nl), one_line(listed.label.en)
        proposed = TermProposed(term=term, nl=nl, en=en, cluster=listed.cluster, list=command.list_name)
        events += [proposed, TermAdopted(term=term)]
        if listed.esco is not None:
            events.append(TermAligned(term=term, esco=listed.esco))
    if not events:
        raise RejectedError(_already("Deze woorden zijn er al.", "These words are there already."))
    return tuple(events)


def match_list(
    listed: Iterable[ListedTerm], state: Catalogue, organisation: str
) -> tuple[dict[ListedTerm, str], list[ListedTerm]]:
    """
    Match a list with the catalogue. Return the ids of the terms it already has, and the new terms.

    A listed term that shares a label with another term, in either language, is neither known nor new: people
    could not distinguish the two.
    """
    by_label = {term.same: term.into or name for name, term in state.terms.items()}
    taken = [{term.same[place] for term in state.terms.values()} for place in range(2)]
    known: dict[ListedTerm, str] = {}
    new = []
    for term in listed:
        label = same_label(term.label.nl, term.label.en)
        name = term.term(organisation)
        if name in state.terms or label in by_label:
            known[term] = (state.terms[name].into or name) if name in state.terms else by_label[label]
        elif not any(words in labels for words, labels in zip(label, taken, strict=True)):
            new.append(term)
            for words, labels in zip(label, taken, strict=True):
                labels.add(words)
    return known, new


def _words_refusals(
    label: Label, state: Catalogue, *, except_for: AbstractSet[str] = frozenset()
) -> list[Refusal]:
    """Refuse labels that another term has: nobody could choose between two that read the same."""
    others = [term for name, term in state.terms.items() if name not in except_for]
    refusals = []
    for place, (language, words) in enumerate(zip(("nl", "en"), same_label(label.nl, label.en), strict=True)):
        existing = next((term for term in others if term.same[place] == words), None)
        if existing is not None:
            refusals.append(_taken(existing, state, "label", language))
    return refusals


def _taken(existing: Term, state: Catalogue, *field: str) -> Refusal:
    if existing.state == "RETIRED":
        nl = "Dit woord is niet (meer) in gebruik. De werkgroep kan het weer opnemen."
        en = "This word is out of use. The working group can adopt it again."
        return Refusal(code="WRONG_STATE", nl=nl, en=en, field=field)
    nl, en = "Dit woord is er al.", "This word is there already."
    if existing.into is not None:
        kept = state.terms[existing.into]
        nl = f"Dit woord is opgegaan in {QUOTED.format(kept.nl)}."
        en = f"This word was merged into {QUOTED.format(kept.en)}."
    return Refusal(code="ALREADY_SO", nl=nl, en=en, field=field)


def _room_refusals(state: Catalogue, new: int, most: int) -> list[Refusal]:
    if len(state.terms) + new <= most:
        return []
    nl = f"De talenttaal heeft plaats voor {most} woorden."
    en = f"The talent language has room for {most} words."
    return [Refusal(code="LIMIT_REACHED", nl=nl, en=en)]


def _unknown(*field: str) -> Refusal:
    nl, en = "Dit woord staat niet in de talenttaal.", "This word is not in the talent language."
    return Refusal(code="NOT_FOUND", nl=nl, en=en, field=field)


def _merged_already(*field: str) -> Refusal:
    nl, en = "Dit woord is opgegaan in een ander woord.", "This word was merged into another one."
    return Refusal(code="WRONG_STATE", nl=nl, en=en, field=field)


def _already(nl: str, en: str) -> Refusal:
    return Refusal(code="ALREADY_SO", nl=nl, en=en)
