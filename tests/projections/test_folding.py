"""Folding on a real PostgreSQL: who is forgotten is emptied even when parked; errors quote nobody."""

import traceback
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest

from events.catalog.portfolio.life import PortfolioOpened
from events.codec import EventMapper, Forgotten, Recorded
from events.log.journal.reader import JournalEvent
from events.privacy.sealing import KeyDestroyedError
from events.privacy.vault import Vault
from kit.secrets import MasterKey
from projections.batch import Batch
from projections.changes import Changes
from projections.folding import Folding
from projections.parking import TooManyParkedError, read_parked
from projections.positions import FenceError, advance, prepare_view, read_positions
from projections.view import Fact, View
from rules.kinds import Language
from tests.projections.witness import SEEN, WITNESS, ask, team_formed, write_down

pytestmark = pytest.mark.postgres

PERSON = uuid.uuid4().hex
WHOLE = b"\x01" + bytes(255)


class KeyGone:
    """A key vault in which the one person's key is there until it is destroyed."""

    def __init__(self) -> None:
        self.destroyed = False

    def key_of(self, subject: str) -> bytes:
        if self.destroyed:
            raise KeyDestroyedError(subject)
        return bytes(32)

    def keys_of(self, subjects: Iterable[str]) -> dict[str, bytes]:
        return {} if self.destroyed else dict.fromkeys(subjects, bytes(32))


def fold_and_empty(fact: Fact, changes: Changes) -> None:
    if isinstance(fact.recorded.event, Forgotten):
        changes.empty()
    else:
        write_down(fact, changes)


OF_PEOPLE = replace(WITNESS, categories=frozenset({"team", "portfolio"}), fold=fold_and_empty)


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database, autocommit=True) as connection:
        prepare_view(connection, OF_PEOPLE, partitions=1, generation="g")
        yield connection


def sealed(ordinal: int, *, state: bytes = WHOLE) -> JournalEvent:
    return JournalEvent(
        partition=0,
        ordinal=ordinal,
        stream=f"portfolio-{PERSON}",
        version=ordinal,
        topic="sealed",
        state=state,
    )


def in_clear(ordinal: int) -> JournalEvent:
    stored = team_formed()
    return JournalEvent(
        partition=0,
        ordinal=ordinal,
        stream=str(stored.originator_id),
        version=1,
        topic=stored.topic,
        state=stored.state,
    )


def parked(connection: psycopg.Connection) -> list[str]:
    return [row.subject for row in read_parked(connection, OF_PEOPLE)]


def test_a_parked_person_who_is_forgotten_is_emptied_and_parked_no_longer(
    connection: psycopg.Connection, database: str
) -> None:
    keys = KeyGone()
    mapper = EventMapper(keys)
    folding = Folding(connection=connection, views=(OF_PEOPLE,))
    connection.execute(
        f"INSERT INTO {SEEN.served} (partition, subject, ordinal, stream, version) VALUES (0, %s, 0, 's', 1)",
        (PERSON,),
    )
    assert folding.fold(Batch([sealed(1), in_clear(2)], mapper), after=0) == 2
    assert parked(connection) == [PERSON]
    assert len(ask(database, f"SELECT FROM {SEEN.served} WHERE subject = %s", PERSON)) == 1
    assert folding.fold(Batch([sealed(3)], mapper), after=2) == 3
    assert parked(connection) == [PERSON], "damaged again, and nothing is known of any forgetting"
    keys.destroyed = True
    assert folding.fold(Batch([sealed(4), sealed(5)], mapper), after=3) == 5
    assert parked(connection) == []
    assert ask(database, f"SELECT FROM {SEEN.served} WHERE subject = %s", PERSON) == []
    assert ask(database, f"SELECT count(*) FROM {SEEN.served}") == [(1,)], "nobody else's rows went"


def test_who_is_parked_and_forgotten_in_one_batch_leaves_no_rows(
    connection: psycopg.Connection, database: str
) -> None:
    keys = KeyGone()
    keys.destroyed = True

    def fail_first(fact: Fact, changes: Changes) -> None:
        if fact.ordinal == 1:
            changes.put(SEEN, ordinal=1, stream="half a fold", version=1)
            raise KeyError("a bug of this view")
        fold_and_empty(fact, changes)

    folding = Folding(connection=connection, views=(replace(OF_PEOPLE, fold=fail_first),))
    folding.fold(Batch([sealed(1), sealed(2)], EventMapper(keys)), after=0)
    assert parked(connection) == []
    assert ask(database, f"SELECT count(*) FROM {SEEN.served}") == [(0,)]


def as_read(mapper: EventMapper, person: str, version: int) -> JournalEvent:
    stored = mapper.to_stored_event(
        Recorded(
            stream=f"portfolio-{person}",
            version=version,
            event=PortfolioOpened(language=Language.NL),
            at=datetime(2026, 1, 5, tzinfo=UTC),
            by=person,
        )
    )
    return JournalEvent(
        partition=0,
        ordinal=version,
        stream=str(stored.originator_id),
        version=version,
        topic=stored.topic,
        state=stored.state,
    )


