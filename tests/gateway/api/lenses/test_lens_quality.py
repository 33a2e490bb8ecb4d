"""Lens quality: words over many rounds, to the working group and the works council alone."""

import asyncio
from typing import Any

import pytest

from events.catalog.lenses import LensDrafted, LensPublished
from events.catalog.policy import OrganisationFounded, RoleGranted
from events.catalog.quality import QuestionMeasured
from projections.views import quality
from rules.feedback.mirror import Portion
from rules.feedback.questions import Perspective, Question, QuestionKind
from tests.gateway.harness import PEOPLE
from tests.gateway.world import ORGANISATION, World

pytestmark = pytest.mark.postgres
LENS, SEEN, OPEN = "1" * 32, "2" * 32, "3" * 32
QUALITY = f"quality-{ORGANISATION}"
ASK = "query ($id: ID!) { lensQuality(lensVersionId: $id) { question { id text { nl } } answered notSeen } }"


@pytest.fixture
def lensed(world: World) -> World:
    world.opened()
    world.happened(f"policy-{ORGANISATION}", OrganisationFounded(name="Kade"))
    for number, role in enumerate(("WORKING_GROUP", "WORKS_COUNCIL", "HR", "AUDITOR")):
        granted = RoleGranted(grant=f"{number}" * 32, person=PEOPLE["administrator"], role=role)
        world.happened(f"policy-{ORGANISATION}", granted)
    questions = tuple(
        Question(question=name, kind=kind, nl=nl, en="x", perspectives=(Perspective.PEER,))
        for name, kind, nl in ((SEEN, QuestionKind.SCALE, "Luistert."), (OPEN, QuestionKind.OPEN, "Wat?"))
    )
    drafted = LensDrafted(number=1, nl="Lens", en="Lens", questions=questions)
    world.happened(f"lens-{ORGANISATION}-{LENS}", drafted, LensPublished(number=1))
    return world


def asked(world: World, role: str = "WORKING_GROUP", version: str = f"LensVersion:{LENS}-1") -> Any:
    answer = asyncio.run(world.ask(ASK, name="administrator", role=role, id=version))
    assert "errors" not in answer, answer
    return answer["data"]["lensQuality"]


def figures(world: World, role: str = "WORKING_GROUP") -> list[tuple[str, str]]:
    return [(each["answered"], each["notSeen"]) for each in asked(world, role)]


def test_before_there_are_enough_rounds_each_question_is_there_without_a_figure(lensed: World) -> None:
    first, second = asked(lensed)
    assert first == {
        "question": {"id": f"Question:{SEEN}", "text": {"nl": "Luistert."}},
        "answered": None,
        "notSeen": None,
    }
    assert second["question"]["text"] == {"nl": "Wat?"}


@pytest.mark.parametrize("role", ["WORKING_GROUP", "WORKS_COUNCIL"])
def test_the_last_figure_of_each_question_is_shown_in_words(lensed: World, role: str) -> None:
    lensed.happened(
        QUALITY,
        QuestionMeasured(question=SEEN, figure="4" * 32, answered=Portion.FEW, not_seen=Portion.MOST),
        QuestionMeasured(question=OPEN, figure="5" * 32, answered=Portion.SOME),
        QuestionMeasured(question=SEEN, figure="6" * 32, answered=Portion.MOST, not_seen=Portion.FEW),
        QuestionMeasured(question="9" * 32, figure="7" * 32, answered=Portion.MOST),
    )
    assert figures(lensed, role) == [("MOST", "FEW"), ("SOME", None)]


@pytest.mark.parametrize("version", ["nothing", f"{LENS}-2", f"{'9' * 32}-1"])
def test_there_is_nothing_of_a_version_that_is_not_there(lensed: World, version: str) -> None:
    assert asked(lensed, version=version) is None


@pytest.mark.parametrize(
    ("name", "role"), [("owner", "PROFESSIONAL"), *[("administrator", r) for r in ("HR", "AUDITOR")]]
)
def test_nobody_else_may_ask(lensed: World, name: str, role: str) -> None:
    codes = lensed.codes(ASK.replace("$id: ID!", '$id: ID! = "x"'), name=name, role=role)
    assert asyncio.run(codes) == ["FORBIDDEN"]


def test_a_figure_that_waits_for_repair_is_not_shown(lensed: World) -> None:
    lensed.parked(quality.VIEW, ORGANISATION)
    codes = lensed.codes(
        ASK.replace("$id: ID!", f'$id: ID! = "{LENS}-1"'), name="administrator", role="WORKING_GROUP"
    )
    assert asyncio.run(codes) == ["PARKED"]
