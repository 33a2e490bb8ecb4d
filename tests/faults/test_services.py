"""Services killed and frozen in mid-append, on a real broker: every command happens once or not at all."""

import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import pytest
from eventsourcing.persistence import EventStore

from events.catalog.portfolio import TalentClaimed
from events.codec import EventMapper
from events.vault import Vault
from kit.clock import SystemClock
from kit.secrets import MasterKey
from rules.access import Role
from services.contexts import read_command
from services.founding import found
from services.handling import CommandHandler
from services.loading import events_of
from services.results import Caller
from tests.faults.history import journal_process
from tests.log.harness import LogUnderTest, assert_agrees
from tests.services.test_process import ROOT, free_port, issuer, settings, token

pytestmark = [pytest.mark.postgres, pytest.mark.kafka, pytest.mark.faults, pytest.mark.timeout(240)]

SECONDS = float(os.environ.get("IPP_TEST_FAULT_SECONDS", "8"))
PEOPLE = ("E1", "E2", "E3")
CLIENTS = 6
TRIES_MAX = 60
ENDED = {"ACCEPTED", "REFUSED"}


@dataclass
class Service:
    """One service process that can be killed, frozen and started again on its port."""

    env: dict[str, str]
    process: "subprocess.Popen[bytes] | None" = None
    port: int = field(default_factory=free_port)

    def start(self) -> None:
        env = {**self.env, "IPP_PORT": str(self.port)}
        command = [sys.executable, "-m", "services"]
        self.process = subprocess.Popen(command, env=env, cwd=ROOT)  # noqa: S603 - our own program
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"http://127.0.0.1:{self.port}/health/ready", timeout=2).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError("the service does not answer")

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)
        if number is signal.SIGKILL:
            self.process.wait(10)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait(10)


@dataclass
class Installation:
    log: LogUnderTest
    vault: Vault
    services: tuple[Service, Service]

    def talents(self, number: str) -> list[TalentClaimed]:
        store: EventStore[str] = EventStore(EventMapper(self.vault), self.log.recorder())
        recorded = list(events_of(store, f"portfolio-{self.vault.person_for(number)}"))
        assert [one.version for one in recorded] == list(range(1, len(recorded) + 1))
        return [one.event for one in recorded if isinstance(one.event, TalentClaimed)]


@pytest.fixture
def installation(database: str, kafka: Any, tmp_path: Path) -> Iterator[Installation]:
    log = LogUnderTest(url=database, name="ipp", partitions=3, bootstrap=kafka.bootstrap)
    log.create()
    key = tmp_path / "master.key"
    vault = Vault(database, MasterKey.from_file_or_new(key))
    vault.create_tables()
    with ExitStack() as stack:
        stack.callback(log.drop)
        stack.callback(vault.close)
        stack.enter_context(journal_process(log))
        keys = stack.enter_context(issuer())
        _found(log, vault)
        env = settings(
            IPP_DATABASE_URL=database,
            IPP_VAULT_URL=database,
            IPP_MASTER_KEY_FILE=str(key),
            IPP_KAFKA_BOOTSTRAP=kafka.bootstrap,
            IPP_PARTITIONS="3",
            IPP_OIDC_ISSUER="i",
            IPP_OIDC_JWKS_URL=keys,
            IPP_APPEND_TIMEOUT_S="4",
            IPP_COMMANDS_PER_MINUTE_MAX="100000",
        )
        services = (Service(env), Service(env))
        for service in services:
            stack.callback(service.stop)
            service.start()
        yield Installation(log=log, vault=vault, services=services)


