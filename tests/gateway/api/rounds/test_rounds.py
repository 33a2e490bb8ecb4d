"""A feedback round as its subject sees it, from preparing to the mirror; nobody else sees any of it."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from events.catalog.policy import RoleGranted
from events.catalog.portfolio.goals import GoalSet
from events.catalog.portfolio.insights import MirrorInsightKept
from events.catalog.rounds import CommentFlagged, CommentMasked, RoundCancelled, SelfMirrorFilled
from gateway.api.rounds.rounds import TOO_FEW
from projections.views import rounds
from rules.access.roles import Role
from rules.commands import CommandResult, LogPosition
from rules.feedback.answers import Answer
from rules.feedback.invitation import InvitedPerson
from rules.feedback.mirror import MirrorContents
from tests.gateway.api.rounds.given import (
    CALM,
    CLIENT,
    CONTENTS,
    FRAGMENTS,
    LEAD,
    LENS,
    MIRROR,
    OPEN_ONE,
    PEER,
    PICK,
    ROUND,
    SCALE,
    STREAM,
    closed,
    lens_published,
    opened,
    prepared,
)
from tests.gateway.harness import OWNER, PEOPLE
from tests.gateway.world import ORGANISATION, World

pytestmark = pytest.mark.postgres

WHOLE = """{
    id version state ownQuestion openedAt closesAt reminders floors { raters clients comments }
    lens { id questions { id } } invitations { id perspective name email }
    selfAnswers { questionId scale termIds text } mirror { id } whyNoMirror { nl en }
}"""
MIRROR_OF = """{ mirror {
    id releasedAt leftOut steadiness blocks { perspectives attributed raters { from to } steadiness }
    rows { question { id text { nl } } self total gap
        cells { mean raters { from to } spread { low middle high } } }
    talentPicks { term { id label { nl } } pickedBySelf picks { from to } }
    comments { question { id } perspectives fragments { id text flagged } }
} whyNoMirror { nl } }"""
ADVISER = {"name": "administrator", "role": "CONFIDENTIAL_ADVISER"}


@pytest.fixture
def running(world: World) -> World:
    """Fenna's round is open; the services know whom she asked."""
    world.opened()
    lens_published(world)
    world.happened(STREAM, *prepared(), opened())
    world.bus.people[ROUND] = [
        InvitedPerson(
            invitation="2" * 32,
            perspective=PEER,
            name="Zoë",
            email="zoe@elders.example",
            mail="NOT_ACCEPTED",
        ),
        InvitedPerson(
            invitation="0" * 32,
            perspective=LEAD,
            name="Bo Aerts",
            colleague=PEOPLE["colleague"],
            mail="SENT",
        ),
        InvitedPerson(invitation="1" * 32, perspective=PEER, name="Ali", colleague="d" * 32),
    ]
    return world


def ask(world: World, query: str, **variables: Any) -> Any:
    answer = asyncio.run(world.ask(query, **variables))
    assert "errors" not in answer, answer
    return answer["data"]


def one(world: World, selection: str, round_: str = ROUND, **caller: Any) -> Any:
    document = f"query ($id: ID!) {{ round(id: $id) {selection} }}"
    return ask(world, document, id=f"FeedbackRound:{round_}", **caller)["round"]


def test_a_round_is_shown_whole_and_is_among_all_of_the_person(running: World) -> None:
    running.happened(STREAM, SelfMirrorFilled(round=ROUND, answers=(Answer(question=PICK, terms=(CALM,)),)))
    found = one(running, WHOLE)
    assert ask(running, f"{{ me {{ rounds {WHOLE} }} }}")["me"]["rounds"] == [found]
    assert found["id"] == f"FeedbackRound:{ROUND}"
    assert (found["version"], found["state"], found["reminders"]) == (7, "OPEN", 0)
    assert found["ownQuestion"] == "Wat mis je?"
    assert found["floors"] == {"raters": 3, "clients": 5, "comments": 3}
    assert found["lens"]["id"] == f"LensVersion:{LENS}-1"
    assert found["selfAnswers"] == [
        {"questionId": f"Question:{PICK}", "scale": None, "termIds": [f"TalentTerm:{CALM}"], "text": None}
    ]
    assert (found["mirror"], found["whyNoMirror"]) == (None, None)


def test_people_who_were_asked_are_in_the_order_of_asking_and_gone_when_the_round_is_over(
    running: World,
) -> None:
    asked = one(running, "{ invitations { id perspective name email mail } }")["invitations"]
    assert [(person["name"], person["perspective"], person["email"], person["mail"]) for person in asked] == [
        ("Bo Aerts", "LEAD", None, "SENT"),
        ("Ali", "PEER", None, None),
        ("Zoë", "PEER", "zoe@elders.example", "NOT_ACCEPTED"),
    ]
    assert asked[0]["id"] == f"Invitation:{'0' * 32}"
    running.happened(STREAM, *closed(CONTENTS))
    assert one(running, "{ invitations { name } }")["invitations"] == []


