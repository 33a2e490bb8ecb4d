"""A gateway with stand-ins in memory for views and services, for tests without PostgreSQL and Kafka."""

import math
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from gateway.auth import Authenticator, Identity
from gateway.context import Gateway, RequestLimits
from gateway.http.development_issuer import DevelopmentIssuer
from gateway.http.endpoint import GraphQLEndpoint
from gateway.limits.cost import DocumentLimits
from gateway.limits.rater_codes import RaterCodes
from gateway.limits.subscriptions import OpenSubscriptions
from gateway.position_cipher import PositionCipher
from gateway.reading.disclosures import ReadLog
from gateway.reading.freshness import Connect, Freshness
from gateway.reading.portfolios import Portfolios
from gateway.reading.view_reader import Rows, ViewReader
from gateway.schema import build_schema
from kit.clock import Calendar, Clock, FixedClock
from kit.postgres.statements import Ask
from kit.settings import Settings
from projections import parking
from projections.view import View
from projections.views import directory, organisation, profile, timeline
from rules.access.roles import Role
from rules.audit.answers import AnyAnswer, AnyQuestion
from rules.audit.recomputation import Recomputation
from rules.commands import CommandRequest, CommandResult
from rules.feedback.invitation import InvitationLetter, InvitedPerson, RaterInvitation
from rules.promise import KeeperSetting

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Amsterdam")
OWNER = "a" * 32
PEOPLE = {"owner": OWNER, "administrator": "b" * 32, "hr": "c" * 32, "colleague": "9" * 32}
FENNA = directory.Person(person=OWNER, display_name="Fenna", registered_at=NOW, ended_on=None)
LIMITS = RequestLimits(
    document=DocumentLimits(depth_max=12, cost_max=Settings().query_cost_max, page_max=100),
    body_bytes_max=10_000,
    request_s_max=30.0,
    wait_for_s=0.1,
    staleness_max_s=30.0,
    subscriptions_per_person_max=3,
    subscriptions_max=4,
    requests_per_minute_max=60,
    requests_burst_max=1_000,
)
SCHEMA = build_schema(LIMITS.document)


