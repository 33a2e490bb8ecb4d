"""The life of a portfolio as two colleagues live it, through the running demo, from opening to close."""

import asyncio
from datetime import date
from typing import Any

import pytest

from events.privacy import disclosures as read_log
from tests.e2e.asking import new_command
from tests.e2e.cast import NEXT_MONTH, TODAY, TOMORROW, Cast, entity, reasons, seen_by, three_new_colleagues
from tests.e2e.demo import Demo
from tests.e2e.shared_words import a_word_of_hers_becomes_everyones
from tests.projections.views.given import read

pytestmark = [pytest.mark.e2e, pytest.mark.postgres]

NUMBERS = "strength energy use"
TALENT = f"talent {{ id name {{ nl }} {NUMBERS} quadrant story setAside history {{ {NUMBERS} }} }}"
SHARING = "sharing { id itemId kind visibility people { id displayName } withEnergy until }"
AGREEMENTS = "agreements { id text heldOn confirmedAt owner { displayName } }"
CONVERSATION = f"conversation {{ id with {{ id displayName }} plannedFor heldOn {AGREEMENTS} }}"
GOAL = "goal { id text state progress offeredTo { id name } offeredAs }"


def test_the_life_of_a_portfolio(demo: Demo) -> None:
    async def life() -> None:
        cast = await three_new_colleagues(demo)
        talent = await she_opens_it_and_notes_a_talent(cast)
        await she_notes_everything_else(cast, talent)
        await she_opens_the_talent_to_sem_without_its_energy(cast, talent)
        await she_opens_it_with_its_energy_instead(cast, talent)
        await a_word_of_hers_becomes_everyones(demo, cast)
        await it_is_in_her_read_log_from_tomorrow_on(demo, cast, talent)
        await all_that_is_wrong_is_returned_at_once_in_both_languages(cast, talent)
        await they_talk_and_sem_confirms_what_was_agreed(cast)
        await a_goal_is_offered_to_the_team_and_taken_back(cast)
        await she_sets_a_fact_right(cast)
        await she_lets_herself_be_counted_and_not(cast)
        await a_pause_takes_no_changes(cast)
        await the_same_command_happens_once_and_an_old_version_is_refused(cast)
        await closing_ends_what_others_saw(cast, talent)

    asyncio.run(life())


async def she_opens_it_and_notes_a_talent(cast: Cast) -> str:
    opened = await cast.noor.done(
        "openPortfolio", "portfolio { version state talents { id } }", language="NL"
    )
    assert opened["portfolio"] == {"version": 1, "state": "OPEN", "talents": []}
    words = {"name": {"ownWords": "Luisteren"}, "story": "Aan de keukentafel."}
    claimed = await cast.noor.done("claimTalent", TALENT, **words, strength=3, energy=-1, use=1)
    talent: dict[str, Any] = claimed["talent"]
    first = {"strength": 3, "energy": -1, "use": 1}
    assert talent | first == talent
    assert (talent["name"], talent["history"]) == ({"nl": "Luisteren"}, [first])
    now = {"strength": 4, "energy": 2, "use": 3}
    revised = await cast.noor.done("reviseTalent", TALENT, talentId=talent["id"], story="Nu elke dag.", **now)
    changed = {**now, "quadrant": "IN_MY_STRENGTH", "story": "Nu elke dag.", "history": [first, now]}
    assert revised["talent"] == {**talent, **changed}
    return str(talent["id"])


async def she_notes_everything_else(cast: Cast, talent: str) -> None:
    """Each answer shows the thing that was made, and then that it is changed or gone."""
    done = cast.noor.done
    written = await done("writeProfileStatement", "portfolio { statement { text } }", text="Ik ben Noor.")
    assert written["portfolio"] == {"statement": {"text": "Ik ben Noor."}}
    source = {"kind": "GIVER", "activity": "Huisbezoek", "hoursPerWeek": "FROM_2_TO_8", "talentIds": [talent]}
    noted = await done("noteEnergySource", f"energySource {{ id {' '.join(source)} }}", **source)
    assert noted["energySource"] == {"id": noted["energySource"]["id"], **source}
    removed = {"energySourceId": noted["energySource"]["id"]}
    assert (await done("removeEnergySource", "energySource { id }", **removed))["energySource"] is None
    named = await done("namePassion", "passion { id text }", text="Buiten werken")
    assert named["passion"]["text"] == "Buiten werken"
    gone = await done("letGoOfPassion", "passion { id }", passionId=named["passion"]["id"])
    assert gone["passion"] is None
    shows = {"title": "Een brief", "source": {"story": "Dank u wel."}, "talentIds": [talent]}
    added = await done("addEvidence", "evidence { id kind title text link talentIds }", **shows)
    item = {"kind": "STORY", "title": "Een brief", "text": "Dank u wel.", "link": None, "talentIds": [talent]}
    assert added["evidence"] == {"id": added["evidence"]["id"], **item}
    withdrawn = await done("withdrawEvidence", "evidence { id }", evidenceId=added["evidence"]["id"])
    assert withdrawn["evidence"] is None
    note = await done("writeReflection", "reflection { text aboutIds }", text="Stil zijn.", aboutIds=[talent])
    assert note["reflection"] == {"text": "Stil zijn.", "aboutIds": [talent]}


