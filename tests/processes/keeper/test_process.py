"""The keeper as a process of its own: it is killed at any moment, and nothing that it called kept is lost."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx
import pytest

from processes.closing.keeper_client import open_closing_keeper
from rules.feedback.questions import Perspective
from services.feedback.http_keeper import HttpKeeper
from services.feedback.keeper import HandIn, KeeperUnavailableError
from tests.processes.keeper.rounds import Rater, answers, new, terms

ROOT: Final = Path(__file__).parents[3]
PEER: Final = Perspective.PEER
SECRET: Final = "a" * 64
CLOSING_SECRET: Final = "b" * 64
T = TypeVar("T")
ADAPTERS = ["embedded", pytest.param("kafka", marks=pytest.mark.kafka)]


class Keeper:
    """A keeper's process on one folder and one inbox, started again at another port after it was killed."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        for name, secret in (("token", SECRET), ("closing", CLOSING_SECRET)):
            (folder / name).write_text(f"{secret}\n")
        self._env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("IPP_")},
            **settings,
            "PYTHONPATH": str(ROOT),
            "IPP_KEEPER_DIR": str(folder / "keeper"),
            "IPP_KEEPER_TOKEN_FILE": str(folder / "token"),
            "IPP_KEEPER_CLOSING_TOKEN_FILE": str(folder / "closing"),
        }

    @contextmanager
    def running(self) -> Iterator[str]:
        port, probes_port = free_port(), free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "processes.keeper"],
            cwd=ROOT,
            env={**self._env, "IPP_PORT": str(port), "IPP_PROBES_PORT": str(probes_port)},
        )
        url = f"http://127.0.0.1:{port}"
        try:
            while True:
                assert process.poll() is None, "the keeper ended"
                try:
                    httpx.get(f"{url}/health/live")
                    break
                except httpx.ConnectError:
                    time.sleep(0.05)
            yield url
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()


def patiently(ask: Callable[[], T]) -> T:
    """Ask again as long as the keeper is away or does not know yet, as clients do."""
    while True:
        with suppress(KeeperUnavailableError):
            answer = ask()
            if answer not in ("UNSETTLED", None):
                return answer
        time.sleep(0.2)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@pytest.fixture(params=ADAPTERS)
def keeper(request: Any, tmp_path: Path, database: str) -> Keeper:
    settings = {"IPP_DATABASE_URL": database, "IPP_LOG_NAME": f"k{new()[:8]}"}
    if request.param == "kafka":
        settings |= {
            "IPP_KAFKA_BOOTSTRAP": request.getfixturevalue("kafka").bootstrap,
            "IPP_KAFKA_REPLICAS": "1",
            "IPP_KAFKA_FLUSH_EVERY_MESSAGE": "false",
        }
    return Keeper(tmp_path, settings)


@pytest.mark.postgres
def test_what_was_kept_is_still_kept_after_each_kill(keeper: Keeper) -> None:
    round_, kept = new(), []
    with keeper.running() as url:
        services = HttpKeeper(url, secret=SECRET)
        key = patiently(lambda: services.make_key(round_))
        for _ in range(4):
            rater, command = Rater(round_, PEER), os.urandom(32)
            sealed = rater.sealed(key.public_key, answers(4, "tekst"))
            hand_in = HandIn(round=round_, slot=rater.slot, command=command, sealed=sealed)
            assert patiently(partial(services.hand_in, hand_in)) == "KEPT"
            kept.append(command)
        services.close()
    closings = []
    for _ in range(2):
        with keeper.running() as url, open_closing_keeper(url, secret=CLOSING_SECRET) as closer:
            services = HttpKeeper(url, secret=SECRET)
            for command in kept:
                assert patiently(partial(services.result_of, round_, command)) == "KEPT"
            closings.append(patiently(partial(closer.close, terms(round_, {PEER: 5}))))
            services.close()
    assert closings[0] == closings[1], "the same bytes from another process"
    assert len(closings[0].contents.comments[0].fragments) == 4


@pytest.mark.parametrize(
    ("missing", "said"),
    [("IPP_KEEPER_TOKEN_FILE", "IPP_KEEPER_TOKEN_FILE"), ("IPP_KEEPER_CLOSING_TOKEN_FILE", "CLOSING")],
)
def test_without_a_secret_it_says_so_in_one_line(tmp_path: Path, missing: str, said: str) -> None:
    keeper = Keeper(tmp_path, {})
    env = {name: value for name, value in keeper._env.items() if name != missing}
    ended = subprocess.run(
        [sys.executable, "-m", "processes.keeper"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert said in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
