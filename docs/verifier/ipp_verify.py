#!/usr/bin/env python3
"""
Checks an evidence bundle of an IPP log, offline: python ipp_verify.py BUNDLE --key KEY [--checkpoint NOTE].

It needs Python 3.9 or later and the package `cryptography`, and nothing of IPP. README.md, next to this file,
describes what it reads. The key is yours: you got it from the organisation when the audit was agreed, and not
with the bundle. KEY is a file with a verifier key on each line. NOTE is a checkpoint that you kept yourself;
with it, the operator can't have made another one for you later. It prints one of these results, and why:

  complete (exit code 0): from the stream's first event to its head in a checkpoint, nothing is missing
  complete on the operator's word (4): from the first event, and no checkpoint covers it
  starts later (3): what is in it holds together; what is before it is not here
  broken (1): something was changed, dropped, added or swapped; what and where
  unknown key (2): none of your keys signed it, so nothing is known
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import re
import sys
import urllib.parse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "ipp/evidence-bundle/1"
CODES = {
    "complete": 0,
    "broken": 1,
    "unknown key": 2,
    "starts later": 3,
    "complete on the operator's word": 4,
}
UNREADABLE_CODE = 64
DIGEST_BYTES = 32
HASH_BYTES = 4
KEY_BYTES = 33
BASE64_32 = r"([A-Za-z0-9+/]{43}=)"


class BrokenError(Exception):
    """Something does not fit; the message says what and where."""


class UnknownKeyError(Exception):
    """None of the auditor's keys signed this."""


class Result(NamedTuple):
    """The result in a word or two, and the sentences that go with it."""

    word: str
    sentences: list[str]


class Key(NamedTuple):
    """A verifier key (C2SP signed-note): its name, the four bytes that name it too, and its 32 bytes."""

    name: str
    hash: bytes
    public: bytes


class Event(NamedTuple):
    """One event; `where` is its version, its line in the bundle and its place on the log."""

    where: str
    version: int
    parent: bytes
    digest: bytes
    topic: str
    state: bytes


class Bundle(NamedTuple):
    """What a bundle says, before anything of it is checked."""

    fields: dict[str, list[str]]
    events: list[Event]
    path: list[bytes]

    @property
    def stream(self) -> str:
        return self.fields["stream"][0]

    @property
    def anchor(self) -> bytes:
        return bytes.fromhex(self.fields["anchor"][0])

    @property
    def last(self) -> int:
        return int(self.fields["last"][0])

    @property
    def is_whole(self) -> bool:
        """Whether it begins with the stream's first event, which has no parent."""
        return self.anchor == bytes(DIGEST_BYTES) and self.events[0].version <= 1


def read_keys(text: str) -> list[Key]:
    """Read verifier keys, one a line; lines that begin with # are left out. Raises ValueError."""
    keys = []
    for line in map(str.strip, text.split("\n")):
        if line and not line.startswith("#"):
            name, named, encoded = line.split("+", 2)
            raw = base64.b64decode(encoded, validate=True)
            made = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:HASH_BYTES]
            if raw[:1] != b"\x01" or len(raw) != KEY_BYTES or made.hex() != named:
                raise ValueError(f"not a verifier key of Ed25519: {line}")
            keys.append(Key(name, made, raw[1:]))
    if not keys:
        raise ValueError("the key file has no verifier key")
    return keys


def open_note(note: str, keys: Sequence[Key], what: str) -> tuple[str, bool]:
    """
    Return the text of a signed note, and whether the auditor's key that it names signed exactly this text.

    Raises UnknownKeyError if no signature names one of the keys, and BrokenError if this is no signed note.
    """
    text, empty, last = note.rpartition("\n\n")
    found = [re.fullmatch(r"— ([^\s+]+) ([A-Za-z0-9+/=]+)", line) for line in last.split("\n")[:-1]]
    if not empty or not last.endswith("\n") or not all(found):
        raise BrokenError(f"{what} is no signed note: its end was changed or is missing")
    made = [(line[1], base64.b64decode(line[2] + "==")) for line in found if line]
    named = [
        (k, raw[HASH_BYTES:])
        for name, raw in made
        for k in keys
        if (k.name, k.hash) == (name, raw[:HASH_BYTES])
    ]
    if not named:
        raise UnknownKeyError(
            f"{what} is signed by " + ", ".join(f"{n}+{raw[:HASH_BYTES].hex()}" for n, raw in made)
        )
    return f"{text}\n", all(signed(key, raw, f"{text}\n") for key, raw in named)


def signed(key: Key, signature: bytes, text: str) -> bool:
    """Whether this key made the signature on the text."""
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text.encode())
    except InvalidSignature:
        return False
    return True


