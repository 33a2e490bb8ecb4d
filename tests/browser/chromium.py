"""The machine's own Chromium."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.conftest import not_to_be_had
from tests.prerequisites import chromium


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start it, and end it. Skips the test, or in CI fails it, where there is none."""
    found = chromium()
    if found is None:
        not_to_be_had("The pages need Chromium: deploy/tools.sh installs it.")
    with sync_playwright() as playwright:
        # The sandbox needs rights that a container's root does not have; only our own pages are opened.
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()
