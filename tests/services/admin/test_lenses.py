"""Lenses of files, from the file to a version that a round can use."""

import re
from collections.abc import Iterator
from itertools import product

import pytest

from events.catalog.lenses import LensDrafted, QuestionAdded
from kit.ids import derived_id
from rules.access.roles import Role
from rules.feedback.lens_versions import EASY_QUESTION_CHARS_MAX, PILOT_CLIENTS_MIN
from rules.feedback.questions import EASY_QUESTIONS_MAX, QUESTIONS_MAX
from services.admin.lenses import LENS_FILE_BYTES_MAX, SHIPPED, LensFileError, load_lens, read_lens
from services.contexts.lenses.commands import LoadLens
from tests.backends.postgres import fresh_database
from tests.services.house import House, furnish, opened

HEAD = 'key = "k"\nform = "STANDARD"\nname = { nl = "Samen", en = "Together" }\n'
QUESTION = (
    '[[questions]]\nkind = "SCALE"\ntext = { nl = "Luistert.", en = "Listens." }\nperspectives = ["PEER"]\n'
)
NEGATIONS = {"nl": r"niet|geen|nooit|niemand|zonder|on\w+lijk", "en": r"not|no|never|nobody|without|\w+n't"}
JOINED = {"nl": r"en|of|maar", "en": r"and|or|but"}
EASY_WORDS_MAX, STANDARD_WORDS_MAX = 10, 12


@pytest.fixture(scope="module")
def house(postgres_url: str) -> Iterator[House]:
    with fresh_database(postgres_url) as url, opened(url) as house, house.log.folding():
        furnish(house)
        for member in ("wg1", "wg2"):
            granted = house.ask(
                "administrator", Role.ADMINISTRATOR, "grantRole", role="WORKING_GROUP", subject=member
            )
            assert granted.outcome == "ACCEPTED"
        yield house


def shipped() -> dict[str, LoadLens]:
    return {lens.key: lens for lens in (read_lens(file.read_bytes()) for file in SHIPPED)}


def test_one_lens_is_shipped_for_colleagues_and_an_easy_one_for_clients() -> None:
    lenses = shipped()
    assert lenses.keys() == {"colleagues", "clients"}
    kinds = [question.kind for question in lenses["colleagues"].questions]
    assert [kinds.count(kind) for kind in ("SCALE", "TALENT_PICK", "OPEN")] == [8, 1, 3]
    sides = {side for question in lenses["colleagues"].questions for side in question.perspectives}
    assert sides == {"SELF", "PEER", "LEAD", "REPORT", "PARTNER"}
    easy = lenses["clients"]
    assert easy.form == "EASY"
    assert len(easy.questions) <= EASY_QUESTIONS_MAX
    assert [question.kind for question in easy.questions].count("OPEN") == 1
    assert {side for question in easy.questions for side in question.perspectives} == {"SELF", "CLIENT"}


@pytest.mark.parametrize("key", ["colleagues", "clients"])
def test_each_shipped_question_asks_one_thing_without_a_negation(key: str) -> None:
    lens = shipped()[key]
    words_max = EASY_WORDS_MAX if lens.form == "EASY" else STANDARD_WORDS_MAX
    for question, language in product(lens.questions, ("nl", "en")):
        text = getattr(question.text, language)
        for forbidden in (NEGATIONS, JOINED):
            assert not re.search(rf"\b(?:{forbidden[language]})\b", text, re.IGNORECASE), text
        assert len(text.split()) <= words_max, text
        assert lens.form != "EASY" or len(text) <= EASY_QUESTION_CHARS_MAX


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff", "no lens"),
        (b"", "missing required field"),
        (f"{HEAD}{QUESTION}colour = 1\n".encode(), "colour"),
        (f"{HEAD}{QUESTION}".replace("SCALE", "STARS").encode(), "kind"),
        (f"{HEAD}{QUESTION}".replace("PEER", "FRIEND").encode(), "perspectives"),
        (f"{HEAD}{QUESTION}".replace('"k"', '"K!"').encode(), "key: 1 to 40"),
        (f"{HEAD}{QUESTION}".replace("Samen", "\u200b").encode(), "^name.nl: "),
        (f"{HEAD}{QUESTION}".replace("Listens.", "?").encode(), "Question 1, text.en: Write this"),
        (f"{HEAD}{QUESTION}".replace('["PEER"]', "[]").encode(), "Question 1, perspectives"),
        (f"{HEAD}{QUESTION}{QUESTION}".encode(), "Question 2, text.nl: another question"),
        (b"#" * (LENS_FILE_BYTES_MAX + 1), "larger than"),
    ],
)
def test_what_can_not_be_read_is_said_with_its_place(content: bytes, words: str) -> None:
    with pytest.raises(LensFileError, match=words):
        read_lens(content)


@pytest.mark.postgres
def test_the_shipped_lenses_are_loaded_once_tried_and_published_by_two_members(house: House) -> None:
    organisation, wg = house.handler.organisation(), Role.WORKING_GROUP
    for key, lens in shipped().items():
        name = derived_id(organisation, "lens", key)
        assert load_lens(house.handler, lens) == "drafted"
        assert load_lens(house.another_process(), lens) == "there"
        events = [recorded.event for recorded in house.events(f"lens-{organisation}-{name}")]
        drafted, *added = events
        assert isinstance(drafted, LensDrafted)
        assert [event.nl for event in added if isinstance(event, QuestionAdded)] == [
            question.text.nl for question in lens.questions
        ]
        piloted = house.ask(
            "wg1", wg, "pilotLens", lensId=name, on="2026-11-20", people=4, clients=PILOT_CLIENTS_MIN
        )
        assert piloted.outcome == "ACCEPTED", piloted
        published = house.ask("wg2", wg, "publishLens", lensId=name)
        assert published.outcome == "ACCEPTED", published
        assert load_lens(house.handler, lens) == "there", "it is published now"


@pytest.mark.postgres
def test_a_lens_that_breaks_a_rule_is_refused_whole(house: House) -> None:
    many = "".join(
        QUESTION.replace("Luistert.", f"Vraag {n}").replace("Listens.", f"Question {n}")
        for n in range(QUESTIONS_MAX + 1)
    )
    lens = read_lens((HEAD + many).encode())
    with pytest.raises(LensFileError, match=f"{QUESTIONS_MAX} questions at most"):
        load_lens(house.handler, lens)
    organisation = house.handler.organisation()
    assert house.events(f"lens-{organisation}-{lens.lens(organisation)}") == []
