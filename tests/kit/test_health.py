from datetime import UTC, datetime, timedelta

import httpx
from fastapi import FastAPI
from fastapi.testclient import TestClient

from kit.clock import FixedClock
from kit.health import Health
from kit.http.probes import health_routes, serve_probes


def clock() -> FixedClock:
    return FixedClock(datetime(2026, 1, 1, tzinfo=UTC))


def test_a_degraded_process_is_ready_and_a_failed_one_is_not() -> None:
    health = Health(clock())
    health.report("kafka", ok=False, degraded=True, sentence="away, answers from the views go on")
    assert health.ready()
    assert health.as_json()["state"] == "degraded"
    health.report("views", ok=False, sentence="halted")
    assert not health.ready()
    assert health.as_json()["state"] == "failed"


def test_since_tells_when_the_state_began_not_the_last_report() -> None:
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
    assert "python_info" in client.get("/metrics").text


def test_a_worker_without_an_application_answers_its_probes() -> None:
    health = Health(clock())
    with serve_probes(health, host="127.0.0.1", port=0) as port:
        address = f"http://127.0.0.1:{port}"
        assert httpx.get(f"{address}/health/ready").status_code == 200
        health.report("views", ok=False, sentence="halted")
        failed = httpx.get(f"{address}/health/ready")
        assert failed.status_code == 503
        assert failed.json()["checks"]["views"]["sentence"] == "halted"
        assert httpx.get(f"{address}/").status_code == 404
