"""Running the clients' own programs with Node.js."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from tests.conftest import not_to_be_had

CLIENT: Final = Path(__file__).parent / "typescript"
NODE_MIN: Final = 18
RUN_S_MAX: Final = 60.0
BUILD_S_MAX: Final = 240.0


def call(*command: str, within_s: float, **settings: str) -> str:
    """Run a command in the client's folder, and return what it printed."""
    done = subprocess.run(  # noqa: S603 - our own client
        command,
        cwd=CLIENT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=within_s,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)} said:\n{done.stdout}{done.stderr}"
    return done.stdout


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


def install() -> None:
    """Install what the lock file names, unless that is there."""
    named = hashlib.sha256((CLIENT / "package-lock.json").read_bytes()).hexdigest()
    done = CLIENT / "node_modules" / ".installed"
    with (CLIENT / ".installing").open("w") as lock:  # the files of this folder may run in two processes
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists() or done.read_text() != named:
            call("npm", "ci", "--prefer-offline", "--no-audit", "--no-fund", within_s=BUILD_S_MAX)
            done.write_text(named)


def build() -> Path:
    """Generate, check the types, compile; return the client's main program."""
    shutil.rmtree(CLIENT / "src" / "generated", ignore_errors=True)
    shutil.rmtree(CLIENT / "dist", ignore_errors=True)
    call("npm", "run", "build", within_s=BUILD_S_MAX)
    return CLIENT / "dist" / "main.js"
