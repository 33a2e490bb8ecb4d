"""Commands of the working group on lenses."""

from datetime import date
from typing import Any

import msgspec
import pytest

from events.catalog.lenses import (
    LensDrafted,
    LensPiloted,
    LensPublished,
    LensWithdrawn,
    QuestionAdded,
    QuestionDropped,
    QuestionReworded,
)
from kit.ids import derived_id
from rules.feedback.lens_versions import (
    EASY_QUESTION_CHARS_MAX,
    LENS_QUESTION_CHARS_MAX,
    PILOT_CLIENTS_MIN,
)
from rules.feedback.questions import (
    EASY_QUESTIONS_MAX,
    QUESTIONS_MAX,
    LensForm,
    Perspective,
    Question,
    QuestionKind,
)
from services.contexts.lenses.commands import (
    LENS_NAME_CHARS_MAX,
    AddQuestion,
    DraftLens,
    DropQuestion,
    ListedQuestion,
    LoadLens,
    PilotLens,
    PublishLens,
    RewordQuestion,
    WithdrawLens,
    Words,
)
from services.contexts.lenses.decider import PILOTS_MAX, VERSIONS_MAX
from services.contexts.lenses.state import Lens
from services.decisions.command import Command
from tests.spec import CONTEXT, NEW, ORGANISATION, SENDER, TODAY, folded, given

LENS, OTHER_MEMBER = "a" * 32, "b" * 32
OTHERS = (Perspective.SELF, Perspective.PEER)
DRAFTED = LensDrafted(number=1, nl="Samenwerken", en="Working together")
EASY = msgspec.structs.replace(DRAFTED, form=LensForm.EASY)
PUBLISHED, WITHDRAWN = LensPublished(number=1), LensWithdrawn(numbers=(1,), reason="Te lang.")


def words(nl: str = "Luistert.", en: str = "Listens.") -> Words:
    return Words(nl=nl, en=en)


def add(text: Words | None = None, kind: str = "SCALE", sides: tuple[str, ...] = ("PEER", "SELF")) -> Any:
    return AddQuestion(lens_id=LENS, kind=kind, text=text or words(), perspectives=sides)


def added(question: str = "q", nl: str = "Luistert.", en: str = "Listens.", **other: Any) -> QuestionAdded:
    fields = {"kind": QuestionKind.SCALE, "perspectives": OTHERS, **other}
    return QuestionAdded(number=1, question=question, nl=nl, en=en, **fields)


def many(count: int) -> list[QuestionAdded]:
    return [added(f"q{n}", f"Vraag {n}", f"Question {n}") for n in range(count)]


def piloted(member: str = OTHER_MEMBER, **other: Any) -> LensPiloted:
    return LensPiloted(**{"number": 1, "member": member, "on": TODAY, "people": 3, **other})


def pilot(**other: Any) -> PilotLens:
    return PilotLens(**{"lens_id": LENS, "on": TODAY, "people": 3, **other})


PUBLISH, WITHDRAW = PublishLens(lens_id=LENS), WithdrawLens(lens_id=LENS, reason="Te lang.")
USED = (DRAFTED, added(), piloted(), PUBLISHED)


def test_a_lens_begins_as_a_draft_of_one_form() -> None:
    draft = DraftLens(name=words(" Samen werken ", "Working  together"))
    given().when(draft).then(LensDrafted(number=1, nl="Samen werken", en="Working together"))
    easy = DraftLens(name=words("Samenwerken", "Working together"), form="EASY")
    given().when(easy).then(EASY)
    assert draft.streams(CONTEXT) == (f"lens-{ORGANISATION}-{NEW}",)
    assert draft.entity_id(CONTEXT) == NEW


