"""
`python -m deploy.mail_catcher`: takes every mail instead of delivering it, and shows them all on a page.

For trying out: the demo has one inside, compose one as a service. Everybody who reaches its page reads every
mail, so no real installation sends its mails here.
"""

import html
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any, Final

import msgspec
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse, Response

from kit.http.server import serve
from kit.lifecycle import Stop, run_all
from kit.settings import Settings, SettingsError

MAILS_MAX: Final = 1_000
"""The oldest are removed when there are more."""
MAIL_BYTES_MAX: Final = 256 * 1024
SMTP_PORT: Final = 2525
PAGE_PORT: Final = 8025
_LINK: Final = re.compile(r"https?://[^\s<]+")
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_STYLE: Final = (
    ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:48rem;margin:0 auto;"
    "padding:1rem;overflow-wrap:anywhere}h1{font-size:1.5rem;line-height:1.25;margin:0 0 .5rem}"
    "ul{padding-left:1.25rem}pre{white-space:pre-wrap;font:inherit}li{margin:0 0 .75rem}"
    "dt{font-weight:600}dd{margin:0 0 .5rem}"
)
_CAUGHT: Final = "<p>None of these was delivered. The newest is at the top; open one to use its link.</p>"


class CaughtMail(msgspec.Struct, frozen=True, kw_only=True):
    """A mail that was caught; `name` is its address below /mails."""

    name: str
    to: str
    subject: str
    date: str
    text: str


class CaughtMails:
    """The mails in a folder, one file each; only this user reads them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def keep(self, content: bytes) -> None:
        """Keep a mail, and remove the oldest ones over MAILS_MAX."""
        files = self._files()
        number = int(files[-1].stem) + 1 if files else 1
        part = self._folder / f"{number:08d}.part"
        part.touch(mode=0o600)
        part.write_bytes(content)
        part.rename(part.with_suffix(".eml"))
        for file in files[: max(len(files) + 1 - MAILS_MAX, 0)]:
            file.unlink(missing_ok=True)

    def all(self) -> list[CaughtMail]:
        """Return all mails, the newest first."""
        return [_read(file) for file in reversed(self._files())]

    def named(self, name: str) -> CaughtMail | None:
        """Return one mail; None if there is no such mail."""
        return next((_read(file) for file in self._files() if file.stem == name), None)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.eml"))


class _Handler:
    def __init__(self, mails: CaughtMails) -> None:
        self._mails = mails

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content: Any = envelope.content
        self._mails.keep(content)
        return "250 OK"


def mails_folder(settings: Settings) -> Path:
    """Return where the mails are kept."""
    return settings.data_dir / "mails"


@contextmanager
def catching(mails: CaughtMails, *, host: str, port: int) -> Iterator[None]:
    """Take mails at this address, in a thread of its own, until the end."""
    controller = Controller(_Handler(mails), hostname=host, port=port, data_size_limit=MAIL_BYTES_MAX)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def mail_routes(mails: CaughtMails) -> APIRouter:
    """Return the routes: /mails lists them, /mails/<name> shows one, /mails.json is for programs."""
    router = APIRouter(include_in_schema=False)

    @router.get("/mails")
    def overview() -> Response:
        rows = "".join(
            f'<li><a href="/mails/{mail.name}">{html.escape(mail.subject)}</a><br>'
            f"{html.escape(mail.to)}<br><small>{html.escape(mail.date)}</small></li>"
            for mail in mails.all()
        )
        return _page("Mails", f"{_CAUGHT}<ul>{rows}</ul>" if rows else "<p>No mail was sent yet.</p>")

    @router.get("/mails.json")
    def programs() -> Response:
        return Response(msgspec.json.encode(mails.all()), media_type="application/json", headers=_HEADERS)

    @router.get("/mails/{name}")
    def one(name: str) -> Response:
        mail = mails.named(name)
        if mail is None:
            return _page("No such mail", "<p>It is not there, or was removed.</p>", status=404)
        linked = _LINK.sub(lambda link: f'<a href="{link[0]}">{link[0]}</a>', html.escape(mail.text))
        return _page(
            mail.subject,
            f"<dl><dt>To</dt><dd>{html.escape(mail.to)}</dd><dt>Date</dt><dd>{html.escape(mail.date)}</dd></dl>"
            f'<pre>{linked}</pre><p><a href="/mails">All mails</a></p>',
        )

    return router


def main() -> int:
    """Take mails on SMTP_PORT and show them on PAGE_PORT until stopped."""
    try:
        settings = Settings.from_env(os.environ)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    host, mails = settings.host, CaughtMails(mails_folder(settings))
    app = FastAPI(title="Mail catcher", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(mail_routes(mails))
    with Stop().on_signals() as stop, catching(mails, host=host, port=SMTP_PORT):
        run_all({"page": lambda stop: serve(app, host=host, port=PAGE_PORT, stop=stop)}, stop)
    return 0


def _read(file: Path) -> CaughtMail:
    message = message_from_bytes(file.read_bytes(), policy=default)
    body = message.get_body(("plain",))
    return CaughtMail(
        name=file.stem,
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        date=str(message["Date"] or ""),
        text=str(body.get_content()).replace("\r\n", "\n") if body is not None else "",
    )


def _page(title: str, body: str, *, status: int = 200) -> HTMLResponse:
    escaped = html.escape(title)
    content = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escaped}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style><h1>{escaped}</h1>{body}</html>"
    )
    return HTMLResponse(content, status_code=status, headers=_HEADERS)


if __name__ == "__main__":
    sys.exit(main())