def read_bundle(text: str) -> Bundle:
    """Read the lines of a bundle. Raises BrokenError, naming the line."""
    lines = text.split("\n")[:-1]
    if lines[:1] != [FORMAT]:
        raise BrokenError(f"line 1 is not {FORMAT}: another version of this program may read it")
    bundle = Bundle({}, [], [])
    place: list[str] = ["?"] * 4
    for number, line in enumerate(lines[1:], start=2):
        kind, *words = line.split(" ")
        try:
            if kind == "commit":
                place = words[:4]
            elif kind == "event":
                where = f"line {number}; commit {place[0]}, offset {place[1]}, ordinal {place[3]}"
                bundle.events.append(_event(f"version {words[0]} ({where})", words))
            elif kind == "path":
                bundle.path.append(base64.b64decode(words[0], validate=True))
            elif bundle.fields.setdefault(kind, words) is not words:
                raise ValueError("its kind is there twice")  # noqa: TRY301 - as what can't be read
        except (ValueError, IndexError) as error:
            raise BrokenError(f"changed: line {number} can't be read ({error})") from None
    return bundle


def _event(where: str, words: list[str]) -> Event:
    version, parent, digest, topic, state = words
    topic = urllib.parse.unquote(topic, errors="strict")
    encoded = base64.b64decode(state, validate=True)
    return Event(where, int(version), bytes.fromhex(parent), bytes.fromhex(digest), topic, encoded)


def digest_of(stream: str, event: Event) -> bytes:
    """Return SHA-256 over parent, stream, version, topic and state, each with its length."""
    version = event.version.to_bytes(8, "big")
    parts = [event.parent, stream.encode(), version, event.topic.encode(), event.state]
    return hashlib.sha256(b"".join(len(part).to_bytes(4, "big") + part for part in parts)).digest()


def chain_faults(bundle: Bundle) -> Iterator[str]:
    """Yield what is wrong with the events: changed, dropped, added, swapped; each with its place."""
    versions = {event.version for event in bundle.events}
    seen: set[int] = set()
    before: Event | None = None
    for event in bundle.events:
        if digest_of(bundle.stream, event) != event.digest:
            yield f"changed: {event.where} is not what its digest says"
        if event.version in seen:
            yield f"added: {event.where} is there a second time"
            continue
        seen.add(event.version)
        yield from _order_faults(bundle, before, event, versions)
        before = event
    ends = int(bundle.fields["last"][0]), bytes.fromhex(bundle.fields["last"][1])
    if not versions or max(versions) < ends[0]:
        yield f"dropped: the end; the last version is {ends[0]}"
    elif max(versions) > ends[0]:
        yield f"added: versions after the last one, which is {ends[0]}"
    elif before and before.version == ends[0] and before.digest != ends[1]:
        yield f"changed: {before.where} is not the last event that the bundle names"


def _order_faults(bundle: Bundle, before: Event | None, event: Event, versions: set[int]) -> Iterator[str]:
    if before is None:
        if event.parent != bundle.anchor:
            yield f"dropped: what the bundle begins with, before {event.where}"
    elif event.version < before.version:
        yield f"swapped: {event.where} comes after version {before.version}"
    elif event.version > before.version + 1:
        if before.version + 1 not in versions:
            yield f"dropped: version {before.version + 1}, before {event.where}"
    elif event.parent != before.digest:
        yield f"changed: {event.where} does not follow the digest of version {before.version}"


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\0" + data).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root of the tree over leaf hashes."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else hashlib.sha256().digest()
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


