"""`auditStreams`: what can be audited, by pseudonym."""

from typing import Annotated, Final

import strawberry
from strawberry import UNSET

from gateway.api.audit.asking import asked
from gateway.api.paging import Connection, Paging, check_page_size
from gateway.api.root_fields import query
from gateway.context import Info
from gateway.types.arguments import After, First
from gateway.types.enums import AuditStreamKind
from gateway.types.scalars import Digest
from rules.audit.answers import StreamsAsked, StreamSeen, StreamsPage


@strawberry.type(description="A stream, by pseudonym: its `id` is found nowhere else.")
class AuditStream:
    id: strawberry.ID
    kind: AuditStreamKind = strawberry.field(description="What it is about.")
    version: int = strawberry.field(description="How many events it has.")
    head: Digest = strawberry.field(description="The digest of its last event, as the journal has it.")


def audit_stream(seen: StreamSeen) -> AuditStream:
    return AuditStream(
        id=strawberry.ID(seen.id), kind=seen.kind, version=seen.version, head=Digest(seen.head)
    )


@query(
    description=(
        "Streams that can be audited, by pseudonym and in its order, which says nothing about whose they "
        "are. A new stream is listed within half a minute."
    )
)
async def audit_streams(
    info: Info,
    kind: Annotated[AuditStreamKind, strawberry.argument(description="What they are about.")],
    first: First = 50,
    after: After = UNSET,
) -> Connection[AuditStream] | None:
    context = info.context
    check_page_size(context, "first", first)
    question = StreamsAsked(kind=kind, first=first, after=_PAGES.key_in(context, after) if after else None)
    found = await asked(context, question, StreamsPage)
    if found is None:
        return None
    return _PAGES.shown(context, found.streams, more=found.more, after=after or None, node=audit_stream)


def _id(seen: StreamSeen) -> str:
    return seen.id


_PAGES: Final[Paging[StreamSeen, str]] = Paging(name="auditStreams", key=str, key_of=_id)
