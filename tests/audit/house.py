"""Services, views and gateway on one real log, with an auditor, a privacy officer and an owner."""

import asyncio
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from eventsourcing.persistence import EventStore

from events.log.audited_log import AuditedLog
from events.log.proof.notes import NoteSigner
from events.privacy import disclosures as read_log
from events.streams import Stream
from gateway.auth import Authenticator
from gateway.commands.in_process_bus import InProcessBus
from gateway.http.endpoint import GraphQLEndpoint
from rules.access.roles import Role
from rules.signed_ids import key_of_ids
from services.audit.auditing import Auditing
from services.audit.evidence import bundles_of
from services.audit.reading import StreamsRead
from services.decisions.pseudonyms import Pseudonyms
from services.handling.requests import RequestHandler
from tests.gateway.harness import SCHEMA, Harness, issuer_at, reading_from
from tests.processes.house import caught_up, inhabited
from tests.services.house import TALENT, House

AUDITOR, OFFICER, OTHER_AUDITOR = "auditor", "officer", "auditor2"
SIGNER = NoteSigner.of_seeds(("ipp", bytes(32)))
OFFICES = {
    AUDITOR: "AUDITOR",
    OTHER_AUDITOR: "AUDITOR",
    OFFICER: "PRIVACY_OFFICER",
    "hr": "HR",
    "board": "BOARD",
    "council": "WORKS_COUNCIL",
}
COMMITS = """query ($id: ID!, $after: String, $first: Int! = 50) { auditReplay(id: $id) {
    id forgotten finishedAt openings { id ground kinds until }
    commits(first: $first, after: $after) { pageInfo { hasNextPage endCursor } edges { cursor node {
        commitId day verdict ruleVersion position { generation partition offset index ordinal }
        faults { kind version message { nl en } }
        events { version parent digest digestValid contents
                 opened { name summary { nl en } at actorRole content } } } } } } }"""
VERIFICATION = """query ($id: ID!, $version: Int) { auditReplay(id: $id) { verification(version: $version) {
    version head valid commits notAccepted faults { kind version position { offset } message { nl en } }
    verifiedAt viewEqual viewChecks { view at equal version }
    verifyRun { at faults whole } checkpoint { on note } complete { nl en } } } }"""
STATE = "query ($id: ID!, $version: Int) { auditReplay(id: $id) { state(version: $version) } }"
STREAMS = """query ($kind: AuditStreamKind!, $first: Int! = 50, $after: String) {
    auditStreams(kind: $kind, first: $first, after: $after) {
        edges { node { id kind version head } } pageInfo { hasNextPage endCursor } } }"""
NOTICES = """{ me { audits { id kind purpose role auditorName startedAt finishedAt asksToOpen
    openings { id ground kinds until } } } }"""
REQUESTS = "{ auditGroundRequests { id purpose asksToOpen openings { id ground kinds until } } }"
LIVE = """subscription ($id: ID!, $after: String) { auditReplayed(replayId: $id, after: $after) {
    cursor node { verdict events { version contents opened { name } } } } }"""