def test_a_round_is_nobody_else_s(running: World) -> None:
    assert one(running, "{ state }", name="colleague") is None
    assert one(running, "{ state }", round_="8" * 32) is None
    assert ask(running, "{ me { rounds { id } } }", name="colleague")["me"]["rounds"] == []


def test_the_mirror_has_its_questions_and_the_current_words(running: World) -> None:
    running.happened(STREAM, *closed(CONTENTS))
    found = one(running, MIRROR_OF)
    mirror = found["mirror"]
    assert found["whyNoMirror"] is None
    assert (mirror["id"], mirror["leftOut"], mirror["steadiness"]) == (f"Mirror:{MIRROR}", ["CLIENT"], 0.49)
    assert [(block["attributed"], block["raters"]) for block in mirror["blocks"]] == [
        (True, {"from": 1, "to": 1}),
        (False, {"from": 5, "to": 7}),
    ]
    (row,) = mirror["rows"]
    assert row["question"] == {"id": f"Question:{SCALE}", "text": {"nl": "Vraag?"}}
    assert (row["self"], row["total"], row["gap"]) == (2, "FROM_4_5", "HIDDEN_STRENGTH")
    assert row["cells"] == [
        {"mean": None, "raters": None, "spread": None},
        {
            "mean": "FROM_4_5",
            "raters": {"from": 5, "to": 7},
            "spread": {"low": "FEW", "middle": "SOME", "high": "MOST"},
        },
    ]
    assert [(pick["term"]["label"]["nl"], pick["pickedBySelf"]) for pick in mirror["talentPicks"]] == [
        ("Moed", True),
        ("Kalmte", False),
    ]
    assert [comments["question"]["id"] for comments in mirror["comments"]] == [
        f"Question:{OPEN_ONE}",
        f"Question:{ROUND}",
    ]


def test_a_masked_comment_has_no_text_any_more(running: World) -> None:
    flagged = CommentFlagged(round=ROUND, fragment=FRAGMENTS[0], reason="Dit raakt me.")
    running.happened(STREAM, *closed(CONTENTS), flagged)
    before, _ = one(running, MIRROR_OF)["mirror"]["comments"]
    assert before["fragments"][0] == {
        "id": f"CommentFragment:{OWNER}{FRAGMENTS[0]}",
        "text": "Tekst b1",
        "flagged": True,
    }
    running.happened(STREAM, CommentMasked(round=ROUND, fragment=FRAGMENTS[0], reason="Herkenbaar."))
    after, _ = one(running, MIRROR_OF)["mirror"]["comments"]
    assert [fragment["text"] for fragment in after["fragments"]] == [None, "Tekst b2"]


@pytest.mark.parametrize("contents", [None, MirrorContents(left_out=(PEER, CLIENT)), MirrorContents()])
def test_a_closed_round_without_a_mirror_gives_one_reason_for_all(
    running: World, contents: MirrorContents | None
) -> None:
    running.happened(STREAM, *closed(contents))
    found = one(running, MIRROR_OF)
    assert found == {
        "mirror": None,
        "whyNoMirror": {"nl": TOO_FEW.nl},
    }


def test_a_round_whose_key_was_lost_says_so(running: World) -> None:
    running.happened(STREAM, RoundCancelled(round=ROUND, reason="key_lost"))
    found = one(running, "{ state whyNoMirror { en } mirror { id } invitations { id } }")
    assert (found["state"], found["mirror"], found["invitations"]) == ("CANCELLED", None, [])
    assert found["whyNoMirror"]["en"].startswith("The key of this round was lost")


