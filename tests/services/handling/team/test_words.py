"""What members do in a team, on a real log: words first, then the fact, once, whatever stops in between."""

from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest

from events.catalog.team import WorkOffered
from events.catalog.teamwork import WorkOfferWritten
from events.log.outcomes import OutcomeUnknownError
from events.log.recorder import LogRecorder
from rules.team.things import local_of, team_of
from services.handling.results import NothingAppliedError
from tests.services.handling.team.crew import WORK, Crew, accepted, codes, offered
from tests.services.house import NOW

pytestmark = pytest.mark.postgres


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
