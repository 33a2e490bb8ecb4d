"""Commands over HTTP, on a real log: results and errors."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
import uvicorn
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from kit import metrics
from kit.health import Health
from kit.http.tokens import KnownKeys, TokenVerifier
from services.handling.registry import OF_A_PERSON
from services.handling.requests import RequestHandler
from services.http.app import create_app
from services.http.authentication import CallerReader
from tests.backends.postgres import fresh_database
from tests.services.house import TALENT, House, furnish, opened

pytestmark = pytest.mark.postgres
KEY = RSAKey.generate_key(2048, {"kid": "one"})
PER_MINUTE_MAX = 60
ISSUER = "https://id.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    http: httpx.Client
    house: House

    def token(self, claim: str, **changed: Any) -> str:
        now = int(self.house.clock.now().timestamp())
        claims = {"iss": ISSUER, "aud": "ipp", "exp": now + 300, "employee_number": claim, **changed}
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, KEY)

    def headers(self, claim: str = "e1", role: str | None = None, **changed: Any) -> dict[str, str]:
        named = {"IPP-Role": role} if role else {}
        return {"Authorization": f"Bearer {self.token(claim, **changed)}", **named}

    def send(self, name: str, headers: dict[str, str] | None = None, **body: Any) -> httpx.Response:
        body.setdefault("commandId", str(uuid4()))
        return self.http.post(f"/commands/{name}", json=body, headers=headers or self.headers())


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve over real HTTP, from a thread."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = uvicorn.Server(uvicorn.Config(app, log_config=None))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def client(postgres_url: str) -> Iterator[Client]:
    with fresh_database(postgres_url) as url, opened(url) as house, house.log.folding():
        furnish(house)
        keys = KnownKeys(KeySet.import_key_set({"keys": [KEY.as_dict(private=False)]}))
        verifier = TokenVerifier(keys=keys, issuer=ISSUER, audience="ipp", clock=house.clock)
        callers = CallerReader(verifier=verifier, persons=house.vault, person_claim="employee_number")
        app = create_app(
            requests=RequestHandler(house.handler, per_minute_max=PER_MINUTE_MAX),
            callers=callers,
            health=Health(house.clock),
            body_bytes_max=4_096,
        )
        with served(app) as address, httpx.Client(base_url=address, timeout=20) as http:
            yield Client(http=http, house=house)


def new_talent() -> dict[str, Any]:
    return {**TALENT, "name": {"ownWords": f"Talent {uuid4()}"}}


def test_a_command_is_sent_and_its_result_asked_for(client: Client) -> None:
    command_id, version, talent = str(uuid4()), len(client.house.portfolio()), new_talent()
    answer = client.send("claimTalent", commandId=command_id, expectedVersion=version, input=talent)
    assert answer.status_code == 200
    result = answer.json()
    assert result["commandId"] == command_id
    assert (result["outcome"], result["version"], result["refusals"]) == ("ACCEPTED", version + 1, [])
    assert set(result["position"]) == {"generation", "partition", "ordinal"}
    assert result["entityId"]
    found = client.http.get(f"/commands/{command_id}", headers=client.headers())
    assert (found.status_code, found.json()) == (200, result)
    again = client.send("claimTalent", commandId=command_id, expectedVersion=version, input=talent)
    assert again.json() == result


def test_a_refusal_is_a_result_in_two_languages(client: Client) -> None:
    answer = client.send("claimTalent", input={**TALENT, "strength": 9})
    assert answer.status_code == 200
    (refusal,) = answer.json()["refusals"]
    assert refusal == {
        "code": "INVALID_INPUT",
        "field": ["strength"],
        "nl": "Kies een waarde van 1 tot en met 5.",
        "en": "Choose a value from 1 to 5.",
    }


def test_an_unknown_command_id_is_not_found(client: Client) -> None:
    answer = client.http.get(f"/commands/{uuid4()}", headers=client.headers())
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


def test_without_a_good_token_nothing_is_read(client: Client) -> None:
    expired = client.headers(exp=int(client.house.clock.now().timestamp()) - 60)
    foreign = client.headers(aud="another")
    for headers in ({"Authorization": "Basic x"}, {"Authorization": "Bearer nonsense"}, expired, foreign):
        answer = client.send("claimTalent", headers, input=TALENT)
        assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHENTICATED")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert client.http.post("/commands/claimTalent", json={}).status_code == 401
    assert client.http.get(f"/commands/{uuid4()}").status_code == 401


@pytest.mark.parametrize(
    ("claim", "role"), [("stranger", None), ("e1", "HR_FEED"), ("e1", "HR"), ("feed", None)]
)
def test_a_role_that_is_not_held_or_may_not_ask_is_forbidden(
    client: Client, claim: str, role: str | None
) -> None:
    answer = client.send("openPortfolio", client.headers(claim, role), input={"language": "NL"})
    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")


def test_a_token_without_the_persons_claim_is_forbidden(client: Client) -> None:
    for value in (None, 5, "", ["e1"]):
        answer = client.send("claimTalent", client.headers(employee_number=value), input=TALENT)
        assert answer.status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"{",
        b'{"commandId":"\xff"}',
        b'{"input":{"a":' + b"[" * 1_500 + b"]" * 1_500 + b"}}",
        b"\xff",
        b'{"input": {}}',
        b'{"commandId": "x", "input": {}}',
        b'{"commandId": "6d0f4d3e-58c1-4f0e-9a55-0c5b1f5f0a01", "input": []}',
        b'{"commandId": "6d0f4d3e-58c1-4f0e-9a55-0c5b1f5f0a02", "input": {}, "more": 1}',
        b'{"commandId": "6d0f4d3e-58c1-4f0e-9a55-0c5b1f5f0a03", "input": {"language": 5}}',
        b'{"commandId": "00000000-0000-0000-0000-000000000000", "input": {"language": "NL"}}',
    ],
)
def test_a_malformed_command_is_said_to_be_one(client: Client, body: bytes) -> None:
    answer = client.http.post("/commands/openPortfolio", content=body, headers=client.headers())
    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_REQUEST")
    assert answer.json()["message"]


def test_what_is_too_large_unknown_or_misnamed_is_said_so(client: Client) -> None:
    large = client.send("claimTalent", input={**TALENT, "story": "x" * 5_000})
    assert (large.status_code, large.json()["code"]) == (413, "LIMIT_EXCEEDED")
    unknown = client.send("rankPeople", input={})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "NOT_FOUND")
    role = client.send("claimTalent", client.headers(role="KING"), input=TALENT)
    assert (role.status_code, role.json()["code"]) == (400, "BAD_REQUEST")
    public = client.send("claimTalent", client.headers(role="PUBLIC"), input=TALENT)
    assert public.status_code == 400
    assert client.http.get("/nowhere").json()["code"] == "NOT_FOUND"
    assert client.http.get("/commands/claimTalent", headers=client.headers()).status_code == 400


def test_with_the_vault_away_nothing_is_applied_and_it_says_so(client: Client) -> None:
    before = len(client.house.portfolio())
    with psycopg.connect(client.house.log.url, autocommit=True) as connection:
        connection.execute("ALTER TABLE vault_persons RENAME TO hidden")
        away = client.send("claimTalent", input=new_talent())
        assert (away.status_code, away.json()["code"]) == (503, "UNAVAILABLE")
        connection.execute("ALTER TABLE hidden RENAME TO vault_persons")
    assert len(client.house.portfolio()) == before
    assert client.send("claimTalent", input=new_talent()).json()["outcome"] == "ACCEPTED"


def test_with_the_vault_away_a_retry_does_not_claim_that_nothing_happened(client: Client) -> None:
    body: dict[str, Any] = {"commandId": str(uuid4()), "input": new_talent()}
    assert client.send("claimTalent", **body).json()["outcome"] == "ACCEPTED"
    with psycopg.connect(client.house.log.url, autocommit=True) as connection:
        connection.execute("ALTER TABLE vault_persons RENAME TO hidden")
        away = client.send("claimTalent", **body)
        connection.execute("ALTER TABLE hidden RENAME TO vault_persons")
    assert away.status_code == 503
    assert "this request changed nothing, and if the command was sent before, ask" in away.json()["message"]


def test_what_a_person_wrote_reaches_no_log_by_an_error_nobody_foresaw(
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def broken(_name: str, given: object) -> Any:
        raise ZeroDivisionError(f"can't read {given}")

    monkeypatch.setattr("services.handling.requests.read_command", broken)
    headers = {**client.headers(), "IPP-Correlation-Id": "c-4711"}
    with capture_logs() as logged:
        answer = client.send("claimTalent", headers, input={"story": "KANARIE"})
        alive = client.http.get("/health/live")
    assert (answer.status_code, answer.json()["code"], alive.status_code) == (500, "INTERNAL", 200)
    (failed,) = [line for line in logged if line["event"] == "request.failed"]
    assert (failed["kind"], failed["correlation_id"]) == ("ZeroDivisionError", "c-4711")
    assert failed["where"].startswith("test_app.py:")
    assert " < app.py:" in failed["where"]
    written = capfd.readouterr()
    for text in (answer.text, str(logged), caplog.text, written.out, written.err):
        assert "KANARIE" not in text


def test_it_answers_for_its_health(client: Client) -> None:
    assert client.http.get("/health/live").status_code == 200
    assert client.http.get("/health/ready").status_code == 200
    assert client.http.get("/metrics").status_code == 404


def test_no_metric_tells_which_command_a_person_gave(client: Client) -> None:
    def counted(command: str) -> float:
        labels = {"command": command, "outcome": "ACCEPTED"}
        return REGISTRY.get_sample_value("ipp_commands_total", labels) or 0.0

    before = counted(OF_A_PERSON)
    assert client.send("claimTalent", input=new_talent()).json()["outcome"] == "ACCEPTED"
    assert counted(OF_A_PERSON) == before + 1
    assert "claimTalent" not in metrics.exposed().decode()


def test_who_sends_too_many_is_asked_to_wait_and_others_are_not(client: Client) -> None:
    headers = client.headers("administrator", "ADMINISTRATOR")
    given = {"role": "PROFESSIONAL", "subject": "x"}
    codes = [client.send("grantRole", headers, input=given).status_code for _ in range(PER_MINUTE_MAX + 20)]
    assert codes[:PER_MINUTE_MAX] == [200] * PER_MINUTE_MAX
    last = client.send("grantRole", headers, input=given)
    assert 429 in codes
    assert last.status_code in {200, 429}
    assert client.send("claimTalent", input=new_talent()).json()["outcome"] == "ACCEPTED"
