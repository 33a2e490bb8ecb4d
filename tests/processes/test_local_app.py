"""The demo's one application keeps the texts of errors out of the log, as the processes' own does."""

from contextlib import AbstractAsyncContextManager

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from deploy.local.gateway import application
from gateway.context import Gateway
from kit.clock import SystemClock
from kit.health import Health


def _not_started() -> AbstractAsyncContextManager[Gateway]:
    raise AssertionError("these requests need no gateway")


def test_an_error_nobody_foresaw_is_logged_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    routes = APIRouter()

    @routes.get("/hr-feed/broken")
    def broken() -> None:
        raise ZeroDivisionError("KANARIE")

    # Without entering the client the application isn't started, so nothing else runs.
    client = TestClient(
        application(_not_started, health=Health(SystemClock()), zone="Europe/Amsterdam", extra=routes)
    )
    with capture_logs() as logged:
        answer = client.get("/hr-feed/broken")
    (failed,) = [line for line in logged if line["event"] == "request.failed"]
    assert (answer.status_code, failed["kind"]) == (500, "ZeroDivisionError")
    assert "KANARIE" not in answer.text + str(logged) + caplog.text
