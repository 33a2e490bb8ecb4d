"""What a team has together, from the mutation to the page of each member, over the real parts."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from events.catalog.team import WorkOfferEnded
from events.catalog.units import TeamPlaced
from projections.views import team as view
from rules.access.roles import Role
from tests.gateway.api.team.real_team import ITEMS, TODAY, RealTeam, without
from tests.projections.views.given import read

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(180)]
UNTIL = (TODAY + timedelta(days=20)).isoformat()
WORK: dict[str, Any] = {"title": "Open dag", "text": "Wie doet mee?", "until": UNTIL}
OFFERS = f"workOffers(onlyOpen: false) {{ {ITEMS['workOffer']} }}"
OPEN = "workOffers { title }"
GOALS = f"jointGoals {{ {ITEMS['jointGoal']} }}"
EVERYTHING = f"id version name members {{ displayName }} {OFFERS} {GOALS} sessions {{ {ITEMS['session']} }}"


def names(people: list[dict[str, str]]) -> list[str]:
    return [person["displayName"] for person in people]


def offered(real: RealTeam, **given: Any) -> Any:
    return real.changed("offerWork", "workOffer", teamId=f"Team:{real.team}", **{**WORK, **given})


def offered_goal(real: RealTeam, name: str, text: str) -> str:
    """Let a member offer a new goal to the team; return the id by which it is adopted."""
    number = {"name": name}
    goal = real.ask(
        "mutation ($input: SetGoalInput!) { setGoal(input: $input) { goal { id } } }",
        **number,
        input={"commandId": str(uuid4()), "text": text},
    )["data"]["setGoal"]["goal"]["id"]
    offer = {"commandId": str(uuid4()), "goalId": goal, "teamId": f"Team:{real.team}", "offeredAs": text}
    answer = real.ask(
        "mutation ($input: OfferGoalToTeamInput!) { offerGoalToTeam(input: $input) { command { outcome } } }",
        **number,
        input=offer,
    )
    assert answer["data"]["offerGoalToTeam"]["command"]["outcome"] == "ACCEPTED", answer
    on_offer = real.page("goalsOnOffer { goalId text }", name=name)["goalsOnOffer"]
    return next(str(one["goalId"]) for one in on_offer if one["text"] == text)


def test_work_goes_from_an_offer_to_somebody_who_does_it_and_back(real: RealTeam) -> None:
    offer = offered(real, hoursPerWeek="UP_TO_2", **{"from": TODAY.isoformat()})
    assert offer["offeredBy"] == {"displayName": "Fenna"}
    assert (offer["hoursPerWeek"], offer["from"], offer["until"]) == ("UP_TO_2", TODAY.isoformat(), UNTIL)
    on: dict[str, Any] = {"workOfferId": offer["id"]}
    assert names(real.changed("volunteerForWork", "workOffer", name="e2", **on)["volunteers"]) == ["Bo"]
    both = real.changed("volunteerForWork", "workOffer", **on)
    assert names(both["volunteers"]) == ["Bo", "Fenna"], "by name, not by who came first"
    assert names(real.changed("takeUpWork", "workOffer", name="e2", **on)["takenUpBy"]) == ["Bo"]
    assert real.page(OPEN) == {"workOffers": []}
    back = real.changed("handBackWork", "workOffer", name="e2", **on)
    assert (names(back["takenUpBy"]), names(back["volunteers"])) == ([], ["Fenna"])
    assert real.page(OPEN) == {"workOffers": [{"title": "Open dag"}]}


def test_the_position_of_a_command_is_enough_to_see_its_words(real: RealTeam) -> None:
    for number in range(5):
        title = f"Klus {number}"
        sent = real.send("offerWork", "workOffer", teamId=f"Team:{real.team}", **WORK | {"title": title})
        position = sent["command"]["position"]
        document = (
            "query ($team: ID!, $after: [Position!]) {"
            " team(id: $team, waitFor: $after) { workOffers(last: 1) { title } } }"
        )
        shown = real.ask(document, team=f"Team:{real.team}", after=[position])
        assert shown["data"]["team"]["workOffers"] == [{"title": title}]


def test_rule_12_member_and_lead_get_the_same_bytes(real: RealTeam) -> None:
    """Leading a team is no role: a lead is a member, with whatever other role they hold."""
    granted = real.house.ask("administrator", Role.ADMINISTRATOR, "grantRole", role="HR", subject="e2")
    assert granted.outcome == "ACCEPTED", granted
    offer = offered(real)
    real.changed("volunteerForWork", "workOffer", name="e2", workOfferId=offer["id"])
    adopted(real)
    agreed: dict[str, Any] = {"heldOn": TODAY.isoformat(), "agreements": ["Buiten"]}
    real.changed("recordTeamSession", "session", teamId=f"Team:{real.team}", **agreed)
    shown = real.page(EVERYTHING)
    assert [len(shown[name]) for name in ("workOffers", "jointGoals", "sessions")] == [1, 1, 1]
    assert real.bytes_of(EVERYTHING, name="e1") == real.bytes_of(EVERYTHING, name="e2")
    hr = real.ask(f'{{ team(id: "Team:{real.team}") {{ id }} }}', name="e2", role="HR")
    assert [error["extensions"]["code"] for error in hr["errors"]] == ["FORBIDDEN"]


def test_to_who_is_no_member_the_team_is_not_there(real: RealTeam) -> None:
    offer = offered(real)
    assert real.page(EVERYTHING, name="e3") is None
    nowhere = real.send("offerWork", "workOffer", name="e3", teamId=f"Team:{'9' * 32}", **WORK)
    here = real.send("offerWork", "workOffer", name="e3", teamId=f"Team:{real.team}", **WORK)
    assert here["command"]["refusals"] == nowhere["command"]["refusals"]
    assert (here["command"]["version"], here["command"]["refusals"][0]["code"]) == (None, "NOT_FOUND")
    on: dict[str, Any] = {"workOfferId": offer["id"]}
    for mutation in ("volunteerForWork", "takeUpWork", "handBackWork"):
        assert real.refused(mutation, "workOffer", name="e3", **on) == ["NOT_FOUND"]


def adopted(real: RealTeam) -> Any:
    """A joint goal, of one goal of each member."""
    offers = [offered_goal(real, "e1", "Coachen"), offered_goal(real, "e2", "Gecoacht worden")]
    given: dict[str, Any] = {"text": "Wij coachen elkaar", "fromGoalIds": offers}
    return real.changed("adoptJointGoal", "jointGoal", teamId=f"Team:{real.team}", **given)


def test_goals_on_offer_become_a_joint_goal_that_the_team_reaches(real: RealTeam) -> None:
    portfolio = "{ me { portfolio { goals { text jointGoalId } } } }"
    real.ask(portfolio, name="e2")
    goal = adopted(real)
    assert (goal["text"], goal["state"], goal["progress"]) == ("Wij coachen elkaar", "OPEN", None)
    assert {origin["owner"]["displayName"] for origin in goal["origins"]} == {"Fenna", "Bo"}
    assert real.page("goalsOnOffer { goalId }") == {"goalsOnOffer": []}
    mine = real.ask(portfolio, name="e2")
    assert mine["data"]["me"]["portfolio"]["goals"] == [
        {"text": "Gecoacht worden", "jointGoalId": goal["id"]}
    ]
    on: dict[str, Any] = {"jointGoalId": goal["id"]}
    noted = real.changed("noteJointGoalProgress", "jointGoal", name="e2", progress=60, **on)
    assert noted["progress"] == 60
    assert real.changed("reachJointGoal", "jointGoal", **on)["state"] == "REACHED"
    assert real.refused("reachJointGoal", "jointGoal", **on) == ["ALREADY_SO"]


def test_rule_21_an_origin_is_in_its_owners_read_log_before_it_is_shown(real: RealTeam) -> None:
    adopted(real)
    real.days_pass(1)  # a line is written once a day
    with psycopg.connect(real.house.log.url, autocommit=True) as connection:
        connection.execute("DELETE FROM read_log.disclosures")
        real.page("jointGoals { text }")
        lines = "SELECT owner, item_kind, viewer, purpose FROM read_log.disclosures"
        assert connection.execute(lines).fetchall() == []
        real.page(GOALS)
        (line,) = connection.execute(lines).fetchall()
    owner, viewer = (real.house.vault.person_for(name) for name in ("e2", "e1"))
    assert line == (owner, "goal", viewer, "TEAM_PAGE")


def test_an_offer_taken_back_has_lapsed_and_the_goal_of_the_team_stays(real: RealTeam) -> None:
    adopted(real)
    without(real.house, "e2")
    (goal,) = real.page(GOALS)["jointGoals"]
    assert goal["text"] == "Wij coachen elkaar"
    assert [origin["owner"]["displayName"] for origin in goal["origins"]] == ["Fenna"]
    assert real.page("id", name="e2") is None


def test_a_session_has_what_was_agreed(real: RealTeam) -> None:
    for day, agreements in ((3, ["Samen eten"]), (1, ["Buiten", "Fenna belt"])):
        held_on = (TODAY - timedelta(days=day)).isoformat()
        session = real.changed(
            "recordTeamSession",
            "session",
            name="e2",
            teamId=f"Team:{real.team}",
            heldOn=held_on,
            agreements=agreements,
        )
        assert (session["heldOn"], session["agreements"]) == (held_on, agreements)
    assert [len(it["agreements"]) for it in real.page("sessions { agreements }")["sessions"]] == [2, 1]
    assert len(real.page("sessions(last: 1) { id }")["sessions"]) == 1
    too_many = real.ask(f'{{ team(id: "Team:{real.team}") {{ sessions(last: 101) {{ id }} }} }}')
    assert too_many["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


def ended(real: RealTeam) -> list[WorkOfferEnded]:
    return [
        one.event for one in real.house.events(f"team-{real.team}") if isinstance(one.event, WorkOfferEnded)
    ]


def notices(real: RealTeam) -> list[tuple[str, tuple[str, ...]]]:
    async def reading(connection: Any) -> list[view.WorkNotice]:
        return await view.work_notices(connection, since=TODAY)

    return [(notice.kind, notice.volunteers) for notice in read(real.house.log.url, reading)]


def test_no_offer_stays_open_past_its_end_and_its_volunteers_are_to_be_informed(real: RealTeam) -> None:
    offer = offered(real)
    real.changed("volunteerForWork", "workOffer", name="e2", workOfferId=offer["id"])
    assert real.days_pass(20).unfinished == {}
    assert (ended(real), notices(real)) == ([], [])
    units = real.house.events(f"units-{real.house.vault.organisation()}")
    placed = [one.event for one in units if isinstance(one.event, TeamPlaced)]
    assert len(placed) == 1, "what members do is no new place of the team"
    assert real.days_pass(1).unfinished == {}
    assert [event.reason for event in ended(real)] == ["day"]
    bo = real.house.vault.person_for("e2")
    assert notices(real) == [("LAPSED", (bo,))]
    assert real.refused("takeUpWork", "workOffer", name="e2", workOfferId=offer["id"]) == ["WRONG_STATE"]
    assert real.days_pass(1).unfinished == {}
    assert len(ended(real)) == 1


def test_what_an_author_who_leaves_had_offered_ends_and_who_left_is_no_volunteer(real: RealTeam) -> None:
    offer, other = (
        offered(real),
        real.changed(
            "offerWork", "workOffer", name="e2", teamId=f"Team:{real.team}", **WORK | {"title": "Fiets"}
        ),
    )
    for name, on in (("e1", other), ("e2", offer)):
        real.changed("volunteerForWork", "workOffer", name=name, workOfferId=on["id"])
    without(real.house, "e1")
    shown = real.page(OFFERS, name="e2")["workOffers"]
    assert [(one["title"], names(one["volunteers"])) for one in shown] == [("Fiets", [])]
    real.days_pass(0)
    assert [event.reason for event in ended(real)] == ["author_left"]
    assert notices(real) == [("LAPSED", (real.house.vault.person_for("e2"),))]


def test_who_did_this_kind_of_work_before_is_named_and_nobody_is_counted(real: RealTeam) -> None:
    term = a_term(real)
    for title in ("Eerste", "Tweede"):
        offer = offered(real, title=title, wantedTermIds=[term])
        for mutation in ("volunteerForWork", "takeUpWork"):
            real.changed(mutation, "workOffer", name="e2", workOfferId=offer["id"])
    third = offered(real, title="Derde", wantedTermIds=[term])
    assert [wanted["id"] for wanted in third["wanted"]] == [f"TalentTerm:{term}"]
    assert names(third["tookUpAlike"]) == ["Bo"]
    assert names(offered(real, title="Anders")["tookUpAlike"]) == []
    energies = real.page("workOffers { title energies { givesTo { id } costs { id } } }")["workOffers"]
    assert [offer["title"] for offer in energies] == ["Anders", "Derde"]


def test_work_that_asked_for_a_word_that_was_merged_since_is_work_of_the_same_kind(real: RealTeam) -> None:
    former, kept = a_term(real, "Inplannen"), a_term(real)
    before, after = (offered(real, title=term, wantedTermIds=[term]) for term in (former, kept))
    for mutation in ("volunteerForWork", "takeUpWork"):
        real.changed(mutation, "workOffer", name="e2", workOfferId=before["id"])
    shown = "workOffers { id tookUpAlike { displayName } }"
    assert real.page(shown)["workOffers"] == [{"id": after["id"], "tookUpAlike": []}]
    merged = real.house.ask("e2", Role.WORKING_GROUP, "mergeTerms", termIds=[former], intoId=kept)
    assert merged.outcome == "ACCEPTED", merged
    assert [names(offer["tookUpAlike"]) for offer in real.page(shown)["workOffers"]] == [["Bo"]]


def a_term(real: RealTeam, word: str = "Plannen") -> str:
    house = real.house
    house.ask("administrator", Role.ADMINISTRATOR, "grantRole", role="WORKING_GROUP", subject="e2")
    proposed = house.ask(
        "e2", Role.WORKING_GROUP, "proposeTerm", label={"nl": word, "en": f"{word} (en)"}, clusterId="calm"
    )
    assert proposed.outcome == "ACCEPTED", proposed
    adopted = house.ask("e2", Role.WORKING_GROUP, "adoptTerm", termId=proposed.entity_id)
    assert adopted.outcome == "ACCEPTED", adopted
    return proposed.entity_id or ""


def test_two_who_act_on_the_version_that_they_saw_are_not_both_right(real: RealTeam) -> None:
    offer = offered(real)
    seen = real.page("version")["version"]
    on: dict[str, Any] = {"workOfferId": offer["id"]}
    first = real.send("volunteerForWork", "workOffer", expected=seen, **on)
    second = real.send("volunteerForWork", "workOffer", name="e2", expected=seen, **on)
    assert first["command"]["version"] == seen + 1
    assert [refusal["code"] for refusal in second["command"]["refusals"]] == ["CHANGED_MEANWHILE"]
    assert second["command"]["version"] == seen + 1
