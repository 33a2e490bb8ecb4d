"""Several processes of a gateway serve one port: each answers, one that is killed is replaced, all stop."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final

import pytest

from tests.e2e.demo import free_port
from tests.environment import without_settings

pytestmark = pytest.mark.postgres
ROOT: Final = Path(__file__).parents[2]
S_MAX: Final = 100.0
"""Never reached, however busy the machine is, unless something waits for ever."""
NOBODY: Final = "http://127.0.0.1:9"


@contextmanager
def gateway_of(database_url: str, key: Path, *, workers: int) -> Iterator[tuple[int, int, int]]:
    """Start a gateway; give its process, its port, and the first port of its probes."""
    key.write_text("ab" * 32)
    port, probes = free_port(), free_port()
    settings = {
        "IPP_DATABASE_URL": database_url,
        "IPP_VAULT_URL": database_url,
        "IPP_SERVICES_URL": NOBODY,
        "IPP_OIDC_ISSUER": NOBODY,
        "IPP_OIDC_JWKS_URL": NOBODY,
        "IPP_POSITION_KEY_FILE": str(key),
        "IPP_PORT": str(port),
        "IPP_PROBES_PORT": str(probes),
        "IPP_WORKERS": str(workers),
    }
    env = without_settings() | settings
    with subprocess.Popen([sys.executable, "-m", "gateway"], cwd=ROOT, env=env) as process:
        try:
            yield process.pid, port, probes
            process.terminate()
            assert process.wait(S_MAX) == 0
        finally:
            process.kill()


def status_of(port: int, path: str) -> int:
    """Return the status of an answer; 0 while nobody answers."""
    with suppress(OSError, HTTPException), closing(HTTPConnection("127.0.0.1", port)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status
    return 0


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + S_MAX
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def requests_of(probes: int) -> float:
    """Return how many requests for GraphQL a worker has answered, by its own metrics."""
    with closing(HTTPConnection("127.0.0.1", probes)) as connection:
        connection.request("GET", "/metrics")
        lines = connection.getresponse().read().decode().splitlines()
    (count,) = [line for line in lines if line.startswith("ipp_gateway_request_seconds_count")]
    return float(count.split()[1])


def workers_of(process: int) -> set[int]:
    """Return the workers that a process has started."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return {int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()}


def is_there(process: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(process, 0)
        return True
    return False


def test_each_worker_answers_one_that_is_killed_is_replaced_and_a_stop_ends_all(
    database_with_tables: str, tmp_path: Path
) -> None:
    with gateway_of(database_with_tables, tmp_path / "key", workers=2) as (process, port, probes):

        def both_live() -> bool:
            return all(status_of(probes + number, "/health/live") == 200 for number in (0, 1))

        def both_asked() -> bool:
            assert status_of(port, "/graphql") == 405
            return all(requests_of(probes + number) > 0 for number in (0, 1))

        until(both_live)
        until(both_asked)
        before = workers_of(process)
        killed = min(before)
        os.kill(killed, signal.SIGKILL)
        until(lambda: not is_there(killed))
        until(both_live)
        after = workers_of(process)
        assert len(before) == len(after) == 2
        assert before - after == {killed}
        until(both_asked)
    assert not any(map(is_there, after))
