"""Decides on evidence and reflections."""

from typing import Final, assert_never

from events.catalog.portfolio import PortfolioEvent
from events.catalog.portfolio.evidence import (
    EvidenceAdded,
    EvidenceEvent,
    EvidenceWithdrawn,
    ReflectionWritten,
)
from rules.commands import Refusal
from rules.kinds import EvidenceKind
from services.contexts.portfolio.evidence.commands import (
    AddEvidence,
    EvidenceCommand,
    EvidenceSource,
    WithdrawEvidence,
    WriteReflection,
)
from services.contexts.portfolio.refusals import (
    already_so,
    change_refusals,
    deduplicated,
    item_refusals,
    limit_reached,
    talents_refusals,
    unknown_item,
)
from services.contexts.portfolio.sharing.decider import sharings_ended
from services.contexts.portfolio.state import Evidence, Item, Portfolio, Reflection
from services.decisions.command import DecisionContext
from services.decisions.refusals import reject_if
from services.decisions.validation import one_line, same_words

EVIDENCE_MAX: Final = 300
"""The most pieces of evidence in one portfolio, withdrawn ones not counted."""
REFLECTIONS_MAX: Final = 2_000
"""The most reflections in one portfolio; they can't be removed."""


def decide_evidence(
    command: EvidenceCommand, state: Portfolio, context: DecisionContext
) -> tuple[PortfolioEvent, ...]:
    match command:
        case AddEvidence():
            added = _added(command, context.new)
            reject_if([*change_refusals(state), *_adding_refusals(command, added, state)])
            return (added,)
        case WithdrawEvidence(evidence_id=evidence):
            gone = item_refusals(state, Evidence, evidence, "evidenceId", gone="ALREADY_SO")
            reject_if([*change_refusals(state), *gone])
            ended = sharings_ended(state, "item_gone", item=evidence)
            return EvidenceWithdrawn(evidence=evidence), *ended
        case WriteReflection():
            written = ReflectionWritten(
                reflection=context.new, text=command.text.strip(), about=deduplicated(command.about_ids)
            )
            reject_if([*change_refusals(state), *_reflection_refusals(command, written, state)])
            return (written,)
        case _:
            assert_never(command)


def evolve_evidence(state: Portfolio, event: EvidenceEvent) -> Portfolio:
    match event:
        case EvidenceAdded():
            content = event.link or event.text or ""
            evidence = Evidence(evidence_kind=event.kind, title=event.title, content=content)
            return state.with_new(event.evidence, evidence)
        case EvidenceWithdrawn():
            return state.with_changed(event.evidence, gone=True)
        case ReflectionWritten():
            return state.with_new(event.reflection, Reflection(text=event.text, about=event.about))
        case _:
            assert_never(event)


def _added(command: AddEvidence, evidence: str) -> EvidenceAdded:
    source = command.source
    story = (source.story or "").strip()
    return EvidenceAdded(
        evidence=evidence,
        kind=_kind(source),
        title=one_line(command.title),
        link=source.link or source.badge,
        text=story or None,
        talents=deduplicated(command.talent_ids),
    )


def _kind(source: EvidenceSource) -> EvidenceKind:
    if source.link is not None:
        return EvidenceKind.LINK
    return EvidenceKind.BADGE if source.badge is not None else EvidenceKind.STORY


def _adding_refusals(command: AddEvidence, added: EvidenceAdded, state: Portfolio) -> list[Refusal]:
    kept = state.kept(Evidence)
    refusals = talents_refusals(state, command.talent_ids)
    this = (added.kind, same_words(added.title), added.link or added.text)
    if any(
        (existing.evidence_kind, same_words(existing.title), existing.content) == this for existing in kept
    ):
        nl, en = "Dit bewijs staat al in je portfolio.", "This evidence is in your portfolio already."
        refusals.append(already_so(nl=nl, en=en))
    if len(kept) >= EVIDENCE_MAX:
        nl = f"Een portfolio heeft hoogstens {EVIDENCE_MAX} stukken bewijs. Trek er eerst een in."
        en = f"A portfolio has {EVIDENCE_MAX} pieces of evidence at most. Withdraw one first."
        refusals.append(limit_reached(nl=nl, en=en))
    return refusals


def _reflection_refusals(
    command: WriteReflection, written: ReflectionWritten, state: Portfolio
) -> list[Refusal]:
    kept = state.kept(Reflection)
    refusals = [
        unknown_item(Item, "aboutIds", str(number))
        for number, item in enumerate(command.about_ids)
        if item not in state.items
    ]
    if any((existing.text, existing.about) == (written.text, written.about) for existing in kept):
        nl, en = "Deze reflectie staat al in je portfolio.", "This reflection is in your portfolio already."
        refusals.append(already_so("text", nl=nl, en=en))
    if len(kept) >= REFLECTIONS_MAX:
        nl = f"Een portfolio heeft hoogstens {REFLECTIONS_MAX} reflecties; die zijn er nu."
        en = f"A portfolio has {REFLECTIONS_MAX} reflections at most; they are there now."
        refusals.append(limit_reached(nl=nl, en=en))
    return refusals
