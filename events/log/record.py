"""The bytes on the log: the frame with its checksum, the entries in it, and the digest that chains events."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated, Final

import crc32c
import msgspec

MAGIC: Final = b"IPPL"
FORMAT: Final = 1
RULE: Final = 1
ZERO_PARENT: Final = bytes(32)
RECORD_BYTES_MAX: Final = 960 * 1024
"""The largest record. Kafka's default for a message is 1 MiB; the difference is for Kafka's own framing."""
_HEADER_BYTES: Final = 10
_FRAME_SLACK_BYTES: Final = 64
"""Upper bound of what a frame adds around its entries: header, generation, writer, array heads."""

Digest = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
CommitId = Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Name = Annotated[str, msgspec.Meta(max_length=200)]
"""Short enough for every index of the journal."""


class Write(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One event of a commit. `parent` is the digest of the event before it, zeros for a stream's first."""

    stream: Name
    version: Count
    parent: Digest
    topic: Name
    state: bytes


class Commit(msgspec.Struct, frozen=True, array_like=True, tag=1, gc=False):
    """
    One attempt of one append: 0..n events of one subject.

    `command` (32 bytes) identifies the request and deduplicates; `commit` (16 bytes) identifies this attempt.
    `fingerprint` and `answer` are opaque and kept with the accepted command. `decided_on` is the number of
    the subject's accepted commits that the decision rests on, or None. `last` closes the subject for good.
    """

    subject: Name
    command: Digest
    commit: CommitId
    writes: tuple[Write, ...]
    fingerprint: bytes = b""
    answer: bytes = b""
    decided_on: Count | None = None
    last: bool = False
    tracking: tuple[Name, Count] | None = None


class Void(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """A marker: the command will never happen, unless the log accepted it before this marker."""

    subject: Name
    command: Digest


class Genesis(msgspec.Struct, frozen=True, array_like=True, tag=0):
    """
    The first record of every partition: it identifies the log.

    `one_subject` makes the whole of a one-partition log a single subject, for applications of the
    `eventsourcing` library that save several aggregates in one transaction.
    """

    partition: int
    partitions: int
    one_subject: bool = False


Entry = Genesis | Commit | Void


class Frame(msgspec.Struct, frozen=True, array_like=True):
    """A record's content. `generation` identifies the log, `writer` the process that waits for verdicts."""

    generation: CommitId
    writer: str
    entries: tuple[Entry, ...]


class _RawFrame(msgspec.Struct, frozen=True, array_like=True):
    generation: bytes
    writer: str
    entries: Sequence[msgspec.Raw]


class DamagedRecordError(Exception):
    """The bytes are no record: wrong magic or checksum, or content that does not decode."""


class UnknownFormatError(Exception):
    """The record is sound, but of a format or rule that only a newer program knows: stop, never guess."""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Frame)


def encode_entry(entry: Entry) -> bytes:
    """Return an entry's own bytes, to be framed with others by `frame`."""
    return _encoder.encode(entry)


def frame(generation: bytes, writer: str, entries: Sequence[bytes]) -> bytes:
    """Return a whole record for entries that `encode_entry` made."""
    body = _encoder.encode(_RawFrame(generation, writer, [msgspec.Raw(entry) for entry in entries]))
    covered = bytes((FORMAT, RULE)) + body
    return MAGIC + crc32c.crc32c(covered).to_bytes(4) + covered


def framed_size(entries: Sequence[bytes], *, writer: str) -> int:
    """Return an upper bound, in bytes, of the record that `frame` would make."""
    return _HEADER_BYTES + _FRAME_SLACK_BYTES + len(writer) + sum(map(len, entries))


def unframe(record: bytes) -> Frame:
    """Return a record's content. Raises DamagedRecordError or UnknownFormatError."""
    if len(record) < _HEADER_BYTES or record[:4] != MAGIC:
        raise DamagedRecordError("no record of this log: wrong magic")
    if crc32c.crc32c(record[8:]) != int.from_bytes(record[4:8]):
        raise DamagedRecordError("checksum differs")
    if (record[8], record[9]) != (FORMAT, RULE):
        raise UnknownFormatError(f"format {record[8]}, rule {record[9]}; known: format {FORMAT}, rule {RULE}")
    try:
        return _decoder.decode(memoryview(record)[_HEADER_BYTES:])
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise DamagedRecordError(f"content does not decode: {error}") from error


def digest_of(parent: bytes, stream: str, version: int, topic: str, state: bytes) -> bytes:
    """
    Return an event's digest: SHA-256 over parent, stream, version, topic and state, each with its length.

    Lengths are u32 big endian, the version is u64 big endian. `state` is as on the log (sealed, for a
    person): so no content can be guessed from a digest, and destroying a key changes no digest.
    """
    name, kind = stream.encode(), topic.encode()
    return sha256(
        b"".join(
            (
                len(parent).to_bytes(4),
                parent,
                len(name).to_bytes(4),
                name,
                b"\0\0\0\x08",
                version.to_bytes(8),
                len(kind).to_bytes(4),
                kind,
                len(state).to_bytes(4),
                state,
            )
        )
    ).digest()