@dataclass
class AuditHouse:
    house: House
    harness: Harness
    url: str
    auditing: Auditing

    @property
    def owner(self) -> str:
        found = self.house.vault.person_for(self.house.number)
        assert found is not None
        return found

    @property
    def pseudonyms(self) -> Pseudonyms:
        organisation = self.house.vault.organisation_or_new()
        return Pseudonyms(key_of_ids(self.house.vault.fingerprint_key(organisation)))

    def stream(self, category: str = "portfolio") -> str:
        """Return the id of a stream of the owner, or of the organisation, as an auditor finds it."""
        personal = category in {"portfolio", "employment", "access"}
        subject = self.owner if personal else self.house.vault.organisation_or_new()
        return f"AuditStream:{self.pseudonyms.of_stream(Stream(category, subject))}"

    def ask(self, document: str, *, name: str = AUDITOR, role: str = "AUDITOR", **variables: Any) -> Any:
        return asyncio.run(self.harness.ask(document, name=name, role=role, **variables))

    def asked(self, document: str, *, name: str = AUDITOR, role: str = "AUDITOR", **variables: Any) -> Any:
        answer = self.ask(document, name=name, role=role, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    def send(
        self, mutation: str, shown: str, *, name: str = AUDITOR, role: str = "AUDITOR", **given: Any
    ) -> Any:
        """Send a mutation; return its payload, in which all views have seen it."""
        kind = f"{mutation[0].upper()}{mutation[1:]}Input"
        document = (
            f"mutation ($input: {kind}!) {{ {mutation}(input: $input)"
            f" {{ command {{ outcome position refusals {{ code message {{ nl en }} field }} }} {shown} }} }}"
        )
        variables = {"commandId": str(uuid4()), **given}
        answer = self.asked(document, name=name, role=role, input=variables)[mutation]
        caught_up(self.house)
        return answer

    def start(self, category: str = "portfolio", *, name: str = AUDITOR, asks: tuple[str, ...] = ()) -> str:
        """Start a replay; return its id."""
        made = self.send(
            "startAuditReplay",
            "auditReplay { id }",
            name=name,
            streamId=self.stream(category),
            purpose="Klacht 2026-14",
            asksToOpen=list(asks),
        )
        assert made["command"]["outcome"] == "ACCEPTED", made
        return str(made["auditReplay"]["id"])

    def grant(self, replay: str, *kinds: str, minutes: int = 60) -> Any:
        until = self.house.clock.now() + timedelta(minutes=minutes)
        return self.send(
            "grantAuditAccess",
            "audit { id openings { id kinds until ground } }",
            name=self.house.number,
            role="PROFESSIONAL",
            auditId=replay,
            kinds=list(kinds),
            until=until.isoformat(),
        )

    def ground(self, replay: str, *kinds: str, minutes: int = 60, name: str = OFFICER) -> Any:
        until = self.house.clock.now() + timedelta(minutes=minutes)
        return self.send(
            "recordAuditGround",
            "audit { id openings { id kinds until ground } }",
            name=name,
            role="PRIVACY_OFFICER",
            auditId=replay,
            ground="Onderzoek naar klacht 2026-14",
            kinds=list(kinds),
            until=until.isoformat(),
        )

    def commits(self, replay: str, **variables: Any) -> list[Any]:
        found = self.asked(COMMITS, id=replay, **variables)["auditReplay"]
        return [edge["node"] for edge in found["commits"]["edges"]]

    def events(self, replay: str) -> list[Any]:
        return [event for commit in self.commits(replay) for event in commit["events"]]

    def verification(self, replay: str, version: int | None = None) -> Any:
        return self.asked(VERIFICATION, id=replay, version=version)["auditReplay"]["verification"]

    def state(self, replay: str, version: int | None = None) -> Any:
        return self.asked(STATE, id=replay, version=version)["auditReplay"]["state"]

    def notices(self) -> list[Any]:
        found: list[Any] = self.asked(NOTICES, name=self.house.number, role="PROFESSIONAL")["me"]["audits"]
        return found

    def requests(self) -> list[Any]:
        found: list[Any] = self.asked(REQUESTS, name=OFFICER, role="PRIVACY_OFFICER")["auditGroundRequests"]
        return found

    def lived(self) -> None:
        """Let the owner do a few things with the portfolio."""
        for name, given in (
            ("claimTalent", TALENT),
            ("setGoal", {"text": "Coachen leren"}),
            ("namePassion", {"text": "Samen koken"}),
        ):
            assert self.house.owner(name, **given).outcome == "ACCEPTED"
        caught_up(self.house)


def _connected(harness: Harness, house: House, url: str, bus: InProcessBus, keys: Path) -> None:
    @asynccontextmanager
    async def connect() -> Any:
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            yield connection

    async def person_for(value: str) -> str | None:
        return await asyncio.to_thread(house.vault.person_for, value)

    harness.clock = house.clock
    harness.issuer = issuer_at(keys, house.clock)
    harness.gateway = replace(
        harness.gateway,
        authenticator=Authenticator(
            verifier=harness.issuer.verifier(),
            person_claim="employee_number",
            person_for=person_for,
            clock=harness.clock,
        ),
        bus=bus,
        calendar=house.calendar,
        limits=replace(
            harness.gateway.limits, request_s_max=30.0, wait_for_s=5.0, requests_burst_max=100_000
        ),
        **reading_from(connect),
    )
    harness.endpoint = GraphQLEndpoint(SCHEMA, harness.gateway, with_page=True)


@contextmanager
def audited(url: str, keys: Path) -> Iterator[AuditHouse]:
    """Open an organisation with its offices, an owner with a portfolio, and a gateway on real stores."""
    with inhabited(url) as house:
        for claim, role in OFFICES.items():
            done = house.ask("administrator", Role.ADMINISTRATOR, "grantRole", role=role, subject=claim)
            assert done.outcome == "ACCEPTED", done
        store: EventStore[str] = EventStore(house.mapper, house.log.recorders[0])
        log = AuditedLog(house.log.config)
        auditing = Auditing(
            log=log,
            store=store,
            mapper=house.mapper,
            calendar=house.calendar,
            fingerprint_key=house.vault.fingerprint_key,
            bundle=bundles_of(log, signer=SIGNER, clock=house.clock),
            read=StreamsRead(log, house.calendar, kept_s=0.0),
        )
        bus = InProcessBus(RequestHandler(house.handler, per_minute_max=100_000, auditing=auditing))
        harness = Harness(keys)
        _connected(harness, house, url, bus, keys)
        with psycopg.connect(url, autocommit=True) as connection:
            read_log.create_tables(connection, house.calendar.today())
        made = AuditHouse(house, harness, url, auditing)
        made.lived()
        try:
            yield made
        finally:
            bus.close()


def codes(answer: Any) -> list[str]:
    return [error["extensions"]["code"] for error in answer.get("errors", [])]


def refusals(payload: Any) -> list[str]:
    return [refusal["code"] for refusal in payload["command"]["refusals"]]


def contents(house: AuditHouse, replay: str) -> list[str]:
    return [event["contents"] for event in house.events(replay)]
