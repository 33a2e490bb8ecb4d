"""Streams and their names, the partition that holds a subject, and the key of a client's command."""

import re
from functools import lru_cache
from hashlib import sha256
from typing import Final
from uuid import UUID

import msgspec

NAMES_CACHED_MAX: Final = 100_000
"""Every commit and every fold parses a name and places a subject, and most of them were seen just before."""
_NAME: Final = re.compile(r"([a-z][a-z_]*)-([0-9a-f]{32})(?:-([0-9a-z]{1,64}))?")
_BARE_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class StreamNameError(ValueError):
    """A stream's name is neither `category-subject[-local]` nor a UUID."""


class Stream(msgspec.Struct, frozen=True, gc=False):
    """
    A sequence of events of one subject, such as `portfolio-<person>` or `team-<team>`.

    `category` is the kind of stream; `subject` (32 lower-case hex digits) is whom or what it is about. All
    streams of a subject are in one partition and are sealed with one key. `local` distinguishes several
    streams of one category and subject. A stream named by a bare UUID, as the `eventsourcing` library's own
    applications name theirs, has no category; the UUID is its subject.
    """

    category: str
    subject: str
    local: str = ""

    @property
    def name(self) -> str:
        """The name on the log: `category-subject[-local]`."""
        if not self.category:
            return str(UUID(self.subject))
        name = f"{self.category}-{self.subject}"
        return f"{name}-{self.local}" if self.local else name

    @staticmethod
    @lru_cache(NAMES_CACHED_MAX)
    def parse(name: str) -> "Stream":
        """Return the stream of this name. Raises StreamNameError."""
        match = _NAME.fullmatch(name)
        if match:
            return Stream(match[1], match[2], match[3] or "")
        if _BARE_UUID.fullmatch(name):
            return Stream("", name.replace("-", ""))
        raise StreamNameError(f"{name[:80]!r} is neither category-subject[-local] nor a UUID")


@lru_cache(NAMES_CACHED_MAX)
def partition_of(subject: str, partitions: int) -> int:
    """Return the partition: the first 8 bytes of the subject's SHA-256, big endian, modulo the count."""
    return int.from_bytes(sha256(subject.encode()).digest()[:8]) % partitions


def command_key(caller: str, client_id: str) -> bytes:
    """Return the 32 bytes that make a client's command id unique: SHA-256 over caller and id."""
    parts = (caller.encode(), client_id.encode())
    return sha256(b"".join(len(part).to_bytes(4) + part for part in parts)).digest()
