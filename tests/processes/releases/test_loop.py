"""The health page says how far releases are, and an alarm is raised when one is overdue."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import structlog

from kit.health import Health
from processes.releases.loop import CHECK, OVERDUE_DAYS, ReleaseLoop
from processes.releases.maker import Maker
from tests.backends.postgres import fresh_database
from tests.processes.releases.house import DAY_1, EVERY_DAYS, ReleaseHouse, release_house

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]


@pytest.fixture
def house(database: str) -> Iterator[ReleaseHouse]:
    with release_house(database, people=40) as house:
        yield house


def loop_of(house: ReleaseHouse, health: Health) -> ReleaseLoop:
    return ReleaseLoop(house.maker(), calendar=house.house.calendar, health=health)


def said(health: Health) -> tuple[str, str]:
    finding = health.findings()[CHECK]
    return finding.state, finding.sentence


def test_it_says_when_the_next_release_is_and_makes_it(
    house: ReleaseHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    health = Health(house.house.clock)
    loop = loop_of(house, health)
    loop.turn()
    assert said(health) == ("ok", f"the next one is due on {DAY_1}")
    house.until_due()
    house.caught_up()
    during: list[tuple[str, str]] = []
    monkeypatch.setattr(house.made, "of", lambda _: during.append(said(health)))
    loop.turn()
    assert during == [("ok", f"the release of {DAY_1} is being made")]
    following = DAY_1 + timedelta(days=EVERY_DAYS)
    assert said(health) == ("ok", f"1 releases were made, the next one is due on {following}")
    assert loop.turn().waits is False


def test_one_that_waits_is_said_and_after_a_day_there_is_an_alarm_a_day(house: ReleaseHouse) -> None:
    house.caught_up()
    house.until_due()
    house.join(house.teams[0])
    health = Health(house.house.clock)
    loop = loop_of(house, health)
    loop.turn()
    state, sentence = said(health)
    assert (state, sentence.startswith(f"the release of {DAY_1} waits: the view")) == ("degraded", True)
    house.house.clock.advance(timedelta(days=2))
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            loop.turn()
    assert said(health)[1].startswith("overdue by 2 days: the release of")
    alarms = [line for line in logs if line["event"] == "release.overdue"]
    assert [(line["log_level"], line["days"]) for line in alarms] == [("critical", 2)]
    assert OVERDUE_DAYS._value.get() == 2
    house.caught_up()
    loop.turn()
    assert said(health)[0] == "ok"
    assert OVERDUE_DAYS._value.get() == 0


def test_what_is_away_is_reported_and_tried_again(
    house: ReleaseHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    health = Health(house.house.clock)
    loop = loop_of(house, health)
    house.until_due()

    def away(*_: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(Maker, "_state", away)
        assert loop.turn().waits
    assert said(health) == ("degraded", "releases can't be made at the moment (ConnectionError)")
    house.caught_up()
    loop.turn()
    assert said(health)[0] == "ok"


def test_before_there_is_a_policy_nothing_is_due(postgres_url: str) -> None:
    with fresh_database(postgres_url) as url, release_house(url, teams=1, people=0) as house:
        assert "no policy" in house.maker(rules=lambda _: None).turn().sentence
        assert "no policy" in house.maker(organisation=lambda: None).turn().sentence
