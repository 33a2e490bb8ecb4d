import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from kit.clock import FixedClock
from kit.health import Health
from kit.http.connections import CONNECTION_LIMITS, ConnectionLimits
from kit.http.probes import health_routes, probes_app, probes_loop
from kit.http.server import GRACE_S, PING_S, PortTakenError, serve
from kit.lifecycle import Stop, run_all


def clock() -> FixedClock:
    return FixedClock(datetime(2026, 1, 1, tzinfo=UTC))


@contextmanager
def served(
    app: FastAPI, *, limits: ConnectionLimits = CONNECTION_LIMITS, ping_s: float = PING_S
) -> Iterator[str]:
    """Serve in a thread and give the address; at the end the server has stopped."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    stop = Stop()
    thread = threading.Thread(
        target=lambda: serve(app, host="127.0.0.1", port=port, stop=stop, limits=limits, ping_s=ping_s)
    )
    thread.start()
    try:
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        stop.request("the test is done")
        thread.join(GRACE_S)
    assert not thread.is_alive()


def test_a_degraded_process_is_ready_and_a_failed_one_is_not() -> None:
    health = Health(clock())
    health.report("kafka", ok=False, degraded=True, sentence="away, answers from the views go on")
    assert health.ready()
    assert health.as_json()["state"] == "degraded"
    health.report("views", ok=False, sentence="halted")
    assert not health.ready()
    assert health.as_json()["state"] == "failed"


def test_since_is_when_the_state_began_not_the_last_report() -> None:
    time = clock()
    health = Health(time)
    health.report("journal", ok=True, sentence="folding 1 partition")
    time.advance(timedelta(minutes=1))
    health.report("journal", ok=True, sentence="folding 2 partitions")
    (finding,) = health.findings().values()
    assert finding.since == datetime(2026, 1, 1, tzinfo=UTC)
    assert finding.sentence == "folding 2 partitions"


def test_a_loop_that_falls_silent_has_failed_and_heals_by_speaking() -> None:
    time = clock()
    health = Health(time)
    health.expect("journal", within_s=10)
    health.report("journal", ok=True, sentence="folding")
    time.advance(timedelta(seconds=11))
    assert not health.ready()
    assert health.findings()["journal"].sentence == "said nothing for 11 s, last: folding"
    health.report("journal", ok=True, sentence="folding")
    assert health.ready()


def test_an_application_answers_its_probes() -> None:
    health = Health(clock())
    app = FastAPI()
    app.include_router(health_routes(health))
    client = TestClient(app)
    assert client.get("/health/ready").json() == {"state": "ok", "checks": {}}
    health.report("views", ok=False, sentence="halted")
    assert client.get("/health/ready").status_code == 503
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/other").status_code == 404
    assert client.get("/metrics").status_code == 404, "they are on the port for probes only"


def test_the_port_for_probes_answers_for_health_and_metrics_and_nothing_else() -> None:
    health = Health(clock())
    with served(probes_app(health)) as address:
        metrics = httpx.get(f"{address}/metrics")
        assert "python_info" in metrics.text
        assert metrics.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert httpx.get(f"{address}/health/ready").status_code == 200
        health.report("views", ok=False, sentence="halted")
        failed = httpx.get(f"{address}/health/ready")
        assert failed.status_code == 503
        assert failed.json()["checks"]["views"]["sentence"] == "halted"
        assert httpx.get(f"{address}/").status_code == 404


def test_a_port_that_is_taken_is_named_with_the_settings_that_choose_another() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        loop = probes_loop(Health(clock()), host="127.0.0.1", port=port)
        with pytest.raises(PortTakenError, match=rf"port {port} of 127\.0\.0\.1.*IPP_PROBES_PORT"):
            run_all({"probes": loop}, Stop())
