"""The mail catcher: what was sent over SMTP is on its page, and a mail's words are never markup."""

import smtplib
import threading
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from deploy import mail_catcher
from deploy.mail_catcher import CaughtMails, catching, mail_routes
from tests.processes.mails.mail_server import free_port


def send(port: int, *, to: str = "anna@example.org", subject: str = "Hallo", text: str = "tekst") -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "ipp@kade.example", to, subject
    mail.set_content(text)
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
        smtp.send_message(mail)


def client_of(mails: CaughtMails) -> TestClient:
    app = FastAPI()
    app.include_router(mail_routes(mails))
    return TestClient(app)


def test_a_mail_is_shown_with_its_link(tmp_path: Path) -> None:
    mails, port = CaughtMails(tmp_path / "mails"), free_port()
    with catching(mails, host="127.0.0.1", port=port):
        send(port, subject="Feedback één", text="Open https://ipp.example/feedback#ABCD <b>nu</b>")
    client = client_of(mails)
    assert "Feedback één" in client.get("/mails").text
    shown = client.get("/mails/00000001").text
    assert '<a href="https://ipp.example/feedback#ABCD">' in shown
    assert "&lt;b&gt;nu&lt;/b&gt;" in shown
    assert client.get("/mails.json").json()[0]["to"] == "anna@example.org"
    assert (tmp_path / "mails" / "00000001.eml").stat().st_mode & 0o077 == 0


def test_no_mail_and_an_unknown_mail_are_said(tmp_path: Path) -> None:
    client = client_of(CaughtMails(tmp_path / "mails"))
    assert "No mail was sent yet." in client.get("/mails").text
    assert client.get("/mails/..%2f..%2fmaster").status_code == 404


def test_the_oldest_mails_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_catcher, "MAILS_MAX", 3)
    mails = CaughtMails(tmp_path / "mails")
    for number in range(5):
        mails.keep(f"Subject: {number}\n\n".encode())
    assert [mail.subject for mail in mails.all()] == ["4", "3", "2"]


def test_mails_that_come_at_once_are_all_kept(tmp_path: Path) -> None:
    mails, port = CaughtMails(tmp_path / "mails"), free_port()
    ready = threading.Barrier(4)

    def one(number: int) -> None:
        ready.wait()
        send(port, subject=str(number))

    with catching(mails, host="127.0.0.1", port=port), ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(4)))
    assert {mail.subject for mail in mails.all()} == {"0", "1", "2", "3"}
