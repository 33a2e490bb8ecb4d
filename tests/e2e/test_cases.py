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
CLAIM: Final = "mutation ($i: ClaimTalentInput!) { claimTalent(input: $i) { talent { id } } }"
INVISIBLE: Final = ("\u200b\u200b", "\u2060", "\u00ad", "\ufeff", " \u3164 ", "\u2800")
"""What shows nothing: spaces without width, joiners, soft hyphens, fillers, an empty pattern of dots."""


def ask(demo: Demo, query: str, given: dict[str, Any]) -> dict[str, Any]:
    """Send a mutation, with its input as the variable `i`, and return the payload."""
    body = {"query": query, "variables": {"i": given}}
    headers = {"Authorization": f"Bearer {demo.token('member')}", "IPP-Role": "PROFESSIONAL"}
    answer = httpx.post(f"{demo.url}/graphql", json=body, headers=headers, timeout=30).json()
    (payload,) = answer["data"].values()
    return dict(payload)


def sent(demo: Demo, case: str, **changed: Any) -> dict[str, Any]:
    """Send a case, with other input if given, and return the payload."""
    body = json.loads((CASES / case).read_text().replace("NEW-UUID", new_command()))
    return ask(demo, body["query"], body["variables"]["i"] | changed)


def test_a_talent_that_shows_nothing_is_not_claimed(demo: Demo) -> None:
    for words in (None, *INVISIBLE):
        named = {} if words is None else {"name": {"ownWords": words}}
        payload = sent(demo, "12-blank-talent.json", **named)
        assert payload["talent"] is None
        assert payload["command"] == {"outcome": "REFUSED", "refusals": [{"code": "INVALID_INPUT"}]}


def test_a_revision_without_the_story_leaves_it_and_null_empties_it(demo: Demo) -> None:
    story = "Aan de keukentafel."
    words = {"commandId": new_command(), "name": {"ownWords": new_command()}, "story": story}
    claimed = ask(demo, CLAIM, {**words, "strength": 3, "energy": 1, "use": 1})
    talent = claimed["talent"]["id"]
    left_out = sent(demo, "11-revise-without-story.json", talentId=talent)
    assert left_out == {"command": {"outcome": "ACCEPTED"}, "talent": {"strength": 4, "story": story}}
    emptied = sent(demo, "11-revise-without-story.json", talentId=talent, story=None)
    assert emptied == {"command": {"outcome": "ACCEPTED"}, "talent": {"strength": 4, "story": None}}


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
