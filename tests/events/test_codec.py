"""Events to bytes and back; what can't be read is kept, emptied or named, as the case may be."""

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import EventStore, StoredEvent
from eventsourcing.popo import POPOAggregateRecorder
from hypothesis import given
from hypothesis import strategies as st

from events.catalog.policy import RoleGranted
from events.catalog.portfolio import PortfolioEvent
from events.catalog.portfolio.life import PortfolioOpened
from events.catalog.portfolio.talents import TalentClaimed, TalentSetAside
from events.catalog.registry import Event, EventNameError, event, event_types, wire_name_of
from events.codec import SEALED, EventMapper, Forgotten, Recorded, UndecodableEventError, UnknownEvent
from events.privacy.sealing import KeyDestroyedError, NoKeyError, VaultUnreachableError, seal
from rules.kinds import Language
from tests.events.examples import BY, SUBJECT, recorded
from tests.events.golden import KEY, OneKey

MAPPER = EventMapper(OneKey())
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
NUMBERS = {"strength": st.integers(1, 5), "energy": st.integers(-2, 2), "use": st.integers(0, 3)}
CLAIMS = st.builds(TalentClaimed, talent=TEXTS, name=TEXTS, story=st.none() | TEXTS, **NUMBERS)
OPENED = recorded(PortfolioOpened(language=Language.NL))


