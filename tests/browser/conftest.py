"""A demo of this package's own, and a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.chromium import open_browser
from tests.browser.raters import RaterPages
from tests.e2e.demo import Demo, running_demo


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("demo"), "--people", "12") as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """Give a browser that has seen nothing, as small as a small phone, in Dutch."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, locale="nl-NL")
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture(scope="package")
def raters(demo: Demo) -> RaterPages:
    return RaterPages(demo.url)
