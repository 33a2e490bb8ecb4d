"""Asks the services what an auditor wants to know; they check role and opening each time."""

from collections.abc import Sequence
from typing import TypeVar

from gateway.api.showing import disclosures_of
from gateway.context import Context
from rules.audit.answers import AnyQuestion, AuditAnswer, ItemSeen

A = TypeVar("A", bound=AuditAnswer)


async def asked(context: Context, question: AnyQuestion, kind: type[A]) -> A | None:
    """Return the answer; None of what is not there, or not this auditor's. Raises GatewayError."""
    found = await context.gateway.bus.audit(question, identity=context.known_identity, role=context.role)
    return found if isinstance(found, kind) else None


async def record(context: Context, owner: str | None, items: Sequence[ItemSeen]) -> None:
    """Write what is about to be shown into its owner's read log. Raises UNAVAILABLE; then it is not shown."""
    if owner is None or not items:
        return
    shown = [(owner, one.kind, one.item) for one in items]
    await context.gateway.read_log.record(disclosures_of(context, "AUDIT", shown))