def test_a_next_version_begins_with_the_questions_of_the_last_one_under_new_ids() -> None:
    again = DraftLens(lens_id=LENS, name=words("Samen", "Together"))
    asked = {"kind": QuestionKind.SCALE, "nl": "Luistert.", "en": "Listens.", "perspectives": OTHERS}
    question = msgspec.convert({"question": derived_id(NEW, "q"), **asked}, Question)
    following = LensDrafted(number=2, nl="Samen", en="Together", questions=(question,))
    given(*USED).when(again).then(following)
    given(*USED, WITHDRAWN).when(again).then(following)
    given(*USED, following).when(again).refused("WRONG_STATE")
    given(DRAFTED).when(again).refused("WRONG_STATE")
    given().when(again).refused("NOT_FOUND", fields=["lensId"])
    other_form = DraftLens(lens_id=LENS, name=words(), form="EASY")
    given(*USED).when(other_form).refused("INVALID_INPUT", fields=["form"])


def test_a_lens_has_a_most_of_versions() -> None:
    versions = [msgspec.structs.replace(DRAFTED, number=n) for n in range(1, VERSIONS_MAX + 1)]
    last = LensWithdrawn(numbers=(VERSIONS_MAX,), reason="x")
    given(*versions, last).when(DraftLens(lens_id=LENS, name=words())).refused("LIMIT_REACHED")


def test_a_question_is_added_with_its_perspectives_in_their_usual_order() -> None:
    given(DRAFTED).when(add(words(" Luistert. "))).then(added(NEW))
    given(DRAFTED).when(add(sides=("PEER", "SELF", "PEER"))).then(added(NEW))
    given().when(add()).refused("NOT_FOUND", fields=["lensId"])


def test_two_questions_do_not_read_the_same_in_either_language() -> None:
    given(DRAFTED, added()).when(add(words("LUISTERT.", "Is all ears."))).refused(
        "ALREADY_SO", fields=["text.nl"]
    )
    given(DRAFTED, added(), added("r", "Helpt.", "Helps.")).when(
        RewordQuestion(lens_id=LENS, question_id="r", text=words("Hoort.", " listens."))
    ).refused("ALREADY_SO", fields=["text.en"])


def test_a_lens_has_a_most_of_questions_and_an_easy_one_fewer() -> None:
    given(DRAFTED, *many(QUESTIONS_MAX)).when(add()).refused("LIMIT_REACHED")
    given(DRAFTED, *many(QUESTIONS_MAX - 1)).when(add()).then(added(NEW))
    given(EASY, *many(EASY_QUESTIONS_MAX)).when(add()).refused("LIMIT_REACHED")
    given(EASY, *many(EASY_QUESTIONS_MAX - 1)).when(add()).then(added(NEW))


def test_talents_are_picked_once_and_never_in_an_easy_lens() -> None:
    picked = added(kind=QuestionKind.TALENT_PICK)
    pick = add(words("Kies talenten.", "Pick talents."), "TALENT_PICK")
    given(DRAFTED).when(pick).then(
        added(NEW, "Kies talenten.", "Pick talents.", kind=QuestionKind.TALENT_PICK)
    )
    given(DRAFTED, picked).when(pick).refused("LIMIT_REACHED", fields=["kind"])
    given(EASY).when(pick).refused("INVALID_INPUT", fields=["kind"])


def test_questions_of_an_easy_lens_are_short() -> None:
    long = words("a" * (EASY_QUESTION_CHARS_MAX + 1), "b" * (EASY_QUESTION_CHARS_MAX + 1))
    given(EASY).when(add(long)).refused("INVALID_INPUT", "INVALID_INPUT", fields=["text.nl", "text.en"])
    given(DRAFTED).when(add(long)).then(added(NEW, long.nl, long.en))
    given(EASY, added()).when(RewordQuestion(lens_id=LENS, question_id="q", text=long)).refused(
        "INVALID_INPUT", "INVALID_INPUT"
    )


