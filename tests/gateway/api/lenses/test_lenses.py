"""Lenses: the published ones to all who may use them, and what is in the making to the working group."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from events.catalog.lenses import (
    LensDrafted,
    LensPiloted,
    LensPublished,
    LensWithdrawn,
    QuestionAdded,
    QuestionReworded,
)
from events.catalog.policy import OrganisationFounded, RoleGranted
from gateway.api.lenses.lenses import lens_version_of
from gateway.context import Context
from projections.views import lenses
from rules.commands import CommandResult, LogPosition
from rules.feedback.questions import LensForm, Perspective, QuestionKind
from tests.gateway.harness import PEOPLE
from tests.gateway.reading.test_statements import statements
from tests.gateway.world import ORGANISATION, TODAY, World

pytestmark = pytest.mark.postgres

LENS, OTHER = "1" * 32, "2" * 32
STREAM, OTHER_STREAM = f"lens-{ORGANISATION}-{LENS}", f"lens-{ORGANISATION}-{OTHER}"
WG = {"name": "administrator", "role": "WORKING_GROUP"}
VERSION = (
    "{ id lensId version number name { nl en } state form minutes publishedAt"
    " questions { id kind text { nl en } perspectives } pilots { on people clients outdated findings } }"
)
QUESTION = QuestionAdded(
    number=1,
    question="3" * 32,
    kind=QuestionKind.SCALE,
    nl="Luistert.",
    en="Listens.",
    perspectives=(Perspective.SELF, Perspective.CLIENT),
)
PILOT = LensPiloted(number=1, member="4" * 32, on=TODAY, people=4, clients=2, findings="Zin 2 was moeilijk.")
PUBLISHED = LensPublished(number=1)


def drafted(number: int = 1, nl: str = "Makkelijk", en: str = "Easy") -> LensDrafted:
    return LensDrafted(number=number, nl=nl, en=en, form=LensForm.EASY)


@pytest.fixture
def lensed(world: World) -> World:
    """A lens that is published, with a draft of its next version, and another that was withdrawn."""
    world.opened()
    world.happened(f"policy-{ORGANISATION}", OrganisationFounded(name="Kade"))
    granted = RoleGranted(grant="7" * 32, person=PEOPLE["administrator"], role="WORKING_GROUP")
    world.happened(f"policy-{ORGANISATION}", granted)
    world.happened(STREAM, drafted(), QUESTION, PILOT, PUBLISHED, drafted(2))
    withdrawn = LensWithdrawn(numbers=(1,), reason="Te lang.")
    world.happened(OTHER_STREAM, drafted(nl="Anders", en="Other"), PUBLISHED, withdrawn)
    return world


def asked(world: World, field: str, **caller: Any) -> Any:
    answer = asyncio.run(world.ask(f"{{ {field} {VERSION} }}", **caller))
    assert "errors" not in answer, answer
    return answer["data"][field]


def test_what_is_published_is_shown_with_its_questions_and_pilots(lensed: World) -> None:
    (version,) = asked(lensed, "lenses")
    published = version.pop("publishedAt")
    assert published
    assert version == {
        "id": f"LensVersion:{LENS}-1",
        "lensId": f"Lens:{LENS}",
        "version": 5,
        "number": 1,
        "name": {"nl": "Makkelijk", "en": "Easy"},
        "state": "PUBLISHED",
        "form": "EASY",
        "minutes": 1,
        "questions": [
            {
                "id": f"Question:{'3' * 32}",
                "kind": "SCALE",
                "text": {"nl": "Luistert.", "en": "Listens."},
                "perspectives": ["SELF", "CLIENT"],
            }
        ],
        "pilots": [{"on": TODAY.isoformat(), "people": 4, "clients": 2, "outdated": False, "findings": None}],
    }


def test_what_came_out_of_a_pilot_only_the_working_group_reads(lensed: World) -> None:
    (version,) = asked(lensed, "lenses", **WG)
    assert version["pilots"][0]["findings"] == "Zin 2 was moeilijk."
    (version,) = asked(lensed, "lenses")
    assert version["pilots"][0]["findings"] is None


def test_what_is_in_the_making_or_out_of_use_only_the_working_group_sees(lensed: World) -> None:
    drafts = asked(lensed, "lensDrafts", **WG)
    assert [(version["id"], version["state"]) for version in drafts] == [
        (f"LensVersion:{OTHER}-1", "WITHDRAWN"),
        (f"LensVersion:{LENS}-2", "DRAFT"),
    ]
    refused = lensed.codes("{ lensDrafts { id } }")
    assert asyncio.run(refused) == ["FORBIDDEN"]


def test_a_pilot_that_a_change_followed_is_shown_as_outdated(lensed: World) -> None:
    reworded = QuestionReworded(number=1, question="3" * 32, nl="Hoort.", en="Hears.")
    third = f"lens-{ORGANISATION}-{'5' * 32}"
    lensed.happened(third, drafted(nl="Nieuw"), PILOT, reworded)
    found = {version["lensId"]: version for version in asked(lensed, "lensDrafts", **WG)}[f"Lens:{'5' * 32}"]
    assert (found["state"], found["pilots"][0]["outdated"]) == ("DRAFT", True)


def test_a_round_finds_its_version_whatever_became_of_it(lensed: World) -> None:
    lensed.happened(STREAM, LensPublished(number=2), LensWithdrawn(numbers=(1, 2), reason="x"))

    async def found(number: int) -> Any:
        return await lens_version_of(Context(gateway=lensed.gateway), LENS, number)

    version = asyncio.run(found(1))
    assert version is not None
    assert (version.number, version.state.name, len(version.questions)) == (1, "WITHDRAWN", 1)
    assert asyncio.run(found(3)) is None


@pytest.mark.parametrize(
    ("name", "given", "shown"),
    [
        ("draftLens", {"lensId": LENS, "name": {"nl": "Samen", "en": "Together"}, "form": "EASY"}, 2),
        (
            "addQuestion",
            {
                "lensId": LENS,
                "kind": "OPEN",
                "text": {"nl": "Wat nog?", "en": "What else?"},
                "perspectives": ["CLIENT"],
            },
            2,
        ),
        ("pilotLens", {"lensId": LENS, "on": "2026-11-01", "people": 3, "clients": 2}, 2),
        ("publishLens", {"lensId": LENS}, 2),
        ("withdrawLens", {"lensId": OTHER, "reason": "Te lang."}, 1),
    ],
)
def test_the_changed_version_comes_with_the_result(
    lensed: World, name: str, given: dict[str, Any], shown: int
) -> None:
    kind = f"{name[0].upper()}{name[1:]}Input"
    document = (
        f"mutation ($input: {kind}!) {{ {name}(input: $input)"
        " { command { outcome refusals { code } } lens { number lensId state } } }"
    )
    position = LogPosition(generation="f" * 32, partition=0, ordinal=0)
    command_id = str(uuid4())
    lensed.bus.answer = CommandResult(
        command_id=command_id, outcome="ACCEPTED", position=position, version=6, entity_id=given["lensId"]
    )
    sent = {"commandId": command_id, **given, "lensId": f"Lens:{given['lensId']}"}
    answer = asyncio.run(lensed.ask(document, input=sent, **WG))
    assert "errors" not in answer, answer
    payload = answer["data"][name]
    assert payload["command"]["outcome"] == "ACCEPTED"
    assert (payload["lens"]["lensId"], payload["lens"]["number"]) == (f"Lens:{given['lensId']}", shown)
    ((request, _, role),) = lensed.bus.requests
    assert (request.name, request.input, role.name) == (name, given, "WORKING_GROUP")


def test_lenses_that_wait_for_repair_are_said_to(lensed: World) -> None:
    lensed.parked(lenses.VIEW, ORGANISATION)
    assert asyncio.run(lensed.codes("{ lenses { id } }")) == ["PARKED"]


def test_all_lenses_with_all_their_questions_are_read_at_once(lensed: World) -> None:
    assert statements(lensed, f"{{ lenses {VERSION} }}") == 4
