"""Decides on sharing items and on the consent to be counted."""

from datetime import timedelta
from typing import Final, assert_never

from msgspec.structs import replace

from events.catalog.portfolio import PortfolioEvent
from events.catalog.portfolio.sharing import (
    InsightConsentGiven,
    InsightConsentWithdrawn,
    ItemShared,
    ItemSharingEnded,
    SharingEvent,
)
from rules.commands import Refusal
from rules.kinds import InsightScope, ItemKind, SharingEnd
from services.contexts.portfolio.refusals import (
    already_so,
    change_refusals,
    closed_refusals,
    deduplicated,
    item_refusals,
    limit_reached,
    not_found,
    wrong_state,
)
from services.contexts.portfolio.sharing.commands import (
    EndItemSharing,
    EndItemSharings,
    GiveInsightConsent,
    ShareItem,
    SharingCommand,
    WithdrawInsightConsent,
)
from services.contexts.portfolio.state import Item, Portfolio, Sharing, Talent
from services.decisions.command import DecisionContext
from services.decisions.refusals import RejectedError, reject_if
from services.decisions.validation import invalid

SHARINGS_MAX: Final = 300
"""The most open sharings of one portfolio. They all end in one commit when it is closed."""


def decide_sharing(
    command: SharingCommand, state: Portfolio, context: DecisionContext
) -> tuple[PortfolioEvent, ...]:
    match command:
        case ShareItem():
            return (_shared(command, state, context),)
        case EndItemSharing(sharing_id=sharing):
            reject_if([*closed_refusals(state), *_ending_refusals(sharing, state)])
            return (ItemSharingEnded(sharing=sharing, reason="owner"),)
        case EndItemSharings():
            return _ended_by_time(command, state, context)
        case GiveInsightConsent():
            return (_consented(command, state),)
        case WithdrawInsightConsent():
            reject_if([*closed_refusals(state), *_withdrawal_refusals(state)])
            return (InsightConsentWithdrawn(),)
        case _:
            assert_never(command)


def evolve_sharing(state: Portfolio, event: SharingEvent) -> Portfolio:
    match event:
        case ItemShared():
            sharing = Sharing(
                item=event.item, people=frozenset(event.people), team=event.team, until=event.until
            )
            return replace(state, sharings={**state.sharings, event.sharing: sharing})
        case ItemSharingEnded(sharing=name):
            ended = state.sharings.get(name)
            if ended is None:
                return state
            return replace(state, sharings={**state.sharings, name: replace(ended, ended=True)})
        case InsightConsentGiven():
            return replace(state, consent=event)
        case InsightConsentWithdrawn():
            return replace(state, consent=None)
        case _:
            assert_never(event)


def sharings_ended(
    state: Portfolio, reason: SharingEnd, *, item: str | None = None
) -> tuple[ItemSharingEnded, ...]:
    """Return the end of every open sharing of an item, or of all items."""
    return tuple(ItemSharingEnded(sharing=sharing, reason=reason) for sharing in state.open_sharings(item))


def _shared(command: ShareItem, state: Portfolio, context: DecisionContext) -> ItemShared:
    item = state.items.get(command.item_id)
    kind = item.kind if item is not None else None
    refusals = [
        *change_refusals(state),
        *_employment_refusals(state),
        *_item_refusals(command, state, kind),
        *_audience_refusals(command, state, context),
        *_until_refusals(command, state, context),
        *_again_refusals(command, state, context),
    ]
    if refusals or kind is None:
        raise RejectedError(*refusals)
    audience = command.audience
    return ItemShared(
        sharing=context.new,
        item=command.item_id,
        kind=kind,
        audience="people" if audience.people else "team" if audience.team_id is not None else "organisation",
        until=command.until,
        people=deduplicated(audience.people or ()),
        team=audience.team_id,
        with_energy=command.with_energy,
    )


def _employment_refusals(state: Portfolio) -> list[Refusal]:
    if state.employed:
        return []
    nl = "Je werkt hier niet meer; daarom kun je niets meer delen."
    en = "You don't work here any more, so you can't share anything."
    return [wrong_state(nl=nl, en=en)]


def _item_refusals(command: ShareItem, state: Portfolio, kind: ItemKind | None) -> list[Refusal]:
    refusals = item_refusals(state, Item, command.item_id, "itemId")
    item = state.items.get(command.item_id)
    if item is not None and kind is None:
        nl = "Een gesprek is ook van de ander; dat kun je niet delen."
        en = "A conversation is the other's too; you can't share it."
        refusals.append(invalid(("itemId",), nl=nl, en=en))
    if command.with_energy and item is not None and not isinstance(item, Talent):
        nl = "Alleen bij een talent kun je ook je energie laten zien."
        en = "Only with a talent can you show your energy too."
        refusals.append(invalid(("withEnergy",), nl=nl, en=en))
    return refusals