def root_from(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root that a path leads to (RFC 9162, 2.1.3); None if no such tree has this path."""
    if size <= 1 or not path or not 0 <= index < size:
        return leaf if (size, index) == (1, 0) and not path else None
    split = 1 << ((size - 1).bit_length() - 1)
    left = index < split
    below = root_from(leaf, index if left else index - split, split if left else size - split, path[:-1])
    if below is None:
        return None
    return hashlib.sha256(b"\1" + (below + path[-1] if left else path[-1] + below)).digest()


def read_checkpoint(text: str) -> tuple[str, str, list[bytes]]:
    """Return the log's generation, the day, and the root of each partition. Raises BrokenError."""
    found = re.match(rf"ipp/([0-9a-f]{{32}})\n(\d+)\n{BASE64_32}\nday (\d{{4}}-\d\d-\d\d)\n", text)
    if found is None:
        raise BrokenError("the checkpoint is none of an IPP log")
    lines = text[found.end() :].split("\n")[:-1]
    rows = [re.fullmatch(rf"partition (\d+) (\d+) {BASE64_32}", line) for line in lines]
    numbers = [int(row[1]) for row in rows if row]
    made = root_of([leaf_hash(line.encode()) for line in lines])
    if not all(rows) or numbers != list(range(int(found[2]))) or made != base64.b64decode(found[3]):
        raise BrokenError(f"the checkpoint of {found[4]} contradicts itself")
    return found[1], found[4], [base64.b64decode(row[3]) for row in rows if row]


def partition_of(stream: str, partitions: int) -> int:
    """Return the one partition in which this stream may be."""
    category = re.match(r"[a-z][a-z_]*-([0-9a-f]{32})", stream)
    subject = category[1] if category else stream.replace("-", "")
    return int.from_bytes(hashlib.sha256(subject.encode()).digest()[:8], "big") % partitions


def covered_until(bundle: Bundle, text: str) -> tuple[int, str]:
    """Return the version that the checkpoint vouches for, and its day. Raises BrokenError."""
    generation, day, roots = read_checkpoint(text)
    partition = partition_of(bundle.stream, len(roots))
    if bundle.fields["log"] != [generation, str(partition)]:
        raise BrokenError(f"the checkpoint of {day} is of another log or partition")
    version, digest = int(bundle.fields["head"][0]), bytes.fromhex(bundle.fields["head"][1])
    name, (index, size) = bundle.stream.encode(), map(int, bundle.fields["leaf"])
    leaf = leaf_hash(len(name).to_bytes(4, "big") + name + version.to_bytes(8, "big") + digest)
    if root_from(leaf, index, size, bundle.path) != roots[partition]:
        raise BrokenError(f"the checkpoint of {day} does not have this stream with version {version}")
    if version > bundle.last:
        raise BrokenError(
            f"dropped: the checkpoint of {day} has version {version}; the last here is {bundle.last}"
        )
    if any(event.version == version and event.digest != digest for event in bundle.events):
        raise BrokenError(f"changed: version {version} is another one in the checkpoint of {day}")
    return version, day


def check(note: str, keys: Sequence[Key], kept: str | None = None) -> Result:
    """Check a bundle with the auditor's keys and, if they kept one, their own checkpoint."""
    try:
        text, genuine = open_note(note, keys, "the bundle")
        bundle = read_bundle(text)
        faults = list(chain_faults(bundle))
        if not faults and not genuine:
            faults = ["changed: a line that is no event, after the bundle was signed"]
        return Result("broken", faults) if faults else _result(bundle, keys, kept)
    except BrokenError as error:
        return Result("broken", [str(error)])
    except (KeyError, ValueError, IndexError) as error:
        return Result("broken", [f"changed: a line is missing or can't be read ({error})"])
    except UnknownKeyError as error:
        return Result("unknown key", [str(error)])


def _result(bundle: Bundle, keys: Sequence[Key], kept: str | None) -> Result:
    first, last, said = (
        bundle.events[0].version,
        bundle.last,
        [f"{bundle.stream}, versions {bundle.events[0].version} to {bundle.last}"],
    )
    until = None
    if "checkpoint" in bundle.fields:
        note = base64.b64decode(bundle.fields["checkpoint"][0], validate=True).decode()
        text, genuine = open_note(note, keys, "the checkpoint in the bundle")
        if not genuine:
            raise BrokenError("the checkpoint in the bundle was changed after it was signed")
        until, day = covered_until(bundle, text)
        said += [
            f"the checkpoint of {day} vouches for it until version {until}",
            _compared(kept, keys, text, day),
        ]
        if last > until:
            said.append(f"versions {max(first, until + 1)} to {last} are newer: the operator's word")
    elif kept is not None:
        said.append("it was made without a checkpoint, so yours can't be compared with it")
    if not bundle.is_whole:
        return Result("starts later", [*said, f"it follows on digest {bundle.anchor.hex()}"])
    return Result("complete" if until is not None else "complete on the operator's word", said)


def _compared(kept: str | None, keys: Sequence[Key], theirs: str, day: str) -> str:
    if kept is None:
        return f"compare it with the checkpoint of {day} that you kept: --checkpoint"
    mine, genuine = open_note(kept, keys, "your checkpoint")
    if not genuine:
        raise BrokenError("your own checkpoint was changed after it was signed")
    if mine == theirs:
        return "it is the checkpoint that you kept"
    generation, my_day, _ = read_checkpoint(mine)
    if my_day == day or generation != read_checkpoint(theirs)[0]:
        raise BrokenError(f"forked: your checkpoint of {my_day} is another one than that in the bundle")
    return f"your checkpoint is of {my_day}: ask for a bundle made with that one to compare"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print the result, and return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bundle", type=Path, help="the file to check")
    parser.add_argument("--key", type=Path, required=True, help="file with your verifier keys, one a line")
    parser.add_argument("--checkpoint", type=Path, help="file with a checkpoint that you kept")
    given = parser.parse_args(arguments)
    try:
        keys = read_keys(given.key.read_text("utf-8"))
        note = given.bundle.read_bytes().decode()
        kept = given.checkpoint.read_bytes().decode() if given.checkpoint else None
    except (OSError, ValueError) as error:
        print(f"can't read: {error}", file=sys.stderr)
        return UNREADABLE_CODE
    result = check(note, keys, kept)
    print(result.word, *result.sentences, sep="\n  ")
    return CODES[result.word]


if __name__ == "__main__":
    sys.exit(main())
