"""The pages of `docs` as the gateway serves them: whole, in both languages, leading only to what is there."""

import re

import pytest

from gateway.http.about import DOCS, html_of
from rules.kinds import Language
from rules.pages import Page, address_of, path_of
from tests.explained import HERE, client, title_at

TITLES = {
    Page.STAFF: "Your portfolio and the organisation: three questions",
    Page.CAPABILITIES: "What the organisation is good at",
    Page.FEEDBACK: "What happens to feedback, and what can&#x27;t be promised",
}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("page", Page)
def test_each_page_is_served_and_has_a_part_in_each_language(page: Page, language: Language) -> None:
    assert title_at(address_of(page, language, public_url=HERE)) == TITLES[page]
    html = client().get(path_of(page)).text
    assert f'<section lang="{language.value}">' in html


@pytest.mark.parametrize("page", Page)
def test_a_page_leads_to_pages_that_are_served_and_to_parts_that_it_has(page: Page) -> None:
    html = client().get(path_of(page)).text
    ids = set(re.findall(r' id="([^"]+)"', html))
    targets = re.findall(r'href="([^"]+)"', html.partition("<main>")[2])
    assert targets
    for target in targets:
        path, _, part = target.partition("#")
        found = client().get(path).text if path else html
        assert not part or f' id="{part}"' in found, target
    assert len(ids) == len(re.findall(r"<h[1-6] ", html))


@pytest.mark.parametrize("page", Page)
def test_no_word_of_the_text_is_lost(page: Page) -> None:
    text = (DOCS / f"{page.value}.md").read_text()
    words = re.findall(r"[A-Za-zÀ-ÿ]{4,}", re.sub(r"\]\([^)]*\)|^```\w*", "]", text, flags=re.MULTILINE))
    shown = set(re.findall(r"[A-Za-zÀ-ÿ]{4,}", html_of(text)[1]))
    assert set(words) <= shown


def test_a_page_runs_no_script_and_says_nothing_about_who_reads_it() -> None:
    headers = client().get(path_of(Page.STAFF)).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"


def test_html_in_a_text_is_shown_and_not_run() -> None:
    _, html = html_of("# One\n\n<script>alert(1)</script> and [this](javascript:alert(1))\n")
    assert "<script" not in html
    assert "javascript:" not in html.replace("[this](javascript:alert(1))", "")


def test_a_title_can_hold_signs_that_mean_something_in_html() -> None:
    title, html = html_of("# This & <that>\n")
    assert title == "This &amp; &lt;that&gt;"
    assert '<h1 id="this--that">' in html
