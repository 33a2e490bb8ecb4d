"""The keeper as a process of its own: it is killed at any moment, and nothing that it called kept is lost."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import pytest

from processes.closing.keeper_client import open_closing_keeper
from rules.feedback.questions import Perspective
from services.feedback.http_keeper import HttpKeeper
from services.feedback.keeper import HandIn, KeeperUnavailableError
from tests.processes.keeper.process import CLOSING_SECRET, ROOT, SECRET, KeeperProcess
from tests.processes.keeper.rounds import Rater, answers, new, terms

PEER: Final = Perspective.PEER
T = TypeVar("T")
ADAPTERS = ["embedded", pytest.param("kafka", marks=pytest.mark.kafka)]


def patiently(ask: Callable[[], T]) -> T:
    """Ask again as long as the keeper is away or does not know yet, as clients do."""
    while True:
        with suppress(KeeperUnavailableError):
            answer = ask()
            if answer not in ("UNSETTLED", None):
                return answer
        time.sleep(0.2)


@pytest.fixture(params=ADAPTERS)
def keeper(request: Any, tmp_path: Path, database: str) -> KeeperProcess:
    settings = {"IPP_DATABASE_URL": database, "IPP_LOG_NAME": f"k{new()[:8]}"}
    if request.param == "kafka":
        settings |= {
            "IPP_KAFKA_BOOTSTRAP": request.getfixturevalue("kafka").bootstrap,
            "IPP_KAFKA_REPLICAS": "1",
            "IPP_KAFKA_FLUSH_EVERY_MESSAGE": "false",
        }
    return KeeperProcess(tmp_path, settings)


@pytest.mark.postgres
def test_what_was_kept_is_still_kept_after_each_kill(keeper: KeeperProcess) -> None:
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
    keeper = KeeperProcess(tmp_path, {})
    env = {name: value for name, value in keeper.env.items() if name != missing}
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


@pytest.mark.postgres
@pytest.mark.skipif(sys.platform != "linux", reason="reads a limit of another process")
def test_rule_5_a_keeper_leaves_no_core_dump_with_keys(tmp_path: Path, database: str) -> None:
    keeper = KeeperProcess(tmp_path, {"IPP_DATABASE_URL": database, "IPP_LOG_NAME": f"k{new()[:8]}"})
    with keeper.running():
        assert resource.prlimit(keeper.pid, resource.RLIMIT_CORE) == (0, 0)
