"""`python -m tests.events.golden`: write the golden files that are missing; those that exist never change."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from events.catalog.registry import event_types, wire_name_of
from events.codec import SEALED, EventMapper
from events.privacy.sealing import open_sealed
from tests.events.examples import EXAMPLES, SUBJECT, recorded

WIRE_FORMAT: Final = Path(__file__).parent / "wire_format"
KEY: Final = bytes(range(32))


class Golden(msgspec.Struct, frozen=True, kw_only=True):
    """
    What the log holds for one event, as text.

    `content` is the event's state; for a person's stream, the state before sealing.
    """

    wire_name: str
    stream: str
    version: int
    topic: str
    content: str


class OneKey:
    """Everybody's key, in tests."""

    def key_of(self, subject: str) -> bytes:
        return KEY

    def keys_of(self, subjects: Iterable[str]) -> dict[str, bytes]:
        return dict.fromkeys(subjects, KEY)


def golden_of_examples() -> dict[str, Golden]:
    """The golden content of every example, by wire name; a second example has a number after the name."""
    mapper = EventMapper(OneKey())
    made: dict[str, Golden] = {}
    for event in EXAMPLES:
        stored = mapper.to_stored_event(recorded(event))
        sealed = stored.topic == SEALED
        content = open_sealed(KEY, SUBJECT, stored.state) if sealed else stored.state
        name = wire_name_of(type(event))
        many = sum(golden.wire_name == name for golden in made.values())
        made[f"{name} {many + 1}" if many else name] = Golden(
            wire_name=name,
            stream=str(stored.originator_id),
            version=stored.originator_version,
            topic=stored.topic,
            content=content.decode(),
        )
    return made


def path_of(name: str) -> Path:
    return WIRE_FORMAT / f"{name.replace(' ', '-')}.json"


def write_missing() -> list[str]:
    """Write the golden files that are missing and return their names."""
    examples = golden_of_examples()
    missing = [name for name in {**dict.fromkeys(event_types()), **examples} if not path_of(name).exists()]
    if without := [name for name in missing if name not in examples]:
        raise SystemExit(
            f"{without[0]} has no example; add one to tests/events/examples.py, then make golden"
        )
    WIRE_FORMAT.mkdir(exist_ok=True)
    for name in missing:
        path_of(name).write_bytes(msgspec.json.format(msgspec.json.encode(examples[name])) + b"\n")
    return missing


if __name__ == "__main__":
    for written in write_missing():
        print(path_of(written))  # noqa: T201
