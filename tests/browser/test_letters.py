"""Letters in a real browser: a page of A4 each, and the code of one opens the rater's page (A19)."""

import base64
import re
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext

from gateway.api.rounds.letter_page import LetterFacts, letters_page
from rules.feedback.invitation import InvitationLetter
from rules.feedback.rater_code import code_of
from rules.kinds import Language
from rules.promise import KeeperSetting
from tests.browser.raters import RaterPages
from tests.e2e.demo import Demo
from tests.gateway.harness import NOW

pytestmark = [pytest.mark.e2e, pytest.mark.postgres]
LONG_NAME = "Wilhelmina Johanna van der Meulen-Oosterhuis tot Voorst"
ADDRESS = "https://feedback.portfolio.stichting-met-een-lange-naam.example"
LETTERS = "{ invitationLetters { letters { id raterName } file { url } } }"
CONFIRM = "mutation ($input: ConfirmLettersInput!) { confirmLetters(input: $input) { command { outcome } } }"


def letter(number: int, language: Language, *, attributed: bool = False) -> LetterFacts:
    return LetterFacts(
        letter=InvitationLetter(
            invitation=f"{number}" * 32,
            subject="a" * 32,
            name=LONG_NAME,
            language=language,
            code=code_of(bytes([number] * 10)),
            closes_at=NOW,
            attributed=attributed,
            floor=None if attributed else 5,
            promise_version=1,
        ),
        subject_name=LONG_NAME,
        closes_at=NOW,
    )


def ask(demo: Demo, document: str, **variables: Any) -> Any:
    """Ask as the confidential adviser; not with asyncio, whose loop Playwright has."""
    token = demo.token("confidential-adviser")
    headers = {"Authorization": f"Bearer {token}", "IPP-Role": "CONFIDENTIAL_ADVISER"}
    body = {"query": document, "variables": variables}
    answer = httpx.post(f"{demo.url}/graphql", json=body, headers=headers, timeout=20).json()
    assert "errors" not in answer, answer
    return answer["data"]


def test_each_letter_fits_one_page_of_a4(browser: Browser) -> None:
    facts = [letter(1, Language.NL), letter(2, Language.EN), letter(3, Language.NL, attributed=True)]
    page = browser.new_page()
    page.set_content(letters_page(facts, public_url=ADDRESS, keeper=KeeperSetting.IN_ONE_PROCESS))
    printed = page.pdf(prefer_css_page_size=True)
    page.close()
    found = re.findall(rb"/Count (\d+)", printed)
    assert found == [b"3"]


def test_a_printed_code_opens_the_rater_s_page_and_is_not_offered_again(
    demo: Demo, raters: RaterPages, phone: BrowserContext
) -> None:
    offered = ask(demo, LETTERS)["invitationLetters"]
    (one,) = offered["letters"]
    html = base64.b64decode(offered["file"]["url"].partition(",")[2]).decode()
    assert one["raterName"] in html
    (code,) = re.findall(r'class="code">([0-9A-Z-]+)<', html)
    page = phone.new_page()
    raters.open(page, code)
    assert page.locator("fieldset").count() > 0
    given = {"commandId": str(uuid4()), "letterIds": [one["id"]]}
    assert ask(demo, CONFIRM, input=given) == {"confirmLetters": {"command": {"outcome": "ACCEPTED"}}}
    assert ask(demo, LETTERS)["invitationLetters"] == {"letters": [], "file": None}
