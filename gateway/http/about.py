"""Serves the pages of `docs` that mails and clients lead to, so that an installation needs no other site."""

import re
from collections.abc import Callable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from markdown_it import MarkdownIt
from markdown_it.token import Token

from gateway.http.query_page import page_of, style_of_pages
from rules.kinds import Language
from rules.pages import Page, part_of, path_of

DOCS: Final = Path(__file__).parents[2] / "docs"
_SERVED: Final = {f"{page.value}.md": path_of(page) for page in Page}
_ELSEWHERE: Final = ("https://", "http://")
_LANGUAGES: Final = {part_of(language): language for language in Language}


def about_routes(docs: Path = DOCS) -> APIRouter:
    """Return the routes of the pages, which anybody may read. Raises OSError for one that is not there."""
    router = APIRouter(include_in_schema=False)
    for page in Page:
        _add(router, path_of(page), (docs / f"{page.value}.md").read_text(encoding="utf-8"))
    return router


def _add(router: APIRouter, path: str, markdown: str) -> None:
    title, text = html_of(markdown)

    @router.get(path)
    def page() -> HTMLResponse:
        html, headers = page_of("about.html", style=style_of_pages(), title=title, text=text)
        return HTMLResponse(html, headers=headers)


def html_of(markdown: str, path_of_file: Callable[[str], str | None] = _SERVED.get) -> tuple[str, str]:
    """
    Return the title and the text of a page, both as HTML.

    Headings have ids, and each language's part says which it is. `path_of_file` returns where the file that a
    link names is served, or None: then only the link's words are left.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(markdown)
    headings = [at for at, token in enumerate(tokens) if token.type == "heading_open"]
    for at in headings:
        tokens[at].attrSet("id", id_of(tokens[at + 1].content))
    for token in tokens:
        token.children = list(_followed(token.children, path_of_file)) if token.children else token.children
    parts = [at for at in headings if tokens[at].tag == "h2"]
    ends = [*parts, len(tokens)]
    html = [parser.renderer.render(tokens[: ends[0]], parser.options, {})]
    for begin, end in zip(parts, ends[1:], strict=True):
        part = parser.renderer.render(tokens[begin:end], parser.options, {})
        language = _LANGUAGES.get(str(tokens[begin].attrGet("id")))
        html.append(f'<section lang="{language.value}">\n{part}</section>\n' if language else part)
    return escape(tokens[1].content), "".join(html)


def id_of(heading: str) -> str:
    """Return the id of a heading, as the places where these texts are read elsewhere make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _followed(tokens: Sequence[Token], path_of_file: Callable[[str], str | None]) -> Iterator[Token]:
    """Yield the tokens of a line, each link as it is served."""
    leads = True
    for token in tokens:
        if token.type == "link_open":
            target = _served(str(token.attrGet("href")), path_of_file)
            leads = target is not None
            if target is not None:
                token.attrSet("href", target)
        if leads or token.type not in {"link_open", "link_close"}:
            yield token


def _served(target: str, path_of_file: Callable[[str], str | None]) -> str | None:
    """Return where a link leads: within the page, elsewhere on the web, or where its file is served."""
    file, mark, part = target.partition("#")
    if not file or file.startswith(_ELSEWHERE):
        return target
    path = path_of_file(file)
    return None if path is None else f"{path}{mark}{part}"
