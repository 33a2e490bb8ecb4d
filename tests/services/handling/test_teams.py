"""What members do in a team, on a real log: words first, then the fact, once, whatever stops in between."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from events.catalog.registry import Event
from events.catalog.team import JointGoalAdopted, WorkOffered, WorkTakenUp, WorkVolunteeredFor
from events.catalog.teamwork import JointGoalWritten, WorkOfferWritten
from events.codec import Recorded
from events.log.outcomes import OutcomeUnknownError
from events.log.recorder import LogRecorder
from kit.ids import derived_id, new_id
from rules.access.roles import Role
from rules.commands import CommandResult
from rules.goal_offers import owner_of
from rules.team_things import local_of, team_of, thing_id
from services.handling.registry import read_command
from services.handling.results import NothingAppliedError
from tests.backends.postgres import fresh_database
from tests.services.house import NOW, House, furnish, opened, with_owner

pytestmark = pytest.mark.postgres
TODAY = NOW.date().isoformat()
UNTIL = (NOW.date() + timedelta(days=20)).isoformat()
WORK = {"title": "Open dag", "text": "Wie doet mee?", "until": UNTIL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """Two members of a team that nobody else is in."""

    team: str
    me: House
    other: House

    def person(self, house: House) -> str:
        return house.vault.person_for(house.number) or ""

    def facts(self) -> list[Event]:
        """What is on the team's stream after its forming."""
        return [one.event for one in self.me.events(f"team-{self.team}")[1:]]

    def words(self) -> list[Recorded]:
        """What the first member wrote."""
        return self.me.events(f"teamwork-{self.person(self.me)}")


@pytest.fixture(scope="module")
def house(postgres_url: str) -> Iterator[House]:
    with fresh_database(postgres_url) as url, opened(url) as house, house.log.folding():
        furnish(house)
        yield house


@pytest.fixture
def crew(house: House) -> Crew:
    key = uuid4().hex
    accepted(house.feed("formTeam", teamKey=key, name="Team Kade", unitKey="north"))
    me, other = (with_owner(house, uuid4().hex) for _ in range(2))
    for member in (me, other):
        accepted(house.feed("recordTeamJoined", employeeNumber=member.number, teamKey=key, on=TODAY))
    return Crew(team=derived_id(house.vault.organisation() or "", "team", key), me=me, other=other)


def accepted(result: CommandResult) -> str:
    assert result.outcome == "ACCEPTED", result
    return result.entity_id or ""


def codes(result: CommandResult) -> list[str]:
    return [refusal.code for refusal in result.refusals]


def offered(crew: Crew, **given: Any) -> str:
    return accepted(crew.me.owner("offerWork", teamId=crew.team, **{**WORK, **given}))


def goal_offered(crew: Crew, house: House, text: str = "Coach worden") -> str:
    """Let a member offer a new goal to the team, and return the offer's id."""
    goal = accepted(house.owner("setGoal", text=text))
    accepted(house.owner("offerGoalToTeam", goalId=goal, teamId=crew.team, offeredAs="Wie coacht mee?"))
    offer = getattr(house.portfolio()[-1].event, "offer", None)
    assert isinstance(offer, str)
    assert owner_of(offer) == house.vault.person_for(house.number)
    return offer


def test_what_a_member_writes_is_in_the_members_own_stream_and_the_fact_in_the_teams(crew: Crew) -> None:
    result = crew.me.owner("offerWork", teamId=crew.team, **WORK)
    offer = accepted(result)
    assert (team_of(offer), result.version) == (crew.team, 2)
    (fact,), (words,) = crew.facts(), crew.words()
    assert isinstance(fact, WorkOffered)
    assert words.event == WorkOfferWritten(
        offer=local_of(offer), team=crew.team, title=WORK["title"], text=WORK["text"]
    )
    assert (fact.offer, fact.by, words.by) == (local_of(offer), *[crew.person(crew.me)] * 2)


def test_nothing_that_a_member_wrote_is_in_clear_on_the_log(crew: Crew) -> None:
    offered(crew, title="Kanarieopendag")
    name = crew.me.log.name
    with psycopg.connect(crew.me.log.url) as connection:
        rows = connection.execute(f"SELECT state FROM {name}_events".encode()).fetchall()
    assert rows
    assert not any(b"Kanarie" in bytes(state) for (state,) in rows)


def test_a_command_sent_again_happens_once(crew: Crew) -> None:
    command_id = str(uuid4())
    sent = [crew.me.owner("offerWork", command_id=command_id, teamId=crew.team, **WORK) for _ in range(3)]
    assert sent[0] == sent[1] == sent[2]
    assert (len(crew.facts()), len(crew.words())) == (1, 1)
    other = crew.me.owner("offerWork", command_id=command_id, teamId=crew.team, **WORK | {"title": "X"})
    assert codes(other) == ["COMMAND_ID_REUSED"]


def stopped_before_the_fact(crew: Crew, monkeypatch: pytest.MonkeyPatch, command_id: str) -> None:
    """Let the process stop after the words were accepted, before the team's stream has the fact."""
    append = LogRecorder.append

    def stops(self: LogRecorder, stored: list[object], **given: object) -> object:
        if given["subject"] == crew.team:
            raise NothingAppliedError("this process stops here")
        return append(self, stored, **given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(LogRecorder, "append", stops)
        with pytest.raises(NothingAppliedError):
            crew.me.owner("offerWork", command_id=command_id, teamId=crew.team, **WORK)
    assert (len(crew.facts()), len(crew.words())) == (0, 1)


def test_a_retry_goes_on_where_a_process_stopped_in_between(
    crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    command_id = str(uuid4())
    stopped_before_the_fact(crew, monkeypatch, command_id)
    elsewhere = crew.me.another_process()
    offer = accepted(
        crew.me.owner("offerWork", command_id=command_id, teamId=crew.team, handler=elsewhere, **WORK)
    )
    ((words,), (fact,)) = crew.words(), crew.facts()
    assert {getattr(one, "offer", "") for one in (words.event, fact)} == {local_of(offer)}


def test_a_retry_with_other_words_is_no_retry(crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    command_id = str(uuid4())
    stopped_before_the_fact(crew, monkeypatch, command_id)
    other = crew.me.owner("offerWork", command_id=command_id, teamId=crew.team, **WORK | {"text": "Anders"})
    assert codes(other) == ["COMMAND_ID_REUSED"]
    assert (len(crew.facts()), len(crew.words())) == (0, 1)


def test_words_whose_outcome_is_not_known_bring_no_fact_about(
    crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    append, author = LogRecorder.append, crew.person(crew.me)

    def lost(self: LogRecorder, stored: list[object], **given: object) -> object:
        if given["subject"] == author:
            raise OutcomeUnknownError("no verdict came")
        return append(self, stored, **given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(LogRecorder, "append", lost)
        with pytest.raises(NothingAppliedError):
            crew.me.owner("offerWork", teamId=crew.team, **WORK)
    assert crew.facts() == []


def test_what_is_refused_leaves_no_words(crew: Crew) -> None:
    late = (NOW.date() + timedelta(days=400)).isoformat()
    assert codes(crew.me.owner("offerWork", teamId=crew.team, **WORK | {"until": late})) == ["INVALID_INPUT"]
    old = crew.me.owner("offerWork", expected_version=7, teamId=crew.team, **WORK)
    assert (codes(old), old.version) == (["CHANGED_MEANWHILE"], 1)
    assert (crew.facts(), crew.words()) == ([], [])


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