def test_a_key_destroyed_by_another_process_opens_nothing_in_the_next_batch(
    connection: psycopg.Connection, database: str
) -> None:
    master = MasterKey(key=bytes(range(32)))
    services, views = Vault(database, master), Vault(database, master)
    services.create_tables()
    person = services.person_for_or_new("e1")
    first, second = (as_read(EventMapper(services), person, version) for version in (1, 2))
    folding = Folding(connection=connection, views=(OF_PEOPLE,))
    folding.fold(Batch([first], EventMapper(views)), after=0)
    assert ask(database, f"SELECT subject FROM {SEEN.served}") == [(person,)]
    services.destroy(person)
    folding.fold(Batch([second], EventMapper(views)), after=1)
    assert ask(database, f"SELECT subject FROM {SEEN.served}") == []
    services.close()
    views.close()


def test_a_batch_asks_for_the_keys_of_all_its_people_at_once() -> None:
    asked: list[set[str]] = []

    class Asked(KeyGone):
        def keys_of(self, subjects: Iterable[str]) -> dict[str, bytes]:
            asked.append(set(subjects))
            return super().keys_of(subjects)

    people = [uuid.uuid4().hex for _ in range(3)]
    mapper = EventMapper(Asked())
    batch = Batch([*(as_read(mapper, person, 1) for person in people), in_clear(4)], mapper)
    assert [batch.fact(index).subject for index in range(3)] == people
    assert asked == [set(people)]
    Batch([in_clear(1)], mapper).fact(0)
    assert len(asked) == 1, "where no person is, no key is asked for"


def test_what_fails_after_a_refusal_of_postgresql_does_not_carry_its_text(
    connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_long(fact: Fact, changes: Changes) -> None:
        changes.put(SEEN, ordinal=fact.ordinal, stream="burn-out of Joris", version=fact.recorded.version)

    connection.execute(f"ALTER TABLE {SEEN.served} ADD CHECK (stream <> 'burn-out of Joris')")
    monkeypatch.setattr("projections.parking.PARKED_SUBJECTS_MAX", 0)
    folding = Folding(connection=connection, views=(replace(OF_PEOPLE, fold=too_long),))
    for events in ([in_clear(1)], [in_clear(1), in_clear(2)]):
        with pytest.raises(TooManyParkedError) as raised:
            folding.fold(Batch(events, EventMapper(KeyGone())), after=0)
        assert "Joris" not in "".join(traceback.format_exception(raised.value))


COPIED = replace(SEEN, name="copied_v1_seen")


def write_down_there(fact: Fact, changes: Changes) -> None:
    recorded = fact.recorded
    changes.put(COPIED, ordinal=fact.ordinal, stream=recorded.stream, version=recorded.version)


COPIES = replace(OF_PEOPLE, name="copied", tables=(COPIED,), fold=write_down_there)
ELSEWHERE = replace(COPIES, name="elsewhere", categories=frozenset({"units"}), tables=())


def places(connection: psycopg.Connection, *views: View) -> dict[str, int]:
    return {view.name: at.ordinal for view in views for at in read_positions(connection, view)}


def test_views_at_the_same_position_are_folded_in_one_transaction(connection: psycopg.Connection) -> None:
    views = (OF_PEOPLE, COPIES, ELSEWHERE)
    for view in views[1:]:
        prepare_view(connection, view, partitions=1, generation="g")
    events = [in_clear(1), in_clear(2)]
    folding = Folding(connection=connection, views=views)
    assert folding.fold(Batch(events, EventMapper(KeyGone())), after=0) == 2
    assert places(connection, *views) == {"witness": 2, "copied": 2, "elsewhere": 2}
    written = connection.execute(
        f"SELECT count(DISTINCT x) FROM (SELECT xmin::text x FROM {SEEN.served}"
        f" UNION ALL SELECT xmin::text FROM {COPIED.served}"
        " UNION ALL SELECT xmin::text FROM views.positions) all_of_it"
    ).fetchone()
    assert written == (1,)


def test_what_postgresql_does_not_take_of_one_view_is_set_aside_there_and_nowhere_else(
    connection: psycopg.Connection,
) -> None:
    prepare_view(connection, COPIES, partitions=1, generation="g")
    events = [in_clear(number) for number in range(1, 5)]
    connection.execute(f"ALTER TABLE {COPIED.served} ADD CHECK (ordinal <> 3)")
    folding = Folding(connection=connection, views=(COPIES, OF_PEOPLE))
    assert folding.fold(Batch(events, EventMapper(KeyGone())), after=0) == 4
    assert places(connection, COPIES, OF_PEOPLE) == {"copied": 4, "witness": 4}
    assert [row.ordinal for row in read_parked(connection, COPIES)] == [3]
    assert read_parked(connection, OF_PEOPLE) == []
    ordinals = "SELECT array_agg(ordinal ORDER BY ordinal) FROM {}"
    assert connection.execute(ordinals.format(COPIED.served).encode()).fetchone() == ([1, 2, 4],)
    assert connection.execute(ordinals.format(SEEN.served).encode()).fetchone() == ([1, 2, 3, 4],)


def test_no_view_moves_when_one_of_them_was_moved_by_another(connection: psycopg.Connection) -> None:
    prepare_view(connection, COPIES, partitions=1, generation="g")
    advance(connection, (COPIES,), 0, expected=0, ordinal=1)
    folding = Folding(connection=connection, views=(OF_PEOPLE, COPIES))
    with pytest.raises(FenceError, match="witness, copied"):
        folding.fold(Batch([in_clear(1)], EventMapper(KeyGone())), after=0)
    assert places(connection, OF_PEOPLE, COPIES) == {"witness": 0, "copied": 1}
