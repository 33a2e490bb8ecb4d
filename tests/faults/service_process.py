"""Two service processes, a journal process, a vault and a founded organisation, on a real broker."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from eventsourcing.persistence import EventStore

from events.codec import EventMapper, Recorded
from events.log.recorder import LogRecorder
from events.privacy.vault import Vault
from kit.clock import Calendar, SystemClock
from kit.secrets import MasterKey
from kit.settings import Settings
from rules.access.roles import Role
from services.admin.founding import found_organisation
from services.handling.handler import CommandHandler
from services.handling.loading import events_of
from services.handling.registry import read_command
from services.handling.results import Caller
from tests.events.log.harness import LogUnderTest
from tests.faults.history import journal_process
from tests.services.test_process import ROOT, free_port, issuer, settings

APPEND_TIMEOUT_S = 4.0
PEOPLE = ("E1", "E2", "E3")


@dataclass
class Service:
    """One service process that can be killed, frozen and started again on its port."""

    env: dict[str, str]
    process: "subprocess.Popen[bytes] | None" = None
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        env = {**self.env, "IPP_PORT": str(self.port), "IPP_PROBES_PORT": "0"}
        command = [sys.executable, "-m", "services"]
        self.process = subprocess.Popen(command, env=env, cwd=ROOT)  # noqa: S603 - our own program
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.url}/health/ready", timeout=2).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError("the service does not answer")

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)
        if number is signal.SIGKILL:
            self.process.wait(10)

    def end_in_order(self) -> None:
        assert self.process is not None
        self.process.terminate()
        assert self.process.wait(30) == 0, "it stops in order when asked to"

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
    recorder: LogRecorder

    def portfolio(self, number: str) -> list[Recorded]:
        """Read what happened in a portfolio, all that is on the log by now folded before."""
        person = self.vault.person_for(number)
        assert person is not None
        # A marker for a command that nobody gave stands behind all that was sent before.
        self.recorder.resolve(person, os.urandom(32))
        store: EventStore[str] = EventStore(EventMapper(self.vault), self.recorder)
        return list(events_of(store, f"portfolio-{person}"))

    def verify(self) -> None:
        """Let `python -m events verify` find no fault."""
        command = [sys.executable, "-m", "events", "verify"]
        env = self.services[0].env
        done = subprocess.run(  # noqa: S603 - our own program
            command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.count("agrees") == self.log.partitions


@contextmanager
def installed(database: str, vault_database: str, bootstrap: str, folder: Path) -> Iterator[Installation]:
    log = LogUnderTest(url=database, name="ipp", partitions=3, bootstrap=bootstrap)
    log.create()
    key = folder / "master.key"
    vault = Vault(vault_database, MasterKey.from_file_or_new(key))
    vault.create_tables()
    with ExitStack() as stack:
        stack.callback(log.drop)
        stack.callback(vault.close)
        stack.enter_context(journal_process(log))
        keys = stack.enter_context(issuer())
        recorder = log.recorder()
        _furnish(recorder, vault)
        env = settings(
            IPP_DATABASE_URL=database,
            IPP_VAULT_URL=vault_database,
            IPP_MASTER_KEY_FILE=str(key),
            IPP_KAFKA_BOOTSTRAP=bootstrap,
            IPP_PARTITIONS=str(log.partitions),
            IPP_OIDC_ISSUER="i",
            IPP_OIDC_JWKS_URL=keys,
            IPP_APPEND_TIMEOUT_S=str(APPEND_TIMEOUT_S),
            IPP_COMMANDS_PER_MINUTE_MAX="100000",
        )
        services = (Service(env), Service(env))
        for service in services:
            stack.callback(service.stop)
            service.start()
        yield Installation(log=log, vault=vault, services=services, recorder=recorder)


def _furnish(recorder: LogRecorder, vault: Vault) -> None:
    mapper, calendar = EventMapper(vault), Calendar(clock=SystemClock(), zone=Settings().zone)
    found_organisation(
        recorder=recorder, vault=vault, mapper=mapper, calendar=calendar, name="Proef", administrator="admin"
    )
    handler = CommandHandler(recorder=recorder, vault=vault, mapper=mapper, calendar=calendar)

    def ask(claim: str, role: Role, name: str, /, **given: Any) -> None:
        caller = Caller(person=vault.person_for_or_new(claim), role=role)
        result = handler.handle(read_command(name, given), caller=caller, command_id=str(uuid.uuid4()))
        assert result.outcome == "ACCEPTED", result

    ask("admin", Role.ADMINISTRATOR, "grantRole", role="HR_FEED", subject="feed")
    for number in PEOPLE:
        who = {"employeeNumber": number, "name": number, "email": f"{number}@example.org"}
        ask("feed", Role.HR_FEED, "registerProfessional", **who)
        ask(number, Role.PROFESSIONAL, "openPortfolio", language="NL")
