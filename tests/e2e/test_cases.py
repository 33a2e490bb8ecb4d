"""Cases from outside, sent to the running demo and its organisation."""

import json
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.e2e.asking import new_command
from tests.e2e.demo import Demo
from tests.projections.witness import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.postgres]
HR_CASES: Final = Path(__file__).parents[1] / "processes" / "cases"
CASES: Final = Path(__file__).parent / "cases"
INVISIBLE: Final = ("\u200b\u200b", "\u2060", "\u00ad", "\ufeff", " \u3164 ", "\u2800")
"""What shows nothing: spaces without width, joiners, soft hyphens, fillers, an empty pattern of dots."""


def claim(demo: Demo, words: str | None = None) -> dict[str, Any]:
    """Send the case, with other words if given, and return the payload."""
    body = json.loads((CASES / "12-blank-talent.json").read_text().replace("NEW-UUID", new_command()))
    if words is not None:
        body["variables"]["i"]["name"]["ownWords"] = words
    headers = {"Authorization": f"Bearer {demo.token('member')}", "IPP-Role": "PROFESSIONAL"}
    answer = httpx.post(f"{demo.url}/graphql", json=body, headers=headers, timeout=30).json()
    payload: dict[str, Any] = answer["data"]["claimTalent"]
    return payload


def test_a_talent_that_shows_nothing_is_not_claimed(demo: Demo) -> None:
    for words in (None, *INVISIBLE):
        payload = claim(demo, words)
        assert payload["talent"] is None
        assert payload["command"] == {"outcome": "REFUSED", "refusals": [{"code": "INVALID_INPUT"}]}


def send(demo: Demo, units: bytes, **parameters: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {demo.token('hr-feed')}", "IPP-Role": "HR_FEED"}
    files = {"units": ("units.csv", units)}
    answer = httpx.post(
        f"{demo.url}/hr-feed", params=parameters, files=files, headers=headers, timeout=60
    ).raise_for_status()
    report: dict[str, Any] = answer.json()
    return report


def current_units(demo: Demo) -> bytes:
    headers = {"Authorization": f"Bearer {demo.token('hr-feed')}", "IPP-Role": "HR_FEED"}
    return httpx.get(f"{demo.url}/hr-feed/units.csv", headers=headers, timeout=60).raise_for_status().content


def done(report: dict[str, Any]) -> list[str]:
    return [f"{row['command']} {row['who']}" for row in report["done"]]


def test_a_unit_of_the_demo_is_not_closed_over_its_team_and_is_when_the_team_closes(demo: Demo) -> None:
    opened = send(demo, (HR_CASES / "07a-unit-with-team.units.csv").read_bytes())
    assert (done(opened), opened["problems"]) == (["formUnit zq", "formTeam tq"], [])
    wait_until(lambda: b"tq,Team Tq,team,zq," in current_units(demo))
    closing = (HR_CASES / "07b-unit-closed-team-open.units.csv").read_bytes()
    line = 1 + closing.splitlines().index(b"zq,Zet,unit,,ja")
    for dry_run in ("true", "false"):
        refused = send(demo, closing, dryRun=dry_run)
        assert done(refused) == []
        (problem,) = refused["problems"]
        assert (problem["file"], problem["line"], problem["column"]) == ("units.csv", line, "closed")
    both = send(demo, closing.replace(b"tq,Team Tq,team,zq,", b"tq,Team Tq,team,zq,ja"))
    assert (done(both), both["problems"]) == (["closeTeam tq", "closeUnit zq"], [])