def _audience_refusals(command: ShareItem, state: Portfolio, context: DecisionContext) -> list[Refusal]:
    refusals = []
    for number, person in enumerate(command.audience.people or ()):
        field = ("with", "people", str(number))
        if person == context.person:
            nl, en = "Jijzelf ziet dit al; kies een ander.", "You see this already; choose somebody else."
            refusals.append(invalid(field, nl=nl, en=en))
        elif person not in context.professionals:
            nl, en = "Deze collega werkt hier niet.", "This colleague doesn't work here."
            refusals.append(not_found(*field, nl=nl, en=en))
    team = command.audience.team_id
    if team is not None and team not in state.teams:
        nl, en = "Dit is geen team van jou.", "This is no team of yours."
        refusals.append(not_found("with", "teamId", nl=nl, en=en))
    return refusals


def _until_refusals(command: ShareItem, state: Portfolio, context: DecisionContext) -> list[Refusal]:
    days = (command.until - context.today).days
    if days < 1:
        nl, en = "Kies een dag na vandaag.", "Choose a day after today."
        return [invalid(("until",), nl=nl, en=en)]
    if days > state.sharing_days_max:
        last = context.today + timedelta(days=state.sharing_days_max)
        nl = f"Delen kan hoogstens {state.sharing_days_max} dagen, nu tot en met {last:%d-%m-%Y}."
        en = f"Sharing lasts {state.sharing_days_max} days at most, now through {last.isoformat()}."
        return [limit_reached("until", nl=nl, en=en)]
    return []


def _again_refusals(command: ShareItem, state: Portfolio, context: DecisionContext) -> list[Refusal]:
    refusals = []
    to = frozenset(command.audience.people or ()), command.audience.team_id
    # A sharing whose last day is past does not count, even if no process has ended it yet, nor does one with
    # somebody who left since: it stays closed to that person on return.
    if any(
        (sharing.people, sharing.team) == to and sharing.until >= context.today
        for name, sharing in state.open_sharings(command.item_id).items()
        if name not in context.lapsed
    ):
        nl = "Dit deel je al met hen. Stop daar eerst mee als er iets aan verandert."
        en = "You share this with them already. End that first when something changes."
        refusals.append(already_so("with", nl=nl, en=en))
    if len(state.open_sharings()) >= SHARINGS_MAX:
        nl = f"Je deelt al {SHARINGS_MAX} keer iets; meer kan niet. Stop eerst met iets."
        en = f"You share {SHARINGS_MAX} times already, which is the most. End one first."
        refusals.append(limit_reached(nl=nl, en=en))
    return refusals


def _ending_refusals(sharing: str, state: Portfolio) -> list[Refusal]:
    found = state.sharings.get(sharing)
    if found is None:
        nl, en = "Dit deel je niet.", "You share nothing of this kind."
        return [not_found("sharingId", nl=nl, en=en)]
    if found.ended:
        nl, en = "Dit deel je al niet meer.", "You don't share this any more already."
        return [already_so("sharingId", nl=nl, en=en)]
    return []


def _ended_by_time(
    command: EndItemSharings, state: Portfolio, context: DecisionContext
) -> tuple[PortfolioEvent, ...]:
    """Return the end of the named sharings whose last day is past; skip those that ended or last."""
    named = [state.sharings.get(sharing) for sharing in deduplicated(command.sharing_ids)]
    over = [
        name
        for name, sharing in state.open_sharings().items()
        if name in command.sharing_ids and sharing.until < context.today
    ]
    if not over:
        reject_if(_not_over_refusals(named))
    return tuple(ItemSharingEnded(sharing=name, reason="day") for name in over)


def _not_over_refusals(named: list[Sharing | None]) -> list[Refusal]:
    if not any(named):
        nl, en = "Zoiets wordt niet gedeeld.", "Nothing of this kind is shared."
        return [not_found("sharingIds", nl=nl, en=en)]
    if all(sharing is None or sharing.ended for sharing in named):
        nl, en = "Dit wordt al niet meer gedeeld.", "This is not shared any more already."
        return [already_so("sharingIds", nl=nl, en=en)]
    nl, en = "Hiervoor is het nog geen tijd.", "It is not time for this yet."
    return [wrong_state("sharingIds", nl=nl, en=en)]


def _consented(command: GiveInsightConsent, state: Portfolio) -> InsightConsentGiven:
    given = InsightConsentGiven(
        scopes=tuple(scope for scope in InsightScope if scope.name in command.scopes),
        notice_version=command.notice_version,
    )
    refusals = change_refusals(state)
    if given == state.consent:
        nl, en = "Daarvoor tel je al mee.", "You are counted for this already."
        refusals.append(already_so("scopes", nl=nl, en=en))
    reject_if(refusals)
    return given


def _withdrawal_refusals(state: Portfolio) -> list[Refusal]:
    if state.consent is not None:
        return []
    nl, en = "Je telt al nergens voor mee.", "You are not counted for anything already."
    return [already_so(nl=nl, en=en)]
