"""What may happen in a portfolio, and what follows from it."""

from typing import Final, assert_never

import msgspec

from events.catalog.employment import EmploymentEvent, ProfessionalRegistered, TeamJoined
from events.catalog.portfolio import (
    PortfolioEvent,
    PortfolioOpened,
    TalentClaimed,
    TalentRevised,
    TalentSetAside,
)
from services.deciding import Decider, Ids, Refusal, RejectedError, kinds, reject_if
from services.portfolio.commands import (
    AnyPortfolioCommand,
    ClaimTalent,
    OpenPortfolio,
    ReviseTalent,
    SetTalentAside,
)
from services.wording import one_line, same_words

TALENTS_MAX: Final = 200
"""Talents in one portfolio that are not set aside."""


class Talent(msgspec.Struct, frozen=True, kw_only=True):
    """A claim as it stands."""

    name: str
    strength: int
    energy: int
    use: int
    story: str | None
    set_aside: bool = False


class Portfolio(msgspec.Struct, frozen=True, kw_only=True):
    """What decisions about a portfolio need to know."""

    registered: bool = False
    opened: bool = False
    talents: dict[str, Talent] = {}


def decide(command: AnyPortfolioCommand, state: Portfolio, ids: Ids) -> tuple[PortfolioEvent, ...]:
    """Return what the command makes happen. Raises RejectedError."""
    match command:
        case OpenPortfolio():
            reject_if(_opening_refusals(state))
            return (PortfolioOpened(language="nl" if command.language == "NL" else "en"),)
        case ClaimTalent():
            reject_if(_claim_refusals(command, state))
            return (_claimed(command, ids.new),)
        case ReviseTalent():
            return (_revised(command, _talent(state, command.talent_id)),)
        case SetTalentAside():
            if _talent(state, command.talent_id).set_aside:
                nl, en = "Dit talent heb je al opzijgelegd.", "You have set this talent aside already."
                raise RejectedError(Refusal(code="ALREADY_SO", nl=nl, en=en))
            return (TalentSetAside(talent=command.talent_id),)
        case _:
            assert_never(command)


def evolve(state: Portfolio, event: PortfolioEvent | EmploymentEvent) -> Portfolio:
    match event:
        case ProfessionalRegistered():
            return msgspec.structs.replace(state, registered=True)
        case TeamJoined():
            return state
        case PortfolioOpened():
            return msgspec.structs.replace(state, opened=True)
        case TalentClaimed(talent=talent):
            claimed = Talent(
                name=event.name,
                strength=event.strength,
                energy=event.energy,
                use=event.use,
                story=event.story,
            )
            return _with(state, talent, claimed)
        case TalentRevised(talent=talent):
            revised = msgspec.structs.replace(
                state.talents[talent],
                strength=event.strength,
                energy=event.energy,
                use=event.use,
                story=event.story,
            )
            return _with(state, talent, revised)
        case TalentSetAside(talent=talent):
            return _with(state, talent, msgspec.structs.replace(state.talents[talent], set_aside=True))
        case _:
            assert_never(event)


DECIDER: Final = Decider[AnyPortfolioCommand, Portfolio, PortfolioEvent](
    commands=(OpenPortfolio, ClaimTalent, ReviseTalent, SetTalentAside),
    reads=kinds(PortfolioEvent, EmploymentEvent),
    initial=Portfolio(),
    decide=decide,
    evolve=evolve,
)


def _opening_refusals(state: Portfolio) -> list[Refusal]:
    refusals = []
    if not state.registered:
        nl = "Je staat hier niet ingeschreven als professional. Vraag HR om je aan te melden."
        en = "You are not registered here as a professional. Ask HR to register you."
        refusals.append(Refusal(code="WRONG_STATE", nl=nl, en=en))
    if state.opened:
        nl, en = "Je portfolio is al open.", "Your portfolio is open already."
        refusals.append(Refusal(code="ALREADY_SO", nl=nl, en=en))
    return refusals


def _claim_refusals(command: ClaimTalent, state: Portfolio) -> list[Refusal]:
    refusals = []
    if not state.opened:
        nl, en = "Open eerst je portfolio.", "Open your portfolio first."
        refusals.append(Refusal(code="WRONG_STATE", nl=nl, en=en))
    if command.name.term_id is not None:
        nl, en = "Dit woord staat niet in de talenttaal.", "This word is not in the talent language."
        refusals.append(Refusal(code="NOT_FOUND", nl=nl, en=en, field=("name", "termId")))
    kept = [talent for talent in state.talents.values() if not talent.set_aside]
    words = same_words(command.name.own_words or "")
    if words and any(same_words(talent.name) == words for talent in kept):
        nl = "Dit talent staat al in je portfolio. Je kunt het daar bijstellen."
        en = "This talent is in your portfolio already. You can revise it there."
        refusals.append(Refusal(code="ALREADY_SO", nl=nl, en=en, field=("name", "ownWords")))
    if len(kept) >= TALENTS_MAX:
        nl = f"Een portfolio heeft hoogstens {TALENTS_MAX} talenten. Leg er eerst een opzij."
        en = f"A portfolio has {TALENTS_MAX} talents at most. Set one aside first."
        refusals.append(Refusal(code="LIMIT_REACHED", nl=nl, en=en))
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


def _revised(command: ReviseTalent, talent: Talent) -> TalentRevised:
    if talent.set_aside:
        nl = "Dit talent heb je opzijgelegd; het kan niet meer worden bijgesteld."
        en = "You have set this talent aside; it can't be revised any more."
        raise RejectedError(Refusal(code="WRONG_STATE", nl=nl, en=en))
    revised = TalentRevised(
        talent=command.talent_id,
        strength=command.strength,
        energy=command.energy,
        use=command.use,
        story=(command.story or "").strip() or None,
    )
    now = (talent.strength, talent.energy, talent.use, talent.story)
    if (revised.strength, revised.energy, revised.use, revised.story) == now:
        nl, en = "Zo staat dit talent er al.", "This talent says so already."
        raise RejectedError(Refusal(code="ALREADY_SO", nl=nl, en=en))
    return revised


def _talent(state: Portfolio, talent: str) -> Talent:
    found = state.talents.get(talent)
    if found is None:
        nl, en = "Dit talent staat niet in je portfolio.", "This talent is not in your portfolio."
        raise RejectedError(Refusal(code="NOT_FOUND", nl=nl, en=en, field=("talentId",)))
    return found


def _with(state: Portfolio, talent: str, claim: Talent) -> Portfolio:
    return msgspec.structs.replace(state, talents={**state.talents, talent: claim})
