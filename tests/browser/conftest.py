"""A demo of this package's own, and the machine's own Chromium."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser.raters import RaterPages
from tests.conftest import not_to_be_had
from tests.e2e.demo import Demo, running_demo
from tests.prerequisites import chromium


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("demo"), "--people", "12") as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    found = chromium()
    if found is None:
        not_to_be_had("The pages need Chromium: deploy/tools.sh installs it.")
    with sync_playwright() as playwright:
        # The sandbox needs rights that a container's root does not have; only our own pages are opened.
        yield playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])


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
