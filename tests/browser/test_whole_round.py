"""A round from its opening to its mirror, in the demo: mails from its catcher, pages in a real browser."""

import pytest
from playwright.sync_api import Browser

from tests.browser.walk import check, walk
from tests.e2e.demo import Demo

pytestmark = [pytest.mark.e2e, pytest.mark.postgres]


def test_from_owner_over_mail_and_page_to_mirror(demo: Demo, browser: Browser) -> None:
    check(walk(demo.url, demo.url, demo.token, browser, subject="privacy-officer"))
