"""Decides when a release is cut off, and that it is published or held once."""

from datetime import timedelta
from typing import Final, assert_never

from events.catalog.releases import (
    CapabilityCellsReleased,
    CapabilityReleased,
    ReleaseCutOff,
    ReleaseEvent,
    ReleaseHeld,
)
from rules.commands import Refusal
from rules.releases.dates import due_on, next_on
from services.contexts.releases.commands import (
    AnyReleaseCommand,
    CutOffRelease,
    HoldRelease,
    PublishRelease,
    ReleaseCells,
    ReleaseCommand,
)
from services.contexts.releases.state import Releases, evolve
from services.decisions.command import DecisionContext
from services.decisions.decider import Decider, event_types_of
from services.decisions.refusals import RejectedError, reject_if
from services.decisions.releases import ReleaseRules

LAYOUT_KEPT: Final = timedelta(days=365)
"""How long units stay laid out as they are: until then more may be hidden, never shown (privacy rule 16)."""


def decide(command: AnyReleaseCommand, state: Releases, context: DecisionContext) -> tuple[ReleaseEvent, ...]:
    """Return the events of the command. Raises RejectedError."""
    if isinstance(command, CutOffRelease):
        return (_cut_off(command, state, context),)
    reject_if(_result_refusals(command, state))
    match command:
        case ReleaseCells(epoch=epoch, clusters=clusters):
            done = {noted.cluster for noted in state.clusters}
            if done.intersection(of.cluster for of in clusters):
                raise RejectedError(_already("Dit deel staat er al.", "This part is on the log already."))
            return tuple(CapabilityCellsReleased(epoch=epoch, of=of) for of in clusters)
        case PublishRelease(epoch=epoch, clusters=clusters):
            cells = (CapabilityCellsReleased(epoch=epoch, of=of) for of in clusters)
            band, of_epoch = command.contributors, command.contributors_epoch
            return *cells, CapabilityReleased(epoch=epoch, contributors=band, contributors_epoch=of_epoch)
        case HoldRelease(epoch=epoch, reason=reason):
            return (ReleaseHeld(epoch=epoch, reason=reason),)
        case _:
            assert_never(command)


DECIDER: Final = Decider[AnyReleaseCommand, Releases, ReleaseEvent](
    commands=(CutOffRelease, ReleaseCells, PublishRelease, HoldRelease),
    reads=event_types_of(ReleaseEvent),
    initial=Releases(),
    decide=decide,
    evolve=evolve,
    cached=True,
)


def _cut_off(command: CutOffRelease, state: Releases, context: DecisionContext) -> ReleaseCutOff:
    """Return the cut-off, at the end of the log. Raises RejectedError."""
    rules = context.releases
    if command.epoch <= len(state.cut_offs):
        raise RejectedError(_already("Deze stand is al vastgelegd.", "This release is cut off already."))
    if rules is None:
        nl, en = "Er is nog geen beleid vastgesteld.", "No policy was adopted yet."
        raise RejectedError(Refusal(code="WRONG_STATE", nl=nl, en=en))
    reject_if(
        [
            *_order_refusals(command, state),
            *_date_refusals(command, state, rules, context),
            *_layout_refusals(command, state),
        ]
    )
    return ReleaseCutOff(
        epoch=command.epoch,
        on=command.on,
        policy=rules.policy,
        positions=rules.positions,
        floors=rules.floors,
        # While nothing was published, there is nothing that a layout must be safe together with.
        layout_epoch=state.layout_epoch or command.epoch,
    )


def _order_refusals(command: CutOffRelease, state: Releases) -> list[Refusal]:
    if state.pending is not None:
        nl = "De vorige stand is nog niet uitgebracht of aangehouden."
        en = "The previous release is neither published nor held yet."
        return [Refusal(code="WRONG_STATE", nl=nl, en=en)]
    if command.epoch != len(state.cut_offs) + 1:
        nl, en = "Dit is niet de volgende stand.", "This is not the next release."
        return [Refusal(code="WRONG_STATE", nl=nl, en=en, field=("epoch",))]
    return []


def _date_refusals(
    command: CutOffRelease, state: Releases, rules: ReleaseRules, context: DecisionContext
) -> list[Refusal]:
    every = rules.every_days
    following = next_on(first_adopted_on=rules.first_adopted_on, last_on=state.last_on, every_days=every)
    due = due_on(following, today=context.today, every_days=every)
    if due == command.on:
        return []
    if due is None:
        nl = f"De volgende stand is pas op {following:%d-%m-%Y}."
        en = f"The next release is not due before {following.isoformat()}."
    else:
        nl, en = f"De stand van {due:%d-%m-%Y} is aan de beurt.", f"The release of {due.isoformat()} is due."
    return [Refusal(code="WRONG_STATE", nl=nl, en=en, field=("on",))]


def _layout_refusals(command: CutOffRelease, state: Releases) -> list[Refusal]:
    """Refuse to lay the units out anew once something was published."""
    if not command.new_layout or state.layout_epoch is None:
        return []
    since = state.cut_offs[state.layout_epoch].on
    until = since + LAYOUT_KEPT
    if command.on < until:
        nl = (
            f"De indeling van {since:%d-%m-%Y} blijft tot {until:%d-%m-%Y}: uit een eerdere nieuwe zou af te"
            " leiden zijn wie erbij kwam of wegging."
        )
        en = (
            f"The layout of {since.isoformat()} stays until {until.isoformat()}: an earlier new one would"
            " disclose who joined or left."
        )
    else:
        nl = "Deze versie kan eenheden niet opnieuw indelen; meer verbergen kan wel en gaat vanzelf."
        en = "This version can't lay units out anew; hiding more is possible and happens by itself."
    return [Refusal(code="WRONG_STATE", nl=nl, en=en, field=("newLayout",))]


def _result_refusals(command: ReleaseCommand, state: Releases) -> list[Refusal]:
    """Refuse a result of a release that has one, or that is not cut off on that day."""
    if state.of(command.epoch) is not None:
        return [_already("Deze stand is er al.", "This release is there already.")]
    pending = state.pending
    if pending is None or (pending.epoch, pending.on) != (command.epoch, command.on):
        nl, en = "Deze stand is niet vastgelegd.", "This release is not cut off."
        return [Refusal(code="WRONG_STATE", nl=nl, en=en, field=("epoch",))]
    return []


def _already(nl: str, en: str) -> Refusal:
    return Refusal(code="ALREADY_SO", nl=nl, en=en)
