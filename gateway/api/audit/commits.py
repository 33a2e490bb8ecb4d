"""Commits of a replay as an auditor sees them: the chain always, contents where they are open."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Final
from uuid import UUID

import strawberry

from gateway.api.audit.asking import asked, record
from gateway.api.paging import Connection, Paging, check_page_size
from gateway.context import Context
from gateway.types.enums import Role
from gateway.types.scalars import Digest, Json, Long
from gateway.types.texts import LocalText
from rules.audit.answers import (
    CommitsAsked,
    CommitSeen,
    CommitsPage,
    EventSeen,
    FaultSeen,
    ItemSeen,
    OpenedSeen,
    PlaceSeen,
)


@strawberry.type(description="Where a commit is on the log.")
class AuditPosition:
    generation: str = strawberry.field(
        description="The id of the log's life: another after the whole log was moved."
    )
    partition: int = strawberry.field(description="The partition of the log.")
    offset: Long = strawberry.field(description="The record in the partition, as Kafka numbers it.")
    index: int = strawberry.field(
        description="Within the record, which carries every commit that waited; from 0."
    )
    ordinal: Long | None = strawberry.field(
        description=(
            "Of its first event among the accepted ones of the partition; null unless it was accepted."
        )
    )


@strawberry.enum(
    description=(
        "What the rule makes of a commit, the first that applies; every reader finds the same. All but "
        "ACCEPTED change nothing and are final for that commit."
    )
)
class Verdict(Enum):
    ACCEPTED = strawberry.enum_value("ACCEPTED", description="It counts.")
    REPEAT = strawberry.enum_value(
        "REPEAT", description="Its command was accepted before: sent again, counted once."
    )
    SUPERSEDED = strawberry.enum_value(
        "SUPERSEDED",
        description=(
            "Another commit was first: its version is taken, or its subject had moved on from what it was "
            "decided on."
        ),
    )
    SETTLED = strawberry.enum_value("SETTLED", description="Its command had been settled as not happened.")
    SEALED = strawberry.enum_value("SEALED", description="Its subject had been closed for good.")
    DEAD = strawberry.enum_value("DEAD", description="The same commit had been refused before.")
    GAP = strawberry.enum_value("GAP", description="Leaves a version out. An alarm.")
    MALFORMED = strawberry.enum_value(
        "MALFORMED", description="Versions or parents inside it do not follow each other."
    )
    FOREIGN = strawberry.enum_value(
        "FOREIGN", description="Not of this partition, or a stream not of its subject."
    )
    DAMAGED = strawberry.enum_value(
        "DAMAGED", description="The record's checksum fails: it counts as empty. An alarm."
    )
    MISSING = strawberry.enum_value(
        "MISSING", description="The journal has it, and the log has no such commit there. An alarm."
    )


@strawberry.enum(description="How the log, or what is made from it, differs from what its digests promise.")
class AuditFaultKind(Enum):
    CHANGED = strawberry.enum_value("CHANGED", description="It was changed.")
    DROPPED = strawberry.enum_value("DROPPED", description="It is missing.")
    ADDED = strawberry.enum_value("ADDED", description="It was added.")
    SWAPPED = strawberry.enum_value("SWAPPED", description="It is in another's place.")
    GAP = strawberry.enum_value("GAP", description="A version is missing before it.")
    DAMAGED = strawberry.enum_value("DAMAGED", description="It can't be read any more.")
    LOG_CUT = strawberry.enum_value(
        "LOG_CUT", description="The log begins late, or ends before what was read of it."
    )
    LOG_RESTORED = strawberry.enum_value(
        "LOG_RESTORED",
        description="Another topic or leader epoch, or another record, at a place that was read before.",
    )
    VIEW_DIFFERS = strawberry.enum_value("VIEW_DIFFERS", description="A view shows something else.")


@strawberry.enum(description="What can be read of an event: each reason why nothing can has its own word.")
class AuditContents(Enum):
    OPENED = strawberry.enum_value("OPENED", description="Geopend: `opened` has it.")
    SEALED = strawberry.enum_value(
        "SEALED", description="Verzegeld: neither a grant nor a ground opens it to this replay now."
    )
    FORGOTTEN = strawberry.enum_value(
        "FORGOTTEN", description="Vergeten: its key was destroyed, so that nobody can open it any more."
    )
    NONE = strawberry.enum_value(
        "NONE", description="Geen: it is open, and holds nothing beyond the name of what happened."
    )


@strawberry.type(description="What is wrong, and where.")
class AuditFault:
    kind: AuditFaultKind = strawberry.field(description="How it differs.")
    position: AuditPosition = strawberry.field(description="Where it is.")
    version: int | None = strawberry.field(description="The event; null when it is about no single one.")
    message: LocalText = strawberry.field(description="What is wrong, in words that name no person.")


@strawberry.type(description="What a grant or a ground opened.")
class OpenedEvent:
    name: str = strawberry.field(description="Wire name, such as portfolio.talent-claimed.v1.")
    summary: LocalText = strawberry.field(description="The same words as on its owner's timeline.")
    at: datetime = strawberry.field(
        description="When it happened; of streams that are not sealed only the day is on the log."
    )
    actor_role: Role | None = strawberry.field(
        description="Who caused it; null of a process, and where the log does not say."
    )
    content: Json = strawberry.field(description="All of it, but for the owner's id.")


@strawberry.type(description="One event of the chain.")
class AuditEvent:
    version: int = strawberry.field(description="Its number in the stream.")
    parent: Digest = strawberry.field(description="Digest of the event before it; zeros for the first.")
    digest: Digest = strawberry.field(
        description=(
            "Computed again from the record, over parent, stream, version, name and content, the last two as "
            "on the log: so nothing can be guessed from it, and erasure changes none."
        )
    )
    digest_valid: bool = strawberry.field(description="Whether the journal has the same digest.")
    contents: AuditContents = strawberry.field(description="What can be read of it.")
    opened: OpenedEvent | None = strawberry.field(description="Null unless it is open.")


@strawberry.type(
    description="One commit. In clear are random ids and the day; the moment and the actor are sealed."
)
class AuditCommit:
    position: AuditPosition = strawberry.field(description="Where it is.")
    commit_id: UUID | None = strawberry.field(description="Null when it can't be read from the log.")
    day: date = strawberry.field(description="The day on which it was appended.")
    verdict: Verdict = strawberry.field(description="Whether it counts.")
    rule_version: int = strawberry.field(description="Version of the rule that gave the verdict.")
    events: list[AuditEvent] = strawberry.field(
        description="Those of the replayed stream; other streams in the commit are left out."
    )
    faults: list[AuditFault] = strawberry.field(
        description="How the journal and the chain differ from it; empty when all agrees."
    )


async def page(
    context: Context, replay: str, *, first: int, after: str | None
) -> Connection[AuditCommit] | None:
    """Return a page of a replay's commits; what is open in it is recorded first. None when it is over."""
    check_page_size(context, "first", first)
    start = PAGES.key_in(context, after) if after else 0
    found = await recorded_page(context, replay, first=first, after=start)
    if found is None:
        return None
    return PAGES.shown(context, found.commits, more=found.more, after=after, node=commit)


