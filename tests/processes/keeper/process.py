"""A keeper's process on one folder and one inbox, for tests and benchmarks."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from tests.environment import without_settings

ROOT: Final = Path(__file__).parents[3]
SECRET: Final = "a" * 64
CLOSING_SECRET: Final = "b" * 64


class KeeperProcess:
    """Started again at another port each time; leaving `running` kills it."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        for name, secret in (("token", SECRET), ("closing", CLOSING_SECRET)):
            (folder / name).write_text(f"{secret}\n")
        self.env = {
            **without_settings(),
            **settings,
            "PYTHONPATH": str(ROOT),
            "IPP_KEEPER_DIR": str(folder / "keeper"),
            "IPP_KEEPER_TOKEN_FILE": str(folder / "token"),
            "IPP_KEEPER_CLOSING_TOKEN_FILE": str(folder / "closing"),
        }
        self.pid = 0

    @contextmanager
    def running(self) -> Iterator[str]:
        port, probes_port = free_port(), free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "processes.keeper"],
            cwd=ROOT,
            env={**self.env, "IPP_PORT": str(port), "IPP_PROBES_PORT": str(probes_port)},
        )
        self.pid = process.pid
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


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port
