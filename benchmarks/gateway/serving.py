"""Starts a gateway as a process of its own, or as several, on the databases of a demo."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Final

import httpx

from benchmarks.gateway.asking import Client
from tests.e2e.demo import ROOT, STOP_S_MAX, Demo, free_port
from tests.environment import without_settings

START_S_MAX: Final = 120.0
NOWHERE: Final = "http://127.0.0.1:9"
"""Commands are sent to the demo; this gateway is only read from."""


class Gateway(Client):
    """A running gateway, with the process that started the others."""

    def __init__(self, url: str, process: int) -> None:
        super().__init__(url)
        self.process = process


@contextmanager
def gateway_of(
    demo: Demo, *, workers: int = 1, program: str = "gateway", settings: Mapping[str, str]
) -> Iterator[Gateway]:
    """Serve with so many processes. Raises TimeoutError."""
    port, probes_port = free_port(), free_port()
    given = {
        **demo.settings(),
        **settings,
        "IPP_DATABASE_IS_ONE_SERVER": "true",
        "IPP_PORT": str(port),
        "IPP_PROBES_PORT": str(probes_port),
        "IPP_SERVICES_URL": NOWHERE,
        "IPP_WORKERS": str(workers),
    }
    env = without_settings() | given
    with subprocess.Popen([sys.executable, "-m", program], cwd=ROOT, env=env) as process:  # noqa: S603 - ours
        try:
            for number in range(workers):
                _wait_for(f"http://127.0.0.1:{probes_port + number}/health/ready")
            yield Gateway(f"http://127.0.0.1:{port}", process.pid)
        finally:
            process.terminate()
            process.wait(STOP_S_MAX)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + START_S_MAX
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            if httpx.get(url).status_code == httpx.codes.OK:
                return
        time.sleep(0.1)
    raise TimeoutError(f"{url} did not become ready within {START_S_MAX:g} s")
