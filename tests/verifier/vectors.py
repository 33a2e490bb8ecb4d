"""
`python -m tests.verifier.vectors`: writes the test vectors of docs/verifier that are not there yet.

What is there is never written again: bundles that were taken away must verify for ever.
"""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from events.log.acceptance import Head, Outcome
from events.log.faults import Place
from events.log.proof.bundle import Covered, write_bundle
from events.log.proof.checkpoints import Checkpoint, partition_root, sorted_leaves
from events.log.proof.commits import CommitOnLog, EventOnLog
from events.log.proof.merkle import path_of
from events.log.proof.notes import NoteSigner, open_note
from events.log.record import ZERO_PARENT, digest_of
from events.streams import partition_of
from tests.verifier.program import VERIFIER

VECTORS: Final = Path(__file__).parents[2] / "docs" / "verifier" / "vectors"
EXPECTED: Final = VECTORS / "expected.json"
SIGNER: Final = NoteSigner.of_seeds(("ipp", bytes(range(32))))
STRANGER: Final = NoteSigner.of_seeds(("ipp", bytes(range(1, 33))))
SUBJECT: Final = "0f" * 16
STREAM: Final = f"portfolio-{SUBJECT}"
GENERATION: Final = "5e" * 16
PARTITIONS: Final = 3
AT: Final = datetime(2026, 11, 30, 12, tzinfo=UTC)
DAY: Final = date(2026, 11, 30)
COVERED_VERSION: Final = 4
NEIGHBOURS: Final = 6


def commits() -> list[CommitOnLog]:
    """Five events in four commits, with sealed content of 256 bytes that nothing opens."""
    found, parent, version = [], ZERO_PARENT, 0
    for number, count in enumerate((1, 2, 1, 1)):
        events = []
        for _ in range(count):
            version += 1
            state = bytes((version * 37 + at * 11) % 256 for at in range(256))
            digest = digest_of(parent, STREAM, version, "sealed", state)
            events.append(
                EventOnLog(
                    version=version,
                    parent=parent,
                    topic="sealed",
                    state=state,
                    digest=digest,
                    recomputed=digest,
                )
            )
            parent = digest
        place = Place(
            generation=GENERATION,
            partition=partition_of(SUBJECT, PARTITIONS),
            offset=10 + number * 7,
            index=number % 2,
            ordinal=40 + version,
        )
        commit = bytes([number + 1]) * 16
        found.append(
            CommitOnLog(place=place, commit=commit, day=20_000, verdict=Outcome.ACCEPTED, events=events)
        )
    return found


def covered() -> Covered:
    events = [event for commit in commits() for event in commit.events]
    head = Head(COVERED_VERSION, events[COVERED_VERSION - 1].digest)
    own = partition_of(SUBJECT, PARTITIONS)
    heads = {f"team-{number:032x}": Head(number + 1, bytes([number]) * 32) for number in range(NEIGHBOURS)}
    roots = [
        partition_root(partition, 100 + partition, {**heads, STREAM: head} if partition == own else heads)
        for partition in range(PARTITIONS)
    ]
    streams, leaves = sorted_leaves({**heads, STREAM: head})
    note = SIGNER.sign(Checkpoint(generation=GENERATION, day=DAY, partitions=roots).text)
    index = streams.index(STREAM)
    return Covered(note=note, head=head, index=index, size=len(leaves), path=path_of(leaves, index))


def bundle(*, first: int = 1, checkpoint: bool = True, signer: NoteSigner = SIGNER) -> str:
    chosen = [(commit, [e for e in commit.events if e.version >= first]) for commit in commits()]
    return write_bundle(
        [(commit, events) for commit, events in chosen if events],
        stream=STREAM,
        signer=signer,
        at=AT,
        covered=covered() if checkpoint else None,
    ).decode()


def altered(change: Callable[[list[str]], list[str]], *, signed: bool) -> str:
    """A bundle after a change, by somebody who can sign or by somebody who can't."""
    whole = bundle()
    lines = open_note(whole, SIGNER.verifier_keys).splitlines()
    text = "".join(f"{line}\n" for line in change(lines))
    return SIGNER.sign(text) if signed else f"{text}\n{whole.rpartition(chr(10) * 2)[2]}"


def event_at(lines: list[str], version: int) -> int:
    return next(number for number, line in enumerate(lines) if line.startswith(f"event {version} "))


def changed(lines: list[str]) -> list[str]:
    at = event_at(lines, 2)
    return [*lines[:at], lines[at].replace("k", "K", 1), *lines[at + 1 :]]


def dropped(lines: list[str]) -> list[str]:
    at = event_at(lines, 3)
    return [*lines[:at], *lines[at + 1 :]]


def added(lines: list[str]) -> list[str]:
    at = event_at(lines, 3)
    return [*lines[:at], lines[at], *lines[at:]]


def swapped(lines: list[str]) -> list[str]:
    one, other = event_at(lines, 2), event_at(lines, 3)
    found = list(lines)
    found[one], found[other] = found[other], found[one]
    return found


def made() -> dict[str, str]:
    """Every vector by the name of its file."""
    return {
        "key.pub": f"{SIGNER.verifier_keys[0]}\n",
        "checkpoint.txt": covered().note,
        "complete.bundle": bundle(),
        "starts-later.bundle": bundle(first=3),
        "operators-word.bundle": bundle(checkpoint=False),
        "unknown-key.bundle": bundle(signer=STRANGER),
        "changed.bundle": altered(changed, signed=False),
        "changed-and-signed.bundle": altered(changed, signed=True),
        "dropped.bundle": altered(dropped, signed=True),
        "added.bundle": altered(added, signed=True),
        "swapped.bundle": altered(swapped, signed=True),
    }


def main() -> None:
    """Write the missing files, and what the verifier of today says of them."""
    VECTORS.mkdir(exist_ok=True)
    expected = json.loads(EXPECTED.read_text()) if EXPECTED.exists() else {}
    keys = VERIFIER.read_keys(made()["key.pub"])
    for name, text in made().items():
        file = VECTORS / name
        if not file.exists():
            file.write_bytes(text.encode())
        if name.endswith(".bundle") and name not in expected:
            result = VERIFIER.check(text, keys, made()["checkpoint.txt"])
            expected[name] = {"result": result.word, "sentences": result.sentences}
    EXPECTED.write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
