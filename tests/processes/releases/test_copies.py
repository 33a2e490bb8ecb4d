"""
Whatever attempts to publish a release are on the log, refused ones too: they are equal (rule 17, attack H12).

Read from the records themselves, on a table and on Kafka.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Barrier, Event, Thread
from typing import Any

import pytest

from events.catalog.portfolio.life import PortfolioPaused
from events.log.port import LogAppender
from processes.releases.maker import Maker
from projections.views.contributions.tables import FORGOTTEN
from services.handling.handler import CommandHandler
from tests.processes.releases.house import ReleaseHouse, release_house
from tests.projections.witness import ask

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]
ADAPTERS = ["embedded", pytest.param("kafka", marks=pytest.mark.kafka)]
CUT_OFF, OUT = "release.release-cut-off.v1", "release.capability-released.v1"
TOGETHER_S = 30.0


@pytest.fixture(params=ADAPTERS)
def house(request: Any, database: str) -> Iterator[ReleaseHouse]:
    bootstrap = request.getfixturevalue("kafka").bootstrap if request.param == "kafka" else None
    with release_house(database, people=40, bootstrap=bootstrap) as house:
        house.until_due()
        house.caught_up()
        yield house


@dataclass
class Gated:
    """The log, reached through a gate that opens for a record with these events when `before` returns."""

    blocks = True
    log: LogAppender
    before: Callable[[str], object]

    def append(self, partition: int, record: bytes) -> "Future[int]":
        for topic in (CUT_OFF, OUT):
            if topic.encode() in record:
                self.before(topic)
        return self.log.append(partition, record)

    def close(self) -> None:
        self.log.close()


def maker_that(house: ReleaseHouse, before: Callable[[str], object], **changed: Any) -> Maker:
    """Return a maker of another process, which calls this when a record is ready to be appended."""
    handler = CommandHandler(
        recorder=house.house.log.recorder(wrap=lambda log: Gated(log, before)),
        vault=house.house.vault,
        mapper=house.house.mapper,
        calendar=house.house.calendar,
    )
    return Maker(replace(house.parts(handler), **changed))


@contextmanager
def in_a_thread(maker: Maker) -> Iterator[None]:
    thread = Thread(target=maker.make_due, daemon=True)
    thread.start()
    yield
    thread.join(TOGETHER_S)
    assert not thread.is_alive(), "the maker did not come to an end"


class NothingKept:
    """As if what was made were kept nowhere."""

    def of(self, cut_off: str) -> None:
        return None

    def keep(self, cut_off: str, content: bytes) -> bytes:
        return content

    def forget(self, cut_off: str) -> None:
        pass


def copies(house: ReleaseHouse, topic: str) -> list[Any]:
    return [writes for writes in house.attempts() if writes[-1][2] == topic]


def forget_somebody(house: ReleaseHouse) -> None:
    """Destroy the key of somebody who is counted, and let the view notice."""
    person = house.people[1]
    house.put((f"portfolio-{person}", PortfolioPaused()))
    house.house.vault.destroy(person)
    house.house.mapper.fetch_keys([f"portfolio-{person}"])
    house.caught_up()
    assert ask(house.house.log.url, f"SELECT subject FROM {FORGOTTEN.served}") == [(person,)]


def test_rule_17_two_makers_at_the_same_moment_leave_equal_copies_and_one_release(
    house: ReleaseHouse,
) -> None:
    together = Barrier(2)
    one, other = (maker_that(house, lambda _: together.wait(TOGETHER_S)) for _ in range(2))
    with in_a_thread(one), in_a_thread(other):
        pass
    for topic in (CUT_OFF, OUT):
        assert len(copies(house, topic)) == 2, "both were on the log"
        assert len(set(copies(house, topic))) == 1, topic
    assert len(house.state().releases) == 1
    assert len(house.stream()) == 1 + len(copies(house, OUT)[0])


def published_after_somebody_was_forgotten(house: ReleaseHouse, **changed: Any) -> list[Any]:
    """One maker stops between deciding and appending; somebody is forgotten; another publishes before it."""
    decided, go = Event(), Event()

    def stop(topic: str) -> None:
        if topic == OUT:
            decided.set()
            assert go.wait(TOGETHER_S)

    with in_a_thread(maker_that(house, stop, **changed)):
        assert decided.wait(TOGETHER_S)
        forget_somebody(house)
        assert not house.another(**changed).make_due().waits
        go.set()
    assert len(house.state().releases) == 1
    return copies(house, OUT)


def test_rule_17_somebody_forgotten_between_two_attempts_is_no_difference_between_them(
    house: ReleaseHouse,
) -> None:
    first, second = published_after_somebody_was_forgotten(house)
    assert first == second


def test_they_would_be_the_difference_if_what_was_made_were_not_kept(house: ReleaseHouse) -> None:
    first, second = published_after_somebody_was_forgotten(house, made=NothingKept())
    assert first != second
