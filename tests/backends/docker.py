"""Whether a Docker engine is at hand, and whether it has or can get an image."""

import functools
import os
import shutil
import subprocess
from typing import Final

ENGINE_ANSWER_S_MAX: Final = 5
PULL_S_MAX: Final = 300

# Its watching container comes from a registry that may be away; our own fixtures end what they started.
os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")


@functools.cache
def engine_answers() -> bool:
    if shutil.which("docker") is None:
        return False
    return _quiet("docker", "info", timeout_s=ENGINE_ANSWER_S_MAX)


@functools.cache
def image_at_hand(image: str) -> bool:
    """Whether the engine has the image, or could fetch it just now."""
    if not engine_answers():
        return False
    return _quiet("docker", "image", "inspect", image, timeout_s=ENGINE_ANSWER_S_MAX) or _quiet(
        "docker", "pull", "--quiet", image, timeout_s=PULL_S_MAX
    )


def _quiet(*command: str, timeout_s: float) -> bool:
    try:
        done = subprocess.run(  # noqa: S603 - the tests' own commands
            command, capture_output=True, check=False, timeout=timeout_s
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
