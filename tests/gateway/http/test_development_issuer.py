"""Tokens for development are issued to this machine only, whatever name a browser was led here by."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from gateway.http.development_issuer import DevelopmentIssuer
from kit.clock import FixedClock

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.fixture
def app(key_folder: Path) -> FastAPI:
    issuer = DevelopmentIssuer(
        profile="embedded", folder=key_folder, person_claim="employee_number", clock=FixedClock(NOW)
    )
    app = FastAPI()
    app.include_router(issuer.routes())
    return app


def statuses(app: FastAPI, *, host: str, peer: str = "127.0.0.1") -> set[int]:
    client = TestClient(app, client=(peer, 50_000))
    paths = ("/dev/token?as=owner", "/dev/jwks.json")
    return {client.get(path, headers={"Host": host}).status_code for path in paths}


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8000", "LOCALHOST:8000", "127.0.0.1:8000", "127.1.2.3", "[::1]:8000", "[::1]"],
)
def test_this_machine_by_its_own_names_is_served(app: FastAPI, host: str) -> None:
    assert statuses(app, host=host) == {200}


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil.example@127.0.0.1",
        "127.0.0.1/evil.example",
        "192.168.1.10:8000",
        "0.0.0.0:8000",
        "[::]:8000",
        "[fe80::1]",
        "[::1",
        "",
    ],
)
def test_a_name_that_is_not_this_machines_own_is_refused(app: FastAPI, host: str) -> None:
    assert statuses(app, host=host) == {403}


@pytest.mark.parametrize("peer", ["192.168.1.10", "10.0.0.1", "fe80::1", "unknown", ""])
def test_another_machine_is_refused_whatever_host_it_names(app: FastAPI, peer: str) -> None:
    assert statuses(app, host="localhost:8000", peer=peer) == {403}


@pytest.mark.parametrize("peer", ["::1", "::ffff:127.0.0.1", "127.0.0.2"])
def test_this_machine_is_served_by_each_of_its_own_addresses(app: FastAPI, peer: str) -> None:
    assert statuses(app, host="localhost:8000", peer=peer) == {200}
