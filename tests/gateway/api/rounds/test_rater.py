"""A rater has a code and nothing else: what they are asked, and handing in, by the page's own documents."""

import asyncio
import base64
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from events.catalog.catalogue import TermAdopted, TermProposed
from events.catalog.lenses import LensDrafted, LensPublished, QuestionAdded
from events.privacy.answers import info_of, new_private_key, open_answers, public_key_of
from gateway.limits.rater_codes import WRONG_CODES_PER_MINUTE_MAX
from rules.access.decisions import roles_for
from rules.access.roles import Role
from rules.feedback.invitation import RaterInvitation
from rules.feedback.questions import LensForm, Perspective, QuestionKind
from rules.feedback.rater_code import caller_of, code_of, shown
from tests.gateway.api.test_root_fields import document, root_fields
from tests.gateway.harness import NOW, OWNER, Harness
from tests.gateway.world import ORGANISATION, World

pytestmark = pytest.mark.postgres

PAGE = (Path(__file__).parents[4] / "web/feedback/invitation.ts").read_text()
QUERY, MUTATION = re.findall(r"`((?:query|mutation) .+?)`", PAGE, flags=re.DOTALL)
CODE, OTHER_CODE = code_of(bytes(range(10))), code_of(bytes(range(10, 20)))
LENS, ROUND = "1" * 32, "7" * 32
SCALE, PICK, OPEN_ONE, OTHERS = ("3" * 32, "4" * 32, "5" * 32, "6" * 32)
TERM = "9" * 32
PRIVATE_KEY = new_private_key()
PEER, CLIENT = Perspective.PEER, Perspective.CLIENT


def question(name: str, kind: QuestionKind, *sides: Perspective) -> QuestionAdded:
    return QuestionAdded(number=1, question=name, kind=kind, nl="Vraag?", en="Question?", perspectives=sides)


def invited(side: Perspective = PEER) -> RaterInvitation:
    return RaterInvitation(
        subject=OWNER,
        round=ROUND,
        perspective=side,
        own_question="Wat mis je?",
        lens=LENS,
        lens_number=1,
        attributed=False,
        floor=3,
        comment_floor=4,
        promise_version=1,
        closes_at=NOW + timedelta(days=9),
        public_key=public_key_of(PRIVATE_KEY),
        info=info_of(ROUND, side),
    )


@pytest.fixture
def asked(world: World) -> World:
    """Fenna asked the bearer of CODE, as a peer, with a published lens."""
    world.opened()
    world.happened(
        f"lens-{ORGANISATION}-{LENS}",
        LensDrafted(number=1, nl="Rond", en="Round", form=LensForm.STANDARD),
        question(SCALE, QuestionKind.SCALE, PEER, CLIENT),
        question(PICK, QuestionKind.TALENT_PICK, PEER),
        question(OPEN_ONE, QuestionKind.OPEN, PEER),
        question(OTHERS, QuestionKind.OPEN, CLIENT),
        LensPublished(number=1),
    )
    world.happened(
        f"catalogue-{ORGANISATION}",
        TermProposed(term=TERM, nl="Rust", en="Calm", cluster="calm"),
        TermAdopted(term=TERM),
        TermProposed(term="8" * 32, nl="Moed", en="Courage", cluster="making"),
    )
    world.limit(body_bytes_max=256 * 1024)
    world.bus.invitations[caller_of(CODE)] = invited()
    return world


def send(world: Harness, body: dict[str, Any], code: str = CODE, **headers: str) -> httpx.Response:
    given = {"Accept": "application/graphql-response+json", "Authorization": f"Bearer {code}", **headers}
    return asyncio.run(world.send(json=body, headers=given))


def ask(world: World, query: str, code: str = CODE, **variables: Any) -> Any:
    answer = send(world, {"query": query, "variables": variables}, code).json()
    assert "errors" not in answer, answer
    return answer["data"]


