"""The whole way of a feedback round: its subject, mails, raters' pages in a browser, closing, the mirror."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import httpx
from playwright.sync_api import Browser

from kit.clock import SystemClock
from tests.browser.raters import LINK, READ_MS, question

WAIT_S_MAX: Final = 60.0
PEERS: Final = ("owner", "lead", "member", "board")
"""Colleagues by the names of their tokens; the last one opens the page and is too late."""
Token = Callable[[str], str]


class Subject:
    """Somebody who runs a round over GraphQL."""

    def __init__(self, url: str, token: Token, name: str) -> None:
        self._url, self._token, self._name = url, token, name

    def ask(self, query: str, **variables: Any) -> Any:
        answer = httpx.post(
            f"{self._url}/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {self._token(self._name)}", "IPP-Role": "PROFESSIONAL"},
            timeout=30,
        ).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def does(self, name: str, **given: Any) -> Any:
        """Send a mutation on rounds; return the round."""
        kind = f"{name[0].upper()}{name[1:]}Input!"
        query = (
            f"mutation ($input: {kind}) {{ {name}(input: $input) {{ command {{ outcome refusals {{ message"
            " { en } } } round { id state } } }"
        )
        done = self.ask(query, input={"commandId": str(uuid4()), **given})[name]
        assert done["command"]["outcome"] == "ACCEPTED", done
        return done["round"]

    def person(self, name: str) -> str:
        """Return the id under which this person is a colleague."""
        them = Subject(self._url, self._token, name)
        return str(them.ask("{ me { asColleague { id } } }")["me"]["asColleague"]["id"])


def walk(url: str, mails_url: str, token: Token, browser: Browser, *, subject: str) -> Any:
    """Walk all of it, and return the mirror."""
    owner = Subject(url, token, subject)
    name = owner.ask("{ me { displayName } }")["me"]["displayName"]
    round_ = _opened(owner)
    links = _links(mails_url, about=name)
    late = browser.new_page(locale="nl-NL")
    late.goto(links[-1])
    question(late, "Wat moet vooral zo blijven?").locator("textarea").fill("Dit kwam te laat.")
    for place, link in enumerate(links[:-1]):
        page = browser.new_page(locale="nl-NL")
        page.goto(link)
        question(page, "Doet wat is afgesproken.").get_by_label("Vaak", exact=True).check()
        question(page, "Wat moet vooral zo blijven?").locator("textarea").fill(f"Reactie {place}.")
        page.get_by_role("button", name="Nakijken en versturen").click()
        page.wait_for_timeout(READ_MS)
        page.get_by_role("button", name="Ja, verstuur mijn antwoorden").click()
        page.get_by_role("heading", name="Je antwoorden zijn bewaard.").wait_for()
        page.close()
    owner.does("closeRound", roundId=round_)
    mirror = _mirror(owner, round_)
    late.get_by_role("button", name="Nakijken en versturen").click()
    late.wait_for_timeout(READ_MS)
    late.get_by_role("button", name="Ja, verstuur mijn antwoorden").click()
    late.get_by_text("Deze uitnodiging is niet meer geldig.").wait_for()
    late.get_by_text("Je tekst staat hier nog.").wait_for()
    kept = question(late, "Wat moet vooral zo blijven?").locator("textarea").input_value()
    assert kept == "Dit kwam te laat."
    late.close()
    return mirror


def check(mirror: Any) -> None:
    """Check that the mirror shows what the three said, and nothing of the one who was too late."""
    assert [block["perspectives"] for block in mirror["blocks"]] == [["PEER"]]
    assert mirror["blocks"][0]["raters"] == {"from": 3, "to": 4}
    shown = [row for row in mirror["rows"] if row["total"] is not None]
    assert [(row["question"]["text"]["nl"], row["total"]) for row in shown] == [
        ("Doet wat is afgesproken.", "ABOUT_4")
    ]
    (comments,) = mirror["comments"]
    assert sorted(one["text"] for one in comments["fragments"]) == ["Reactie 0.", "Reactie 1.", "Reactie 2."]


def _opened(owner: Subject) -> str:
    lenses = owner.ask("{ lenses { id form } }")["lenses"]
    lens = next(lens["id"] for lens in lenses if lens["form"] == "STANDARD")
    closes_at = (SystemClock().now() + timedelta(days=10)).isoformat()
    round_: str = owner.does("prepareRound", lensVersionId=lens, closesAt=closes_at)["id"]
    for name in PEERS:
        rater = {"colleagueId": owner.person(name)}
        owner.does("inviteRater", roundId=round_, perspective="PEER", rater=rater)
    assert owner.does("openRound", roundId=round_)["state"] == "OPEN"
    return round_


def _links(mails_url: str, *, about: str) -> list[str]:
    """Return the links of the mails about this person, when everybody has one."""
    deadline = time.monotonic() + WAIT_S_MAX
    links: list[str] = []
    while time.monotonic() < deadline:
        mails = httpx.get(f"{mails_url}/mails.json").raise_for_status().json()
        found = [LINK.search(mail["text"]) for mail in mails if mail["subject"].startswith(about)]
        links = [link[0] for link in found if link]
        if len(links) == len(PEERS):
            return links
        time.sleep(0.5)
    raise AssertionError(f"{len(links)} of {len(PEERS)} mails came")


def _mirror(owner: Subject, round_: str) -> Any:
    query = """query ($id: ID!) { round(id: $id) { state mirror {
        blocks { perspectives raters { from to } }
        rows { question { text { nl } } total }
        comments { fragments { text } }
    } } }"""
    deadline = time.monotonic() + WAIT_S_MAX
    while time.monotonic() < deadline:
        found = owner.ask(query, id=round_)["round"]
        if found["state"] == "CLOSED":
            return found["mirror"]
        time.sleep(0.5)
    raise AssertionError("the round did not close")