class StandInViews:
    """Views with an owner without a portfolio, an administrator and someone of HR."""

    def __init__(self) -> None:
        self.broken: Exception | None = None
        self.changes: list[timeline.Entry] = []

    def replace_reads(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let the views' own reads return the rows of this object instead of asking a database."""
        monkeypatch.setattr(directory, "known_of", self.known_of)
        monkeypatch.setattr(directory, "known_of_all", self.known_of_all)
        monkeypatch.setattr(directory, "persons_by_ids", self.persons_by_ids)
        monkeypatch.setattr(organisation, "organisation", self.the_organisation)
        monkeypatch.setattr(organisation, "units", self.units)
        monkeypatch.setattr(organisation, "teams", self.nothing)
        monkeypatch.setattr(organisation, "teams_by_ids", self.nothing_by_id)
        monkeypatch.setattr(parking, "parked_of", self.nothing)
        monkeypatch.setattr(profile, "teams_of", self.teams_of)
        monkeypatch.setattr(timeline, "entries", self.entries)
        monkeypatch.setattr(timeline, "entries_after", self.entries_after)

    async def known_of(self, _: object, person: str) -> directory.Known:
        granted = {PEOPLE["administrator"]: Role.ADMINISTRATOR, PEOPLE["hr"]: Role.HR}
        roles = [directory.Granted(granted[person].name, NOW)] if person in granted else []
        return directory.Known(person=FENNA if person == OWNER else None, granted=roles, parked=False)

    async def known_of_all(self, _: object, persons: Sequence[str]) -> dict[str, directory.Known]:
        return {person: await directory.known_of(_, person) for person in persons}  # type: ignore[arg-type]

    async def persons_by_ids(self, _: object, persons: Sequence[str]) -> dict[str, directory.Person]:
        return dict.fromkeys(persons, FENNA)

    async def the_organisation(self, _: object) -> organisation.Organisation:
        return organisation.Organisation(organisation="d" * 32, name="Kade", version=3, founded_at=NOW)

    async def units(self, _: object) -> list[organisation.Unit]:
        return [organisation.Unit(unit="e" * 32, name="Zuid", parent=None)]

    async def teams_of(self, _: object, person: str) -> list[profile.Membership]:
        if self.broken:
            raise self.broken
        return []

    async def entries(self, _: object, person: str, **page: object) -> list[timeline.Entry]:
        return self.changes[::-1]

    async def entries_after(self, _: object, person: str, ordinal: int) -> list[timeline.Entry]:
        return [change for change in self.changes if change.ordinal > ordinal]

    async def nothing(self, *_: object) -> list[Any]:
        return []

    async def nothing_by_id(self, *_: object) -> dict[str, Any]:
        return {}


class StandInReader(ViewReader):
    """Reads without a database, for views whose reads were replaced."""

    def __init__(self) -> None:
        super().__init__(nullcontext)

    async def subject(
        self,
        view: View,
        subject: str,
        read: Callable[[Any], Awaitable[Rows]],
        *,
        at_most_s: float = math.inf,
    ) -> Rows:
        return await read(None)


class StandInFreshness(Freshness):
    async def generation(self) -> str:
        return "f" * 32


@dataclass
class StandInBus:
    """Answers every command with `answer`, and stores the requests."""

    answer: CommandResult | Exception | None = None
    requests: list[tuple[CommandRequest, str | None, Role]] = field(default_factory=list)
    invitations: dict[str, RaterInvitation] = field(default_factory=dict)
    """By the name of the rater (rules/feedback/rater_code.py)."""
    people: dict[str, list[InvitedPerson]] = field(default_factory=dict)
    """By round."""
    to_print: list[InvitationLetter] = field(default_factory=list)

    async def send(self, request: CommandRequest, *, identity: Identity, role: Role) -> CommandResult:
        self.requests.append((request, identity.person, role))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer or CommandResult(command_id=request.command_id, outcome="UNSETTLED")

    async def result_of(self, command_id: str, *, identity: Identity, role: Role) -> CommandResult | None:
        return None

    async def invitation(self, *, identity: Identity) -> RaterInvitation | None:
        return self.invitations.get(identity.person or "")

    async def invited(self, round_: str, *, identity: Identity, role: Role) -> list[InvitedPerson]:
        return self.people.get(round_, [])

    async def letters(self, *, identity: Identity, role: Role) -> list[InvitationLetter]:
        return self.to_print

    async def audit(self, question: AnyQuestion, *, identity: Identity, role: Role) -> AnyAnswer | None:
        return None

    async def recomputation(self, of: str, *, identity: Identity, role: Role) -> Recomputation | None:
        return None


def reading_from(connect: Connect, ask: Ask | None = None) -> dict[str, Any]:
    """Return the parts of a gateway that read, by their names: all from the same database."""
    reader = ViewReader(connect, ask)
    return {
        "freshness": Freshness(connect=connect, listen=connect),
        "portfolios": Portfolios(reader),
        "read_log": ReadLog(connect, ask),
        "reader": reader,
    }


@cache
def _issuer(folder: Path) -> DevelopmentIssuer:
    return DevelopmentIssuer(
        profile="embedded", folder=folder, person_claim="employee_number", clock=FixedClock(NOW)
    )


def issuer_at(folder: Path, clock: Clock) -> DevelopmentIssuer:
    """Return the folder's issuer with this clock; its key is read once, since checking it takes long."""
    issuer = copy(_issuer(folder))
    issuer._clock = clock
    return issuer


class Harness:
    """A gateway whose parts a test can change, and a client for it."""

    def __init__(self, folder: Path) -> None:
        self.clock = FixedClock(NOW)
        self.issuer = issuer_at(folder, self.clock)
        self.calendar = Calendar(clock=self.clock, zone=ZONE)
        self.views = StandInViews()
        self.bus = StandInBus()
        self.position_cipher = PositionCipher(bytes(64))
        reader = StandInReader()
        self.gateway = Gateway(
            authenticator=Authenticator(
                verifier=self.issuer.verifier(),
                person_claim="employee_number",
                person_for=_person_for,
                clock=self.clock,
            ),
            bus=self.bus,
            calendar=self.calendar,
            freshness=StandInFreshness(connect=_NoConnection, listen=_NoConnection),
            keeper=KeeperSetting.APART,
            limits=LIMITS,
            portfolios=Portfolios(reader),
            position_cipher=self.position_cipher,
            public_url="https://ipp.example",
            rater_codes=RaterCodes(self.clock),
            read_log=ReadLog(_NoConnection),
            reader=reader,
            subscriptions=OpenSubscriptions(per_person_max=3, in_process_max=4),
        )
        self.endpoint = GraphQLEndpoint(SCHEMA, self.gateway, with_page=True)

    def limit(self, **limits: Any) -> None:
        """Replace some of the limits of a request."""
        self.gateway = replace(self.gateway, limits=replace(self.gateway.limits, **limits))
        self.endpoint = GraphQLEndpoint(SCHEMA, self.gateway, with_page=True)

    def headers(self, name: str | None, role: str | None = None) -> dict[str, str]:
        headers = {"Accept": "application/graphql-response+json"}
        if name is not None:
            headers["Authorization"] = f"Bearer {self.issuer.token(name)}"
        if role is not None:
            headers["IPP-Role"] = role
        return headers

    async def send(self, **request: Any) -> httpx.Response:
        """Send a request exactly as described; POST by default."""
        transport = httpx.ASGITransport(app=self.endpoint)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            return await client.request(request.pop("method", "POST"), "/graphql", **request)

    async def ask(
        self, document: str, *, name: str | None = "owner", role: str | None = None, **variables: Any
    ) -> Any:
        body = {"query": document, "variables": variables}
        return (await self.send(json=body, headers=self.headers(name, role))).json()

    async def codes(
        self, document: str, *, name: str | None = "owner", role: str | None = None
    ) -> Sequence[str]:
        answer = await self.ask(document, name=name, role=role)
        return [error["extensions"]["code"] for error in answer.get("errors", [])]


async def _person_for(value: str) -> str | None:
    return PEOPLE.get(value)


class _NoConnection:
    """The connection of a pool without a database: it can't be opened."""

    async def __aenter__(self) -> None:
        raise OSError("there is no database here")

    async def __aexit__(self, *_: object) -> None:
        """Nothing was opened."""
