"""Services killed and frozen in mid-append, on a real broker: every command happens once or not at all."""

import os
import random
import signal
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

import httpx
import pytest

from events.catalog.portfolio.life import PortfolioOpened
from events.catalog.portfolio.talents import TalentClaimed, TalentRevised, TalentSetAside
from events.codec import Recorded
from tests.backends.postgres import fresh_database
from tests.faults.service_process import APPEND_TIMEOUT_S, PEOPLE, Installation, installed
from tests.services.test_process import token

pytestmark = [pytest.mark.postgres, pytest.mark.kafka, pytest.mark.faults, pytest.mark.timeout(300)]

SECONDS = float(os.environ.get("IPP_TEST_FAULT_SECONDS", "8"))
SEED = int(os.environ.get("IPP_TEST_SEED", "1"))
CLIENTS: Final = 8
TRIES_MAX: Final = 60
PATIENCE_S: Final = 1.5
"""How long a client waits before it sends again: less than a service stays frozen."""
FROZEN_S: Final = APPEND_TIMEOUT_S + 0.5
"""Long enough that appends under way find their time over when the service wakes up."""
ASIDE: Final = 0.3
KEPT_MAX: Final = 15
"""Talents of one person by one client: all clients together stay below the limit of a portfolio."""
ASKED_AGAIN_MAX: Final = 80
READING: Final = {"strength": 3, "energy": 1, "use": 1}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One command as a person gave it."""

    person: str
    name: str
    given: dict[str, Any]
    expected_version: int | None
    command_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def body(self) -> dict[str, Any]:
        return {
            "commandId": self.command_id,
            "expectedVersion": self.expected_version,
            "input": self.given,
        }


@dataclass(frozen=True, kw_only=True)
class Told:
    """How it ended, by the answer of whoever was asked last."""

    asked: Asked
    answer: dict[str, Any]
    lost: int
    """Replies that got lost, or said UNSETTLED, before."""

    @property
    def accepted(self) -> bool:
        return bool(self.answer["outcome"] == "ACCEPTED")

    @property
    def final(self) -> tuple[Any, ...]:
        """What every service always says of it. Why it was refused, and the version by then, may change."""
        version = self.answer["version"] if self.accepted else None
        return self.answer["outcome"], version, self.answer["position"], self.answer["entityId"]

    @property
    def codes(self) -> list[str]:
        return [refusal["code"] for refusal in self.answer["refusals"]]


class Client:
    """Gives commands for a few people; sends each again, to either service, until it is told how it ended."""

    def __init__(self, urls: Sequence[str], seed: int) -> None:
        self._urls = urls
        self._dice = random.Random(seed)  # noqa: S311 - a repeatable schedule
        self._http = httpx.Client(timeout=PATIENCE_S)
        self._tokens = {person: token(person) for person in PEOPLE}
        self._seen: dict[str, int] = {}
        self._talents: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        self.told: list[Told] = []

    def run(self, stop: Event) -> None:
        with ThreadPoolExecutor(2) as both:
            while not stop.is_set():
                asked = self._invent()
                # Now and then both services are asked at the same moment, as by an impatient proxy.
                first = self._dice.sample(self._urls, k=2 if self._dice.random() < 0.2 else 1)
                told = list(both.map(lambda url: self.until_ended(asked, url), first))  # noqa: B023 - at once
                assert told[0].final == told[-1].final, f"told differently: {told}"
                self.told.append(told[0])
                self._remember(told[0])

    def until_ended(self, asked: Asked, url: str) -> Told:
        lost = 0
        for _ in range(TRIES_MAX):
            try:
                answer = self.send(asked, url)
            except httpx.ConnectError:
                answer = None
            except httpx.TransportError:
                answer, lost = None, lost + 1
            if answer is not None:
                told = Told(asked=asked, answer=answer, lost=lost)
                # TOO_BUSY speaks of one request: another of the same command may be under way, and yet win.
                if answer["outcome"] != "UNSETTLED" and "TOO_BUSY" not in told.codes:
                    return told
                lost += answer["outcome"] == "UNSETTLED"
            time.sleep(0.1)
            url = self._dice.choice(self._urls)
        raise AssertionError(f"never ended: {asked}")

    def send(self, asked: Asked, url: str) -> dict[str, Any] | None:
        """Return the answer, None for an error of the service that is no answer."""
        reply = self._http.post(f"{url}/commands/{asked.name}", json=asked.body, headers=self._as(asked))
        assert reply.status_code in {200, 500, 503}, reply.text
        return dict(reply.json()) if reply.status_code == httpx.codes.OK else None

    def fate(self, asked: Asked, url: str) -> dict[str, Any] | None:
        reply = self._http.get(f"{url}/commands/{asked.command_id}", headers=self._as(asked))
        return dict(reply.json()) if reply.status_code == httpx.codes.OK else None

    def _as(self, asked: Asked) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._tokens[asked.person]}", "IPP-Role": "PROFESSIONAL"}

    def _invent(self) -> Asked:
        dice, unique = self._dice, uuid.uuid4().hex
        person = dice.choice(PEOPLE)
        mine = self._talents[person]
        version = self._seen.get(person) if dice.random() < 0.4 else None
        kind = ASIDE if len(mine) > KEPT_MAX else dice.random()
        given: dict[str, Any]
        if mine and kind < 0.2:
            given = {"talentId": dice.choice(mine)[0], **READING, "story": unique}
            return Asked(person=person, name="reviseTalent", given=given, expected_version=version)
        if len(mine) > 1 and kind <= ASIDE:
            given = {"talentId": mine[-1][0]}
            return Asked(person=person, name="setTalentAside", given=given, expected_version=version)
        # The first words are never set aside, so that what is refused for them stays refused: a refusal
        # leaves no trace, and a request of the same command that was under way is decided by itself.
        words = mine[0][1] if mine and ASIDE < kind < 0.4 else f"talent {unique}"
        given = {"name": {"ownWords": words}, **READING, "story": unique}
        return Asked(person=person, name="claimTalent", given=given, expected_version=version)

    def _remember(self, told: Told) -> None:
        asked, answer = told.asked, told.answer
        if answer["version"] is not None:
            self._seen[asked.person] = answer["version"]
        if told.accepted and asked.name == "setTalentAside":
            self._talents[asked.person].pop()
        if told.accepted and asked.name == "claimTalent":
            self._talents[asked.person].append((answer["entityId"], asked.given["name"]["ownWords"]))


@pytest.fixture
def installation(database: str, postgres_url: str, kafka: Any, tmp_path: Path) -> Iterator[Installation]:
    with (
        fresh_database(postgres_url) as vault_database,
        installed(database, vault_database, kafka.bootstrap, tmp_path) as installation,
    ):
        yield installation


def survive(installation: Installation, trouble: Callable[[], None]) -> None:
    told = lived_through(installation, trouble)
    ended = Counter("ACCEPTED" if one.accepted else one.codes[0] for one in told)
    assert ended["ACCEPTED"] > 20, f"hardly anything happened: {ended}"
    assert ended["CHANGED_MEANWHILE"], f"nobody lost by the version they named: {ended}"
    assert any(one.lost for one in told), "no reply was lost, so nothing was tried"
    told_alike(installation, told)
    for service in installation.services:
        service.end_in_order()
    for person in PEOPLE:
        check(installation.portfolio(person), [one for one in told if one.asked.person == person])
    installation.verify()


def lived_through(installation: Installation, trouble: Callable[[], None]) -> list[Told]:
    """Let clients give commands while `trouble()` does its worst; return all that they were told."""
    stop, urls, broken = Event(), [service.url for service in installation.services], list[BaseException]()
    clients = [Client(urls, SEED * 1_000 + number) for number in range(CLIENTS)]

    def run(client: Client) -> None:
        try:
            client.run(stop)
        except BaseException as error:  # noqa: BLE001 - raised again below, in the test's own thread
            broken.append(error)

    threads = [Thread(target=run, args=(client,), daemon=True) for client in clients]
    for thread in threads:
        thread.start()
    time.sleep(SECONDS / 4)
    trouble()
    time.sleep(SECONDS / 4)
    stop.set()
    for thread in threads:
        thread.join(90)
        assert not thread.is_alive(), "a client never came back"
    for error in broken:
        raise error
    return [one for client in clients for one in client.told]


def told_alike(installation: Installation, told: Sequence[Told]) -> None:
    """Ask both services again for some of the commands: they say the same, which is what was said before."""
    urls = [service.url for service in installation.services]
    client = Client(urls, SEED)
    # Those whose replies were lost come first.
    for one in sorted(told, key=lambda one: -one.lost)[:ASKED_AGAIN_MAX]:
        fates = [client.fate(one.asked, url) for url in urls]
        assert fates[0] == fates[1], "the services tell different fates"
        if one.accepted:
            assert fates[0] == one.answer
        for url in urls:
            repeated = client.until_ended(one.asked, url)
            assert repeated.final == one.final, f"first {one}, then {repeated}"


def check(portfolio: Sequence[Recorded], told: Sequence[Told]) -> None:
    """
    Hold what was told of one person's commands against the portfolio. Raises AssertionError.

    Every event is that of one command told ACCEPTED, at the version it was told, and there are no others: so
    none was lost, none happened twice, and nothing happened that was refused.
    """
    versions = [recorded.version for recorded in portfolio]
    assert versions == list(range(1, len(versions) + 1)), f"holes in the versions: {versions}"
    accepted = {one.answer["version"]: one for one in told if one.accepted}
    assert len(accepted) == sum(one.accepted for one in told), "two commands were told the same version"
    refused = {one.asked.given.get("story"): one for one in told if not one.accepted}
    for recorded in portfolio:
        if isinstance(recorded.event, PortfolioOpened):
            continue
        one = accepted.pop(recorded.version, None)
        story = getattr(recorded.event, "story", None)
        assert one is not None, f"happened and not told: {recorded}, refused: {refused.get(story)}"
        assert_made_by(one, recorded)
    assert not accepted, f"acknowledged and lost: {accepted}"
    in_order = sorted((one for one in told if one.accepted), key=lambda one: int(one.answer["version"]))
    ordinals = [one.answer["position"]["ordinal"] for one in in_order]
    assert ordinals == sorted(set(ordinals)), "the positions are not in the order of the versions"


def assert_made_by(one: Told, recorded: Recorded) -> None:
    asked = one.asked
    assert asked.expected_version in {None, recorded.version - 1}, f"not the version it named: {one}"
    match recorded.event:
        case TalentClaimed() | TalentRevised() as event:
            assert (event.talent, event.story) == (one.answer["entityId"], asked.given["story"])
        case TalentSetAside() as event:
            assert asked.name == "setTalentAside"
            assert event.talent == asked.given["talentId"]
        case other:
            raise AssertionError(f"nobody asked for {other}")


def test_services_killed_in_mid_append(installation: Installation) -> None:
    def kill() -> None:
        for turn in range(max(2, int(SECONDS / 4))):
            one = installation.services[turn % 2]
            one.signal(signal.SIGKILL)
            time.sleep(1)
            one.start()
            time.sleep(1)

    survive(installation, kill)


def test_services_frozen_in_mid_append(installation: Installation) -> None:
    def freeze() -> None:
        for turn in range(max(1, int(SECONDS / 8))):
            one = installation.services[turn % 2]
            one.signal(signal.SIGSTOP)
            time.sleep(FROZEN_S)
            one.signal(signal.SIGCONT)
            time.sleep(1)

    survive(installation, freeze)
