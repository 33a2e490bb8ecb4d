"""What Maven makes, once for all processes of this machine and kept for the next run."""

import fcntl
import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

MAVEN_S_MAX: Final = 600.0
_SAID_MAX: Final = 800


class MavenError(Exception):
    """Maven failed; the message is the end of what it said."""


def made_by_maven(pom: Path, goals: Callable[[Path], Sequence[str]], *, kept_as: str) -> Path:
    """Return the folder of this name, filled by Maven's goals for it, now or before. Raises MavenError."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ipp"
    folder = cache / kept_as
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"{kept_as}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            done = subprocess.run(  # noqa: S603 - the tests' own command
                ["mvn", "-q", "-B", "-f", str(pom), *goals(folder)],  # noqa: S607 - whichever mvn is first
                capture_output=True,
                text=True,
                check=False,
                timeout=MAVEN_S_MAX,
            )
            if done.returncode != 0:
                raise MavenError((done.stdout + done.stderr)[-_SAID_MAX:])
            (folder / "complete").touch()
    return folder
