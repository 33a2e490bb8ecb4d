"""Turns events into the bytes on the log and back, for the `eventsourcing` library and for view workers."""

import hmac
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, Final

import msgspec
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent
from typing_extensions import override

from events.catalog.registry import Event, event_types, sealed_categories, wire_name_of
from events.privacy.sealing import (
    NONCE_BYTES,
    KeyDestroyedError,
    PersonKeys,
    SealError,
    open_sealed,
    seal,
)
from events.streams import Stream
from events.upcasting import UPCASTS, upcast

SEALED: Final = "sealed"
"""The topic of all events in a person's streams: their wire names are sealed with their content."""
PERSON_CATEGORIES: Final = sealed_categories()
"""Streams that are sealed under a person's key."""


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """
    An event in its stream: `version` counts from 1, `by` is the id of the person or process that caused it.

    `at` may be of any zone and reads back in UTC. Of events in team and organisation streams only the day is
    kept, as it is in the zone of `at` (always the organisation's); it reads back as midnight UTC of that day.
    """

    stream: str
    version: int
    event: Event
    at: datetime
    by: str

    @property
    def originator_id(self) -> str:
        return self.stream

    @property
    def originator_version(self) -> int:
        return self.version


class UnknownEvent(Event, frozen=True, kw_only=True):
    """An event with a wire name that this program does not know. `raw` is its content, still encoded."""

    name: str
    raw: bytes


class Forgotten(Event, frozen=True, kw_only=True):
    """An event of a person whose key was destroyed: nothing is known of it but that it happened."""


class UndecodableEventError(Exception):
    """An event's bytes are damaged or do not fit their wire name. The message never quotes content."""


class _Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """The content of an event in a person's stream, before it is sealed."""

    name: str
    at: datetime
    by: str
    data: msgspec.Raw


class _Clear(msgspec.Struct, frozen=True, kw_only=True):
    """The content of an event in a team's or the organisation's stream; it is not sealed."""

    day: date
    by: str
    data: msgspec.Raw


def _nonce_of(secret: bytes, recorded: Recorded, content: bytes) -> bytes:
    """Return a nonce that no other content, and no other place of the same content, gets."""
    place = f"{recorded.stream} {recorded.version} ".encode()
    return hmac.digest(secret, place + content, "sha256")[:NONCE_BYTES]


_NOBODY: Final = ""
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
_encode = msgspec.json.Encoder().encode
_decode_sealed = msgspec.json.Decoder(_Sealed).decode
_decode_clear = msgspec.json.Decoder(_Clear).decode


class EventMapper(Mapper[str]):
    """
    The library's mapper, with our wire names instead of class paths, and a person's events sealed.

    Both directions raise VaultUnreachableError when the keys can't be read.
    """

    def __init__(self, keys: PersonKeys) -> None:
        super().__init__(JSONTranscoder())
        self._keys = keys
        self._decoders = {name: msgspec.json.Decoder(kind) for name, kind in event_types().items()}

    @override
    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """Encode, and seal a person's event. Raises KeyDestroyedError, NoKeyError, VaultUnreachableError."""
        return self._stored(domain_event, secret=None)

    def to_same_stored_event(self, recorded: Recorded, *, secret: bytes) -> StoredEvent:
        """
        Encode, and seal a person's event with a nonce that is made from `secret` and the content.

        So the same event has the same bytes each time, and nobody can see which attempt made them. Raises as
        `to_stored_event`.
        """
        return self._stored(recorded, secret=secret)

    def _stored(self, recorded: Recorded, *, secret: bytes | None) -> StoredEvent:
        name = wire_name_of(type(recorded.event))
        stream = Stream.parse(recorded.stream)
        data = msgspec.Raw(_encode(recorded.event))
        if stream.category in PERSON_CATEGORIES:
            at = recorded.at.astimezone(UTC)
            content = _encode(_Sealed(name=name, at=at, by=recorded.by, data=data))
            nonce = _nonce_of(secret, recorded, content) if secret is not None else None
            key = self._keys.key_of(stream.subject)
            topic, state = SEALED, seal(key, stream.subject, content, nonce=nonce)
        else:
            topic, state = name, _encode(_Clear(day=recorded.at.date(), by=recorded.by, data=data))
        return StoredEvent(
            originator_id=recorded.stream, originator_version=recorded.version, topic=topic, state=state
        )

    def fetch_keys(self, streams: Iterable[str]) -> None:
        """Read the keys that open these streams' events, all at once. Raises VaultUnreachableError."""
        parsed = map(Stream.parse, streams)
        if subjects := {stream.subject for stream in parsed if stream.category in PERSON_CATEGORIES}:
            self._keys.keys_of(subjects)

    @override
    def to_domain_event(self, stored_event: StoredEvent) -> Recorded:
        """Open and decode. Raises UndecodableEventError, NoKeyError and VaultUnreachableError."""
        return self.recorded(
            str(stored_event.originator_id),
            stored_event.originator_version,
            stored_event.topic,
            stored_event.state,
        )

    def recorded(self, stream: str, version: int, topic: str, state: bytes) -> Recorded:
        """Open and decode an event that is no StoredEvent of the library. Raises as `to_domain_event`."""
        parsed = Stream.parse(stream)
        sealed = topic == SEALED
        if sealed is not (parsed.category in PERSON_CATEGORIES):
            # An event about a person is valid only if it is sealed with the person's key; others never are.
            wrong = "sealed" if sealed else "not sealed"
            raise UndecodableEventError(f"version {version} of {stream} must not be {wrong}")
        try:
            if sealed:
                content = _decode_sealed(
                    open_sealed(self._keys.key_of(parsed.subject), parsed.subject, state)
                )
                at, by, event = content.at, content.by, self._event(content.name, content.data)
            else:
                clear = _decode_clear(state)
                at, by = datetime(clear.day.year, clear.day.month, clear.day.day, tzinfo=UTC), clear.by
                event = self._event(topic, clear.data)
        except KeyDestroyedError:
            event, at, by = Forgotten(), _BEGINNING, _NOBODY
        except (SealError, msgspec.MsgspecError):
            # Without the cause, whose message may quote content.
            raise UndecodableEventError(f"version {version} of {stream} can't be decoded") from None
        return Recorded(stream=stream, version=version, event=event, at=at, by=by)

    def _event(self, name: str, data: msgspec.Raw) -> Event:
        if name in UPCASTS:
            name, content = upcast(name, msgspec.json.decode(data))
            data = msgspec.Raw(_encode(content))
        decoder = self._decoders.get(name)
        if decoder is None:
            return UnknownEvent(name=name, raw=bytes(data))
        return decoder.decode(data)
