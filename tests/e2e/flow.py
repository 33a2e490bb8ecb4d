"""The thin way through the whole house, from the first role to the owner's live view, as a client sees it."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.e2e.asking import Someone, new_command

CHANGE_S_MAX = 20.0
PORTFOLIO = """query ($waitFor: [Position!]) { me(waitFor: $waitFor) {
  id displayName teams { id name } portfolio {
  id version state
  talents {
    id name { nl en } strength energy use quadrant story setAside history { strength energy use } }
  all: talents(withSetAside: true) { id setAside } } } }"""
CHANGES = "subscription ($after: Position) { portfolioChanged(after: $after) { position version } }"
TALENT = "talent { id name { nl en } strength energy use quadrant story setAside }"


def run_flow(base_url: str, token_for: Callable[[str], str]) -> None:
    """Run against a gateway whose organisation is founded, `administrator` its first administrator.

    `token_for(employee_number)` makes a bearer token. It may run again on the same installation: all is new.
    """
    asyncio.run(_flow(base_url, token_for))


async def _flow(base_url: str, token_for: Callable[[str], str]) -> None:
    run = uuid4().hex[:8]
    owner = await _an_organisation_with_a_professional(base_url, token_for, run)
    await _who_may_ask_what(base_url, token_for, owner, run)
    talent, version = await _a_portfolio_with_a_talent(owner)
    await _refusals_are_data(owner)
    await _once_however_often_sent(owner)
    await _expected_version(owner, version)
    await _live_and_resumed(owner, talent)
    await _set_aside(owner, talent)


async def _an_organisation_with_a_professional(
    base_url: str, token_for: Callable[[str], str], run: str
) -> Someone:
    administrator = Someone(base_url, token_for("administrator"), "ADMINISTRATOR")
    granted = await administrator.done(
        "grantRole", "roleGrant { role holder { id } }", role="HR_FEED", subject=f"feed-{run}"
    )
    assert granted["roleGrant"] is None or granted["roleGrant"]["role"] == "HR_FEED"

    feed = Someone(base_url, token_for(f"feed-{run}"), "HR_FEED")
    formed = await feed.done("formUnit", unitKey=f"unit-{run}", name=f"Wijkteams {run}")
    await feed.done("formTeam", teamKey=f"team-{run}", name=f"Team Kade {run}", unitKey=f"unit-{run}")
    number = f"e-{run}"
    registered = await feed.done(
        "registerProfessional", employeeNumber=number, name="Fenna Bakker", email=f"{number}@example.org"
    )
    joined = await feed.done(
        "recordTeamJoined", employeeNumber=number, teamKey=f"team-{run}", on="2026-09-01"
    )

    owner = Someone(base_url, token_for(number), "PROFESSIONAL")
    seen = [registered["command"]["position"], joined["command"]["position"]]
    me = (await owner.ask(PORTFOLIO, waitFor=seen))["me"]
    assert me["displayName"] == "Fenna Bakker"
    assert [team["name"] for team in me["teams"]] == [f"Team Kade {run}"]
    assert me["portfolio"] is None
    organisation = (
        "query ($w: [Position!]) { organisation(waitFor: $w) { id name version units { id name } } }"
    )
    answer = (await owner.ask(organisation, w=[formed["command"]["position"]]))["organisation"]
    assert f"Wijkteams {run}" in [unit["name"] for unit in answer["units"]]
    return owner


async def _who_may_ask_what(base_url: str, token_for: Callable[[str], str], owner: Someone, run: str) -> None:
    viewer = (await owner.ask("{ viewer { displayName role roles } }"))["viewer"]
    assert viewer == {"displayName": "Fenna Bakker", "role": "PROFESSIONAL", "roles": ["PROFESSIONAL"]}
    hr = Someone(base_url, token_for(f"e-{run}"), "HR")
    assert await hr.refused_as("{ me { id } }") == ["FORBIDDEN"]
    assert await hr.refused_as("{ viewer { id } }") == ["FORBIDDEN"]
    stranger = Someone(base_url, token_for(f"stranger-{run}"), "PROFESSIONAL")
    assert await stranger.refused_as("{ me { id } }") == ["FORBIDDEN"]
    grant = """mutation ($c: UUID!) {
      grantRole(input: {commandId: $c, role: HR, subject: "x"}) { command { outcome } } }"""
    assert await owner.refused_as(grant, c=new_command()) == ["FORBIDDEN"]
    pretender = Someone(base_url, token_for(f"e-{run}"), "ADMINISTRATOR")
    assert await pretender.refused_as(grant, c=new_command()) == ["FORBIDDEN"]


async def _a_portfolio_with_a_talent(owner: Someone) -> tuple[str, int]:
    opened = await owner.done("openPortfolio", "portfolio { id version state }", language="NL")
    claimed = await owner.done("claimTalent", TALENT, **_talent("Rust brengen", strength=4, energy=2, use=1))
    seen = [opened["command"]["position"], claimed["command"]["position"]]
    portfolio = (await owner.ask(PORTFOLIO, waitFor=seen))["me"]["portfolio"]
    assert portfolio["state"] == "OPEN"
    (talent,) = portfolio["talents"]
    assert talent["name"] == {"nl": "Rust brengen", "en": "Rust brengen"}
    assert (talent["strength"], talent["energy"], talent["use"], talent["setAside"]) == (4, 2, 1, False)
    revised = await owner.done(
        "reviseTalent", TALENT, talentId=talent["id"], strength=5, energy=2, use=3, story="Elke dag."
    )
    again = (await owner.ask(PORTFOLIO, waitFor=[revised["command"]["position"]]))["me"]["portfolio"]
    (talent,) = again["talents"]
    assert talent["quadrant"] == "IN_MY_STRENGTH"
    assert [(h["strength"], h["energy"], h["use"]) for h in talent["history"]] == [(4, 2, 1), (5, 2, 3)]
    assert talent["story"] == "Elke dag."
    return talent["id"], again["version"]


async def _refusals_are_data(owner: Someone) -> None:
    refused = await owner.command("claimTalent", TALENT, **_talent("Te sterk", strength=9, energy=-7, use=1))
    assert refused["talent"] is None
    fate = refused["command"]
    assert (fate["outcome"], fate["position"]) == ("REFUSED", None)
    assert {refusal["code"] for refusal in fate["refusals"]} == {"INVALID_INPUT"}
    assert {tuple(refusal["field"]) for refusal in fate["refusals"]} == {("strength",), ("energy",)}
    for refusal in fate["refusals"]:
        assert refusal["message"]["nl"] != refusal["message"]["en"]
    missing = await owner.command("setTalentAside", talentId=uuid4().hex)
    assert [refusal["code"] for refusal in missing["command"]["refusals"]] == ["NOT_FOUND"]
    opened = await owner.command("openPortfolio", language="NL")
    assert [refusal["code"] for refusal in opened["command"]["refusals"]] == ["ALREADY_SO"]


async def _once_however_often_sent(owner: Someone) -> None:
    same = {**_talent("Verbinden", strength=3, energy=1, use=2), "commandId": new_command()}
    first, second = [(await owner.done("claimTalent", **same))["command"] for _ in range(2)]
    assert first == second
    fate = "query ($id: UUID!) { command(id: $id) { commandId outcome position version refusals { code } } }"
    asked = (await owner.ask(fate, id=same["commandId"]))["command"]
    assert {key: asked[key] for key in ("outcome", "position", "version")} == {
        key: first[key] for key in ("outcome", "position", "version")
    }
    assert (await owner.ask(fate, id=new_command()))["command"] is None
    portfolio = (await owner.ask(PORTFOLIO, waitFor=[first["position"]]))["me"]["portfolio"]
    assert [talent["name"]["nl"] for talent in portfolio["talents"]].count("Verbinden") == 1
    other = await owner.command("claimTalent", **{**same, "strength": 4})
    assert [refusal["code"] for refusal in other["command"]["refusals"]] == ["COMMAND_ID_REUSED"]


async def _expected_version(owner: Someone, version: int) -> None:
    old = await owner.command(
        "claimTalent", **_talent("Te laat", strength=1, energy=0, use=0), expectedVersion=version - 1
    )
    assert [refusal["code"] for refusal in old["command"]["refusals"]] == ["CHANGED_MEANWHILE"]
    now = old["command"]["version"]
    assert now > version - 1
    fresh = await owner.done(
        "claimTalent", **_talent("Op tijd", strength=1, energy=0, use=0), expectedVersion=now
    )
    assert fresh["command"]["version"] == now + 1


async def _live_and_resumed(owner: Someone, talent: str) -> None:
    async with owner.watching(CHANGES) as stream:
        pending = asyncio.create_task(anext(stream))
        await asyncio.sleep(timedelta(milliseconds=500).total_seconds())
        expected = [await _revise(owner, talent, strength) for strength in (1, 2)]
        first = await asyncio.wait_for(pending, CHANGE_S_MAX)
        second = await asyncio.wait_for(anext(stream), CHANGE_S_MAX)
    seen = [change["portfolioChanged"]["version"] for change in (first, second)]
    assert seen == [answer["version"] for answer in expected]
    # what happened while nobody listened is sent on return, once, and what was seen is not sent again
    missed = [await _revise(owner, talent, strength) for strength in (3, 4)]
    async with owner.watching(CHANGES, after=first["portfolioChanged"]["position"]) as stream:
        received = [
            (await asyncio.wait_for(anext(stream), CHANGE_S_MAX))["portfolioChanged"]["version"]
            for _ in range(3)
        ]
    assert received == [expected[1]["version"], *[answer["version"] for answer in missed]]


async def _revise(owner: Someone, talent: str, strength: int) -> dict[str, Any]:
    answer = await owner.done("reviseTalent", talentId=talent, strength=strength, energy=1, use=1)
    command: dict[str, Any] = answer["command"]
    return command


async def _set_aside(owner: Someone, talent: str) -> None:
    aside = await owner.done("setTalentAside", TALENT, talentId=talent)
    portfolio = (await owner.ask(PORTFOLIO, waitFor=[aside["command"]["position"]]))["me"]["portfolio"]
    assert talent not in [shown["id"] for shown in portfolio["talents"]]
    assert {"id": talent, "setAside": True} in portfolio["all"]


def _talent(words: str, *, strength: int, energy: int, use: int) -> dict[str, Any]:
    return {"name": {"ownWords": words}, "strength": strength, "energy": energy, "use": use}