def code_of_error(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["extensions"]["code"]


def questions_of(found: Any) -> list[str]:
    return [question["id"].removeprefix("Question:") for question in found["lens"]["questions"]]


def test_a_rater_is_asked_the_questions_of_their_side_and_no_others(asked: World) -> None:
    found = ask(asked, QUERY)["invitation"]
    assert questions_of(found) == [SCALE, PICK, OPEN_ONE, ROUND]
    assert found["lens"]["questions"][-1]["text"] == {"nl": "Wat mis je?", "en": "Wat mis je?"}
    assert found["lens"]["minutes"] == 5
    assert (found["subjectName"], found["perspective"]) == ("Fenna de Boer", "PEER")
    assert (found["attributed"], found["floor"], found["commentFloor"]) == (False, 3, 4)
    assert found["closesAt"] == "2026-12-02T09:30:00Z"
    assert "minder dan 3 mensen" in found["promise"]["text"]["nl"]
    assert found["key"] == {
        "suite": "DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM",
        "publicKey": base64.b64encode(public_key_of(PRIVATE_KEY)).decode(),
        "info": f"ipp.feedback.v1|{ROUND}|peer",
        "size": 8_192,
    }
    (term,) = found["terms"]
    assert (term["id"], term["label"]["nl"], term["cluster"]["id"]) == (
        f"TalentTerm:{TERM}",
        "Rust",
        "TermCluster:calm",
    )


def test_terms_are_read_only_when_a_question_asks_for_them(asked: World) -> None:
    asked.bus.invitations[caller_of(CODE)] = replace(invited(CLIENT), floor=5)
    found = ask(asked, QUERY)["invitation"]
    assert found["terms"] == []
    assert questions_of(found) == [SCALE, OTHERS, ROUND]


def test_a_lead_who_is_asked_alone_is_promised_no_floor(asked: World) -> None:
    alone = replace(
        invited(Perspective.LEAD), attributed=True, floor=None, comment_floor=None, own_question=None
    )
    asked.bus.invitations[caller_of(CODE)] = alone
    found = ask(asked, QUERY)["invitation"]
    assert (found["attributed"], found["floor"], found["commentFloor"]) == (True, None, None)
    assert "Jij bent als enige vanuit deze kant gevraagd." in found["promise"]["text"]["nl"]


def test_a_code_may_be_typed_in_any_way_that_people_type_it(asked: World) -> None:
    for typed in (shown(CODE), CODE.lower(), shown(CODE).replace("0", "O")):
        assert ask(asked, "{ invitation { perspective } }", typed)["invitation"]


def test_what_was_sealed_goes_to_the_services_as_it_is(asked: World) -> None:
    sealed = base64.b64encode(bytes(8_273)).decode()
    answer = ask(asked, MUTATION, id=str(uuid4()), sealed=sealed)
    assert answer == {"submitFeedback": {"command": {"outcome": "UNSETTLED", "refusals": []}}}
    ((request, rater, role),) = asked.bus.requests
    assert (request.name, request.input) == ("submitFeedback", {"sealed": sealed})
    assert (rater, role) == (caller_of(CODE), Role.RATER)


def test_handing_in_takes_no_version_because_it_would_say_that_something_was_handed_in(asked: World) -> None:
    found = ask(asked, '{ __type(name: "SubmitFeedbackInput") { inputFields { name } } }')
    assert [field["name"] for field in found["__type"]["inputFields"]] == ["commandId", "feedback"]


PLAIN = """mutation ($id: UUID!, $plain: AnswersInput!) {
    submitFeedback(input: { commandId: $id, feedback: { plain: $plain } }) {
        command { outcome refusals { code field message { en } } }
    }
}"""


def handed_in_plain(world: World, **plain: Any) -> Any:
    return ask(world, PLAIN, id=str(uuid4()), plain=plain)["submitFeedback"]["command"]


def test_plain_answers_are_locked_at_the_gateway_as_a_browser_would(asked: World) -> None:
    answers = [
        {"questionId": SCALE, "value": {"notSeen": True}},
        {"questionId": PICK, "value": {"termIds": [TERM]}},
        {"questionId": ROUND, "value": {"text": "Rust."}},
    ]
    assert handed_in_plain(asked, answers=answers)["outcome"] == "UNSETTLED"
    ((request, *_),) = asked.bus.requests
    opened = open_answers(PRIVATE_KEY, info_of(ROUND, PEER), base64.b64decode(request.input["sealed"]))
    assert len(opened) == 8_192
    assert json.loads(opened) == {"answers": answers}


def test_taking_back_is_locked_too_and_has_the_same_length(asked: World) -> None:
    handed_in_plain(asked, answers=[], takeBack=True)
    handed_in_plain(asked, answers=[{"questionId": SCALE, "value": {"scale": 3}}])
    first, second = (base64.b64decode(request.input["sealed"]) for request, *_ in asked.bus.requests)
    assert len(first) == len(second)
    assert json.loads(open_answers(PRIVATE_KEY, info_of(ROUND, PEER), first)) == {"takeBack": True}


@pytest.mark.parametrize(
    ("plain", "field"),
    [
        ({"answers": []}, ["answers"]),
        ({"answers": [{"questionId": SCALE, "value": {"scale": 3}}], "takeBack": True}, ["takeBack"]),
        ({"answers": [{"questionId": SCALE, "value": {"scale": 0}}]}, ["answers", "0"]),
        ({"answers": [{"questionId": OTHERS, "value": {"text": "Ja."}}]}, ["answers", "0"]),
        ({"answers": [{"questionId": OPEN_ONE, "value": {"text": "x" * 601}}]}, ["answers", "0"]),
    ],
)
def test_plain_answers_that_do_not_fit_are_refused_and_nothing_is_sent(
    asked: World, plain: dict[str, Any], field: list[str]
) -> None:
    answer = handed_in_plain(asked, **plain)
    assert answer["outcome"] == "REFUSED"
    assert [(one["code"], one["field"]) for one in answer["refusals"]] == [
        ("INVALID_INPUT", ["feedback", "plain", *field])
    ]
    assert asked.bus.requests == []


@pytest.mark.parametrize(("root", "name"), root_fields())
def test_a_rater_may_ask_nothing_else(harness: Harness, root: str, name: str) -> None:
    if Role.RATER in roles_for(name):
        return
    harness.bus.invitations[caller_of(CODE)] = invited()
    answer = send(
        harness,
        {"query": document(root, name)},
        Accept="text/event-stream" if root == "Subscription" else "application/json",
    )
    assert "FORBIDDEN" in answer.text
    assert harness.bus.requests == []


@pytest.mark.parametrize("role", ["PROFESSIONAL", "HR_FEED", "CONFIDENTIAL_ADVISER"])
def test_a_code_is_for_no_other_role(asked: World, role: str) -> None:
    answer = send(asked, {"query": "{ __typename }"}, **{"IPP-Role": role})
    assert code_of_error(answer) == (403, "FORBIDDEN")


def test_the_role_of_a_rater_comes_with_a_code_only(asked: World) -> None:
    answer = asyncio.run(
        asked.send(json={"query": "{ invitation { floor } }"}, headers=asked.headers("owner", "RATER"))
    )
    assert code_of_error(answer) == (403, "FORBIDDEN")


def test_a_code_that_is_wrong_or_over_is_refused_in_the_same_bytes_until_there_are_too_many(
    asked: World,
) -> None:
    body = {"query": QUERY}
    wrong = [send(asked, body, code_of(bytes([number] * 10))) for number in range(30)]
    assert {answer.content for answer in wrong[:WRONG_CODES_PER_MINUTE_MAX]} == {wrong[0].content}
    assert code_of_error(wrong[0]) == (401, "UNAUTHENTICATED")
    assert {code_of_error(answer) for answer in wrong[WRONG_CODES_PER_MINUTE_MAX:]} == {
        (429, "LIMIT_EXCEEDED")
    }
    asked.clock.advance(timedelta(minutes=1))
    assert code_of_error(send(asked, body, OTHER_CODE)) == (401, "UNAUTHENTICATED")


def test_right_codes_are_not_counted_and_go_on_where_wrong_ones_came_from(asked: World) -> None:
    for _ in range(WRONG_CODES_PER_MINUTE_MAX + 5):
        assert send(asked, {"query": "{ __typename }"}).status_code == 200
    for number in range(30):
        send(asked, {"query": QUERY}, code_of(bytes([number] * 10)))
    assert ask(asked, QUERY)["invitation"]


def test_a_code_seen_before_gets_the_answer_of_a_wrong_one_as_soon_as_it_is_over(asked: World) -> None:
    assert ask(asked, QUERY)["invitation"]
    del asked.bus.invitations[caller_of(CODE)]
    for query in (QUERY, MUTATION):
        body = {"query": query, "variables": {"id": str(uuid4()), "sealed": "AAAA"}}
        over, wrong = send(asked, body), send(asked, body, OTHER_CODE)
        assert (over.status_code, over.content) == (401, wrong.content)


def test_a_code_that_was_right_is_counted_among_the_wrong_ones_when_it_is_over(asked: World) -> None:
    assert ask(asked, QUERY)["invitation"]
    for number in range(WRONG_CODES_PER_MINUTE_MAX):
        send(asked, {"query": QUERY}, code_of(bytes([number] * 10)))
    del asked.bus.invitations[caller_of(CODE)]
    for code in (CODE, OTHER_CODE):
        assert code_of_error(send(asked, {"query": QUERY}, code)) == (429, "LIMIT_EXCEEDED")


def test_nothing_of_a_rater_is_logged(asked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when something breaks inside."""

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"{CODE} {ROUND}")

    with capture_logs() as logged:
        ask(asked, QUERY)
        send(asked, {"query": QUERY}, OTHER_CODE)
        monkeypatch.setattr(asked.bus, "send", broken)
        answer = send(asked, {"query": MUTATION, "variables": {"id": str(uuid4()), "sealed": "AAAA"}})
    assert answer.json()["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert logged, "the error is in the log"
    for secret in (CODE, shown(CODE), caller_of(CODE), caller_of(OTHER_CODE), OTHER_CODE, ROUND, OWNER):
        assert secret not in str(logged)