def test_a_question_of_a_draft_is_reworded_or_dropped() -> None:
    reword = RewordQuestion(lens_id=LENS, question_id="q", text=words("Hoort", "Hears"))
    given(DRAFTED, added()).when(reword).then(
        QuestionReworded(number=1, question="q", nl="Hoort", en="Hears")
    )
    same = RewordQuestion(lens_id=LENS, question_id="q", text=words())
    given(DRAFTED, added()).when(same).refused("ALREADY_SO")
    drop = DropQuestion(lens_id=LENS, question_id="q")
    given(DRAFTED, added()).when(drop).then(QuestionDropped(number=1, question="q"))
    for gone in (reword, drop):
        given(DRAFTED, added(), QuestionDropped(number=1, question="q")).when(gone).refused(
            "NOT_FOUND", fields=["questionId"]
        )


def test_what_is_published_or_withdrawn_never_changes() -> None:
    commands: list[Command] = [
        add(words("Anders", "Other")),
        RewordQuestion(lens_id=LENS, question_id="q", text=words("Anders", "Other")),
        DropQuestion(lens_id=LENS, question_id="q"),
        pilot(),
        PUBLISH,
    ]
    for command in commands:
        given(*USED).when(command).refused("WRONG_STATE")
        given(DRAFTED, added(), WITHDRAWN).when(command).refused("WRONG_STATE")
        given().when(command).refused("NOT_FOUND", fields=["lensId"])


def test_a_pilot_is_recorded_by_its_day_and_numbers() -> None:
    given(DRAFTED, added()).when(pilot(findings=" Goed.\n")).then(piloted(SENDER, findings="Goed."))
    given(DRAFTED).when(pilot()).refused("WRONG_STATE")
    tomorrow = date.fromordinal(TODAY.toordinal() + 1)
    given(DRAFTED, added()).when(pilot(on=tomorrow)).refused("INVALID_INPUT", fields=["on"])
    given(DRAFTED, added(), piloted(SENDER)).when(pilot()).refused("ALREADY_SO")
    given(DRAFTED, added(), *[piloted()] * PILOTS_MAX).when(pilot()).refused("LIMIT_REACHED")


def test_another_member_than_the_one_who_piloted_it_publishes() -> None:
    given(DRAFTED, added(), piloted()).when(PUBLISH).then(PUBLISHED)
    given(DRAFTED, added(), piloted(SENDER)).when(PUBLISH).refused("SECOND_MEMBER_NEEDED")
    given(DRAFTED, added(), piloted(SENDER), piloted()).when(PUBLISH).then(PUBLISHED)


def test_what_is_published_was_tried_as_it_is() -> None:
    given(DRAFTED, added()).when(PUBLISH).refused("WRONG_STATE")
    for changed in (
        QuestionReworded(number=1, question="q", nl="Hoort", en="Hears"),
        added("r", "Helpt", "Helps"),
        QuestionDropped(number=1, question="other"),
    ):
        given(DRAFTED, added(), piloted(), changed).when(PUBLISH).refused("WRONG_STATE")
        given(DRAFTED, added(), piloted(), changed, piloted()).when(PUBLISH).then(PUBLISHED)


def test_an_easy_lens_was_tried_with_clients() -> None:
    with_clients = piloted(people=3, clients=PILOT_CLIENTS_MIN)
    given(EASY, added(), with_clients).when(PUBLISH).then(PUBLISHED)
    too_few = piloted(clients=PILOT_CLIENTS_MIN - 1)
    given(EASY, added(), piloted(), too_few).when(PUBLISH).refused("WRONG_STATE")
    own = piloted(SENDER, clients=3)
    given(EASY, added(), piloted(), own).when(PUBLISH).refused("SECOND_MEMBER_NEEDED")


def test_a_lens_asks_somebody_else_than_the_person_themselves() -> None:
    own = added(perspectives=(Perspective.SELF,))
    given(DRAFTED, own).when(pilot()).refused("WRONG_STATE")
    given(DRAFTED, own, piloted()).when(PUBLISH).refused("WRONG_STATE")


