"""The rater's page in a real browser, on the demo: A1 to A9, A15, A16, A20 and A21 of what users ask."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.browser.raters import READ_MS, RaterPages, answer_some, press_everything_once, question, send

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
"""The rules of WCAG that a program can check (https://github.com/dequelabs/axe-core)."""

pytestmark = [pytest.mark.e2e, pytest.mark.postgres]


@pytest.fixture
def code(raters: RaterPages) -> str:
    return raters.code()


@pytest.fixture
def page(phone: BrowserContext) -> Page:
    return phone.new_page()


@pytest.mark.parametrize("shape", ["#{code}", "%23{code}", "/%23{code}", "#{code}?utm_source=mail"])
def test_a_link_works_in_every_shape_that_mail_programs_make_of_it(
    page: Page, raters: RaterPages, code: str, shape: str
) -> None:
    raters.open(page, code, shape=shape)
    assert page.url == f"{raters.url}/feedback#{code}"


def test_without_a_code_in_the_link_it_is_typed_in_any_way(page: Page, raters: RaterPages, code: str) -> None:
    page.goto(f"{raters.url}/feedback")
    page.get_by_label("Code").fill("nee")
    page.get_by_role("button", name="Verder").click()
    page.get_by_text("Dit is geen code.").wait_for()
    page.get_by_label("Code").fill(f" {code.lower().replace('-', ' ').replace('0', 'o')} ")
    page.get_by_role("button", name="Verder").click()
    page.wait_for_selector("fieldset")


def test_a_wrong_code_is_told_from_no_connection(page: Page, raters: RaterPages) -> None:
    page.goto(f"{raters.url}/feedback#0000-0000-0000-0000")
    page.get_by_text("Deze uitnodiging is niet meer geldig.").wait_for()
    page.route("**/graphql", lambda route: route.abort())
    page.goto(f"{raters.url}/feedback")
    page.get_by_label("Code").fill("0000-0000-0000-0001")
    page.get_by_role("button", name="Verder").click()
    page.get_by_text("Er is geen verbinding.").wait_for()


def test_a_scanner_that_presses_everything_once_hands_nothing_in_and_takes_nothing_back(
    phone: BrowserContext, raters: RaterPages, code: str
) -> None:
    for _ in range(2):  # before and after a real hand-in
        scanner = phone.new_page()
        sent = raters.open(scanner, code)
        assert press_everything_once(scanner) > 50
        scanner.wait_for_timeout(500)
        assert sent.hand_ins == []
        scanner.evaluate("localStorage.clear()")
        scanner.close()
        person = phone.new_page()
        raters.open(person, code)
        answer_some(person)
        send(person)
        person.close()


def test_an_empty_form_is_not_sent_and_open_questions_are_listed_before_sending(
    page: Page, raters: RaterPages, code: str
) -> None:
    sent = raters.open(page, code)
    page.get_by_role("button", name="Nakijken en versturen").click()
    page.get_by_text("Je hebt nog niets ingevuld. Er is niets verstuurd.").wait_for()
    answer_some(page)
    page.get_by_role("button", name="Nakijken en versturen").click()
    page.get_by_text("10 vragen zijn nog open:").wait_for()
    page.get_by_text("Dit vervangt alles wat je eerder hebt ingestuurd.").wait_for()
    page.get_by_role("link", name="Laat anderen uitpraten.").click()
    assert page.evaluate("document.activeElement.tagName") == "FIELDSET"
    # A change after checking is to be checked again.
    question(page, "Laat anderen uitpraten.").get_by_label("Soms").check()
    page.get_by_role("button", name="Nakijken en versturen").wait_for()
    assert sent.hand_ins == []


def test_what_is_sent_has_one_size_and_nobody_reads_it_on_the_way(
    page: Page, raters: RaterPages, code: str
) -> None:
    sent = raters.open(page, code)
    answer_some(page)
    send(page)
    page.get_by_role("button", name="Opnieuw invullen").click()
    question(page, "Laat anderen uitpraten.").get_by_label("Bijna nooit").check()
    send(page)
    first, second = sent.hand_ins
    assert len(first["sealed"]) == len(second["sealed"])
    assert first["id"] != second["id"]
    assert all("rustig" not in (one.post_data or "") for one in sent.requests)


def test_a_draft_survives_and_only_the_link_opens_it(
    phone: BrowserContext, page: Page, raters: RaterPages
) -> None:
    code, other = raters.code(0), raters.code(1)
    raters.open(page, code)
    answer_some(page)
    page.wait_for_timeout(1_000)
    page.close()  # as a crash does
    again = phone.new_page()
    raters.open(again, code)
    assert question(again, "Wat moet vooral zo blijven?").locator("textarea").input_value() == (
        "Je blijft rustig."
    )
    assert question(again, "Doet wat is afgesproken.").get_by_label("Vaak", exact=True).is_checked()
    kept = again.evaluate("JSON.stringify(localStorage)")
    assert "ipp-draft-" in kept
    assert "rustig" not in kept
    assert code.replace("-", "") not in kept.replace("-", "")
    raters.open(again, other)
    assert question(again, "Wat moet vooral zo blijven?").locator("textarea").input_value() == ""
    raters.open(again, code)
    again.reload()
    again.get_by_role("button", name="Concept wissen").click()
    again.get_by_text("Het concept is van dit apparaat gewist.").wait_for()
    assert "ipp-draft-" not in again.evaluate("JSON.stringify(localStorage)")


def test_a_draft_is_gone_after_handing_in(page: Page, raters: RaterPages, code: str) -> None:
    raters.open(page, code)
    answer_some(page)
    send(page)
    assert "ipp-draft-" not in page.evaluate("JSON.stringify(localStorage)")


def test_a_browser_that_cannot_lock_answers_says_so_before_the_first_question(
    phone: BrowserContext, raters: RaterPages, code: str
) -> None:
    page = phone.new_page()
    page.add_init_script("Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined })")
    page.goto(f"{raters.url}/feedback#{code}")
    page.get_by_text("Deze browser kan je antwoorden niet op slot doen.").wait_for()
    assert page.locator("fieldset").count() == 0


def test_after_a_lost_answer_every_field_is_as_typed_and_the_same_request_is_sent_again(
    page: Page, raters: RaterPages, code: str
) -> None:
    sent = raters.open(page, code)
    answer_some(page)

    def lose(route: Route) -> None:
        route.fetch()  # it arrives, but the page never gets the answer
        route.abort()

    page.route("**/graphql", lose)
    page.get_by_role("button", name="Nakijken en versturen").click()
    page.wait_for_timeout(READ_MS)
    page.get_by_role("button", name="Ja, verstuur mijn antwoorden").click()
    page.get_by_text("Er is geen verbinding. Er is niets verloren").wait_for()
    page.unroute("**/graphql")
    assert question(page, "Doet wat is afgesproken.").get_by_label("Vaak", exact=True).is_checked()
    send(page)
    first, again = sent.hand_ins
    assert first == again


def test_taking_back_needs_a_word_that_is_typed(page: Page, raters: RaterPages, code: str) -> None:
    sent = raters.open(page, code)
    answer_some(page)
    send(page)
    page.get_by_role("button", name="Opnieuw invullen").click()
    page.get_by_text("Ik wil terugnemen wat ik heb ingestuurd").click()
    page.get_by_role("button", name="Terugnemen", exact=True).click()
    assert len(sent.hand_ins) == 1
    page.get_by_label("Typ TERUG om te bevestigen").fill("terug")
    page.get_by_role("button", name="Terugnemen", exact=True).click()
    page.get_by_role("heading", name="Het is teruggenomen. Er telt niets van jou mee.").wait_for()
    written, taken_back = sent.hand_ins
    assert len(written["sealed"]) == len(taken_back["sealed"])


def test_who_opens_the_link_later_sees_the_same_whatever_was_handed_in(
    page: Page, raters: RaterPages, code: str
) -> None:
    before = raters.asked(code)
    raters.open(page, code)
    answer_some(page)
    send(page)
    assert raters.asked(code) == before


def test_the_code_is_in_no_address_and_nothing_is_fetched_from_elsewhere(
    page: Page, raters: RaterPages, code: str
) -> None:
    sent = raters.open(page, code)
    answer_some(page)
    send(page)
    assert sent.requests
    for request in sent.requests:
        assert request.url.startswith(raters.url)
        assert code not in request.url.partition("#")[0]
        assert code not in request.headers.get("referer", "")
    assert code not in page.content()


def test_it_works_by_keyboard_alone(page: Page, raters: RaterPages, code: str) -> None:
    sent = raters.open(page, code)
    question(page, "Laat anderen uitpraten.").locator("input").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert question(page, "Laat anderen uitpraten.").get_by_label("Zelden").is_checked()
    send_button = page.get_by_role("button", name="Nakijken en versturen")
    send_button.focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(READ_MS)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Je antwoorden zijn bewaard.").wait_for()
    assert len(sent.hand_ins) == 1


def test_each_question_is_a_fieldset_with_its_legend_and_fits_a_small_phone(
    page: Page, raters: RaterPages, code: str
) -> None:
    raters.open(page, code)
    assert page.locator("fieldset").count() == page.locator("fieldset > legend").count() == 12
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    small = page.evaluate(
        "[...document.querySelectorAll('button, label.choice, textarea, summary, input[type=search]')]"
        ".filter(one => one.offsetParent)"
        ".filter(one => one.getBoundingClientRect().height < 24 || one.getBoundingClientRect().width < 24)"
        ".map(one => one.outerHTML)"
    )
    assert small == []


def test_the_page_speaks_english_when_asked_and_keeps_what_was_typed(
    page: Page, raters: RaterPages, code: str
) -> None:
    raters.open(page, code)
    answer_some(page)
    page.get_by_role("button", name="English").click()
    page.get_by_text("Does what was agreed.").wait_for()
    assert page.get_by_label("Often", exact=True).nth(1).is_checked()
    assert page.evaluate("document.documentElement.lang") == "en"


def test_a_copy_can_be_saved(page: Page, raters: RaterPages, code: str) -> None:
    raters.open(page, code)
    answer_some(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Kopie bewaren").click()
    text = download.value.path().read_text(encoding="utf-8")
    assert "Je blijft rustig." in text
    assert "Vaak" in text


def test_nothing_is_reported_by_the_browser(browser: Browser, raters: RaterPages, code: str) -> None:
    page = browser.new_page(locale="nl-NL")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    raters.open(page, code)
    page.close()
    assert said == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("step", ["questions", "checked", "sent", "code"])
def test_axe_finds_nothing(browser: Browser, raters: RaterPages, code: str, step: str, scheme: Any) -> None:
    page = browser.new_page(locale="nl-NL", color_scheme=scheme, viewport={"width": 360, "height": 740})
    if step == "code":
        page.goto(f"{raters.url}/feedback")
        page.get_by_label("Code").wait_for()
    else:
        raters.open(page, code)
        page.get_by_text("Wat gebeurt er met mijn woorden?").click()
        page.get_by_text("Ik wil terugnemen wat ik heb ingestuurd").click()
    if step in {"checked", "sent"}:
        answer_some(page)
        page.get_by_role("button", name="Nakijken en versturen").click()
    if step == "sent":
        page.wait_for_timeout(READ_MS)
        page.get_by_role("button", name="Ja, verstuur mijn antwoorden").click()
        page.get_by_role("heading", name="Je antwoorden zijn bewaard.").wait_for()
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")
    page.close()
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]] == []
    assert found["passes"]