class Failing:
    """Keys that can't be had, for one reason."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def key_of(self, subject: str) -> bytes:
        raise self._error

    def keys_of(self, subjects: Iterable[str]) -> dict[str, bytes]:
        raise self._error


def in_portfolio(content: bytes) -> StoredEvent:
    return StoredEvent(f"portfolio-{SUBJECT}", 1, SEALED, seal(KEY, SUBJECT, content))


@given(claim=CLAIMS, version=st.integers(1, 2**40), at=st.datetimes(timezones=st.just(UTC)))
def test_a_sealed_event_comes_back_as_it_was(claim: TalentClaimed, version: int, at: datetime) -> None:
    before = Recorded(stream=f"portfolio-{SUBJECT}", version=version, event=claim, at=at, by=BY)
    assert MAPPER.to_domain_event(MAPPER.to_stored_event(before)) == before


@given(claim=CLAIMS, other=CLAIMS)
def test_with_a_secret_the_same_event_has_the_same_bytes_and_no_other_has_its_nonce(
    claim: TalentClaimed, other: TalentClaimed
) -> None:
    first = recorded(claim)
    stored = MAPPER.to_same_stored_event(first, secret=b"s")
    assert MAPPER.to_same_stored_event(first, secret=b"s") == stored
    assert MAPPER.to_domain_event(stored) == first
    moved = msgspec.structs.replace(first, version=first.version + 1)
    others = [
        MAPPER.to_same_stored_event(moved, secret=b"s"),
        MAPPER.to_same_stored_event(first, secret=b"t"),
    ]
    if other != claim:
        others.append(MAPPER.to_same_stored_event(recorded(other), secret=b"s"))
    assert stored.state[:13] not in {one.state[:13] for one in others}, "format and nonce"


@given(claim=CLAIMS)
def test_of_a_persons_event_nothing_but_stream_and_version_is_in_clear(claim: TalentClaimed) -> None:
    stored = MAPPER.to_stored_event(recorded(claim))
    assert stored.topic == "sealed"
    assert len(stored.state) % 256 == 0
    assert b"talent-claimed" not in stored.state
    assert BY.encode() not in stored.state
    for words in (claim.name, claim.story or ""):
        assert len(words) < 5 or words.encode() not in stored.state


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 11, 23, 23, 30, tzinfo=UTC).astimezone(ZoneInfo("Europe/Amsterdam")), 24),
        (datetime(2026, 11, 24, 3, 30, tzinfo=UTC).astimezone(ZoneInfo("America/Curacao")), 23),
        (datetime(2026, 11, 23, 23, 30, tzinfo=UTC), 23),
    ],
)
def test_of_the_organisations_event_the_day_is_kept_that_it_was_where_it_happened(
    at: datetime, day: int
) -> None:
    granted = RoleGranted(grant="g", person="p", role="HR")
    before = Recorded(stream=f"policy-{SUBJECT}", version=3, event=granted, at=at, by=BY)
    stored = MAPPER.to_stored_event(before)
    assert stored.topic == "policy.role-granted.v1"
    assert msgspec.json.decode(stored.state)["day"] == f"2026-11-{day}"
    assert MAPPER.to_domain_event(stored).at == datetime(2026, 11, day, tzinfo=UTC)


def test_an_unknown_name_is_kept_with_its_content() -> None:
    sealed = in_portfolio(
        b'{"name":"portfolio.moon-seen.v1","at":"2026-11-23T09:30:00Z","by":"x","data":{"phase":[1,2]}}'
    )
    clear = StoredEvent(f"team-{SUBJECT}", 1, "team.moon-seen.v1", b'{"day":"2026-11-23","by":"x","data":{}}')
    read = MAPPER.to_domain_event(sealed)
    assert read.event == UnknownEvent(name="portfolio.moon-seen.v1", raw=b'{"phase":[1,2]}')
    assert read.by == "x"
    assert MAPPER.to_domain_event(clear).event == UnknownEvent(name="team.moon-seen.v1", raw=b"{}")


def test_fields_that_a_newer_program_added_are_passed_over() -> None:
    read = MAPPER.to_domain_event(
        in_portfolio(
            b'{"name":"portfolio.talent-set-aside.v1","at":"2026-11-23T09:30:00Z","by":"x","more":1,'
            b'"data":{"talent":"t","why":"w"}}'
        )
    )
    assert read.event == TalentSetAside(talent="t")


def test_with_the_key_destroyed_an_event_is_forgotten_but_still_there() -> None:
    read = EventMapper(Failing(KeyDestroyedError())).to_domain_event(MAPPER.to_stored_event(OPENED))
    assert (read.stream, read.version, read.event) == (OPENED.stream, 1, Forgotten())


@pytest.mark.parametrize("error", [VaultUnreachableError(), NoKeyError()])
def test_a_vault_out_of_reach_is_no_fault_of_the_event(error: Exception) -> None:
    mapper = EventMapper(Failing(error))
    with pytest.raises(type(error)):
        mapper.to_domain_event(MAPPER.to_stored_event(OPENED))
    with pytest.raises(type(error)):
        mapper.to_stored_event(OPENED)


def test_nothing_is_written_for_someone_forgotten() -> None:
    with pytest.raises(KeyDestroyedError):
        EventMapper(Failing(KeyDestroyedError())).to_stored_event(OPENED)


@pytest.mark.parametrize(
    "stored",
    [
        StoredEvent(f"portfolio-{SUBJECT}", 1, SEALED, b""),
        StoredEvent(f"portfolio-{SUBJECT}", 1, SEALED, b"\x01" + bytes(255)),
        StoredEvent(f"portfolio-{SUBJECT}", 1, SEALED, b"\x02" + bytes(255)),
        StoredEvent(f"portfolio-{SUBJECT}", 1, SEALED, seal(KEY, "another", b"{}")),
        in_portfolio(b"no JSON at all"),
        in_portfolio(b'{"name":"portfolio.talent-set-aside.v1"}'),
        in_portfolio(
            b'{"name":"portfolio.talent-set-aside.v1","at":"2026-11-23T09:30:00Z","by":"x",'
            b'"data":{"talent":["SECRET"]}}'
        ),
        StoredEvent(f"team-{SUBJECT}", 1, "team.team-formed.v1", b"\xff\xfe"),
        StoredEvent(f"team-{SUBJECT}", 1, "team.team-formed.v1", b'{"day":"2026-11-23","by":"x","data":{}}'),
    ],
)
def test_damaged_bytes_are_named_and_not_quoted(stored: StoredEvent) -> None:
    with pytest.raises(UndecodableEventError, match=r"^version 1 of (portfolio|team)-") as error:
        MAPPER.to_domain_event(stored)
    assert "SECRET" not in str(error.value)
    assert error.value.__suppress_context__


def test_the_librarys_event_store_takes_and_gives_our_events() -> None:
    store: EventStore[str] = EventStore(MAPPER, POPOAggregateRecorder())
    history: list[PortfolioEvent] = [PortfolioOpened(language=Language.EN), TalentSetAside(talent="t")]
    events = [recorded(happened, version=version) for version, happened in enumerate(history, 1)]
    assert isinstance(events[0], DomainEventProtocol)
    store.put(events)
    assert list(store.get(f"portfolio-{SUBJECT}")) == events
    assert list(store.get(f"portfolio-{SUBJECT}", gt=1)) == events[1:]


def test_a_wire_name_is_used_once_and_well_formed() -> None:
    with pytest.raises(EventNameError, match="used twice"):
        event("portfolio.portfolio-opened.v1")(TalentSetAside)
    for name in ("portfolio.opened", "Portfolio.opened.v1", "portfolio.opened.v0", "portfolio-opened.v1", ""):
        with pytest.raises(EventNameError):
            event(name)

    class Nameless(Event, frozen=True, kw_only=True):
        pass

    with pytest.raises(EventNameError, match="Nameless has no wire name"):
        wire_name_of(Nameless)


def test_a_wire_name_begins_with_its_stream_and_is_one_that_the_domain_names() -> None:
    assert {name.partition(".")[0] for name in event_types()} == {
        "portfolio",
        "employment",
        "catalogue",
        "team",
        "units",
        "policy",
        "lens",
        "round",
        "submission",
        "release",
    }
    for kind in event_types().values():
        assert issubclass(kind, Event)
        assert msgspec.structs.fields(kind) is not None
