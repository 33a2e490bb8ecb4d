"""A stream's accepted events, decoded from the log's own bytes, each in words; nothing of it is kept."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec
from eventsourcing.persistence import StoredEvent

from events.catalog.portfolio.life import CorrectionRecorded
from events.catalog.portfolio.sharing import ItemShared, ItemSharingEnded
from events.catalog.portfolio.talents import TalentClaimed
from events.catalog.registry import Event, wire_name_of
from events.catalog.team import MemberEvent, WorkOfferEnded
from events.codec import EventMapper, Forgotten, Recorded, UndecodableEventError, UnknownEvent
from events.log.proof.commits import EventOnLog
from events.portfolio_items import details_of, item_of, kind_of_item, named_in
from events.streams import Stream
from rules.access.roles import Role
from rules.audit.answers import OpenedSeen
from rules.audit.kinds import OF_A_PERSON, AuditStreamKind
from rules.audit.words import line_of
from rules.kinds import ItemKind
from rules.texts import LocalLine
from rules.timeline import short_name, summary

OWNER: Final = "owner"
"""In place of the owner's id in what an auditor reads: ids of agreements begin with it."""
_FED: Final = frozenset({"employment", "team", "units"})


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """
    An event as it is shown where it is opened; `shown` is None when no event can be read from its bytes.

    `kind` is the kind of items it belongs to; None of a fact about the whole. `forgotten`: the key is gone.
    """

    version: int
    kind: ItemKind | None = None
    forgotten: bool = False
    shown: OpenedSeen | None = None


def read_history(events: Iterable[EventOnLog], *, stream: Stream, mapper: EventMapper) -> Iterator[Opened]:
    """Yield the events of a stream in words, in order. Raises VaultUnreachableError."""
    words = _Words(stream)
    for event in events:
        stored = StoredEvent(
            originator_id=stream.name, originator_version=event.version, topic=event.topic, state=event.state
        )
        try:
            recorded = mapper.to_domain_event(stored)
        except UndecodableEventError:
            yield Opened(version=event.version)
            continue
        yield words.of(recorded)


class _Words:
    """What the line of an event needs of the events before it: names of items, and what was shared."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._is_portfolio = stream.category == AuditStreamKind.PORTFOLIO
        self._names: dict[str, LocalLine] = {}
        self._shared: dict[str, ItemShared] = {}
        self._kinds: dict[int, ItemKind | None] = {}

    def of(self, recorded: Recorded) -> Opened:
        event = recorded.event
        if isinstance(event, Forgotten):
            return Opened(version=recorded.version, forgotten=True)
        item, kind = self._about(event) if self._is_portfolio else (None, None)
        self._kinds[recorded.version] = kind
        line = self._line(event, item)
        shown = OpenedSeen(
            name=_name_of(event),
            nl=line.nl,
            en=line.en,
            at=recorded.at,
            role=self._role(recorded),
            content=self._content(event),
            item=item,
            kind=kind,
        )
        return Opened(version=recorded.version, kind=kind, shown=shown)

    def _about(self, event: Event) -> tuple[str | None, ItemKind | None]:
        """Return the item and the kind that an event of a portfolio belongs to."""
        if isinstance(event, ItemShared):
            self._shared[event.sharing] = event
        if isinstance(event, ItemSharingEnded) and event.sharing in self._shared:
            shared = self._shared[event.sharing]
            return shared.item, shared.kind
        if isinstance(event, CorrectionRecorded):
            return None, self._kinds.get(event.version)
        return item_of(event), kind_of_item(event)

    def _line(self, event: Event, item: str | None) -> LocalLine:
        if not self._is_portfolio:
            return line_of(type(event).__name__)
        for named, words in named_in(event):
            english = event.name_en if isinstance(event, TalentClaimed) and event.name_en else words
            self._names[named] = LocalLine(nl=short_name(words), en=short_name(english))
        details = details_of(event)
        shared = self._shared.get(details.get("sharing", ""))
        return summary(
            type(event).__name__,
            item=self._names.get(item or ""),
            kind=shared.kind if shared is not None else None,
            detail=details.get("detail"),
            day=details.get("day"),
        )

    def _role(self, recorded: Recorded) -> str | None:
        """Return the role in which an event was caused, as far as the log says it; None of a process."""
        if isinstance(recorded.event, MemberEvent):
            return None if isinstance(recorded.event, WorkOfferEnded) else Role.PROFESSIONAL.name
        if self._stream.category in _FED:
            return Role.HR_FEED.name
        if self._stream.category in OF_A_PERSON and recorded.by == self._stream.subject:
            return Role.PROFESSIONAL.name
        return None

    def _content(self, event: Event) -> dict[str, Any]:
        """Return the content as JSON has it, without the owner's id."""
        raw = event.raw if isinstance(event, UnknownEvent) else msgspec.json.encode(event)
        content: dict[str, Any] = msgspec.json.decode(
            raw.replace(self._stream.subject.encode(), OWNER.encode())
        )
        return content


def _name_of(event: Event) -> str:
    return event.name if isinstance(event, UnknownEvent) else wire_name_of(type(event))
