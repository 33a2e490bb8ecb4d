"""The pages as they are served: one address whatever a mail program made of the link, and a strict policy."""

import gzip
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from gateway.http.pages import BUILT, built_files, page_routes

BYTES_MAX = 60 * 1024
"""The rater's page is for phones on slow networks: the limit of issue and README, gzipped."""


@pytest.fixture(scope="module")
def client() -> TestClient:
    assert (BUILT / "feedback" / "index.html").exists(), "build the pages first: make pages"
    app = FastAPI()
    app.include_router(page_routes(zone="Europe/Brussels"))
    app.mount("/pages", built_files())
    return TestClient(app)


@pytest.mark.parametrize(
    "address", ["/feedback", "/feedback%23K7QF-9T2M-XW4P-3R8Z", "/feedback/%23K7QF-9T2M-XW4P-3R8Z"]
)
def test_every_shape_of_a_link_leads_to_the_page(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "K7QF" not in answer.text
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_moments_are_shown_in_the_organisations_zone(client: TestClient) -> None:
    assert 'data-zone="Europe/Brussels"' in client.get("/feedback").text


def test_what_the_page_loads_is_there(client: TestClient) -> None:
    for file in (BUILT / "assets").iterdir():
        assert client.get(f"/pages/assets/{file.name}").status_code == 200


def test_the_page_is_small() -> None:
    files = [BUILT / "feedback" / "index.html", *(BUILT / "assets").iterdir()]
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) < BYTES_MAX


def test_pages_that_are_not_built_say_how_to_build_them(tmp_path: Path) -> None:
    app = FastAPI()
    app.include_router(page_routes(zone="Europe/Amsterdam", built=tmp_path))
    answer = TestClient(app).get("/feedback")
    assert (answer.status_code, answer.text) == (503, "The pages are not built. `make pages` builds them.\n")
