"""
The names by which auditors know streams and replays: encrypted, and found nowhere else (privacy rule 22).

The name of a stream holds the person's id, which colleagues see too. So an auditor gets it encrypted under a
key that only the services have. Without randomness (AES-SIV, RFC 5297) a stream keeps its name; nobody can
make one up, because it is authenticated.
"""

import hmac
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from events.streams import Stream, StreamNameError
from kit.ids import ID_BYTES
from rules.audit.kinds import kind_of

_STREAM: Final = b"audit stream v1"
_REPLAY: Final = b"audit replay v1"
PSEUDONYM_CHARS_MAX: Final = 512


class NamedReplay(msgspec.Struct, frozen=True, kw_only=True):
    """What the name of a replay says to the services: the replay, its stream, and where it is recorded."""

    replay: str
    stream: Stream
    recorded_in: Stream


class Pseudonyms:
    """Makes and reads the names; `key` signs the ids of this organisation (rules/signed_ids.py)."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESSIV(hmac.digest(key, b"pseudonyms for auditors", "sha512"))

    def of_stream(self, stream: Stream) -> str:
        """Return the name of a stream, in hexadecimal digits."""
        return self._sealed(stream.name, _STREAM)

    def stream(self, pseudonym: str) -> Stream | None:
        """Return the stream of this name; None for a name that was not made here."""
        return _stream_of(self._opened(pseudonym, _STREAM))

    def of_replay(self, named: NamedReplay) -> str:
        """Return the name of a replay, in hexadecimal digits."""
        return self._sealed(f"{named.replay} {named.recorded_in.name} {named.stream.name}", _REPLAY)

    def replay(self, pseudonym: str) -> NamedReplay | None:
        """Return the replay of this name; None for a name that was not made here."""
        replay, _, streams = self._opened(pseudonym, _REPLAY).partition(" ")
        recorded_in, _, stream = streams.partition(" ")
        if len(replay) != 2 * ID_BYTES or (found := _stream_of(stream)) is None:
            return None
        return NamedReplay(replay=replay, stream=found, recorded_in=Stream.parse(recorded_in))

    def _sealed(self, text: str, purpose: bytes) -> str:
        return self._aead.encrypt(text.encode(), [purpose]).hex()

    def _opened(self, pseudonym: str, purpose: bytes) -> str:
        if len(pseudonym) > PSEUDONYM_CHARS_MAX:
            return ""
        try:
            return self._aead.decrypt(bytes.fromhex(pseudonym), [purpose]).decode()
        except (InvalidTag, ValueError):
            return ""


def _stream_of(name: str) -> Stream | None:
    """Return the stream if it is of a kind that can be replayed."""
    try:
        stream = Stream.parse(name)
    except StreamNameError:
        return None
    return stream if kind_of(stream.category) is not None else None
