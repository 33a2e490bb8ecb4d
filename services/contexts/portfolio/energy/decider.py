"""Decides on energy sources and passions."""

from typing import Final, assert_never

from events.catalog.portfolio import PortfolioEvent
from events.catalog.portfolio.energy import (
    EnergyEvent,
    EnergySourceNoted,
    EnergySourceRemoved,
    PassionLetGo,
    PassionNamed,
)
from rules.commands import Refusal
from rules.kinds import EnergySourceKind, HoursBand
from services.contexts.portfolio.energy.commands import (
    EnergyCommand,
    LetGoOfPassion,
    NamePassion,
    NoteEnergySource,
    RemoveEnergySource,
)
from services.contexts.portfolio.refusals import (
    already_so,
    change_refusals,
    deduplicated,
    item_refusals,
    limit_reached,
    talents_refusals,
)
from services.contexts.portfolio.sharing.decider import sharings_ended
from services.contexts.portfolio.state import EnergySource, Passion, Portfolio
from services.decisions.command import DecisionContext
from services.decisions.refusals import reject_if
from services.decisions.validation import one_line, same_words

ENERGY_SOURCES_MAX: Final = 100
"""The most energy sources in one portfolio, removed ones not counted."""
PASSIONS_MAX: Final = 50
"""The most passions in one portfolio, those let go not counted."""


def decide_energy(
    command: EnergyCommand, state: Portfolio, context: DecisionContext
) -> tuple[PortfolioEvent, ...]:
    match command:
        case NoteEnergySource():
            reject_if([*change_refusals(state), *_source_refusals(command, state)])
            return (_noted(command, context.new),)
        case RemoveEnergySource(energy_source_id=source):
            gone = item_refusals(state, EnergySource, source, "energySourceId", gone="ALREADY_SO")
            reject_if([*change_refusals(state), *gone])
            return EnergySourceRemoved(source=source), *sharings_ended(state, "item_gone", item=source)
        case NamePassion():
            reject_if([*change_refusals(state), *_passion_refusals(command, state)])
            return (PassionNamed(passion=context.new, text=command.text.strip()),)
        case LetGoOfPassion(passion_id=passion):
            gone = item_refusals(state, Passion, passion, "passionId", gone="ALREADY_SO")
            reject_if([*change_refusals(state), *gone])
            return PassionLetGo(passion=passion), *sharings_ended(state, "item_gone", item=passion)
        case _:
            assert_never(command)


def evolve_energy(state: Portfolio, event: EnergyEvent) -> Portfolio:
    match event:
        case EnergySourceNoted():
            source = EnergySource(
                source_kind=event.kind, activity=event.activity, hours_per_week=event.hours_per_week
            )
            return state.with_new(event.source, source)
        case EnergySourceRemoved():
            return state.with_changed(event.source, gone=True)
        case PassionNamed():
            return state.with_new(event.passion, Passion(text=event.text))
        case PassionLetGo():
            return state.with_changed(event.passion, gone=True)
        case _:
            assert_never(event)


def _source_refusals(command: NoteEnergySource, state: Portfolio) -> list[Refusal]:
    kept = state.kept(EnergySource)
    refusals = talents_refusals(state, command.talent_ids)
    activity, kind = same_words(command.activity), EnergySourceKind[command.kind]
    if any(source.source_kind == kind and same_words(source.activity) == activity for source in kept):
        nl = "Deze energiebron staat al in je portfolio. Haal haar eerst weg als er iets aan verandert."
        en = "This energy source is in your portfolio already. Remove it first when something changes."
        refusals.append(already_so("activity", nl=nl, en=en))
    if len(kept) >= ENERGY_SOURCES_MAX:
        nl = f"Een portfolio heeft hoogstens {ENERGY_SOURCES_MAX} energiebronnen. Haal er eerst een weg."
        en = f"A portfolio has {ENERGY_SOURCES_MAX} energy sources at most. Remove one first."
        refusals.append(limit_reached(nl=nl, en=en))
    return refusals


def _noted(command: NoteEnergySource, source: str) -> EnergySourceNoted:
    return EnergySourceNoted(
        source=source,
        kind=EnergySourceKind[command.kind],
        activity=one_line(command.activity),
        hours_per_week=HoursBand[command.hours_per_week],
        talents=deduplicated(command.talent_ids),
    )


def _passion_refusals(command: NamePassion, state: Portfolio) -> list[Refusal]:
    kept = state.kept(Passion)
    refusals = []
    if any(same_words(passion.text) == same_words(command.text) for passion in kept):
        nl, en = "Deze passie staat al in je portfolio.", "This passion is in your portfolio already."
        refusals.append(already_so("text", nl=nl, en=en))
    if len(kept) >= PASSIONS_MAX:
        nl = f"Een portfolio heeft hoogstens {PASSIONS_MAX} passies. Laat er eerst een los."
        en = f"A portfolio has {PASSIONS_MAX} passions at most. Let go of one first."
        refusals.append(limit_reached(nl=nl, en=en))
    return refusals
