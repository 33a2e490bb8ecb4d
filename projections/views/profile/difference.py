"""What differs between two pictures of one portfolio; pure."""

from collections.abc import Sequence
from typing import Generic, TypeVar

import msgspec

from projections.views.profile.conversations import Conversation
from projections.views.profile.energy import EnergySource, Passion
from projections.views.profile.evidence import Evidence, Reflection
from projections.views.profile.goals import Goal
from projections.views.profile.insights import Insight
from projections.views.profile.life import Statement
from projections.views.profile.portfolio import Portfolio
from projections.views.profile.sharing import Sharing
from projections.views.profile.talents import Talent

Item = TypeVar("Item", bound=msgspec.Struct)


class Changed(msgspec.Struct, Generic[Item], frozen=True, kw_only=True):
    """One item at both moments."""

    before: Item
    after: Item


class Difference(msgspec.Struct, Generic[Item], frozen=True, kw_only=True):
    """
    What differs of one kind of item.

    What was added and what was changed is in the order of the later picture, what was removed in that of the
    earlier one.
    """

    added: tuple[Item, ...]
    changed: tuple[Changed[Item], ...]
    removed: tuple[Item, ...]


class PortfolioDifference(msgspec.Struct, frozen=True, kw_only=True):
    """What differs between two pictures, by kind of item."""

    statement: Difference[Statement]
    talents: Difference[Talent]
    energy_sources: Difference[EnergySource]
    passions: Difference[Passion]
    evidence: Difference[Evidence]
    reflections: Difference[Reflection]
    insights: Difference[Insight]
    goals: Difference[Goal]
    conversations: Difference[Conversation]
    sharings: Difference[Sharing]


def difference(before: Portfolio | None, after: Portfolio) -> PortfolioDifference:
    """
    Return what differs between two pictures of a portfolio; `before` is None if it was not opened by then.

    An item is changed if something differs that its owner said of it. So a talent whose shared word reads
    otherwise is the same, and so is one that was changed and changed back; one that was set aside is removed.
    """
    return PortfolioDifference(
        statement=_between(_statements(before), _statements(after), "statement", "written_at"),
        talents=_between(_talents(before), _talents(after), "talent", "name", "name_en", "term", "history"),
        energy_sources=_between(before.energy_sources if before else (), after.energy_sources, "source"),
        passions=_between(before.passions if before else (), after.passions, "passion"),
        evidence=_between(before.evidence if before else (), after.evidence, "evidence"),
        reflections=_between(before.reflections if before else (), after.reflections, "reflection"),
        insights=_between(before.insights if before else (), after.insights, "insight"),
        # How a team goes on with a goal is the team's.
        goals=_between(before.goals if before else (), after.goals, "goal", "joint_goal"),
        conversations=_between(before.conversations if before else (), after.conversations, "conversation"),
        sharings=_between(before.sharings if before else (), after.sharings, "sharing"),
    )


def _statements(portfolio: Portfolio | None) -> tuple[Statement, ...]:
    return (portfolio.statement,) if portfolio and portfolio.statement else ()


def _talents(portfolio: Portfolio | None) -> tuple[Talent, ...]:
    return tuple(talent for talent in portfolio.talents if talent.set_aside_at is None) if portfolio else ()


def _between(before: Sequence[Item], after: Sequence[Item], key: str, *not_said: str) -> Difference[Item]:
    """Return the difference of two lists of items whose id is in field `key`; `not_said` are not compared."""
    was = {getattr(item, key): item for item in before}
    kept = {getattr(item, key) for item in after}
    pairs = [(was.get(getattr(item, key)), item) for item in after]
    return Difference(
        added=tuple(item for earlier, item in pairs if earlier is None),
        changed=tuple(
            Changed(before=earlier, after=item)
            for earlier, item in pairs
            if earlier is not None and _said(earlier, not_said) != _said(item, not_said)
        ),
        removed=tuple(item for name, item in was.items() if name not in kept),
    )


def _said(item: msgspec.Struct, not_said: Sequence[str]) -> list[object]:
    return [getattr(item, name) for name in item.__struct_fields__ if name not in not_said]
