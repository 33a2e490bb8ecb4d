"""The keeper over real HTTP: each secret opens its own half, and what is unclear is never called kept."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from events.privacy.answers import SEALED_BYTES
from kit.clock import SystemClock
from kit.health import Health
from kit.http.server import serve
from kit.lifecycle import Stop
from processes.closing.keeper_client import HttpClosingKeeper
from processes.keeper.app import HAND_IN_BODY_BYTES_MAX, keeper_app
from processes.keeper.keeper import KeyGoneError, LocalKeeper, OtherTermsError
from rules.feedback.questions import Perspective
from services.feedback.http_keeper import HttpKeeper
from services.feedback.keeper import HandIn, KeeperUnavailableError
from tests.events.log.inbox.memory import MemoryLog
from tests.processes.keeper.rounds import Rater, answers, new, running, terms

SECRET, CLOSING_SECRET = "a" * 64, "b" * 64
PEER = Perspective.PEER


@dataclass(frozen=True)
class Served:
    url: str
    keeper: LocalKeeper


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    stop = Stop()
    with running(tmp_path / "keeper", MemoryLog()) as keeper:
        app = keeper_app(keeper, token=SECRET, closing_token=CLOSING_SECRET, health=Health(SystemClock()))
        thread = threading.Thread(
            target=serve, args=(app,), kwargs={"host": "127.0.0.1", "port": port, "stop": stop}, daemon=True
        )
        thread.start()
        url = f"http://127.0.0.1:{port}"
        while True:
            try:
                httpx.get(f"{url}/health/live")
                break
            except httpx.ConnectError:
                time.sleep(0.02)
        yield Served(url, keeper)
        stop.set()
        thread.join(15)


def closing_keeper(url: str, secret: str) -> HttpClosingKeeper:
    return HttpClosingKeeper(httpx.Client(base_url=url, headers={"Authorization": f"Bearer {secret}"}))


def test_a_round_goes_its_whole_way_over_http(served: Served) -> None:
    services = HttpKeeper(served.url, secret=SECRET)
    closer = closing_keeper(served.url, CLOSING_SECRET)
    round_, command = new(), os.urandom(32)
    key = services.make_key(round_)
    assert key == served.keeper.make_key(round_)
    for _ in range(3):
        rater = Rater(round_, PEER)
        hand_in = HandIn(
            round=round_, slot=rater.slot, command=command, sealed=rater.sealed(key.public_key, answers(4))
        )
        assert services.hand_in(hand_in) == "KEPT"
        assert services.result_of(round_, command) == "KEPT"
        command = os.urandom(32)
    assert services.result_of(round_, command) is None
    assert closer.status_of((round_,)) == {round_: "HERE"}
    closed = closer.close(terms(round_, {PEER: 4}))
    assert closed == served.keeper.close(terms(round_, {PEER: 4}))
    with pytest.raises(OtherTermsError):
        closer.close(terms(round_, {PEER: 5}))
    assert services.hand_in(hand_in) == "KEPT", "the same request, which was accepted"
    closer.destroy(round_)
    assert services.hand_in(hand_in) == "OVER"
    with pytest.raises(KeyGoneError):
        closer.close(terms(round_, {PEER: 4}))


@pytest.mark.parametrize("secret", ["", "a" * 63, CLOSING_SECRET])
def test_the_services_half_needs_the_services_secret(served: Served, secret: str) -> None:
    with pytest.raises(KeeperUnavailableError):
        HttpKeeper(served.url, secret=secret or "none").make_key(new())


def test_the_secret_of_the_services_closes_and_destroys_nothing(served: Served) -> None:
    round_, closer = new(), closing_keeper(served.url, SECRET)
    served.keeper.make_key(round_)
    for _ in range(3):
        Rater(round_, PEER).gives(served.keeper, answers(4))
    with pytest.raises(KeeperUnavailableError, match="401"):
        closer.close(terms(round_, {PEER: 3}))
    with pytest.raises(KeeperUnavailableError, match="401"):
        closer.destroy(round_)
    with pytest.raises(KeeperUnavailableError, match="401"):
        closer.status_of((round_,))
    assert Rater(round_, PEER).gives(served.keeper, answers(4)) == "KEPT"


def test_a_request_without_a_secret_gets_nothing(served: Served) -> None:
    for path in ("/make-key", "/hand-in", "/result", "/close", "/destroy", "/status"):
        assert httpx.post(f"{served.url}{path}", json={}).status_code == 401
        assert httpx.get(f"{served.url}{path}").status_code == 405


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b'{"round":"\xff"}', 400),
        (b'{"more":' + b"[" * 5_000 + b"]" * 5_000 + b"}", 400),
        (b" " * (HAND_IN_BODY_BYTES_MAX + 1), 413),
    ],
)
def test_a_body_of_another_form_is_refused(served: Served, content: bytes, status: int) -> None:
    headers = {"Authorization": f"Bearer {SECRET}"}
    assert httpx.post(f"{served.url}/hand-in", content=content, headers=headers).status_code == status


def test_a_keeper_that_is_away_got_nothing() -> None:
    away = HttpKeeper("http://127.0.0.1:1", secret=SECRET)
    hand_in = HandIn(round=new(), slot=new(), command=os.urandom(32), sealed=bytes(SEALED_BYTES))
    with pytest.raises(KeeperUnavailableError):
        away.hand_in(hand_in)


def test_nothing_of_a_round_is_in_any_log_line(served: Served) -> None:
    round_, services = new(), HttpKeeper(served.url, secret=SECRET)
    rater = Rater(round_, PEER)
    with capture_logs() as lines:
        key = services.make_key(round_)
        sealed = rater.sealed(key.public_key, answers(4))
        services.hand_in(HandIn(round=round_, slot=rater.slot, command=os.urandom(32), sealed=sealed))
        served.keeper.close(terms(round_, {PEER: 3}))
        served.keeper.destroy(round_)
    assert not [line for line in lines if round_ in str(line) or rater.slot in str(line)]
