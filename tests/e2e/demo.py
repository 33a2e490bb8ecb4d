"""The demo as a person starts it: a process of its own, asked over HTTP."""

import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.environment import without_settings

ROOT = Path(__file__).parents[2]
PROGRAM = "deploy.local"
PEOPLE = "12"
"""Enough to ask things of; all of them are looked at in tests/demo."""
START_S_MAX = 100.0
STOP_S_MAX = 60.0
LAST_LINES = 40
_METRICS = re.compile(r"http://\S+/metrics")


class Demo:
    """A running demo; `token` is for the person named."""

    def __init__(
        self,
        process: subprocess.Popen[str],
        port: int,
        folder: Path,
        metrics_url: str = "",
        said: list[str] | None = None,
    ) -> None:
        self.process = process
        self._said = said if said is not None else []
        self.folder = folder
        self.url = f"http://127.0.0.1:{port}"
        self.metrics_url = metrics_url
        """As the demo says it: the usual port for it may be taken."""

    def token(self, name: str, life_s: int = 3600) -> str:
        answer = httpx.get(f"{self.url}/dev/token", params={"as": name, "life_s": life_s}).raise_for_status()
        return str(answer.json()["access_token"])

    def settings(self) -> dict[str, str]:
        """Give what another process needs to work on this demo's databases, and to take its tokens."""
        password = (self.folder / "postgres" / "password").read_text().strip()
        port = (self.folder / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[3]
        return {
            "IPP_DATABASE_URL": f"postgresql://postgres:{password}@127.0.0.1:{port}/ipp",
            "IPP_VAULT_URL": f"postgresql://postgres:{password}@127.0.0.1:{port}/vault",
            "IPP_MASTER_KEY_FILE": str(self.folder / "master.key"),
            "IPP_POSITION_KEY_FILE": str(self.folder / "position.key"),
            "IPP_OIDC_ISSUER": "ipp-development",
            "IPP_OIDC_JWKS_URL": f"{self.url}/dev/jwks.json",
        }

    def stop(self) -> None:
        """End it as Ctrl-C does. Raises AssertionError with its last words unless it ends well."""
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(STOP_S_MAX)
        assert status == 0, f"The demo ended with status {status}:\n" + "".join(self._said[-LAST_LINES:])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def command(
    folder: Path, port: int, *options: str, program: str = PROGRAM, **settings: str
) -> subprocess.Popen[str]:
    """Start the demo without waiting for it; `settings` are variables of its environment."""
    if "--people" not in options:
        options = (*options, "--people", PEOPLE)
    env = without_settings()
    ports = {"IPP_PORT": str(port), "IPP_PROBES_PORT": "0"}
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", program, *options],
        cwd=ROOT,
        env={**env, **ports, "IPP_DATA_DIR": str(folder), "COLUMNS": "200", **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextmanager
def running_demo(
    folder: Path, *options: str, start_s_max: float = START_S_MAX, program: str = PROGRAM, **settings: str
) -> Iterator[Demo]:
    """Start the demo on this folder and wait until it says that it is ready."""
    port = free_port()
    with command(folder, port, *options, program=program, **settings) as process:
        try:
            said = _wait_until_ready(process, start_s_max)
            # Read on, or the pipe gets full and everything that logs waits for ever.
            later: list[str] = []
            threading.Thread(target=_read_to_the_end, args=(process, later), daemon=True).start()
            yield Demo(process, port, folder, _METRICS.findall(said)[0], later)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait(STOP_S_MAX)


def _read_to_the_end(process: subprocess.Popen[str], said: list[str]) -> None:
    said.extend(process.stdout or ())


def _wait_until_ready(process: subprocess.Popen[str], start_s_max: float) -> str:
    """Return what the demo said until it was ready."""
    deadline = time.monotonic() + start_s_max
    said = []
    for line in process.stdout or ():
        said.append(line)
        if "Ctrl-C" in line:
            return "".join(said)
        if time.monotonic() > deadline:
            break
    raise AssertionError("The demo did not start:\n" + "".join(said))
