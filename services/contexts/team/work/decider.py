"""Decides on work: offering it, stepping forward, taking it up, handing it back; time ends each offer."""

from datetime import date, timedelta
from typing import Final, assert_never

from msgspec.structs import replace

from events.catalog.team import (
    WorkEvent,
    WorkHandedBack,
    WorkOffered,
    WorkOfferEnded,
    WorkTakenUp,
    WorkVolunteeredFor,
)
from rules.commands import Refusal
from rules.kinds import HoursBand, WorkOfferEnd
from services.contexts.team.members import closed_refusals
from services.contexts.team.state import Team, WorkOffer
from services.contexts.team.work.commands import (
    EndWorkOffer,
    HandBackWork,
    OfferWork,
    OnWorkOffer,
    TakeUpWork,
    VolunteerForWork,
    WorkCommand,
)
from services.decisions.command import DecisionContext
from services.decisions.refusals import RejectedError, reject_if
from services.decisions.validation import invalid

WORK_OFFER_DAYS_MAX: Final = 180
"""The most days that an offer of work is open: half a year, so that the list is of work that is there."""
OPEN_OFFERS_MAX: Final = 50
"""The most offers of a team that have not ended."""


def decide_work(command: WorkCommand, state: Team, context: DecisionContext) -> tuple[WorkEvent, ...]:
    if isinstance(command, OfferWork):
        return (_offered(command, state, context),)
    if isinstance(command, EndWorkOffer):
        return (_ended(command, state, context),)
    offer, sender = _open_offer(command, state, context), context.sender
    me = context.members[sender]
    volunteers = _is_there(offer.volunteers, sender, context)
    has_it = _is_there(offer.takers, sender, context)
    match command:
        case VolunteerForWork():
            reject_if(_already("Je bent hier al voor.", "You stepped forward already.", so=volunteers))
            return (WorkVolunteeredFor(offer=command.local(), by=sender, seen=me.seen),)
        case TakeUpWork():
            reject_if(_taking_refusals(volunteers=volunteers, has_it=has_it))
            return (WorkTakenUp(offer=command.local(), by=sender, seen=me.seen),)
        case HandBackWork():
            nl, en = "Je hebt je hier niet voor gemeld.", "You did not step forward for this."
            reject_if(_already(nl, en, so=not (volunteers or has_it)))
            return (WorkHandedBack(offer=command.local(), by=sender),)
        case _:
            assert_never(command)


def evolve_work(state: Team, event: WorkEvent) -> Team:
    if isinstance(event, WorkOffered):
        new = WorkOffer(by=event.by, seen=event.seen, until=event.until)
        return replace(state, offers={**state.offers, event.offer: new})
    offer = state.offers.get(event.offer)
    if offer is None:
        return state
    match event:
        case WorkVolunteeredFor(by=by, seen=seen):
            return state.with_offer(event.offer, volunteers={**offer.volunteers, by: seen})
        case WorkTakenUp(by=by, seen=seen):
            return state.with_offer(event.offer, takers={**offer.takers, by: seen})
        case WorkHandedBack(by=by):
            return state.with_offer(
                event.offer, volunteers=_without(offer.volunteers, by), takers=_without(offer.takers, by)
            )
        case WorkOfferEnded():
            return state.with_offer(event.offer, ended=True)
        case _:
            assert_never(event)


def _without(people: dict[str, int], person: str) -> dict[str, int]:
    return {other: seen for other, seen in people.items() if other != person}


def _is_there(people: dict[str, int], person: str, context: DecisionContext) -> bool:
    """Whether one of these people is a member and has been since: a return does not bring an act back."""
    member, seen = context.members.get(person), people.get(person)
    return member is not None and seen is not None and member.lasted_since(seen)


def _offered(command: OfferWork, state: Team, context: DecisionContext) -> WorkOffered:
    refusals = [
        *closed_refusals(state),
        *_days_refusals(command, context.today),
        *_wanted_refusals(command, context),
    ]
    if sum(not offer.ended for offer in state.offers.values()) >= OPEN_OFFERS_MAX:
        nl = f"Een team heeft hoogstens {OPEN_OFFERS_MAX} klussen die lopen. Wacht tot er een voorbij is."
        en = f"A team has {OPEN_OFFERS_MAX} offers of work at most. Wait until one is over."
        refusals.append(Refusal(code="LIMIT_REACHED", nl=nl, en=en))
    reject_if(refusals)
    wanted = (context.terms[term].term for term in command.wanted_term_ids)
    return WorkOffered(
        offer=context.new,
        by=context.sender,
        seen=context.members[context.sender].seen,
        until=command.until,
        wanted=tuple(dict.fromkeys(wanted)),
        hours_per_week=None if command.hours_per_week is None else HoursBand[command.hours_per_week],
        from_day=command.from_day,
    )


