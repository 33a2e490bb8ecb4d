"""Running the clients' own programs with Node.js."""

import os
import subprocess
from pathlib import Path
from typing import Final

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
