"""Gateway and services as processes of their own, joined by HTTP as in production."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.e2e.asking import Someone, new_command
from tests.e2e.demo import ROOT, STOP_S_MAX, Demo, free_port
from tests.e2e.flow import run_flow
from tests.environment import without_settings

pytestmark = [pytest.mark.e2e, pytest.mark.postgres]
START_S_MAX = 60.0
CLAIM = """mutation ($c: UUID!, $w: String!) { claimTalent(input: {
  commandId: $c, name: {ownWords: $w}, strength: 1, energy: 1, use: 1}) { command { outcome version } } }"""


@contextmanager
def process_of(module: str, port: int, settings: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    env = without_settings()
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", module],
        cwd=ROOT,
        env={**env, **settings, "IPP_PORT": str(port), "IPP_PROBES_PORT": "0"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            _wait_for(f"http://127.0.0.1:{port}/health/ready")
            yield process
        finally:
            process.terminate()
            process.wait(STOP_S_MAX)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + START_S_MAX
    while time.monotonic() < deadline:
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"{url} did not become ready")


def test_the_thin_way_works_over_http_between_the_processes(demo: Demo) -> None:
    settings = demo.settings()
    services, gateway = free_port(), free_port()
    with (
        process_of("services", services, settings),
        process_of("gateway", gateway, {**settings, "IPP_SERVICES_URL": f"http://127.0.0.1:{services}"}),
    ):
        run_flow(f"http://127.0.0.1:{gateway}", demo.token)


def test_without_services_views_are_read_on_and_a_command_says_that_it_was_not_sent(demo: Demo) -> None:
    settings = demo.settings()
    services, gateway = free_port(), free_port()
    url = f"http://127.0.0.1:{gateway}"
    owner = Someone(url, demo.token("owner"), "PROFESSIONAL")
    claim = {"c": new_command(), "w": "Ook later nog"}
    with process_of("gateway", gateway, {**settings, "IPP_SERVICES_URL": f"http://127.0.0.1:{services}"}):
        assert asyncio.run(owner.refused_as(CLAIM, **claim)) == ["UNAVAILABLE"]
        assert asyncio.run(owner.ask("{ me { portfolio { version } } }"))["me"]["portfolio"]["version"] > 1
        with process_of("services", services, settings):
            answer = asyncio.run(owner.ask(CLAIM, **claim))
            assert answer["claimTalent"]["command"]["outcome"] == "ACCEPTED"
        assert asyncio.run(owner.refused_as(CLAIM, **claim)) == ["UNAVAILABLE"]


def test_a_gateway_outside_the_embedded_profile_serves_no_page_and_no_tokens(demo: Demo) -> None:
    gateway = free_port()
    settings = {**demo.settings(), "IPP_SERVICES_URL": "http://127.0.0.1:9"}
    with process_of("gateway", gateway, settings):
        url = f"http://127.0.0.1:{gateway}"
        assert httpx.get(f"{url}/graphql", headers={"Accept": "text/html"}).status_code == 405
        assert httpx.get(f"{url}/dev/token", params={"as": "owner"}).status_code == 404
