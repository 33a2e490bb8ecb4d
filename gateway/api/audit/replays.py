"""`auditReplay`, and the mutations that start and finish one."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import date, datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from gateway.api.audit.asking import asked, record
from gateway.api.audit.commits import AuditCommit
from gateway.api.audit.commits import page as commits_page
from gateway.api.audit.disclosures import AuditDisclosure
from gateway.api.audit.disclosures import page as disclosures_page
from gateway.api.audit.openings import ContentOpening, opening
from gateway.api.audit.streams import AuditStream, audit_stream
from gateway.api.audit.verification import AuditVerification, verification_of
from gateway.api.command_result import command_result
from gateway.api.paging import Connection
from gateway.api.root_fields import mutation, query
from gateway.api.sending import CommandInput, CommandPayload, send_command
from gateway.context import Context, Info
from gateway.errors import GatewayError
from gateway.types.arguments import After, First
from gateway.types.downloads import Download, download_of
from gateway.types.enums import ItemKind
from gateway.types.fields import field
from gateway.types.ids import refers_to
from gateway.types.scalars import Json
from rules import commands as bus
from rules.audit.answers import BundleAsked, BundleSeen, ReplayAsked, ReplaySeen, StateAsked, StateSeen
from rules.audit.kinds import REPLAY_DAYS_MAX, REPLAYS_OPEN_MAX

Version = Annotated[
    int | None, strawberry.argument(description="Up to this version of the stream; left out, the head.")
]


@strawberry.type(
    description=(
        "A reading of one stream from the log itself, by one auditor, on record from start to finish and "
        "noticed by its owner. Chains and digests verify without being opened. Once it is over, `commits`, "
        "`verification` and `state` are null."
    )
)
class AuditReplay:
    id: strawberry.ID
    stream: AuditStream = strawberry.field(description="What is replayed.")
    purpose: str = strawberry.field(description="Why, in the auditor's words.")
    started_at: datetime = strawberry.field(
        description="When it began; of a stream without an owner only the day is known."
    )
    last_day: date = strawberry.field(description="It ends by itself after this day.")
    finished_at: datetime | None = strawberry.field(
        description="It can no longer be read once it is finished."
    )
    forgotten: bool = strawberry.field(
        description=(
            "Its owner was forgotten: nothing can be opened any more, and the chain still holds. A replay "
            "that was begun before ends with it."
        )
    )
    openings: list[ContentOpening] = strawberry.field(
        description=(
            "What opens contents, or did: the owner's grant or a recorded ground; of a stream without an "
            "owner a ground alone."
        )
    )
    seen: strawberry.Private[ReplaySeen]

    @field(description="All that name this stream, whatever their verdict, in log order.")
    async def commits(
        self, info: Info, first: First = 50, after: After = UNSET
    ) -> Connection[AuditCommit] | None:
        return await commits_page(info.context, self.seen.handle, first=first, after=after or None)

    @field(description="The chain from its first event to a version; null for a version that is not there.")
    async def verification(self, info: Info, version: Version = UNSET) -> AuditVerification | None:
        return await verification_of(info.context, self.seen.handle, version or None)

    @field(
        description=(
            "What the opened events up to a version amount to, null while nothing is open. Of a portfolio by "
            "kind and item, the newest value of each field; else by wire name, the newest content."
        )
    )
    async def state(self, info: Info, version: Version = UNSET) -> Json | None:
        question = StateAsked(replay=self.seen.handle, version=version or None)
        found = await asked(info.context, question, StateSeen)
        if found is None:
            return None
        await record(info.context, found.owner, found.items)
        return Json(found.content)

    @field(
        description=(
            "Who was shown which items of a portfolio, of the kinds that are open now; null while none is."
        )
    )
    async def disclosures(
        self, info: Info, first: First = 50, after: After = UNSET
    ) -> Connection[AuditDisclosure] | None:
        return await disclosures_page(info.context, self.seen, first=first, after=after or None)

    @field(
        description=(
            "Signed, for a verifier that needs nothing of this installation; contents as sealed as on the "
            "log. Null until `finishAuditReplay`, and where this installation signs none."
        )
    )
    async def evidence_bundle(self, info: Info) -> Download | None:
        found = await asked(info.context, BundleAsked(replay=self.seen.handle), BundleSeen)
        if found is None:
            return None
        return download_of(found.file, media_type=found.media_type)


@strawberry.input
class StartAuditReplayInput(CommandInput):
    stream_id: strawberry.ID = refers_to("AuditStream", description="From `auditStreams`.")
    purpose: str = strawberry.field(
        description="Why, for the owner to read. Of a stream without an owner it is on the log in clear."
    )
    asks_to_open: list[ItemKind] = strawberry.field(
        default_factory=list,
        description="What you ask to see opened of a portfolio: a grant or ground opens nothing else.",
    )


@strawberry.input
class FinishAuditReplayInput(CommandInput):
    replay_id: strawberry.ID = refers_to("AuditReplay", description="A replay of your own.")


@strawberry.type
class AuditReplayPayload(CommandPayload):
    audit_replay: AuditReplay | None = strawberry.field(
        description="The replay. Null when the command was refused or is not settled."
    )


@query(description="A replay you started; null for another's.")
async def audit_replay(
    info: Info,
    id: Annotated[strawberry.ID, strawberry.argument(description="From `startAuditReplay`.")],
) -> AuditReplay | None:
    return await replay_of(info.context, str(id))


@mutation(
    description=(
        "Begin to replay a stream. Its owner gets notice of it, with the purpose. It lasts "
        f"{REPLAY_DAYS_MAX} days at most, and you may have {REPLAYS_OPEN_MAX} open."
    )
)
async def start_audit_replay(info: Info, input: StartAuditReplayInput) -> AuditReplayPayload:
    return await _payload(info, await send_command(info, input))


@mutation(description="End a replay: nothing more is read in it, and its evidence can be taken away.")
async def finish_audit_replay(info: Info, input: FinishAuditReplayInput) -> AuditReplayPayload:
    return await _payload(info, await send_command(info, input))


async def replay_of(context: Context, handle: str) -> AuditReplay | None:
    """Return a replay of the caller's. Raises GatewayError."""
    seen = await asked(context, ReplayAsked(replay=handle), ReplaySeen)
    if seen is None:
        return None
    return AuditReplay(
        id=strawberry.ID(seen.handle),
        stream=audit_stream(seen.stream),
        purpose=seen.purpose,
        started_at=seen.started_at,
        last_day=seen.last_day,
        finished_at=seen.finished_at,
        forgotten=seen.forgotten,
        openings=[opening(one) for one in seen.openings],
        seen=seen,
    )


async def _payload(info: Info, result: bus.CommandResult) -> AuditReplayPayload:
    """Return the payload with the replay; without it when the services can't be asked any more."""
    replay = None
    if result.outcome == "ACCEPTED" and result.entity_id is not None:
        try:
            replay = await replay_of(info.context, result.entity_id)
        except GatewayError:
            replay = None
    return AuditReplayPayload(command=command_result(info, result), audit_replay=replay)
