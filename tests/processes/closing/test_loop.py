"""A lost key cancels its round within a day, and is reported at once; a keeper that is away stops nothing."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from events.catalog.rounds import RoundCancelled, RoundInboxDestroyed
from kit.clock import Calendar
from kit.health import Health
from processes.assembly import closing_of
from processes.closing.loop import CLOSER_CHECK, KEYS_CHECK, KEYS_EVERY_S, ClosingLoop
from processes.keeper.keeper import LOST_AFTER
from rules.feedback.questions import Perspective
from services.feedback.keeper import KeeperUnavailableError
from services.handling.handler import CommandHandler
from tests.processes.closing.house import ZONE, ClosingHouse, OneRound

pytestmark = pytest.mark.postgres
PEER = Perspective.PEER


def loop_of(house: ClosingHouse, health: Health, **changed: Any) -> ClosingLoop:
    handler = CommandHandler(
        recorder=house.recorder,
        vault=house.vault,
        mapper=house.mapper,
        calendar=Calendar(clock=house.clock, zone=ZONE),
    )
    parts = house.parts()
    loop = closing_of(handler, parts, health=health)
    loop._now_s = lambda: house.clock.now().timestamp()
    for name, value in changed.items():
        setattr(loop, name, value)
    return loop


def last(house: ClosingHouse, one: OneRound) -> list[type]:
    return [type(recorded.event) for recorded in house.of_round(one)][-2:]


def lose(house: ClosingHouse, one: OneRound) -> tuple[Path, bytes]:
    file = house.folder / f"{one.round}.key"
    content = file.read_bytes()
    file.unlink()
    return file, content


def test_a_lost_key_is_reported_at_once_and_cancels_its_round_later(house: ClosingHouse) -> None:
    health = Health(house.clock)
    loop, lost, kept = loop_of(house, health), house.opened({PEER: 4}), house.opened({PEER: 4})
    loop.turn()
    assert health.findings()[KEYS_CHECK].state == "ok"
    lose(house, lost)
    house.clock.advance(timedelta(seconds=KEYS_EVERY_S))
    loop.turn()
    finding = health.findings()[KEYS_CHECK]
    assert (finding.state, "1 rounds" in finding.sentence) == ("degraded", True)
    house.clock.advance(LOST_AFTER - timedelta(seconds=1))
    loop.turn()
    assert RoundCancelled not in last(house, lost)
    house.clock.advance(timedelta(seconds=KEYS_EVERY_S))
    loop_of(house, health).turn()  # as after a restart of the process, and of the keeper
    assert RoundCancelled in last(house, lost)
    cancelled = house.of_round(lost)[-1].event
    assert isinstance(cancelled, RoundCancelled)
    assert cancelled.reason == "key_lost"
    loop.turn()
    assert last(house, lost) == [RoundCancelled, RoundInboxDestroyed]
    assert RoundCancelled not in last(house, kept)


def test_a_volume_that_is_mounted_again_saves_its_rounds(house: ClosingHouse) -> None:
    health = Health(house.clock)
    loop, one = loop_of(house, health), house.opened({PEER: 4})
    file, content = lose(house, one)
    loop.turn()
    house.clock.advance(LOST_AFTER - timedelta(seconds=KEYS_EVERY_S))
    file.write_bytes(content)
    loop.turn()
    assert health.findings()[KEYS_CHECK].state == "ok"
    house.clock.advance(timedelta(days=2))
    loop.turn()
    assert RoundCancelled not in last(house, one)


def test_a_round_that_is_closing_without_a_key_is_cancelled_too(house: ClosingHouse) -> None:
    health = Health(house.clock)
    loop, one = loop_of(house, health), house.opened({PEER: 4})
    house.begin_closing(one)
    lose(house, one)
    loop.turn()
    finding = health.findings()[CLOSER_CHECK]
    assert finding.state == "degraded"
    assert "can't be closed" in finding.sentence
    house.clock.advance(LOST_AFTER + timedelta(seconds=KEYS_EVERY_S))
    loop.turn()
    loop.turn()
    assert last(house, one) == [RoundCancelled, RoundInboxDestroyed]
    assert health.findings()[CLOSER_CHECK].state == "ok"


def test_a_keeper_that_is_away_is_reported_and_tried_again(house: ClosingHouse) -> None:
    class Away:
        def __getattr__(self, name: str) -> Any:
            def raising(*_: object) -> None:
                raise KeeperUnavailableError("away")

            return raising

    health = Health(house.clock)
    one = house.opened({PEER: 4})
    house.begin_closing(one)
    loop = loop_of(house, health)
    parts = loop._closer._parts
    loop._closer = house.closer(lambda _: type(parts)(**{**_fields(parts), "keeper": Away()}))
    loop._keeper = Away()
    loop.turn()
    assert health.findings()[CLOSER_CHECK].state == "degraded"
    assert house.has_key(one)
    loop_of(house, health).turn()
    assert health.findings()[CLOSER_CHECK].state == "ok"
    assert not house.has_key(one)


def _fields(parts: Any) -> dict[str, Any]:
    return {name: getattr(parts, name) for name in type(parts).__dataclass_fields__}
