"""A team of two on the real parts: a log, services, views that a worker folds, the processes and the API."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from events.privacy import disclosures as read_log
from gateway.commands.in_process_bus import InProcessBus
from kit.ids import derived_id
from processes.scheduler import Turn
from services.handling.requests import RequestHandler
from tests.gateway.api.rounds.installation import connect_gateway
from tests.gateway.harness import Harness
from tests.processes.house import caught_up, inhabited, scheduler
from tests.services.house import NOW, House, with_owner

TODAY = NOW.date()
NAMES = {"e1": "Fenna", "e2": "Bo"}
ITEMS = {
    "jointGoal": "id text state progress origins { goalId owner { displayName } text }",
    "workOffer": (
        "id title text hoursPerWeek from until wanted { id } offeredBy { displayName }"
        " volunteers { displayName } takenUpBy { displayName } tookUpAlike { displayName }"
    ),
    "session": "id heldOn agreements",
}
"""What is asked of each thing, by its name in a payload."""


@dataclass
class RealTeam:
    """`e1` and `e2` are in the team, `e3` is not; each has a portfolio."""

    house: House
    harness: Harness
    team: str

    def ask(self, document: str, *, name: str = "e1", role: str | None = None, **variables: Any) -> Any:
        return asyncio.run(self.harness.ask(document, name=name, role=role, **variables))

    def send(
        self, mutation: str, thing: str, *, name: str = "e1", expected: int | None = None, **given: Any
    ) -> Any:
        """Send a mutation and return its payload, with all of the thing that it changed."""
        kind = f"{mutation[0].upper()}{mutation[1:]}Input"
        document = (
            f"mutation ($input: {kind}!) {{ {mutation}(input: $input) {{"
            " command { outcome position version refusals { code field message { en } } }"
            f" {thing} {{ {ITEMS[thing]} }} }} }}"
        )
        sent = {"commandId": str(uuid4()), **given}
        if expected is not None:
            sent["expectedVersion"] = expected
        answer = self.ask(document, name=name, input=sent)
        assert "errors" not in answer, answer
        return answer["data"][mutation]

    def changed(self, mutation: str, thing: str, *, name: str = "e1", **given: Any) -> Any:
        """Send a mutation that is accepted, and return what it changed."""
        caught_up(self.house)  # the view shows this change in time only if it has no others to fold before
        payload = self.send(mutation, thing, name=name, **given)
        assert payload["command"]["outcome"] == "ACCEPTED", payload
        assert payload[thing] is not None, "the view shows what was changed within two seconds"
        return payload[thing]

    def refused(self, mutation: str, thing: str, *, name: str = "e1", **given: Any) -> list[str]:
        payload = self.send(mutation, thing, name=name, **given)
        assert payload[thing] is None
        return [refusal["code"] for refusal in payload["command"]["refusals"]]

    def page(self, selection: str, *, name: str = "e1", **variables: Any) -> Any:
        """Return the team's page, once the views have seen everything; None for somebody who is no member."""
        caught_up(self.house)
        document = f'{{ team(id: "Team:{self.team}") {{ {selection} }} }}'
        answer = self.ask(document, name=name, **variables)
        assert "errors" not in answer, answer
        return answer["data"]["team"]

    def bytes_of(self, selection: str, *, name: str) -> bytes:
        document = f'{{ team(id: "Team:{self.team}") {{ {selection} }} }}'
        sent = self.harness.send(json={"query": document}, headers=self.harness.headers(name))
        return asyncio.run(sent).content

    def days_pass(self, days: int) -> Turn:
        """Let days go by, and the processes have a turn then."""
        for clock in (self.house.clock, self.harness.clock):
            clock.advance(timedelta(days=days))
        caught_up(self.house)
        turn = scheduler(self.house).turn()
        caught_up(self.house)
        return turn


@contextmanager
def real_team(database: str, keys: Path) -> Iterator[RealTeam]:
    with inhabited(database) as house:
        for number in ("e2", "e3"):
            with_owner(house, number)
        for number, name in {**NAMES, "e3": "Cas"}.items():
            house.feed("registerProfessional", employeeNumber=number, name=name, email="f@example.org")
        for number in NAMES:
            on = TODAY.isoformat()
            joined = house.feed("recordTeamJoined", employeeNumber=number, teamKey="kade", on=on)
            assert joined.outcome == "ACCEPTED", joined
        harness, bus = Harness(keys), InProcessBus(RequestHandler(house.handler, per_minute_max=10_000))
        connect_gateway(harness, house, database, bus)
        with psycopg.connect(database, autocommit=True) as connection:
            read_log.create_tables(connection, TODAY)
        caught_up(house)
        try:
            yield RealTeam(house, harness, derived_id(house.vault.organisation() or "", "team", "kade"))
        finally:
            bus.close()


def without(house: House, number: str) -> None:
    """Let somebody leave the team."""
    on = TODAY.isoformat()
    left = house.feed("recordTeamLeft", employeeNumber=number, teamKey="kade", on=on)
    assert left.outcome == "ACCEPTED", left