def _days_refusals(command: OfferWork, today: date) -> list[Refusal]:
    refusals = []
    if not today <= command.until <= today + timedelta(days=WORK_OFFER_DAYS_MAX):
        nl = f"Kies een dag van vandaag tot en met {WORK_OFFER_DAYS_MAX} dagen verder."
        en = f"Choose a day from today to {WORK_OFFER_DAYS_MAX} days from now."
        refusals.append(invalid(("until",), nl=nl, en=en))
    if command.from_day is not None and command.from_day > command.until:
        nl, en = "Het begin ligt na de laatste dag.", "The first day is after the last."
        refusals.append(invalid(("from",), nl=nl, en=en))
    return refusals


def _wanted_refusals(command: OfferWork, context: DecisionContext) -> list[Refusal]:
    refusals = []
    for number, name in enumerate(command.wanted_term_ids):
        term, field = context.terms.get(name), ("wantedTermIds", str(number))
        if term is None:
            nl, en = "Dit woord staat niet in de talenttaal.", "This word is not in the talent language."
            refusals.append(Refusal(code="NOT_FOUND", nl=nl, en=en, field=field))
        elif term.state != "ADOPTED":
            nl, en = "Dit woord is nu niet in gebruik.", "This word is not in use now."
            refusals.append(Refusal(code="WRONG_STATE", nl=nl, en=en, field=field))
    return refusals


def _open_offer(command: OnWorkOffer, state: Team, context: DecisionContext) -> WorkOffer:
    """Return the offer while it is open to its members. Raises RejectedError."""
    reject_if(closed_refusals(state))
    offer = state.offers.get(command.local())
    if offer is None:
        raise RejectedError(_no_offer())
    if offer.ended or offer.until < context.today:
        nl, en = "Deze klus is voorbij.", "This offer of work is over."
        raise RejectedError(Refusal(code="WRONG_STATE", nl=nl, en=en, field=("workOfferId",)))
    return offer


def _taking_refusals(*, volunteers: bool, has_it: bool) -> list[Refusal]:
    if has_it:
        return _already("Je hebt deze klus al opgepakt.", "You have taken this work up already.", so=True)
    if volunteers:
        return []
    nl, en = "Meld je eerst voor deze klus.", "Step forward for this work first."
    return [Refusal(code="WRONG_STATE", nl=nl, en=en, field=("workOfferId",))]


def _already(nl: str, en: str, *, so: bool) -> list[Refusal]:
    return [Refusal(code="ALREADY_SO", nl=nl, en=en, field=("workOfferId",))] if so else []


def _no_offer() -> Refusal:
    nl, en = "Deze klus is er niet.", "There is no such offer of work."
    return Refusal(code="NOT_FOUND", nl=nl, en=en, field=("workOfferId",))


def _ended(command: EndWorkOffer, state: Team, context: DecisionContext) -> WorkOfferEnded:
    """Return that an offer ended, and why. Raises RejectedError when it is not time for that."""
    offer = state.offers.get(command.offer)
    if offer is None:
        raise RejectedError(_no_offer())
    if offer.ended:
        reject_if(_already("Deze klus is al voorbij.", "This offer is over already.", so=True))
    reason = _end_of(offer, command, context)
    if reason is None:
        nl, en = "Hiervoor is het nog geen tijd.", "It is not time for this yet."
        raise RejectedError(Refusal(code="WRONG_STATE", nl=nl, en=en, field=("workOfferId",)))
    return WorkOfferEnded(offer=command.offer, reason=reason)


def _end_of(offer: WorkOffer, command: EndWorkOffer, context: DecisionContext) -> WorkOfferEnd | None:
    """Return why an offer is over; None if it is not."""

    def may_be_there(people: dict[str, int]) -> bool:
        return any(person not in command.people or _is_there(people, person, context) for person in people)

    taken_up = may_be_there(offer.takers)
    if offer.until < context.today:
        return "taken_up" if taken_up else "day"
    return None if taken_up or may_be_there({offer.by: offer.seen}) else "author_left"