async def she_opens_the_talent_to_sem_without_its_energy(cast: Cast, talent: str) -> None:
    sem = cast.ids["sem"]
    shared = await cast.noor.done(
        "shareItem", SHARING, itemId=talent, until=NEXT_MONTH, **{"with": {"people": [sem]}}
    )
    assert shared["sharing"] == {
        "id": shared["sharing"]["id"],
        "itemId": talent,
        "kind": "TALENT",
        "visibility": "CHOSEN",
        "people": [{"id": sem, "displayName": "Sem Visscher"}],
        "withEnergy": False,
        "until": NEXT_MONTH,
    }
    shown = {
        "id": f"SharedItem:{entity(talent)}",
        "kind": "TALENT",
        "owner": {"id": cast.ids["noor"], "displayName": "Noor Jansen"},
        "title": {"nl": "Luisteren"},
        "text": "Nu elke dag.",
        "link": None,
        "strength": 4,
        "energy": None,
        "quadrant": None,
        "until": NEXT_MONTH,
    }
    assert await seen_by(cast.sem, shared) == [shown]
    assert await seen_by(cast.mees, shared) == []
    # He sees the current talent, not the one at the time she opened it.
    now = {"strength": 5, "energy": 2, "use": 3}
    revised = await cast.noor.done("reviseTalent", talentId=talent, **now)
    assert await seen_by(cast.sem, revised) == [{**shown, "strength": 5}]
    emptied = await cast.noor.done("reviseTalent", talentId=talent, **now, story=None)
    assert await seen_by(cast.sem, emptied) == [{**shown, "strength": 5, "text": None}]


async def she_opens_it_with_its_energy_instead(cast: Cast, talent: str) -> None:
    with_energy = {
        "itemId": talent,
        "until": NEXT_MONTH,
        "withEnergy": True,
        "with": {"people": [cast.ids["sem"]]},
    }
    again = await cast.noor.command("shareItem", SHARING, **with_energy)
    assert again["sharing"] is None
    assert reasons(again) == {("ALREADY_SO", ("with",))}
    open_now = "{ me { portfolio { sharings { id } } } }"
    (sharing,) = (await cast.noor.ask(open_now))["me"]["portfolio"]["sharings"]
    ended = await cast.noor.done("endItemSharing", SHARING, sharingId=sharing["id"])
    assert ended["sharing"] is None
    assert await seen_by(cast.sem, ended) == []
    shared = await cast.noor.done("shareItem", SHARING, **with_energy)
    assert shared["sharing"]["withEnergy"] is True
    (shown,) = await seen_by(cast.sem, shared)
    assert (shown["strength"], shown["energy"], shown["quadrant"]) == (5, 2, "IN_MY_STRENGTH")


async def it_is_in_her_read_log_from_tomorrow_on(demo: Demo, cast: Cast, talent: str) -> None:
    """She is shown a day once it is over; that he saw it three times is one line by then."""
    log = "{ me { readLog { edges { node { day itemKind itemId viewerRole purpose } } } } }"
    assert (await cast.noor.ask(log))["me"]["readLog"]["edges"] == []
    lines = await asyncio.to_thread(_read_log, demo, entity(cast.ids["noor"]), TOMORROW)
    assert [(line.item, line.item_kind, line.viewer_role, line.purpose) for line in lines] == [
        (entity(talent), "talent", "PROFESSIONAL", "SHARED_BY_NAME")
    ]