def test_published_versions_are_withdrawn_together_and_a_draft_is_given_up() -> None:
    second = (LensDrafted(number=2, nl="Samen", en="Together"),)
    given(*USED).when(WITHDRAW).then(WITHDRAWN)
    given(*USED, *second).when(WITHDRAW).then(WITHDRAWN)
    given(*USED, *second, LensPublished(number=2)).when(WITHDRAW).then(
        LensWithdrawn(numbers=(1, 2), reason="Te lang.")
    )
    given(DRAFTED, added()).when(WITHDRAW).then(WITHDRAWN)
    given(*USED, WITHDRAWN).when(WITHDRAW).refused("ALREADY_SO")
    given().when(WITHDRAW).refused("NOT_FOUND", fields=["lensId"])


def test_a_round_gets_a_version_that_was_published_and_whether_it_was_withdrawn() -> None:
    second = LensDrafted(number=2, nl="Samen", en="Together")
    lens = folded(PUBLISH, [*USED, second])
    assert isinstance(lens, Lens)
    used = lens.published(LENS, 1)
    assert used is not None
    assert (used.lens, used.number, used.form, used.withdrawn) == (LENS, 1, LensForm.STANDARD, False)
    assert [question.nl for question in used.questions] == ["Luistert."]
    assert lens.published(LENS, 2) is None, "it is a draft"
    assert lens.published(LENS, 3) is None
    withdrawn = folded(PUBLISH, [*USED, WITHDRAWN]).published(LENS, 1)
    assert withdrawn == msgspec.structs.replace(used, withdrawn=True)
    given_up = folded(PUBLISH, [*USED, second, LensWithdrawn(numbers=(2,), reason="x")])
    assert given_up.published(LENS, 2) is None, "it was never published"


def test_a_lens_of_a_file_is_loaded_once_under_the_rules_of_all_questions() -> None:
    listed = [
        ListedQuestion(kind="SCALE", text=words(), perspectives=("PEER", "SELF")),
        ListedQuestion(kind="SCALE", text=words("Helpt.", "Helps."), perspectives=("SELF", "PEER")),
    ]
    load = LoadLens(
        key="k", name=words("Samenwerken", "Working together"), form="STANDARD", questions=tuple(listed)
    )
    lens = load.lens(ORGANISATION)
    first, second = (derived_id(lens, "question", place) for place in "01")
    loaded = (DRAFTED, added(first), added(second, "Helpt.", "Helps."))
    given().when(load).then(*loaded)
    given(*loaded).when(load).refused("ALREADY_SO")
    given(*loaded, WITHDRAWN).when(load).refused("ALREADY_SO")
    twice = msgspec.structs.replace(load, questions=(listed[0], listed[0]))
    given().when(twice).refused("ALREADY_SO", "ALREADY_SO")


def test_an_id_that_is_none_of_ours_addresses_nothing() -> None:
    for odd in ("", "A" * 32, "a" * 31, f"{LENS}-1", "a-b"):
        assert not PublishLens(lens_id=odd).is_addressed(CONTEXT)
        assert not DraftLens(lens_id=odd, name=words()).is_addressed(CONTEXT)
    assert PUBLISH.is_addressed(CONTEXT)
    assert DraftLens(name=words()).is_addressed(CONTEXT)


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (DraftLens(name=words(" ", "x" * (LENS_NAME_CHARS_MAX + 1))), ["name.nl", "name.en"]),
        (DraftLens(name=words("Samen\u200b", "123")), ["name.nl", "name.en"]),
        (
            add(words("a" * (LENS_QUESTION_CHARS_MAX + 1), "\n"), sides=()),
            ["text.nl", "text.en", "perspectives"],
        ),
        (RewordQuestion(lens_id=LENS, question_id="q", text=words("?", "Why?")), ["text.nl"]),
        (pilot(people=0, clients=5), ["people"]),
        (pilot(people=2, clients=3), ["clients"]),
        (pilot(clients=-1, findings="x" * 2_001), ["clients", "findings"]),
        (WithdrawLens(lens_id=LENS, reason=" "), ["reason"]),
    ],
)
def test_input_that_can_not_be_is_refused_field_by_field(command: Command, fields: list[str]) -> None:
    assert [".".join(refusal.field) for refusal in command.refusals()] == fields
