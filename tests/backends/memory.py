"""Temporary folders in memory, where the machine has room: the databases and brokers of tests write a lot."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

PLACE: Final = Path("/dev/shm")  # noqa: S108 - only a folder of its own below it is used
BYTES_MIN: Final = 12 * 1024**3
"""A whole run keeps less than half of this at a time."""
_MEMORY: Final = Path("/proc/meminfo")


def keep_temporary_folders_in_memory() -> None:
    """
    Let this process and those it starts make their temporary folders in memory.

    Nothing changes when `TMPDIR` is set, when memory is short, or when programs may not be run from there.
    """
    if "TMPDIR" not in os.environ and has_room(PLACE):
        os.environ["TMPDIR"] = tempfile.tempdir = str(PLACE)


def has_room(place: Path) -> bool:
    """Say whether there is a file system in memory with room for a whole run."""
    if not place.is_dir() or not os.access(place, os.W_OK) or not _MEMORY.exists():
        return False
    if os.statvfs(place).f_flag & os.ST_NOEXEC:
        return False
    return min(shutil.disk_usage(place).free, _bytes_available()) >= BYTES_MIN


def _bytes_available() -> int:
    """Return how many bytes of memory programs may still take, by Linux's own estimate."""
    for line in _MEMORY.read_text().splitlines():
        name, _, rest = line.partition(":")
        if name == "MemAvailable":
            return int(rest.split()[0]) * 1024
    return 0
