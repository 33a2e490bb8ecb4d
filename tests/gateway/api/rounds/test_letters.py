"""Letters that the confidential adviser prints: one file, and nothing of it for anybody else (A19)."""

import asyncio
import base64
import hashlib
import io
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

import pytest
import segno

from events.catalog.policy import RoleGranted
from gateway.http.endpoint import GraphQLEndpoint
from rules.access.roles import Role
from rules.commands import CommandResult
from rules.feedback.invitation import InvitationLetter
from rules.feedback.questions import LensForm
from rules.feedback.rater_code import code_of, shown
from rules.kinds import Language
from rules.promise import KeeperSetting, promise_to_rater
from tests.gateway.harness import NOW, OWNER, PEOPLE, SCHEMA
from tests.gateway.world import ORGANISATION, World

pytestmark = pytest.mark.postgres
QUERY = """{ invitationLetters {
    letters { id raterName subjectName closesAt } file { url mediaType digest }
} }"""
CONFIRM = "mutation ($input: ConfirmLettersInput!) { confirmLetters(input: $input) { command { outcome } } }"
CODES = [code_of(bytes(range(start, start + 10))) for start in (0, 10)]
ADVISER = {"name": "administrator", "role": "CONFIDENTIAL_ADVISER"}


def letter(number: int, name: str, language: Language, **changed: Any) -> InvitationLetter:
    given: dict[str, Any] = {"attributed": False, "floor": 5, **changed}
    return InvitationLetter(
        invitation=f"{number}" * 32,
        subject=OWNER,
        name=name,
        language=language,
        code=CODES[number],
        closes_at=NOW + timedelta(days=9),
        promise_version=1,
        **given,
    )


@pytest.fixture
def world_of_letters(world: World) -> World:
    world.opened()
    granted = RoleGranted(grant="7" * 32, person=PEOPLE["administrator"], role="CONFIDENTIAL_ADVISER")
    world.happened(f"policy-{ORGANISATION}", granted)
    world.bus.to_print = [letter(0, "Meneer Jansen", Language.NL), letter(1, "Mia", Language.EN)]
    return world


def ask(world: World, query: str, *, name: str, role: str, **variables: Any) -> Any:
    return asyncio.run(world.ask(query, name=name, role=role, **variables))


def letters(world: World) -> Any:
    answer = ask(world, QUERY, **ADVISER)
    assert "errors" not in answer, answer
    return answer["data"]["invitationLetters"]


def page(world: World) -> str:
    kind, _, content = letters(world)["file"]["url"].partition(",")
    assert kind == "data:text/html;charset=utf-8;base64"
    return base64.b64decode(content, validate=True).decode()


class _Reader(HTMLParser):
    """Reads the text of each letter; every element that is opened must be closed in order."""

    VOID = frozenset({"meta"})

    def __init__(self) -> None:
        super().__init__()
        self.sections: list[str] = []
        self.languages: list[str | None] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "section":
            self.sections.append("")
            self.languages.append(dict(attrs).get("lang"))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.sections:
            self.sections[-1] += f"{data} "


def read(world: World) -> _Reader:
    reader = _Reader()
    reader.feed(page(world))
    assert reader.open == []
    return reader


def test_each_letter_names_whom_it_is_about_until_when_and_the_code_in_its_language(
    world_of_letters: World,
) -> None:
    reader = read(world_of_letters)
    dutch, english = reader.sections
    assert reader.languages == ["nl", "en"]
    for text, words in (
        (dutch, ("Fenna de Boer vraagt je om feedback", "Beste Meneer Jansen", "2 december 2026 om 10:30")),
        (english, ("Fenna de Boer asks you for feedback", "Dear Mia", "2 December 2026 at 10:30")),
    ):
        for part in (*words, "https://ipp.example/feedback"):
            assert part in text
    assert [shown(code) in dutch for code in CODES] == [True, False]
    assert [shown(code) in english for code in CODES] == [False, True]


def test_the_qr_code_is_that_of_the_rater_s_own_link(world_of_letters: World) -> None:
    paths = re.findall(r' d="([^"]+)"', page(world_of_letters))
    assert len(paths) == 2
    for code, path in zip(CODES, paths, strict=True):
        written = io.BytesIO()
        segno.make(f"https://ipp.example/feedback#{shown(code)}", error="m", micro=False).save(
            written, kind="svg", scale=5
        )
        assert path in written.getvalue().decode()


@pytest.mark.parametrize("attributed", [False, True])
def test_the_promise_is_the_short_one_of_this_installation_and_of_the_rater_s_group(
    world_of_letters: World, *, attributed: bool
) -> None:
    floor = None if attributed else 5
    world_of_letters.bus.to_print = [letter(1, "Mia", Language.EN, attributed=attributed, floor=floor)]
    expected = promise_to_rater(
        1, keeper=KeeperSetting.APART, form=LensForm.EASY, floor=floor or 1, attributed=attributed
    )
    (text,) = read(world_of_letters).sections
    for line in expected.text.en.splitlines():
        assert line in text
    assert ("fewer than 5 people" in text) is not attributed


def test_a_name_is_text_and_never_markup(world_of_letters: World) -> None:
    world_of_letters.bus.to_print = [letter(0, "<script>alert(1)</script> {subject}", Language.NL)]
    assert "<script" not in page(world_of_letters)
    (text,) = read(world_of_letters).sections
    assert "<script>alert(1)</script> {subject}" in text


def test_the_list_names_the_letters_of_the_file_and_none_is_no_file(world_of_letters: World) -> None:
    found = letters(world_of_letters)
    assert [(one["raterName"], one["subjectName"]) for one in found["letters"]] == [
        ("Meneer Jansen", "Fenna de Boer"),
        ("Mia", "Fenna de Boer"),
    ]
    digest = hashlib.sha256(page(world_of_letters).encode()).hexdigest()
    assert (found["file"]["mediaType"], found["file"]["digest"]) == ("text/html;charset=utf-8", digest)
    world_of_letters.bus.to_print = []
    assert letters(world_of_letters) == {"letters": [], "file": None}


def test_without_an_address_for_links_the_letters_say_what_is_missing(world_of_letters: World) -> None:
    world = world_of_letters
    world.gateway = replace(world.gateway, public_url="")
    world.endpoint = GraphQLEndpoint(SCHEMA, world.gateway, with_page=True)
    (error,) = ask(world, QUERY, **ADVISER)["errors"]
    assert error["extensions"]["code"] == "UNAVAILABLE"
    assert "IPP_PUBLIC_URL" in error["message"]


@pytest.mark.parametrize("role", ["PROFESSIONAL", "HR", "ADMINISTRATOR", "CONFIDENTIAL_ADVISER"])
def test_nobody_else_gets_letters_whatever_role_they_name(world_of_letters: World, role: str) -> None:
    (error,) = ask(world_of_letters, QUERY, name="owner", role=role)["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"


def test_confirming_sends_the_letters_that_were_printed(world_of_letters: World) -> None:
    world, command = world_of_letters, str(uuid4())
    ids = [one["id"] for one in letters(world)["letters"]]
    world.bus.answer = CommandResult(command_id=command, outcome="ACCEPTED")
    answer = ask(world, CONFIRM, **ADVISER, input={"commandId": command, "letterIds": ids})
    assert answer["data"] == {"confirmLetters": {"command": {"outcome": "ACCEPTED"}}}
    ((request, person, role),) = world.bus.requests
    assert (request.name, request.input) == ("confirmLetters", {"letterIds": ["0" * 32, "1" * 32]})
    assert (person, role) == (PEOPLE["administrator"], Role.CONFIDENTIAL_ADVISER)
