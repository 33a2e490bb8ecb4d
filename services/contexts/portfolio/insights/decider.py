"""Decides on insights, which refer to a mirror of the owner."""

from collections.abc import Mapping
from typing import Final

from events.catalog.portfolio.insights import InsightEvent, MirrorInsightKept
from events.catalog.rounds import MirrorReleased, RoundEvent
from rules.commands import Refusal
from services.contexts.portfolio.insights.commands import KeepMirrorInsight
from services.contexts.portfolio.refusals import already_so, change_refusals, limit_reached, not_found
from services.contexts.portfolio.state import Insight, Portfolio
from services.decisions.command import DecisionContext
from services.decisions.refusals import reject_if

INSIGHTS_MAX: Final = 500
"""The most insights in one portfolio; they can't be removed."""


def decide_insight(
    command: KeepMirrorInsight, state: Portfolio, context: DecisionContext
) -> tuple[InsightEvent, ...]:
    kept = Insight(
        round=command.round_id, question=command.question_id, conclusion=command.conclusion.strip()
    )
    reject_if([*change_refusals(state), *_keeping_refusals(kept, state)])
    return (
        MirrorInsightKept(
            insight=context.new, round=kept.round, question=kept.question, conclusion=kept.conclusion
        ),
    )


def evolve_insight(state: Portfolio, event: InsightEvent) -> Portfolio:
    kept = Insight(round=event.round, question=event.question, conclusion=event.conclusion)
    return state.with_new(event.insight, kept)


def mirrors_after(mirrors: Mapping[str, frozenset[str]], event: RoundEvent) -> dict[str, frozenset[str]]:
    """Return the questions of each mirror, by round, after an event of the person's rounds."""
    if not isinstance(event, MirrorReleased) or not event.contents.blocks:
        return dict(mirrors)
    contents = event.contents
    questions = {row.question for row in contents.rows} | {part.question for part in contents.comments}
    return {**mirrors, event.round: frozenset(questions)}


def _keeping_refusals(kept: Insight, state: Portfolio) -> list[Refusal]:
    questions = state.mirrors.get(kept.round)
    refusals = []
    if questions is None:
        nl, en = "Van deze ronde heb je geen spiegel.", "You have no mirror of this round."
        refusals.append(not_found("roundId", nl=nl, en=en))
    elif kept.question is not None and kept.question not in questions:
        nl, en = "Deze vraag staat niet in de spiegel.", "This question is not in the mirror."
        refusals.append(not_found("questionId", nl=nl, en=en))
    others = state.kept(Insight)
    if kept in others:
        nl, en = "Dit inzicht staat al in je portfolio.", "This insight is in your portfolio already."
        refusals.append(already_so("conclusion", nl=nl, en=en))
    if len(others) >= INSIGHTS_MAX:
        nl = f"Een portfolio heeft hoogstens {INSIGHTS_MAX} inzichten; die zijn er nu."
        en = f"A portfolio has {INSIGHTS_MAX} insights at most; they are there now."
        refusals.append(limit_reached(nl=nl, en=en))
    return refusals