def _read_log(demo: Demo, owner: str, before: date) -> list[read_log.Disclosure]:
    database = demo.settings()["IPP_DATABASE_URL"]
    found: list[read_log.Disclosure] = read(
        database,
        lambda connection: read_log.of_owner(connection, owner, before_day=before, after=None, limit=10),
    )
    return found


async def all_that_is_wrong_is_returned_at_once_in_both_languages(cast: Cast, talent: str) -> None:
    to = {"with": {"people": [cast.ids["noor"], "f" * 32]}}
    refused = await cast.noor.command("shareItem", SHARING, itemId=talent, until=TODAY.isoformat(), **to)
    assert refused["sharing"] is None
    assert reasons(refused) == {
        ("INVALID_INPUT", ("with", "people", "0")),
        ("NOT_FOUND", ("with", "people", "1")),
        ("INVALID_INPUT", ("until",)),
    }
    not_his = await cast.sem.command("reviseTalent", TALENT, talentId=talent, strength=1, energy=1, use=1)
    assert not_his["talent"] is None
    assert reasons(not_his) == {("WRONG_STATE", ()), ("NOT_FOUND", ("talentId",))}


async def they_talk_and_sem_confirms_what_was_agreed(cast: Cast) -> None:
    plan = {"withId": cast.ids["sem"], "plannedFor": TOMORROW.isoformat()}
    planned = (await cast.noor.done("planConversation", CONVERSATION, **plan))["conversation"]
    assert planned["with"] == {"id": cast.ids["sem"], "displayName": "Sem Visscher"}
    assert (planned["plannedFor"], planned["heldOn"], planned["agreements"]) == (plan["plannedFor"], None, [])
    agreed = ["Elke maand een uur terugkijken", "Meelopen bij jeugd"]
    held = await cast.noor.done(
        "recordConversation",
        CONVERSATION,
        conversationId=planned["id"],
        heldOn=TODAY.isoformat(),
        agreements=agreed,
    )
    assert held["conversation"]["heldOn"] == TODAY.isoformat()
    assert [it["text"] for it in held["conversation"]["agreements"]] == agreed
    to_confirm = f"query ($w: [Position!]) {{ me(waitFor: $w) {{ agreementsToConfirm {AGREEMENTS[10:]} }} }}"
    of_sem, of_mees = [
        (await who.ask(to_confirm, w=[held["command"]["position"]]))["me"]["agreementsToConfirm"]
        for who in (cast.sem, cast.mees)
    ]
    assert of_sem == held["conversation"]["agreements"]
    assert of_mees == []
    first, second = of_sem
    not_his = await cast.mees.command("confirmAgreement", agreementId=first["id"])
    assert reasons(not_his) == {("NOT_FOUND", ())}, "as of one that never was"
    confirmed = await cast.sem.done(
        "confirmAgreement", "agreement { id confirmedAt }", agreementId=first["id"]
    )
    assert confirmed["agreement"]["confirmedAt"] is not None
    assert confirmed["command"]["version"] is None, "how much is in her portfolio is not his to know"
    position = [confirmed["command"]["position"]]
    assert (await cast.sem.ask(to_confirm, w=position))["me"]["agreementsToConfirm"] == [second]
    talks = f"portfolio {{ conversations {{ {AGREEMENTS} }} }}"
    hers = f"query ($w: [Position!]) {{ me(waitFor: $w) {{ {talks} }} }}"
    (talk,) = (await cast.noor.ask(hers, w=position))["me"]["portfolio"]["conversations"]
    assert talk["agreements"] == [{**first, "confirmedAt": confirmed["agreement"]["confirmedAt"]}, second]


async def a_goal_is_offered_to_the_team_and_taken_back(cast: Cast) -> None:
    goal = (await cast.noor.done("setGoal", GOAL, text="Een groep leiden", horizon=NEXT_MONTH))["goal"]
    assert (goal["text"], goal["state"], goal["progress"]) == ("Een groep leiden", "OPEN", None)
    noted = await cast.noor.done("noteGoalProgress", GOAL, goalId=goal["id"], progress=40)
    assert noted["goal"] == {**goal, "progress": 40}
    offer = {"goalId": goal["id"], "offeredAs": "Wie doet er mee?"}
    elsewhere = await cast.noor.command("offerGoalToTeam", GOAL, **offer, teamId="f" * 32)
    assert reasons(elsewhere) == {("NOT_FOUND", ("teamId",))}
    offered = await cast.noor.done("offerGoalToTeam", GOAL, **offer, teamId=cast.team)
    on_offer = {
        "offeredTo": {"id": f"Unit:{entity(cast.team)}", "name": "Team Kade"},
        "offeredAs": "Wie doet er mee?",
    }
    assert offered["goal"] == {**noted["goal"], **on_offer}
    assert (await cast.noor.done("takeBackGoalOffer", GOAL, goalId=goal["id"]))["goal"] == noted["goal"]