CHANGES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "prepareRound": ({"lensVersionId": f"LensVersion:{LENS}-1", "closesAt": "2026-12-24T17:00:00Z"}, {}),
    "inviteRater": (
        {
            "roundId": f"FeedbackRound:{ROUND}",
            "perspective": "CLIENT",
            "rater": {"outsider": {"name": "Zoë", "email": "zoe@elders.example"}},
        },
        {"rater": {"outsider": {"name": "Zoë", "email": "zoe@elders.example", "language": "NL"}}},
    ),
    "revokeInvitation": ({"roundId": ROUND, "invitationId": f"Invitation:{'1' * 32}"}, {}),
    "openRound": ({"roundId": ROUND}, {}),
    "fillSelfMirror": (
        {"roundId": ROUND, "answers": [{"questionId": f"Question:{SCALE}", "value": {"scale": 4}}]},
        {"answers": [{"questionId": SCALE, "value": {"scale": 4}}]},
    ),
    "extendRound": ({"roundId": ROUND, "closesAt": "2026-12-24T17:00:00Z"}, {}),
    "remindRaters": ({"roundId": ROUND}, {}),
    "closeRound": ({"roundId": ROUND}, {}),
    "cancelRound": ({"roundId": ROUND}, {}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_sent_as_its_command_and_shows_the_round(running: World, name: str) -> None:
    given, expected = CHANGES[name]
    command = str(uuid4())
    running.bus.answer = CommandResult(
        command_id=command,
        outcome="ACCEPTED",
        position=LogPosition(generation="f" * 32, partition=0, ordinal=0),
        version=6,
        entity_id=ROUND,
    )
    kind = f"{name[0].upper()}{name[1:]}Input"
    document = (
        f"mutation ($input: {kind}!) {{ {name}(input: $input)"
        " { command { outcome version } round { id state } } }"
    )
    answer = ask(running, document, input={"commandId": command, **given})[name]
    assert answer == {
        "command": {"outcome": "ACCEPTED", "version": 6},
        "round": {"id": f"FeedbackRound:{ROUND}", "state": "OPEN"},
    }
    ((request, person, role),) = running.bus.requests
    assert (request.name, request.command_id, person, role) == (name, command, OWNER, Role.PROFESSIONAL)
    bare = {key: value.partition(":")[2] if key.endswith("Id") else value for key, value in given.items()}
    bare |= {"roundId": ROUND} if "roundId" in given else {}
    sent = {key: value for key, value in request.input.items() if key != "closesAt"}
    assert sent == {key: value for key, value in (bare | expected).items() if key != "closesAt"}


def test_the_adviser_reads_what_was_flagged_and_nothing_around_it(running: World) -> None:
    granted = RoleGranted(grant="7" * 32, person=PEOPLE["administrator"], role="CONFIDENTIAL_ADVISER")
    running.happened(f"policy-{ORGANISATION}", granted)
    running.happened(STREAM, *closed(CONTENTS))
    query = "{ flaggedComments { id text reason } }"
    assert ask(running, query, **ADVISER)["flaggedComments"] == []
    running.happened(STREAM, CommentFlagged(round=ROUND, fragment=FRAGMENTS[1], reason="Dit raakt me."))
    (flagged,) = ask(running, query, **ADVISER)["flaggedComments"]
    assert flagged == {
        "id": f"FlaggedComment:{OWNER}{FRAGMENTS[1]}",
        "text": "Tekst b2",
        "reason": "Dit raakt me.",
    }
    command = "mutation ($input: MaskCommentInput!) { maskComment(input: $input) { command { outcome } } }"
    masking = {"commandId": str(uuid4()), "commentId": flagged["id"], "reason": "Herkenbaar."}
    ask(running, command, input=masking, **ADVISER)
    ((request, _, role),) = running.bus.requests
    assert (request.name, role) == ("maskComment", Role.CONFIDENTIAL_ADVISER)
    assert request.input["commentId"] == OWNER + FRAGMENTS[1]


def test_the_adviser_sees_nothing_in_a_view_that_may_have_missed_a_mask(running: World) -> None:
    granted = RoleGranted(grant="7" * 32, person=PEOPLE["administrator"], role="CONFIDENTIAL_ADVISER")
    running.happened(f"policy-{ORGANISATION}", granted)
    flagged = CommentFlagged(round=ROUND, fragment=FRAGMENTS[1], reason="Dit raakt me.")
    running.happened(STREAM, *closed(CONTENTS), flagged)
    running.stale(rounds.VIEW, 300)
    assert asyncio.run(running.codes("{ flaggedComments { text } }", **ADVISER)) == ["UNAVAILABLE"]
    running.stale(rounds.VIEW, 0)
    running.parked(rounds.VIEW, OWNER)
    assert ask(running, "{ flaggedComments { text } }", **ADVISER)["flaggedComments"] == []
    assert asyncio.run(running.codes("{ me { rounds { id } } }")) == ["PARKED"]


def test_an_insight_is_next_to_its_mirror_and_in_the_portfolio_and_in_the_goal_it_became(
    running: World,
) -> None:
    kept = MirrorInsightKept(insight="e" * 32, round=ROUND, question=SCALE, conclusion="Ik mag rustiger.")
    other = MirrorInsightKept(insight="f" * 32, round="8" * 32, conclusion="Van een andere ronde.")
    running.happened(STREAM, *closed(CONTENTS))
    goal = GoalSet(goal="9" * 32, text="Rustiger praten", insights=("e" * 32,))
    running.happened(f"portfolio-{OWNER}", kept, other, goal)
    selection = "{ id roundId questionId conclusion }"
    (shown,) = one(running, f"{{ mirror {{ insights {selection} }} }}")["mirror"]["insights"]
    assert shown == {
        "id": f"Item:{'e' * 32}",
        "roundId": f"FeedbackRound:{ROUND}",
        "questionId": f"Question:{SCALE}",
        "conclusion": "Ik mag rustiger.",
    }
    mine = running.mine(f"insights {selection} goals {{ insightIds }}")
    assert [insight["conclusion"] for insight in mine["insights"]] == [other.conclusion, kept.conclusion]
    assert mine["goals"][0]["insightIds"] == [f"Item:{'e' * 32}"]