def _found(log: LogUnderTest, vault: Vault) -> None:
    recorder, mapper, clock = log.recorder(), EventMapper(vault), SystemClock()
    found(recorder=recorder, vault=vault, mapper=mapper, clock=clock, name="Proef", administrator="admin")
    handler = CommandHandler(recorder=recorder, vault=vault, mapper=mapper, clock=clock)

    def ask(claim: str, role: Role, name: str, /, **given: Any) -> None:
        caller = Caller(person=vault.person_for_or_new(claim), role=role)
        result = handler.handle(
            read_command(name, given), caller=caller, command_id=str(uuid.uuid4()), expected_version=None
        )
        assert result.outcome == "ACCEPTED", result

    ask("admin", Role.ADMINISTRATOR, "grantRole", role="HR_FEED", subject="feed")
    for number in PEOPLE:
        ask(
            "feed",
            Role.HR_FEED,
            "registerProfessional",
            employeeNumber=number,
            name=number,
            email=f"{number}@x.nl",
        )
        ask(number, Role.PROFESSIONAL, "openPortfolio", language="NL")


@dataclass(frozen=True)
class Told:
    person: str
    words: str
    outcome: str
    thing: str | None


def client(installation: Installation, seed: int, stop: Event, told: list[Told]) -> None:
    """Claim talents until told to stop; whatever stays unanswered is sent again, to either service."""
    dice = random.Random(seed)  # noqa: S311 - a repeatable schedule
    while not stop.is_set():
        person, words = dice.choice(PEOPLE), f"talent {uuid.uuid4().hex}"
        body = {
            "commandId": str(uuid.uuid4()),
            "expectedVersion": None,
            "input": {"name": {"ownWords": words}, "strength": 3, "energy": 1, "use": 1},
        }
        answer = until_answered(installation, dice, person, body)
        assert answer is not None, f"never answered: {body}"
        told.append(Told(person, words, answer["outcome"], answer["thingId"]))


def until_answered(
    installation: Installation, dice: random.Random, person: str, body: dict[str, Any]
) -> dict[str, Any] | None:
    headers = {"Authorization": f"Bearer {token(person)}", "IPP-Role": "PROFESSIONAL"}
    for _ in range(TRIES_MAX):
        port = dice.choice(installation.services).port
        try:
            reply = httpx.post(
                f"http://127.0.0.1:{port}/commands/claimTalent", json=body, headers=headers, timeout=6
            )
        except httpx.TransportError:
            time.sleep(0.2)
            continue
        if reply.status_code == httpx.codes.OK and reply.json()["outcome"] in ENDED:
            return dict(reply.json())
        time.sleep(0.1)
    return None


@contextmanager
def clients(installation: Installation) -> Iterator[list[Told]]:
    stop, told = Event(), list[Told]()
    threads = [
        Thread(target=client, args=(installation, seed, stop, told), daemon=True) for seed in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    yield told
    stop.set()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive(), "a client never came back"


def survive(installation: Installation, trouble: Callable[[], None]) -> None:
    with clients(installation) as told:
        time.sleep(SECONDS / 4)
        trouble()
        time.sleep(SECONDS / 4)
    accepted = {one.words for one in told if one.outcome == "ACCEPTED"}
    assert len(accepted) > 10, "hardly anything happened"
    happened = [event.name for number in PEOPLE for event in installation.talents(number)]
    assert len(happened) == len(set(happened)), "a command happened twice"
    assert accepted == set(happened), "told and happened differ"
    by_words = {event.name: event.talent for number in PEOPLE for event in installation.talents(number)}
    assert all(by_words[one.words] == one.thing for one in told if one.outcome == "ACCEPTED")
    assert_agrees(installation.log)


def test_a_service_killed_in_mid_append(installation: Installation) -> None:
    first = installation.services[0]

    def kill() -> None:
        for _ in range(2):
            first.signal(signal.SIGKILL)
            time.sleep(SECONDS / 8)
            first.start()

    survive(installation, kill)


def test_a_service_frozen_in_mid_append(installation: Installation) -> None:
    first = installation.services[0]

    def freeze() -> None:
        first.signal(signal.SIGSTOP)
        time.sleep(SECONDS / 2)
        first.signal(signal.SIGCONT)

    survive(installation, freeze)
