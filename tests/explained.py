"""Where the addresses that mails and clients show lead to: a page and its part, as the gateway serves it."""

from functools import cache
from typing import Final

from fastapi import FastAPI
from starlette.testclient import TestClient

from gateway.http.about import about_routes

HERE: Final = "https://ipp.example"


@cache
def client() -> TestClient:
    app = FastAPI()
    app.include_router(about_routes())
    return TestClient(app)


def title_at(address: str) -> str:
    """Return the title of the page at an address; its part must be there."""
    assert address.startswith(f"{HERE}/"), address
    path, _, part = address.removeprefix(HERE).partition("#")
    answer = client().get(path)
    assert answer.status_code == 200, address
    assert f'<h2 id="{part}">' in answer.text, address
    title: str = answer.text.partition("<title>")[2].partition("</title>")[0]
    return title
