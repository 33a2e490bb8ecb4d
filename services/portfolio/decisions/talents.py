"""What may happen to talents."""

from typing import Final, assert_never

from events.catalog.portfolio import PortfolioEvent, TalentClaimed, TalentRevised, TalentSetAside
from services.deciding import Ids, Refusal, reject_if
from services.portfolio.commands.talents import ClaimTalent, ReviseTalent, SetTalentAside, TalentCommand
from services.portfolio.decisions.reasons import (
    already_so,
    change_refusals,
    item_refusals,
    limit_reached,
    not_found,
)
from services.portfolio.decisions.sharing import sharings_ended
from services.portfolio.state import Portfolio, Talent
from services.wording import one_line, same_words

TALENTS_MAX: Final = 200
"""Talents in one portfolio that are not set aside."""


def decide_talent(command: TalentCommand, state: Portfolio, ids: Ids) -> tuple[PortfolioEvent, ...]:
    match command:
        case ClaimTalent():
            reject_if([*change_refusals(state), *_claim_refusals(command, state)])
            return (_claimed(command, ids.new),)
        case ReviseTalent():
            return (_revised(command, state),)
        case SetTalentAside(talent_id=talent):
            gone = item_refusals(state, Talent, talent, "talentId", gone="ALREADY_SO")
            reject_if([*change_refusals(state), *gone])
            return TalentSetAside(talent=talent), *sharings_ended(state, "item_gone", item=talent)
        case _:
            assert_never(command)


def _claim_refusals(command: ClaimTalent, state: Portfolio) -> list[Refusal]:
    refusals = []
    if command.name.term_id is not None:
        nl, en = "Dit woord staat niet in de talenttaal.", "This word is not in the talent language."
        refusals.append(not_found("name", "termId", nl=nl, en=en))
    kept = state.kept(Talent)
    words = same_words(command.name.own_words or "")
    if words and any(same_words(talent.name) == words for talent in kept):
        nl = "Dit talent staat al in je portfolio. Je kunt het daar bijstellen."
        en = "This talent is in your portfolio already. You can revise it there."
        refusals.append(already_so("name", "ownWords", nl=nl, en=en))
    if len(kept) >= TALENTS_MAX:
        nl = f"Een portfolio heeft hoogstens {TALENTS_MAX} talenten. Leg er eerst een opzij."
        en = f"A portfolio has {TALENTS_MAX} talents at most. Set one aside first."
        refusals.append(limit_reached(nl=nl, en=en))
    return refusals


def _claimed(command: ClaimTalent, talent: str) -> TalentClaimed:
    return TalentClaimed(
        talent=talent,
        name=one_line(command.name.own_words or ""),
        strength=command.strength,
        energy=command.energy,
        use=command.use,
        story=(command.story or "").strip() or None,
    )


def _revised(command: ReviseTalent, state: Portfolio) -> TalentRevised:
    revised = TalentRevised(
        talent=command.talent_id,
        strength=command.strength,
        energy=command.energy,
        use=command.use,
        story=(command.story or "").strip() or None,
    )
    refusals = [
        *change_refusals(state),
        *item_refusals(state, Talent, command.talent_id, "talentId"),
    ]
    talent = state.item(Talent, command.talent_id)
    if talent is not None and _reading(talent) == _reading(revised):
        nl, en = "Zo staat dit talent er al.", "This talent says so already."
        refusals.append(already_so(nl=nl, en=en))
    reject_if(refusals)
    return revised


def _reading(talent: Talent | TalentRevised) -> tuple[int, int, int, str | None]:
    return talent.strength, talent.energy, talent.use, talent.story
