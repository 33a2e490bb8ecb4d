import json
import logging
import threading

import pytest
import structlog

from kit import metrics
from kit.telemetry import correlated, correlation_id, set_up_logging


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err.strip().splitlines()[-1]


def test_a_line_carries_the_process_and_the_correlation_id(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(as_json=True, process="gateway")
    with correlated("abc"):
        structlog.get_logger().info("command.accepted", command="ClaimTalent")
        assert correlation_id() == "abc"
    line = json.loads(last_line(capsys))
    assert line["process"] == "gateway"
    assert line["correlation_id"] == "abc"
    assert line["event"] == "command.accepted"
    assert correlation_id() is None


@pytest.mark.parametrize("form", ["json", "console"])
def test_what_people_typed_and_credentials_are_withheld(
    capsys: pytest.CaptureFixture[str], form: str
) -> None:
    set_up_logging(as_json=form == "json", process="gateway")
    structlog.get_logger().warning("request.failed", variables={"story": "canary"}, token="canary")  # noqa: S106
    line = last_line(capsys)
    assert "canary" not in line
    assert "withheld" in line


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_shows_no_local_variables(capsys: pytest.CaptureFixture[str], form: str) -> None:
    set_up_logging(as_json=form == "json", process="services")

    def fail(story: str) -> None:
        raise RuntimeError(len(story))

    try:
        fail("can" + "ary")
    except RuntimeError:
        structlog.get_logger().exception("command.crashed")
    logged = capsys.readouterr().err
    assert "RuntimeError" in logged
    assert "canary" not in logged


def test_a_line_from_a_worker_thread_carries_the_process_too(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(as_json=True, process="journal")
    thread = threading.Thread(target=lambda: structlog.get_logger().info("journal.halted"))
    thread.start()
    thread.join()
    assert json.loads(last_line(capsys))["process"] == "journal"


def test_the_standard_librarys_lines_have_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(as_json=True, process="journal")
    logging.getLogger("uvicorn.error").warning("slow")
    assert json.loads(last_line(capsys))["event"] == "slow"


def test_a_metric_needs_a_name_in_our_form_and_a_sentence() -> None:
    with pytest.raises(ValueError, match="must begin with ipp_"):
        metrics.counter("appends", "Appends asked for.")
    with pytest.raises(ValueError, match="sentence"):
        metrics.counter("ipp_appends", "appends")
    with pytest.raises(ValueError, match="_seconds"):
        metrics.latency("ipp_append_ms", "Time an append took.")
    metrics.counter("ipp_test_appends", "Appends asked for.", "log").labels("a").inc()
    assert b'ipp_test_appends_total{log="a"} 1.0' in metrics.exposed()