async def she_sets_a_fact_right(cast: Cast) -> None:
    asked = "timeline(oldestFirst: true) { edges { node { id fact summary { nl en } correction } } }"
    before = (await cast.noor.ask(f"{{ me {{ portfolio {{ {asked} }} }} }}"))["me"]["portfolio"]["timeline"]
    lines = [edge["node"] for edge in before["edges"]]
    assert [line["fact"] for line in lines[:3]] == ["PortfolioOpened", "TalentClaimed", "TalentRevised"]
    assert {line["correction"] for line in lines} == {None}
    right = {"timelineEntryId": lines[1]["id"], "text": "Dit was in mei."}
    corrected = await cast.noor.done("recordCorrection", f"portfolio {{ {asked} }}", **right)
    after = [edge["node"] for edge in corrected["portfolio"]["timeline"]["edges"]]
    assert after[1] == {**lines[1], "correction": "Dit was in mei."}
    assert after[: len(lines)] == [lines[0], after[1], *lines[2:]]
    assert [line["fact"] for line in after[len(lines) :]] == ["CorrectionRecorded"]


async def she_lets_herself_be_counted_and_not(cast: Cast) -> None:
    shown = "portfolio { insightConsent { scopes noticeVersion } }"
    asked = {"scopes": ["TALENTS", "ENERGY"], "noticeVersion": 1}
    given = await cast.noor.done("giveInsightConsent", shown, **asked)
    assert given["portfolio"]["insightConsent"] == asked
    withdrawn = await cast.noor.done("withdrawInsightConsent", shown)
    assert withdrawn["portfolio"]["insightConsent"] is None
    again = await cast.noor.command("withdrawInsightConsent", shown)
    assert reasons(again) == {("ALREADY_SO", ())}


async def a_pause_takes_no_changes(cast: Cast) -> None:
    paused = await cast.noor.done("pausePortfolio", "portfolio { state }")
    assert paused["portfolio"] == {"state": "PAUSED"}
    refused = await cast.noor.command("namePassion", "passion { id }", text="Toch iets")
    assert reasons(refused) == {("WRONG_STATE", ())}
    assert refused["passion"] is None
    resumed = await cast.noor.done("resumePortfolio", "portfolio { state passions { text } }")
    assert resumed["portfolio"] == {"state": "OPEN", "passions": []}


async def the_same_command_happens_once_and_an_old_version_is_refused(cast: Cast) -> None:
    passion = {"text": "Muziek als begin", "commandId": new_command()}
    first, second = [await cast.noor.done("namePassion", "passion { id text }", **passion) for _ in range(2)]
    assert first == second
    reused = await cast.noor.command("namePassion", **{**passion, "text": "Iets anders"})
    assert reasons(reused) == {("COMMAND_ID_REUSED", ())}
    version = first["command"]["version"]
    old = await cast.noor.command("namePassion", text="Te laat", expectedVersion=version - 1)
    assert reasons(old) == {("CHANGED_MEANWHILE", ())}
    assert old["command"]["version"] == version
    shown = "portfolio { version passions { text } }"
    fresh = await cast.noor.done("namePassion", shown, text="Op tijd", expectedVersion=version)
    passions = [{"text": "Op tijd"}, {"text": "Muziek als begin"}]
    assert fresh["portfolio"] == {"version": version + 1, "passions": passions}


async def closing_ends_what_others_saw(cast: Cast, talent: str) -> None:
    assert [item["id"] for item in await seen_by(cast.sem)] == [f"SharedItem:{entity(talent)}"]
    shown = "portfolio { state sharings { id } talents { id } }"
    closed = await cast.noor.done("closePortfolio", shown, forGood=True)
    # She keeps what she wrote; nobody else sees anything of it any more.
    assert closed["portfolio"] == {"state": "CLOSED", "sharings": [], "talents": [{"id": talent}]}
    assert await seen_by(cast.sem, closed) == []
    late = await cast.noor.command("resumePortfolio", "portfolio { state }")
    assert reasons(late) == {("WRONG_STATE", ())}
