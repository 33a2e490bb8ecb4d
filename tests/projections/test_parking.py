"""An event that a view can't fold parks its subject, in that view only; all others go on."""

import uuid
from collections.abc import Callable
from dataclasses import replace

import psycopg
import pytest

from events.codec import EventMapper
from events.log.recorder import LogRecorder
from projections.changes import Changes
from projections.folding import StillParkedError, unpark
from projections.parking import PARKED_SUBJECTS_MAX, TooManyParkedError
from projections.view import Fact
from tests.events.log.harness import LogUnderTest
from tests.projections.witness import (
    SEEN,
    WITNESS,
    ask,
    count,
    make_worker,
    team_formed,
    wait_until,
    working,
    write_down,
)

pytestmark = pytest.mark.postgres

POISON = uuid.uuid4().hex
PARKED = "SELECT view, subject, reason FROM views.parked ORDER BY view, subject"
VERSIONS = f"SELECT version FROM {SEEN.served} WHERE subject = %s ORDER BY version"


def break_down(fact: Fact, changes: Changes) -> None:
    if fact.subject == POISON and fact.recorded.version == 2:
        raise KeyError("a bug of this view")
    write_down(fact, changes)


def writing(poison: object) -> Callable[[Fact, Changes], None]:
    """Return a fold that writes `poison` in place of a text."""

    def fold(fact: Fact, changes: Changes) -> None:
        poisoned = fact.subject == POISON and fact.recorded.version == 2
        stream = poison if poisoned else fact.recorded.stream
        changes.put(SEEN, ordinal=fact.ordinal, stream=stream, version=fact.recorded.version)

    return fold


def append_three_of_the_poisoned_and_ten_others(recorder: LogRecorder) -> None:
    for version in (1, 2, 3):
        recorder.append([team_formed(POISON, version=version)])
        recorder.append([team_formed()])
    for _ in range(7):
        recorder.append([team_formed()])


@pytest.mark.parametrize(
    ("fold", "reason"),
    [
        (break_down, "KeyError"),
        (writing("\0"), "CharacterNotInRepertoire"),
        (writing("half a character: \ud800"), "UnsendableValueError"),
        (writing(object()), "UnsendableValueError"),
    ],
)
def test_one_subject_is_parked_where_the_view_fails_on_it_and_folded_again_when_mended(
    log: LogUnderTest,
    recorder: LogRecorder,
    mapper: EventMapper,
    fold: Callable[[Fact, Changes], None],
    reason: str,
) -> None:
    broken = replace(WITNESS, fold=fold)
    append_three_of_the_poisoned_and_ten_others(recorder)
    with working(make_worker(log.url, log.name, mapper, views=(broken,))) as ended:
        wait_until(lambda: count(log.url) == 11)
        assert not ended
    assert ask(log.url, PARKED) == [("witness", POISON, reason)]
    assert ask(log.url, VERSIONS, POISON) == [(1,)]
    with psycopg.connect(log.url, autocommit=True) as connection:
        with pytest.raises(StillParkedError, match=f"stays parked in witness: {reason}"):
            unpark(connection, broken, POISON, journal=log.journal, opener=mapper)
        unpark(connection, WITNESS, POISON, journal=log.journal, opener=mapper)
        with pytest.raises(StillParkedError, match="is not parked"):
            unpark(connection, WITNESS, POISON, journal=log.journal, opener=mapper)
    assert ask(log.url, VERSIONS, POISON) == [(1,), (2,), (3,)]
    assert ask(log.url, PARKED) == []
    assert count(log.url) == 13


def test_an_event_that_cannot_be_opened_parks_its_subject(
    log: LogUnderTest, recorder: LogRecorder, mapper: EventMapper
) -> None:
    recorder.append([team_formed(POISON, state=b"not what was written")])
    recorder.append([team_formed()])
    with working(make_worker(log.url, log.name, mapper)):
        wait_until(lambda: count(log.url) == 1 and count(log.url, "views.parked") == 1)
    assert ask(log.url, PARKED)[0][1] == POISON


def test_another_view_folds_what_one_has_parked(
    log: LogUnderTest, recorder: LogRecorder, mapper: EventMapper
) -> None:
    table = replace(SEEN, name="broken_v1_seen")
    broken = replace(WITNESS, name="broken", tables=(table,), fold=_only_fail)
    recorder.append([team_formed(POISON)])
    with working(make_worker(log.url, log.name, mapper, views=(WITNESS, broken))):
        wait_until(lambda: count(log.url) == 1 and count(log.url, "views.parked") == 1)
    assert ask(log.url, PARKED) == [("broken", POISON, "ZeroDivisionError")]


def test_too_many_parked_subjects_stop_the_worker_before_its_position_passes_them(
    log: LogUnderTest, recorder: LogRecorder, mapper: EventMapper
) -> None:
    broken = replace(WITNESS, fold=_only_fail)
    with working(make_worker(log.url, log.name, mapper, views=(broken,))) as ended:
        for _ in range(PARKED_SUBJECTS_MAX + 1):
            recorder.append([team_formed()])
        wait_until(lambda: bool(ended))
    assert isinstance(ended[0], TooManyParkedError)
    assert count(log.url, "views.parked") <= PARKED_SUBJECTS_MAX


def _only_fail(fact: Fact, changes: Changes) -> None:
    raise ZeroDivisionError
