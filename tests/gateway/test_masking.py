"""A client sees its own mistakes in full, and of an internal error only an id."""

import asyncio

import pytest
from structlog.testing import capture_logs

from gateway.errors import ErrorCode, GatewayError
from projections.views import organisation
from rules.commands import CommandResult, LogPosition, Refusal
from tests.gateway.both_ways import asked_once
from tests.gateway.harness import Harness

CLAIM = """mutation ($input: ClaimTalentInput!) { claimTalent(input: $input) {
  command { commandId outcome position version refusals { code field message { nl en } } }
  talent { id } } }"""
INPUT = {
    "commandId": "2b6a3a5e-0d1c-4c55-9a51-6a0f2d0f4f10",
    "name": {"ownWords": "Luisteren"},
    "strength": 3,
    "energy": 1,
    "use": 2,
}
COMMAND = INPUT["commandId"].replace("-", "")  # type: ignore[attr-defined]


class OperationalError(Exception):
    """Has the name of the database driver's error when the server can't be reached."""


def test_an_inner_error_shows_nothing_of_the_inside_and_leaves_the_other_fields_whole(
    harness: Harness,
) -> None:
    harness.views.broken = RuntimeError("secret: Fenna voelt zich moe")
    with asked_once(), capture_logs() as logged:
        answer = asyncio.run(harness.ask("{ me { teams { id } } organisation { name } }"))
    assert answer["data"] == {"me": None, "organisation": {"name": "Kade"}}
    (error,) = answer["errors"]
    assert error["path"] == ["me", "teams"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert "secret" not in str(answer)
    (line,) = [line for line in logged if line["log_level"] == "error"]
    assert line["correlation_id"] == error["extensions"]["correlationId"]
    assert line["kind"] == "RuntimeError"
    assert "secret" not in str(line)


def test_the_names_that_a_client_gave_its_fields_are_not_logged(harness: Harness) -> None:
    harness.views.broken = RuntimeError("broken")
    with asked_once(), capture_logs() as logged:
        answer = asyncio.run(harness.ask("{ KANARIE: me { teams { id } } }"))
    assert answer["errors"][0]["path"] == ["KANARIE", "teams"]
    assert [line["event"] for line in logged if line["log_level"] == "error"] == ["answer.failed"]
    assert "KANARIE" not in str(logged)


def test_a_database_that_is_away_is_unavailable(harness: Harness) -> None:
    harness.views.broken = OperationalError("connection to 10.0.0.3 failed")
    answer = asyncio.run(harness.ask("{ me { teams { id } } }"))
    assert answer["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    assert "10.0.0.3" not in str(answer)


def test_a_refusal_is_data_in_both_languages(harness: Harness) -> None:
    reason = Refusal(code="INVALID_INPUT", nl="Kies 1 tot 5.", en="Choose 1 to 5.", field=("strength",))
    harness.bus.answer = CommandResult(command_id=COMMAND, outcome="REFUSED", refusals=(reason,))
    answer = asyncio.run(harness.ask(CLAIM, input=INPUT))
    assert "errors" not in answer
    assert answer["data"]["claimTalent"] == {
        "command": {
            "commandId": INPUT["commandId"],
            "outcome": "REFUSED",
            "position": None,
            "version": None,
            "refusals": [
                {
                    "code": "INVALID_INPUT",
                    "field": ["strength"],
                    "message": {"nl": "Kies 1 tot 5.", "en": "Choose 1 to 5."},
                }
            ],
        },
        "talent": None,
    }


def test_a_command_that_got_no_answer_is_unsettled_and_no_error(harness: Harness) -> None:
    answer = asyncio.run(harness.ask(CLAIM, input=INPUT))
    assert "errors" not in answer
    assert answer["data"]["claimTalent"]["command"]["outcome"] == "UNSETTLED"


def test_what_is_left_out_of_an_input_is_left_out_of_the_command(harness: Harness) -> None:
    asyncio.run(harness.ask(CLAIM, input=INPUT))
    ((request, _, _),) = harness.bus.requests
    assert "story" not in request.input
    assert request.expected_version is None


def test_a_service_that_forbids_is_shown_as_forbidden(harness: Harness) -> None:
    harness.bus.answer = GatewayError(ErrorCode.FORBIDDEN, "Not yours.")
    answer = asyncio.run(harness.ask(CLAIM, input=INPUT))
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN"}


def test_a_position_of_another_installation_is_a_bad_request(harness: Harness) -> None:
    ask = "query ($p: [Position!]) { me(waitFor: $p) { id } }"
    answer = asyncio.run(harness.ask(ask, p=["AAAA"]))
    assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


def test_too_many_positions_are_refused(harness: Harness) -> None:
    place = harness.position_cipher.encode(LogPosition(generation="f" * 32, partition=0, ordinal=1))
    answer = asyncio.run(harness.ask("query ($p: [Position!]) { me(waitFor: $p) { id } }", p=[place] * 21))
    assert answer["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


def test_a_resolver_that_hangs_is_cut_off(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hangs(_: object) -> None:
        await asyncio.sleep(30)

    harness.limit(request_s_max=0.1)
    monkeypatch.setattr(organisation, "organisation", hangs)
    answer = asyncio.run(harness.ask("{ organisation { name } }"))
    assert answer["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
