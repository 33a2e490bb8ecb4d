"""One small demo for the clients, and the packages of those in Node.js."""

import fcntl
import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.npm import BUILD_S_MAX, CLIENT, NODE_MIN, RUN_S_MAX, call
from tests.conftest import not_to_be_had
from tests.e2e.demo import Demo, running_demo


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("demo"), "--people", "10") as running:
        yield running


@pytest.fixture(scope="package")
def node() -> str:
    """Return a Node.js that has npm."""
    found, npm = shutil.which("node"), shutil.which("npm")
    if found is None or npm is None:
        not_to_be_had("The clients need node and npm: deploy/tools.sh installs them.")
        raise AssertionError
    version = call(found, "--version", within_s=RUN_S_MAX)
    if int(version.removeprefix("v").split(".")[0]) < NODE_MIN:
        not_to_be_had(f"The clients need node {NODE_MIN} or newer, and this is {version.strip()}.")
    return found


@pytest.fixture(scope="package")
def installed(node: str) -> str:
    """Install what the lock file names, unless that is there; return Node.js."""
    named = hashlib.sha256((CLIENT / "package-lock.json").read_bytes()).hexdigest()
    done = CLIENT / "node_modules" / ".installed"
    with (CLIENT / ".installing").open("w") as lock:  # the files of this folder may run in two processes
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists() or done.read_text() != named:
            call("npm", "ci", "--prefer-offline", "--no-audit", "--no-fund", within_s=BUILD_S_MAX)
            done.write_text(named)
    return node


@pytest.fixture(scope="package")
def program(installed: str) -> Path:
    """Generate, check the types, compile; return the client's main program."""
    shutil.rmtree(CLIENT / "src" / "generated", ignore_errors=True)
    shutil.rmtree(CLIENT / "dist", ignore_errors=True)
    call("npm", "run", "build", within_s=BUILD_S_MAX)
    return CLIENT / "dist" / "main.js"
