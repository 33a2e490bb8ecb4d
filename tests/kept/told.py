"""What a dump must give again: counts, digests and reports, read in the same way then and now."""

from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, Final

import msgspec
import psycopg
from eventsourcing.persistence import StoredEvent

from events.catalog.registry import wire_name_of
from events.codec import EventMapper, Forgotten
from events.log.journal.reader import JournalReader
from events.log.journal.verify import verify_partition
from projections.registry import find_views
from projections.view import View
from rules.access.roles import Role
from tests.events.log.harness import LogUnderTest
from tests.services.house import House

COMMAND_ID: Final = "5d0f6c1e-7a43-4c55-9d0e-1f2a3b4c5d6e"
WORDS: Final = "Wat ik vandaag leerde: eerst luisteren."
"""What the owner wrote under that command id: to be asked again, and answered as then."""
FORGOTTEN: Final = "forgotten"
"""Stands for the name of an event whose key was destroyed."""
# Named one by one: a column that a later program adds says nothing of what was folded before it.
JOURNAL: Final = {
    "events": "originator_id, originator_version, topic, state, notification_id, digest",
    "commits": "subject, command, commit_id, ordinal, events, record_offset, day, fingerprint, answer",
    "refusals": "commit_id, verdict, record_offset",
    "settled": "subject, command",
    "sealed": "subject",
    "tracking": "application_name, notification_id",
    "positions": "next_offset, ordinal, record_digest",
}
_HEADS: Final = (
    "SELECT DISTINCT ON (originator_id) partition, ROW(originator_id, originator_version, digest)::text"
    " FROM {log}_events ORDER BY originator_id, originator_version DESC"
)


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """How many lines there are, and the SHA-256 of all of them in order."""

    rows: int
    digest: str


class JournalTold(msgspec.Struct, frozen=True, kw_only=True):
    """One partition of the journal; `tables` by name, with `heads`, the last digest of every stream."""

    ordinal: int
    next_offset: int
    tables: dict[str, Content]


class ViewTold(msgspec.Struct, frozen=True, kw_only=True):
    """A view: its version, where it stands in each partition, and what each table holds."""

    version: int
    ordinals: list[int]
    tables: dict[str, Content]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that must be equal; `without` are the wire names that do not occur, and why."""

    commit: str
    generation: str
    journal: list[JournalTold]
    views: dict[str, ViewTold]
    verified: list[dict[str, Any]]
    events: dict[str, Content]
    without: dict[str, str]
    read_log: Content
    answer: dict[str, Any]
    """How the command ended that is asked again."""


def rows_of(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Read rows, in a session whose texts are the same on every server."""
    with psycopg.connect(url, autocommit=True, options="-c timezone=UTC -c datestyle=ISO") as connection:
        return connection.execute(statement.encode()).fetchall()


def content(lines: Iterable[str]) -> Content:
    """Return the same for the same lines, whatever order they come in."""
    ordered = sorted(lines)
    return Content(rows=len(ordered), digest=sha256("\n".join(ordered).encode()).hexdigest())


def journal_of(log: LogUnderTest) -> list[JournalTold]:
    """Return what the journal holds of each partition."""
    found: dict[int, dict[str, list[str]]] = {
        partition: {name: [] for name in (*JOURNAL, "heads")} for partition in range(log.partitions)
    }
    for name, columns in JOURNAL.items():
        statement = f"SELECT partition, ROW({columns})::text FROM {log.name}_{name}"
        for partition, line in rows_of(log.url, statement):
            found[partition][name].append(line)
    for partition, line in rows_of(log.url, _HEADS.format(log=log.name)):
        found[partition]["heads"].append(line)
    places = rows_of(log.url, f"SELECT next_offset, ordinal FROM {log.name}_positions ORDER BY partition")
    return [
        JournalTold(
            ordinal=ordinal,
            next_offset=next_offset,
            tables={name: content(lines) for name, lines in found[partition].items()},
        )
        for partition, (next_offset, ordinal) in enumerate(places)
    ]


def view_of(url: str, view: View) -> ViewTold:
    """Return what a view holds, and where it stands."""
    positions = (
        f"SELECT ordinal FROM views.positions WHERE (view, version) = ('{view.name}', {view.version})"
        " ORDER BY partition"
    )
    return ViewTold(
        version=view.version,
        ordinals=[ordinal for (ordinal,) in rows_of(url, positions)],
        tables={
            table.name: content(line for (line,) in rows_of(url, f"SELECT t::text FROM {table.served} t"))
            for table in view.tables
        },
    )


def views_of(url: str) -> dict[str, ViewTold]:
    return {view.name: view_of(url, view) for view in find_views()}


def generation_in(url: str, log: str) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        return JournalReader(log).generation(connection)


def verified(log: LogUnderTest) -> list[dict[str, Any]]:
    """Return what `verify` says of each partition."""
    reader = log.reader()
    with psycopg.connect(log.url, autocommit=True) as connection:
        reports = [
            verify_partition(connection, reader, log=log.name, partition=partition)
            for partition in range(log.partitions)
        ]
    reader.close()
    return [_plain(report) for report in reports]


def events_of(log: LogUnderTest, mapper: EventMapper) -> dict[str, Content]:
    """Return what the events of each wire name say, once opened. Raises where one does not open."""
    lines = defaultdict[str, list[str]](list)
    with psycopg.connect(log.url, autocommit=True) as connection:
        for partition in range(log.partitions):
            for stored in log.journal.read_partition(connection, partition=partition, after=0, limit=10**6):
                recorded = mapper.to_domain_event(
                    StoredEvent(stored.stream, stored.version, stored.topic, stored.state)
                )
                event = recorded.event
                name = FORGOTTEN if isinstance(event, Forgotten) else wire_name_of(type(event))
                told = [recorded.stream, recorded.version, recorded.at, recorded.by, event]
                lines[name].append(msgspec.json.encode(told).decode())
    return {name: content(told) for name, told in sorted(lines.items())}


def read_log_of(url: str) -> Content:
    statement = (
        "SELECT ROW(owner, day, item_kind, item, viewer, viewer_role, purpose, line)::text"
        " FROM read_log.disclosures"
    )
    return content(line for (line,) in rows_of(url, statement))


_NAMES_OF_THEN: Final = {"entityId": "thingId"}
"""Fields of an answer that had another name when the dump was written; what the log keeps did not change."""


def answer_again(house: House) -> Any:
    """Let the owner write those words, which happens once, and return how it ended: always the same."""
    return _plain(house.ask("owner", Role.PROFESSIONAL, "writeReflection", command_id=COMMAND_ID, text=WORDS))


def _plain(answer: msgspec.Struct) -> Any:
    """Return what stands in a file for it."""
    plain = msgspec.json.decode(msgspec.json.encode(answer))
    return {_NAMES_OF_THEN.get(name, name): value for name, value in plain.items()}
