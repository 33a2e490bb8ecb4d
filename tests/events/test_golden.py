"""Events on the log can be read for ever, and are written byte for byte as they always were."""

import msgspec
import pytest
from eventsourcing.persistence import StoredEvent

from events.catalog.registry import Event, event_types, wire_name_of
from events.codec import SEALED, EventMapper, UnknownEvent
from events.privacy.sealing import open_sealed, seal
from tests.events.examples import EXAMPLES, SUBJECT, recorded
from tests.events.golden import KEY, WIRE_FORMAT, Golden, OneKey, golden_of_examples, path_of

GOLDEN = {
    path.stem: msgspec.json.decode(path.read_bytes(), type=Golden) for path in WIRE_FORMAT.glob("*.json")
}
MAPPER = EventMapper(OneKey())


def name_of(example: str) -> str:
    return path_of(example).stem


def stored(golden: Golden) -> StoredEvent:
    content = golden.content.encode()
    state = seal(KEY, SUBJECT, content) if golden.topic == SEALED else content
    return StoredEvent(golden.stream, golden.version, golden.topic, state)


def test_every_event_has_an_example_and_a_golden_file() -> None:
    assert {wire_name_of(type(event)) for event in EXAMPLES} == set(event_types())
    assert set(event_types()) | set(map(name_of, golden_of_examples())) <= set(GOLDEN), "make golden"


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_a_golden_event_is_read(name: str) -> None:
    read = MAPPER.to_domain_event(stored(GOLDEN[name]))
    assert not isinstance(read.event, UnknownEvent)
    assert read.by
    assert read.at.tzinfo is not None


@pytest.mark.parametrize(("name", "event"), list(zip(golden_of_examples(), EXAMPLES, strict=True)))
def test_a_golden_event_is_that_of_its_example(name: str, event: Event) -> None:
    assert MAPPER.to_domain_event(stored(GOLDEN[name_of(name)])) == recorded(event)


@pytest.mark.parametrize("name", list(golden_of_examples()))
def test_an_event_is_written_as_it_always_was(name: str) -> None:
    assert golden_of_examples()[name] == GOLDEN[name_of(name)]


def test_what_was_sealed_once_opens_for_ever() -> None:
    sealed = bytes.fromhex((WIRE_FORMAT.parent / "sealed_v1.hex").read_text().strip())
    assert len(sealed) == 256
    assert open_sealed(KEY, SUBJECT, sealed) == b"what was sealed once"
