"""Decides on talents."""

from collections.abc import Mapping, Sequence
from typing import Final, assert_never

from events.catalog.portfolio import PortfolioEvent
from events.catalog.portfolio.talents import TalentClaimed, TalentEvent, TalentRevised, TalentSetAside
from rules.commands import Refusal
from services.contexts.portfolio.refusals import (
    already_so,
    change_refusals,
    item_refusals,
    limit_reached,
    not_found,
    wrong_state,
)
from services.contexts.portfolio.sharing.decider import sharings_ended
from services.contexts.portfolio.state import Portfolio, Talent
from services.contexts.portfolio.talents.commands import (
    ClaimTalent,
    ReviseTalent,
    SetTalentAside,
    TalentCommand,
)
from services.decisions.changes import changed
from services.decisions.command import DecisionContext, SharedTerm
from services.decisions.refusals import reject_if
from services.decisions.validation import one_line, same_words

TALENTS_MAX: Final = 200
"""The most talents in one portfolio, those set aside not counted."""


def decide_talent(
    command: TalentCommand, state: Portfolio, context: DecisionContext
) -> tuple[PortfolioEvent, ...]:
    match command:
        case ClaimTalent():
            reject_if([*change_refusals(state), *_claim_refusals(command, state, context.terms)])
            return (_claimed(command, context),)
        case ReviseTalent():
            return (_revised(command, state),)
        case SetTalentAside(talent_id=talent):
            gone = item_refusals(state, Talent, talent, "talentId", gone="ALREADY_SO")
            reject_if([*change_refusals(state), *gone])
            return TalentSetAside(talent=talent), *sharings_ended(state, "item_gone", item=talent)
        case _:
            assert_never(command)


def evolve_talent(state: Portfolio, event: TalentEvent) -> Portfolio:
    match event:
        case TalentClaimed():
            talent = Talent(
                name=event.name,
                name_en=event.name_en,
                term=event.term,
                strength=event.strength,
                energy=event.energy,
                use=event.use,
                story=event.story,
            )
            return state.with_new(event.talent, talent)
        case TalentRevised():
            return state.with_changed(
                event.talent,
                strength=event.strength,
                energy=event.energy,
                use=event.use,
                story=event.story,
            )
        case TalentSetAside():
            return state.with_changed(event.talent, gone=True)
        case _:
            assert_never(event)


def _claim_refusals(command: ClaimTalent, state: Portfolio, terms: Mapping[str, SharedTerm]) -> list[Refusal]:
    kept = state.kept(Talent)
    term = command.name.term_id
    refusals = _own_words_refusals(command, kept) if term is None else _term_refusals(term, kept, terms)
    if len(kept) >= TALENTS_MAX:
        nl = f"Een portfolio heeft hoogstens {TALENTS_MAX} talenten. Leg er eerst een opzij."
        en = f"A portfolio has {TALENTS_MAX} talents at most. Set one aside first."
        refusals.append(limit_reached(nl=nl, en=en))
    return refusals


def _own_words_refusals(command: ClaimTalent, kept: Sequence[Talent]) -> list[Refusal]:
    words = {same_words(command.name.own_words or "")}
    return [_already_claimed("ownWords")] if any(words & _names(talent) for talent in kept) else []


def _term_refusals(name: str, kept: Sequence[Talent], terms: Mapping[str, SharedTerm]) -> list[Refusal]:
    term = terms.get(name)
    if term is None:
        nl, en = "Dit woord staat niet in de talenttaal.", "This word is not in the talent language."
        return [not_found("name", "termId", nl=nl, en=en)]
    if term.state == "PROPOSED":
        nl, en = "Dit woord is nog niet opgenomen.", "This word is not adopted yet."
        return [wrong_state("name", "termId", nl=nl, en=en)]
    if term.state != "ADOPTED":
        nl, en = "Dit woord is niet meer in gebruik.", "This word is out of use."
        return [wrong_state("name", "termId", nl=nl, en=en)]
    # A talent claimed by a term that was merged into this one reads as this one.
    same_terms, labels = {term.term, *term.merged}, {same_words(term.nl), same_words(term.en)}
    claimed = any(talent.term in same_terms or labels & _names(talent) for talent in kept)
    return [_already_claimed("termId")] if claimed else []


def _names(talent: Talent) -> set[str]:
    return {same_words(name) for name in (talent.name, talent.name_en) if name is not None}


def _already_claimed(field: str) -> Refusal:
    nl = "Dit talent staat al in je portfolio. Je kunt het daar bijstellen."
    en = "This talent is in your portfolio already. You can revise it there."
    return already_so("name", field, nl=nl, en=en)


def _claimed(command: ClaimTalent, context: DecisionContext) -> TalentClaimed:
    term = context.terms.get(command.name.term_id or "")
    return TalentClaimed(
        talent=context.new,
        name=one_line(command.name.own_words or "") if term is None else term.nl,
        strength=command.strength,
        energy=command.energy,
        use=command.use,
        story=(command.story or "").strip() or None,
        term=None if term is None else term.term,
        name_en=None if term is None else term.en,
    )


def _revised(command: ReviseTalent, state: Portfolio) -> TalentRevised:
    talent = state.item(Talent, command.talent_id)
    story = changed(command.story, None if talent is None else talent.story)
    revised = TalentRevised(
        talent=command.talent_id,
        strength=command.strength,
        energy=command.energy,
        use=command.use,
        story=(story or "").strip() or None,
    )
    refusals = [
        *change_refusals(state),
        *item_refusals(state, Talent, command.talent_id, "talentId"),
    ]
    if talent is not None and _reading(talent) == _reading(revised):
        nl, en = "Zo staat dit talent er al.", "This talent says so already."
        refusals.append(already_so(nl=nl, en=en))
    reject_if(refusals)
    return revised


def _reading(talent: Talent | TalentRevised) -> tuple[int, int, int, str | None]:
    return talent.strength, talent.energy, talent.use, talent.story
