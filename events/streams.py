"""Names of streams, the subject each belongs to, and the partition that holds a subject."""

import re
from functools import lru_cache
from hashlib import sha256
from typing import Final
from uuid import UUID

NAMES_REMEMBERED_MAX: Final = 100_000
"""Both functions stand in the hottest loop of the journal and of every writer, over names that come again."""
_STREAM = re.compile(r"[a-z][a-z_]*-([0-9a-f]{32})(?:-[0-9a-z]{1,64})?")
_BARE_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class StreamIdError(ValueError):
    """A stream's name is neither `category-subject[-local]` nor a UUID."""


@lru_cache(NAMES_REMEMBERED_MAX)
def subject_of(stream: str) -> str:
    """
    Return the subject, 32 lower-case hex digits: a pure function of the name, so that every reader agrees.

    A bare UUID is its own subject (the `eventsourcing` library's own applications name streams so).
    Raises StreamIdError.
    """
    match = _STREAM.fullmatch(stream)
    if match:
        return match[1]
    if _BARE_UUID.fullmatch(stream):
        return stream.replace("-", "")
    raise StreamIdError(f"not a stream of the form category-subject[-local], nor a UUID: {stream[:80]!r}")


def stream_name(originator_id: UUID | str) -> str:
    """Return the stream's name for what the `eventsourcing` library calls an originator id."""
    return str(originator_id)


@lru_cache(NAMES_REMEMBERED_MAX)
def partition_of(subject: str, partitions: int) -> int:
    """Return the partition: the first 8 bytes of the subject's SHA-256, big endian, modulo the count."""
    return int.from_bytes(sha256(subject.encode()).digest()[:8]) % partitions


def command_key(caller: str, client_id: str) -> bytes:
    """Return the 32 bytes that make a client's command id unique: SHA-256 over caller and id."""
    parts = (caller.encode(), client_id.encode())
    return sha256(b"".join(len(part).to_bytes(4) + part for part in parts)).digest()
