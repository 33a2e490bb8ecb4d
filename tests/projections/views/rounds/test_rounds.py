"""Feedback rounds as their subject, the adviser and the jobs read them."""

from datetime import date, timedelta

import psycopg
import pytest

from events.catalog.rounds import (
    CommentFlagged,
    CommentMasked,
    InvitationRevoked,
    RaterInvited,
    ReminderSent,
    RoundClosed,
    RoundClosing,
    RoundExtended,
    SelfMirrorFilled,
)
from projections.views import rounds
from rules.feedback.answers import Answer
from rules.feedback.questions import Perspective
from tests.projections.views.given import NOON, facts, folded, read
from tests.projections.views.rounds.histories import (
    AT,
    FLOORS,
    LENS,
    PEOPLE,
    POLICY,
    QUESTION,
    History,
    fragment_of,
    opened,
    prepared,
    released,
)

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]


def test_a_round_is_what_happened_to_it(database: str) -> None:
    person, name = PEOPLE[0], "7" * 32
    events = [
        prepared(name),
        RaterInvited(round=name, invitation="i1", perspective=Perspective.LEAD),
        RaterInvited(round=name, invitation="i2", perspective=Perspective.PEER),
        InvitationRevoked(round=name, invitation="i2"),
        opened(name, attributed="i1"),
        SelfMirrorFilled(round=name, answers=(Answer(question=QUESTION, scale=4),)),
        RoundExtended(round=name, closes_at=AT + timedelta(days=3)),
        ReminderSent(round=name, number=1, on=date(2026, 3, 20)),
        RoundClosing(round=name, by_date=True),
    ]
    folded(database, rounds.VIEW, facts(*[(f"round-{person}", event) for event in events]))
    (found,) = read(database, rounds.rounds_of, person)
    assert found == rounds.Round(
        round=name,
        version=9,
        state="CLOSING",
        lens=LENS,
        lens_number=2,
        own_question="Wat mis je?",
        prepared_at=NOON,
        closes_at=AT + timedelta(days=3),
        opened_at=NOON + timedelta(hours=4),
        ended_at=None,
        cancelled_for=None,
        policy=POLICY,
        promise_version=1,
        floors=FLOORS,
        attributed="i1",
        own_answers=(Answer(question=QUESTION, scale=4),),
        reminders=1,
        reminded_on=date(2026, 3, 20),
        invitations=(rounds.Invitation(invitation="i1", perspective=Perspective.LEAD),),
    )


def test_one_round_is_its_subject_s_alone(database: str) -> None:
    name = "7" * 32
    folded(database, rounds.VIEW, facts((f"round-{PEOPLE[0]}", prepared(name))))
    found = read(database, rounds.round_of, PEOPLE[0], name)
    assert found is not None
    assert found.round == name
    assert read(database, rounds.round_of, PEOPLE[1], name) is None
    assert read(database, rounds.round_of, PEOPLE[0], "8" * 32) is None
    assert read(database, rounds.mirrors_of, PEOPLE[1], [name]) == {}


def test_a_masked_fragment_is_nowhere_in_the_rows_any_more(database: str) -> None:
    person, name = PEOPLE[0], "7" * 32
    fragment = fragment_of(name, 0, 1)
    happened = [prepared(name), opened(name), RoundClosing(round=name), RoundClosed(round=name)]
    happened += [
        released(name, "Zoet", "Bitter"),
        CommentFlagged(round=name, fragment=fragment, reason="Dit raakt me."),
    ]
    folded(database, rounds.VIEW, facts(*[(f"round-{person}", event) for event in happened]))
    (flagged,) = read(database, rounds.flagged_fragments)
    assert (flagged.subject, flagged.fragment) == (person, fragment)
    assert (flagged.text, flagged.reason) == ("Bitter", "Dit raakt me.")
    happened.append(CommentMasked(round=name, fragment=fragment, reason="Herkenbaar."))
    folded(database, rounds.VIEW, facts(*[(f"round-{person}", event) for event in happened]))
    mirror = read(database, rounds.mirrors_of, person, [name])[name]
    assert [[one.text for one in block] for block in mirror.fragments] == [["Zoet", None], ["Zoet", "Bitter"]]
    assert [one.flagged for one in mirror.fragments[0]] == [False, True]
    assert all(not comments.fragments for comments in mirror.contents.comments)
    assert read(database, rounds.flagged_fragments) == []


def test_jobs_find_what_is_due_and_what_is_in_a_state(database: str) -> None:
    names = [f"{number:032x}" for number in range(4)]
    happened: History = []
    for number, name in enumerate(names):
        closes_at = AT + timedelta(hours=number)
        happened += [
            (f"round-{name}", prepared(name, closes_at)),
            (f"round-{name}", opened(name, closes_at=closes_at)),
        ]
    happened.append((f"round-{names[0]}", RoundClosing(round=names[0])))
    folded(database, rounds.VIEW, facts(*happened))
    due = read(database, rounds.rounds_due, AT + timedelta(hours=2), 5)
    assert [(one.subject, one.round) for one in due] == [(name, name) for name in names[1:3]]
    assert len(read(database, rounds.rounds_due, AT + timedelta(hours=2), 1)) == 1

    async def by_pages(connection: psycopg.AsyncConnection) -> list[str]:
        found: list[str] = []
        after = None
        while page := await rounds.rounds_in(connection, ("OPEN", "CLOSING"), after=after, limit=3):
            found += [one.round for one in page]
            after = page[-1].round
        return found

    assert read(database, by_pages) == names
