"""Versions of a lens: their ids, the names they are stored under, and the time they take."""

from enum import StrEnum

import pytest

from rules.feedback.lens_versions import LensState, lens_and_number, minutes_to_answer, version_id
from rules.feedback.questions import LensForm, Perspective, Question, QuestionKind

LENS = "a" * 32


@pytest.mark.parametrize(
    ("kind", "stored"),
    [
        (LensState, ["draft", "pilot", "published", "withdrawn"]),
        (LensForm, ["standard", "easy"]),
        (QuestionKind, ["scale", "talent_pick", "open"]),
        (Perspective, ["self", "peer", "lead", "report", "client", "partner"]),
    ],
)
def test_what_events_and_rows_name_is_stored_under_its_name_in_lower_case(
    kind: type[StrEnum], stored: list[str]
) -> None:
    assert [member.value for member in kind] == stored
    assert [member.name for member in kind] == [word.upper() for word in stored]


@pytest.mark.parametrize("number", [1, 9, 10, 999_999_999])
def test_the_id_of_a_version_gives_lens_and_number_back(number: int) -> None:
    assert lens_and_number(version_id(LENS, number)) == (LENS, number)


@pytest.mark.parametrize(
    "other",
    [
        *("", LENS, f"{LENS}-", f"{LENS}-0", f"{LENS}-01", f"{LENS}--1", f"{LENS}-1\n", f"{LENS}-1-1"),
        *(f"{LENS}-1234567890", f"{LENS}-\u0661", f"x{LENS}-1", f"{LENS.upper()}-1"),
    ],
)
def test_anything_else_is_the_id_of_no_version(other: str) -> None:
    assert lens_and_number(other) is None


def test_a_longer_lens_takes_longer_and_none_takes_no_time() -> None:
    def of(*kinds: QuestionKind) -> int:
        return minutes_to_answer(
            Question(question="q", kind=kind, nl="a", en="a", perspectives=()) for kind in kinds
        )

    assert of() == of(QuestionKind.SCALE) == 1
    assert of(*[QuestionKind.SCALE] * 4) == 2
    shipped = [*[QuestionKind.SCALE] * 8, QuestionKind.TALENT_PICK, *[QuestionKind.OPEN] * 3]
    assert 5 <= of(*shipped) <= 10