async def recorded_page(context: Context, replay: str, *, first: int, after: int) -> CommitsPage | None:
    """Return the commits after a number; what is open in them is recorded first. None when it is over."""
    found = await asked(context, CommitsAsked(replay=replay, first=first, after=after), CommitsPage)
    if found is not None:
        await record(context, found.owner, list(_items(found.commits)))
    return found


def is_opened(seen: CommitSeen) -> bool:
    """Whether a commit shows contents."""
    return any(event.opened is not None for event in seen.events)


def commit(seen: CommitSeen) -> AuditCommit:
    return AuditCommit(
        position=_position(seen.place),
        commit_id=UUID(hex=seen.commit) if seen.commit is not None else None,
        day=seen.day,
        verdict=Verdict[seen.verdict],
        rule_version=seen.rule_version,
        events=[_event(event) for event in seen.events],
        faults=[fault(one) for one in seen.faults],
    )


def fault(seen: FaultSeen) -> AuditFault:
    return AuditFault(
        kind=AuditFaultKind[seen.kind],
        position=_position(seen.place),
        version=seen.version,
        message=LocalText(nl=seen.nl, en=seen.en),
    )


def _position(seen: PlaceSeen) -> AuditPosition:
    return AuditPosition(
        generation=seen.generation,
        partition=seen.partition,
        offset=Long(seen.offset),
        index=seen.index,
        ordinal=Long(seen.ordinal) if seen.ordinal is not None else None,
    )


def _event(seen: EventSeen) -> AuditEvent:
    return AuditEvent(
        version=seen.version,
        parent=Digest(seen.parent),
        digest=Digest(seen.digest),
        digest_valid=seen.digest_valid,
        contents=AuditContents[seen.contents],
        opened=_opened(seen.opened) if seen.opened is not None else None,
    )


def _opened(seen: OpenedSeen) -> OpenedEvent:
    return OpenedEvent(
        name=seen.name,
        summary=LocalText(nl=seen.nl, en=seen.en),
        at=seen.at,
        actor_role=Role[seen.role] if seen.role is not None else None,
        content=Json(seen.content),
    )


def _items(commits: Sequence[CommitSeen]) -> Iterator[ItemSeen]:
    """Yield the items that the commits show."""
    for event in (event for one in commits for event in one.events):
        opened = event.opened
        if opened is not None and opened.item is not None and opened.kind is not None:
            yield ItemSeen(kind=opened.kind, item=opened.item)


def _number(seen: CommitSeen) -> int:
    return seen.number


PAGES: Final[Paging[CommitSeen, int]] = Paging(name="auditCommits", key=int, key_of=_number)
"""The pages of a replay; `auditReplayed` has the same cursors."""
