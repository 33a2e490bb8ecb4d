"""What the tests of the rater's page do: take codes out of the demo's mails, look at what is sent."""

import json
import re
import time
from typing import Any

import httpx
from playwright.sync_api import Locator, Page, Request

LINK = re.compile(r"https?://[^/\s]+/feedback#(\S+)")
SUBJECT = "Amina El Idrissi"
"""Whose round is open in the demo."""
MAILS_S_MAX = 30.0
CODES_MIN = 5
READ_MS = 800
"""A little longer than the page lets pass between the two presses that send."""


class RaterPages:
    """Opens pages of the demo's open round."""

    def __init__(self, url: str) -> None:
        self.url = url

    def code(self, place: int = 0) -> str:
        """Return a code of the demo's open round, always the same for a place."""
        deadline = time.monotonic() + MAILS_S_MAX
        while time.monotonic() < deadline:
            mails = httpx.get(f"{self.url}/mails.json").raise_for_status().json()
            about = [mail["text"] for mail in mails if mail["subject"].startswith(SUBJECT)]
            codes = sorted(found[1] for text in about if (found := LINK.search(text)))
            if len(codes) > CODES_MIN:
                return codes[place]
            time.sleep(0.5)
        raise AssertionError("the demo sent too few mails")

    def open(self, page: Page, code: str, *, shape: str = "#{code}") -> "Sent":
        """Open the page of a code, and return what it sends from now on."""
        sent = Sent(page)
        page.goto(f"{self.url}/feedback{shape.format(code=code)}")
        page.wait_for_selector("fieldset")
        return sent

    def asked(self, code: str) -> bytes:
        """Return the answer to the page's own question about the invitation."""
        query = "{ invitation { subjectName closesAt key { publicKey } lens { questions { id } } } }"
        headers = {"Authorization": f"Bearer {code}", "IPP-Role": "RATER"}
        return httpx.post(f"{self.url}/graphql", json={"query": query}, headers=headers).content


class Sent:
    """The requests of a page, and the hand-ins among them."""

    def __init__(self, page: Page) -> None:
        self.requests: list[Request] = []
        page.on("request", self._add)

    def _add(self, request: Request) -> None:
        self.requests.append(request)

    @property
    def hand_ins(self) -> list[dict[str, Any]]:
        bodies = [json.loads(one.post_data or "{}") for one in self.requests if one.method == "POST"]
        return [body["variables"] for body in bodies if "submitFeedback" in body.get("query", "")]


def question(page: Page, text: str) -> Locator:
    """Return the fieldset of a question."""
    return page.locator("fieldset", has=page.locator("legend", has_text=text))


def answer_some(page: Page) -> None:
    question(page, "Doet wat is afgesproken.").get_by_label("Vaak", exact=True).check()
    question(page, "Wat moet vooral zo blijven?").locator("textarea").fill("Je blijft rustig.")


def send(page: Page) -> None:
    """Press the button twice, as a person does who reads what it says in between."""
    page.get_by_role("button", name="Nakijken en versturen").click()
    page.wait_for_timeout(READ_MS)
    page.get_by_role("button", name="Ja, verstuur mijn antwoorden").click()
    page.get_by_role("heading", name="Je antwoorden zijn bewaard.").wait_for()


def press_everything_once(page: Page) -> int:
    """
    Press every control once, also those that appear meanwhile, as a scanner may; return how many.

    A control that says something else than before counts as another one.
    """
    pressed: int = page.evaluate(
        """async () => {
            const known = (one) =>
                [one.tagName, one.id, one.name, one.closest("label, button, a")?.textContent].join("|");
            const pressed = new Set();
            while (true) {
                const controls = [...document.querySelectorAll("button, input, textarea, summary, a")];
                const next = controls.find((one) => one.checkVisibility() && !pressed.has(known(one)));
                if (!next) return pressed.size;
                pressed.add(known(next));
                next.focus();
                next.click();
                await new Promise((done) => setTimeout(done, 100));
            }
        }"""
    )
    return pressed
