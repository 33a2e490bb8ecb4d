"""Only members act, each once, whoever else acts at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from events.catalog.team import JointGoalAdopted, WorkTakenUp, WorkVolunteeredFor
from events.catalog.teamwork import JointGoalWritten
from kit.ids import derived_id, new_id
from rules.access.roles import Role
from rules.commands import CommandResult
from rules.team.things import local_of, thing_id
from services.handling.registry import read_command
from tests.services.handling.team.crew import TODAY, WORK, Crew, accepted, codes, goal_offered, offered
from tests.services.house import House, with_owner

pytestmark = pytest.mark.postgres


def test_who_is_no_member_gets_the_same_answer_as_for_no_team_and_writes_nothing(
    crew: Crew, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger, offer = with_owner(house, uuid4().hex), offered(crew)
    asked: list[tuple[str, Any]] = [
        ("offerWork", lambda team: {"teamId": team, **WORK}),
        ("recordTeamSession", lambda team: {"teamId": team, "heldOn": TODAY, "agreements": ["Ja"]}),
        ("adoptJointGoal", lambda team: {"teamId": team, "text": "Samen", "fromGoalIds": ["a" * 64]}),
        ("volunteerForWork", lambda team: {"workOfferId": thing_id(team, local_of(offer))}),
        ("takeUpWork", lambda team: {"workOfferId": thing_id(team, local_of(offer))}),
        ("handBackWork", lambda team: {"workOfferId": thing_id(team, local_of(offer))}),
        ("reachJointGoal", lambda team: {"jointGoalId": thing_id(team, local_of(offer))}),
    ]
    read: list[tuple[str, str]] = []
    execute, mine = psycopg.Cursor.execute, threading.get_ident()

    def noted(self: Any, query: Any, params: Any = None, **given: Any) -> Any:
        if threading.get_ident() == mine:
            read.append((str(query), str(params)))
        return execute(self, query, params, **given)

    def reads_for(name: str, given: dict[str, Any]) -> list[str]:
        read.clear()
        refused = stranger.owner(name, **given)
        assert (codes(refused), refused.version) == (["NOT_FOUND"], None)
        assert crew.team not in str(read), "nothing of the team is read"
        return [query for query, _ in read]

    monkeypatch.setattr(psycopg.Cursor, "execute", noted)
    for name, given in asked:
        reads_for(name, given(new_id()))  # what is cached is cached now
        assert reads_for(name, given(crew.team)) == reads_for(name, given(new_id())) != []
    monkeypatch.undo()
    assert house.events(f"teamwork-{stranger.vault.person_for(stranger.number)}") == []


def test_who_left_the_team_acts_there_no_more(crew: Crew, house: House) -> None:
    offer = offered(crew)
    accepted(crew.other.owner("volunteerForWork", workOfferId=offer))
    accepted(house.feed("recordEmploymentEnded", employeeNumber=crew.other.number, on=TODAY))
    assert codes(crew.other.owner("takeUpWork", workOfferId=offer)) == ["NOT_FOUND"]


def test_two_who_take_work_up_at_once_both_have_it_unless_they_name_the_version_they_saw(crew: Crew) -> None:
    offer = offered(crew)
    for member in (crew.me, crew.other):
        accepted(member.owner("volunteerForWork", workOfferId=offer))
    seen = 4
    first, second = (
        crew.me.owner("takeUpWork", expected_version=seen, workOfferId=offer),
        crew.other.owner("takeUpWork", expected_version=seen, workOfferId=offer),
    )
    assert (first.outcome, first.version) == ("ACCEPTED", 5)
    assert (codes(second), second.version) == (["CHANGED_MEANWHILE"], 5)
    accepted(crew.other.owner("takeUpWork", expected_version=5, workOfferId=offer))
    takers = {fact.by for fact in crew.facts() if isinstance(fact, WorkTakenUp)}
    assert takers == {crew.person(crew.me), crew.person(crew.other)}


def test_many_who_act_at_once_on_the_version_they_saw_change_it_once(crew: Crew) -> None:
    offer = offered(crew)
    handlers = [crew.me.handler, crew.me.another_process(), crew.me.another_process()]

    def step_forward(number: int) -> CommandResult:
        member = (crew.me, crew.other)[number % 2]
        handler = handlers[number % len(handlers)]
        return member.owner("volunteerForWork", handler=handler, expected_version=2, workOfferId=offer)

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(step_forward, range(6)))
    assert sum(result.outcome == "ACCEPTED" for result in results) == 1
    others = {code for result in results for code in codes(result)}
    assert others <= {"CHANGED_MEANWHILE", "ALREADY_SO"}
    assert sum(isinstance(fact, WorkVolunteeredFor) for fact in crew.facts()) == 1


def test_a_goal_on_offer_becomes_the_teams_once(crew: Crew) -> None:
    mine, theirs = goal_offered(crew, crew.me), goal_offered(crew, crew.other)
    adopt = {"teamId": crew.team, "text": "Wij coachen elkaar", "fromGoalIds": [mine, theirs]}
    handlers = [crew.me.handler, crew.me.another_process()]
    with ThreadPoolExecutor(4) as pool:
        results = list(
            pool.map(
                lambda number: (crew.me, crew.other)[number % 2].owner(
                    "adoptJointGoal", handler=handlers[number % 2], **adopt
                ),
                range(4),
            )
        )
    (made,) = [result for result in results if result.outcome == "ACCEPTED"]
    assert {code for result in results for code in codes(result)} == {"WRONG_STATE"}
    (fact,) = crew.facts()
    assert isinstance(fact, JointGoalAdopted)
    assert (fact.goal, fact.origins) == (local_of(made.entity_id or ""), (mine, theirs))
    written = [one.event for one in crew.words() if isinstance(one.event, JointGoalWritten)]
    assert all(one.text == "Wij coachen elkaar" for one in written)


def test_a_goal_that_was_taken_back_or_never_offered_here_is_not_adopted(crew: Crew) -> None:
    offer = goal_offered(crew, crew.other)
    goal = getattr(crew.other.portfolio()[-1].event, "goal", "")
    adopt = {"teamId": crew.team, "text": "Samen"}
    for made_up in (goal, offer[:32] + new_id(), new_id() + offer[32:], "nonsense"):
        refused = crew.me.owner("adoptJointGoal", **adopt, fromGoalIds=[offer, made_up])
        assert [(code, refused.refusals[0].field) for code in codes(refused)] == [
            ("WRONG_STATE", ("fromGoalIds", "1"))
        ]
    accepted(crew.other.owner("takeBackGoalOffer", goalId=goal))
    assert codes(crew.me.owner("adoptJointGoal", **adopt, fromGoalIds=[offer])) == ["WRONG_STATE"]
    again = {"goalId": goal, "teamId": crew.team, "offeredAs": "Toch"}
    accepted(crew.other.owner("offerGoalToTeam", **again))
    assert getattr(crew.other.portfolio()[-1].event, "offer", None) != offer


def test_an_offer_to_another_team_and_that_of_who_left_are_not_adopted(crew: Crew, house: House) -> None:
    key = uuid4().hex
    accepted(house.feed("formTeam", teamKey=key, name="Team Dok", unitKey="north"))
    dok = derived_id(house.vault.organisation() or "", "team", key)
    accepted(house.feed("recordTeamJoined", employeeNumber=crew.other.number, teamKey=key, on=TODAY))
    elsewhere = goal_offered(Crew(team=dok, me=crew.other, other=crew.me), crew.other)
    here = goal_offered(crew, crew.other, "Iets anders")
    accepted(house.feed("recordEmploymentEnded", employeeNumber=crew.other.number, on=TODAY))
    refused = crew.me.owner("adoptJointGoal", teamId=crew.team, text="Samen", fromGoalIds=[elsewhere, here])
    assert codes(refused) == ["WRONG_STATE", "WRONG_STATE"]


def test_of_who_was_forgotten_nothing_is_adopted_and_their_command_is_not_found(
    crew: Crew, house: House
) -> None:
    offer, command_id = goal_offered(crew, crew.other), str(uuid4())
    sent = {"teamId": crew.team, **WORK}
    accepted(crew.other.owner("offerWork", command_id=command_id, **sent))
    caller = house.caller(crew.other.number, Role.PROFESSIONAL)
    house.vault.destroy(crew.person(crew.other))
    refused = crew.me.owner("adoptJointGoal", teamId=crew.team, text="Samen", fromGoalIds=[offer])
    assert codes(refused) == ["WRONG_STATE"]
    again = house.handler.handle(
        read_command("offerWork", sent),
        caller=caller,
        command_id=command_id,
    )
    assert codes(again) == ["NOT_FOUND"], "the fingerprint of what they wrote can't be made any more"
