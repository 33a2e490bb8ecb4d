"""Shows items of one person to another: first the line in the owner's read log, then the item."""

from collections.abc import Iterable

from events.privacy.disclosures import DisclosureEntry, Purpose
from gateway.context import Context
from rules.kinds import ItemKind

Shown = tuple[str, ItemKind, str]
"""The owner of an item, its kind, and its id."""


async def record_shown(context: Context, purpose: Purpose, shown: Iterable[Shown]) -> None:
    """
    Write in the owners' read logs that the caller is about to be shown these items, some maybe their own.

    What one answer shows at the same moment is written together. Raises UNAVAILABLE if it can't be written;
    then nothing of it may be shown (privacy rule 21).
    """
    lines = disclosures_of(context, purpose, (one for one in shown if one[0] != context.person))
    if lines:
        await context.loaders.disclosures.load(lines)


def disclosures_of(context: Context, purpose: Purpose, shown: Iterable[Shown]) -> tuple[DisclosureEntry, ...]:
    """Return the lines of the read log about items that the caller is about to be shown."""
    today = context.gateway.calendar.today()
    return tuple(
        DisclosureEntry(
            owner=owner,
            day=today,
            item_kind=kind,
            item=item,
            viewer=context.person,
            viewer_role=context.role.name,
            purpose=purpose,
        )
        for owner, kind, item in dict.fromkeys(shown)
    )
