"""Replays as their owner and the privacy officer know them, and the mutations that open contents."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import date, datetime

import strawberry
from strawberry import UNSET

from gateway.api.audit.openings import ContentOpening, opening
from gateway.api.command_result import command_result
from gateway.api.root_fields import mutation, query
from gateway.api.sending import CHANGED, CommandInput, CommandPayload, can_show_result, send_command
from gateway.context import Context, Info
from gateway.types.arguments import WaitFor
from gateway.types.enums import AuditStreamKind, ItemKind, Role
from gateway.types.fields import field
from gateway.types.ids import refers_to
from projections.views import audits as view
from rules import commands
from rules.audit.kinds import OPENING_DAYS_MAX


@strawberry.type(description="A replay, as its owner and the privacy officer know it.")
class AuditNotice:
    id: strawberry.ID
    kind: AuditStreamKind = strawberry.field(description="What is replayed.")
    purpose: str = strawberry.field(description="Why, in the auditor's words.")
    role: Role = strawberry.field(description="The role in which it is replayed.")
    started_at: datetime = strawberry.field(description="When it began.")
    last_day: date = strawberry.field(description="It ends by itself after this day.")
    finished_at: datetime | None = strawberry.field(description="When its auditor finished it.")
    asks_to_open: list[ItemKind] = strawberry.field(
        description="What the auditor asks to see opened of a portfolio; nothing else can be."
    )
    openings: list[ContentOpening] = strawberry.field(
        description="What was opened, and until when, the one that lasts longest first."
    )
    audited_by: strawberry.Private[str]

    @field(description="The auditor by name; null when it is nobody who is registered here.")
    async def auditor_name(self, info: Info) -> str | None:
        return await info.context.loaders.names.load(self.audited_by)


@strawberry.input
class GrantAuditAccessInput(CommandInput):
    audit_id: strawberry.ID = refers_to("AuditNotice", description="From `me { audits }`.")
    kinds: list[ItemKind] = strawberry.field(
        description="Of those that the auditor asked for; none of a stream that is no portfolio."
    )
    until: datetime = strawberry.field(
        description=f"Nothing is opened from then on; within {OPENING_DAYS_MAX} days."
    )


@strawberry.input
class EndAuditAccessInput(CommandInput):
    opening_id: strawberry.ID = refers_to("ContentOpening", description="A grant of your own.")


@strawberry.input
class RecordAuditGroundInput(CommandInput):
    audit_id: strawberry.ID = refers_to("AuditNotice", description="From `auditGroundRequests`.")
    ground: str = strawberry.field(
        description="Why, for the owner to read. It is on the log in clear: name no person in it."
    )
    kinds: list[ItemKind] = strawberry.field(
        description="Of those that the auditor asked for; none of a stream that is no portfolio."
    )
    until: datetime = strawberry.field(
        description=f"Nothing is opened from then on; within {OPENING_DAYS_MAX} days."
    )


@strawberry.type
class AuditNoticePayload(CommandPayload):
    audit: AuditNotice | None = strawberry.field(description=CHANGED)


@query(
    description=(
        "Replays that are open and may be opened on a ground, or were, the newest first. Whose they are is "
        "not said."
    ),
    items_max=view.NOTICES_MAX,
)
async def audit_ground_requests(info: Info, wait_for: WaitFor = UNSET) -> list[AuditNotice] | None:
    await info.wait_for(wait_for, view.VIEW)
    context = info.context
    await context.check_fresh(view.VIEW)
    async with context.gateway.reader.connection() as connection:
        found = await view.waiting_for_grounds(connection, context.gateway.calendar.today())
    return [audit_notice(one) for one in found]


@mutation(description="Let one replay read contents of your portfolio, of the kinds named, until a moment.")
async def grant_audit_access(info: Info, input: GrantAuditAccessInput) -> AuditNoticePayload:
    return await _payload(info, await send_command(info, input))


@mutation(description="End a grant of your own before its time; takes effect at once.")
async def end_audit_access(info: Info, input: EndAuditAccessInput) -> AuditNoticePayload:
    return await _payload(info, await send_command(info, input))


@mutation(
    description=(
        "Open contents to one replay without the owner's grant: by a privacy officer, never the auditor, for "
        "a limited time, and noticed by the owner."
    )
)
async def record_audit_ground(info: Info, input: RecordAuditGroundInput) -> AuditNoticePayload:
    return await _payload(info, await send_command(info, input))


async def notices_of(context: Context, person: str) -> list[AuditNotice]:
    """Return the replays of a person's streams, for that person. Raises PARKED."""
    found = await context.gateway.reader.subject(
        view.VIEW, person, lambda connection: view.notices_of(connection, person)
    )
    return [audit_notice(one) for one in found]


def audit_notice(found: view.Notice) -> AuditNotice:
    return AuditNotice(
        id=strawberry.ID(found.handle),
        kind=found.kind,
        purpose=found.purpose,
        role=Role.AUDITOR,
        started_at=found.started_at,
        last_day=found.last_day,
        finished_at=found.finished_at,
        asks_to_open=list(found.asks),
        openings=[opening(one) for one in found.openings],
        audited_by=found.auditor,
    )


async def _payload(info: Info, result: commands.CommandResult) -> AuditNoticePayload:
    context = info.context
    name, found = result.entity_id, None
    owner = context.person if context.role is Role.PROFESSIONAL else None
    if name is not None and await can_show_result(info, result, view.VIEW, of_another=owner is None):
        async with context.gateway.reader.connection() as connection:
            found = await view.notice_named(connection, name, owner=owner)
    return AuditNoticePayload(
        command=command_result(info, result), audit=audit_notice(found) if found is not None else None
    )
