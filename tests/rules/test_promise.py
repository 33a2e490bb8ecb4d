"""The promise to raters: a text of its own for each keeper setting and form, and never another one."""

from hashlib import sha256
from itertools import product

import pytest

from rules.feedback.questions import LensForm, RoundFloors
from rules.promise import (
    PROMISE_VERSION,
    KeeperSetting,
    Promise,
    promise_of_policy,
    promise_to_rater,
)

FLOORS = RoundFloors(raters=3, clients=5, comments=3)
DIGESTS = {1: "f1df0e7f6c8c9fa43039244c992410a916db3167c0f9e4557745a31fbc7dca4f"}
"""Of every text of a version: another text is a new version, for which the works council is asked again."""


def texts_of(version: int) -> list[Promise]:
    to_raters = [
        promise_to_rater(version, keeper=keeper, form=form, floor=4, attributed=attributed)
        for keeper, form, attributed in product(KeeperSetting, LensForm, (False, True))
    ]
    return [
        *to_raters,
        *(promise_of_policy(version, keeper=keeper, floors=FLOORS) for keeper in KeeperSetting),
    ]


@pytest.mark.parametrize("version", DIGESTS)
def test_the_text_of_a_version_never_changes(version: int) -> None:
    lines = [f"{promise.text.nl}\n{promise.text.en}" for promise in texts_of(version)]
    assert sha256("\n\n".join(lines).encode()).hexdigest() == DIGESTS[version]


def test_the_version_in_force_is_the_newest() -> None:
    assert max(DIGESTS) == PROMISE_VERSION
    with pytest.raises(KeyError):
        texts_of(PROMISE_VERSION + 1)


def test_every_text_is_there_in_both_languages_with_its_numbers_filled_in() -> None:
    for promise in texts_of(PROMISE_VERSION):
        assert promise.version == PROMISE_VERSION
        for text in (promise.text.nl, promise.text.en):
            assert text
            assert not set("{}") & set(text)
        assert promise.text.nl != promise.text.en


def test_a_rater_reads_the_floor_of_their_own_group() -> None:
    for form, floor in product(LensForm, (3, 5, 7)):
        promise = promise_to_rater(1, keeper=KeeperSetting.APART, form=form, floor=floor)
        assert f"minder dan {floor} mensen" in promise.text.nl
        assert f"fewer than {floor} people" in promise.text.en
    policy = promise_of_policy(1, keeper=KeeperSetting.APART, floors=FLOORS)
    assert "(clients or partners: fewer than 5)" in policy.text.en


def test_where_the_key_is_kept_is_said_for_the_keeper_setting_in_force() -> None:
    for form in LensForm:
        apart, together = (
            promise_to_rater(1, keeper=keeper, form=form, floor=3).text for keeper in KeeperSetting
        )
        assert apart != together


def test_while_one_party_holds_the_keeper_nobody_is_said_to_be_unable_to_read_before_closing() -> None:
    for promise in texts_of(PROMISE_VERSION):
        for text, nobody, opened in (
            (promise.text.nl, "niemand", "samen open"),
            (promise.text.en, "nobody", "opened together"),
        ):
            assert nobody not in text.partition(opened)[0].lower()


def test_a_rater_who_is_asked_alone_is_not_promised_that_nobody_knows() -> None:
    for keeper, form in product(KeeperSetting, LensForm):
        text = promise_to_rater(1, keeper=keeper, form=form, floor=3, attributed=True).text
        assert "weet dus dat" in text.nl
        assert "niemand" not in text.nl
        assert "nobody" not in text.en


def test_the_easy_text_is_short_sentences() -> None:
    for keeper in KeeperSetting:
        easy = promise_to_rater(1, keeper=keeper, form=LensForm.EASY, floor=5).text
        standard = promise_to_rater(1, keeper=keeper, form=LensForm.STANDARD, floor=5).text
        for text, long in ((easy.nl, standard.nl), (easy.en, standard.en)):
            assert len(text) < len(long)
            sentences = text.replace("?", ".").replace("\n", " ").split(".")
            assert max(len(sentence.split()) for sentence in sentences) <= 14
