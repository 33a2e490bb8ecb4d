"""Which system user runs PostgreSQL's programs, which refuse to run as root."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

SYSTEM_USER: Final = "ipp-postgres"
_OWN_FOLDER: Final = Path("/proc/self/cwd")


class SystemUserError(Exception):
    """PostgreSQL can't run as the current user nor as one of its own; the message says what to do."""


class ProgramError(Exception):
    """A program ended with an error. The message is the program's own."""


class SystemUser:
    """
    Runs programs as a user that PostgreSQL accepts: the current one, or for root SYSTEM_USER.

    That user may not be able to pass through the folders above a data folder: a project is often cloned below
    /root. So a program is started *in* the data folder, which needs no right to the folders above it, and
    gets as its name what Linux calls the folder that a process is in (`folder_name`).
    """

    def __init__(self) -> None:
        """Choose the user. Raises SystemUserError."""
        self.is_other = os.geteuid() == 0
        """Whether it is another user than that of this process."""
        if self.is_other:
            _make_system_user()

    def as_user(self) -> dict[str, Any]:
        """Return what makes `subprocess` start a program as this user, with none of root's groups."""
        if not self.is_other:
            return {}
        return {"user": SYSTEM_USER, "group": SYSTEM_USER, "extra_groups": []}

    def folder_name(self, folder: Path) -> str:
        """Return the name of a folder for a program that is started in it."""
        return str(_OWN_FOLDER) if self.is_other and _OWN_FOLDER.exists() else str(folder)

    def run(self, *arguments: str, folder: Path = Path("/"), pass_fds: Sequence[int] = ()) -> str:
        """Run a program in a folder to its end and return its output. Raises ProgramError, OSError."""
        return run_program(arguments, folder=folder, pass_fds=pass_fds, **self.as_user())

    def can_run(self, program: str) -> bool:
        """Whether this user can start a program of PostgreSQL, which looks for its own files by its path."""
        try:
            self.run(program, "--version")
        except (OSError, ProgramError):
            return False
        return True

    def own(self, file: Path | int) -> None:
        """Make a file or folder this user's own. Raises SystemUserError."""
        if not self.is_other:
            return
        entry = pwd.getpwnam(SYSTEM_USER)
        try:
            os.chown(file, entry.pw_uid, entry.pw_gid)
        except OSError as error:
            raise SystemUserError(
                f"The data folder can't be given to the user {SYSTEM_USER}, which runs PostgreSQL for root"
                f" ({error.strerror}): choose another with IPP_DATA_DIR, or start as a user other than root."
            ) from None


def run_program(command: Sequence[str], *, folder: Path = Path("/"), **started: Any) -> str:
    """Run a program to its end and return its output. Raises ProgramError, and OSError if there is none."""
    done: subprocess.CompletedProcess[str] = subprocess.run(  # noqa: S603 - our own commands
        command, capture_output=True, text=True, check=False, cwd=folder, **started
    )
    if done.returncode != 0:
        raise ProgramError((done.stderr or done.stdout).strip())
    return done.stdout


def _make_system_user() -> None:
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        shell = "/usr/sbin/nologin"
        try:
            options = ["--system", "--user-group", "--no-create-home", "--shell", shell]
            run_program(["useradd", *options, SYSTEM_USER])
        except (OSError, ProgramError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            raise SystemUserError(
                f"PostgreSQL does not run as root, and useradd can't make the user {SYSTEM_USER} for it"
                f" ({why}): make that user in another way, or start as a user other than root."
            ) from None
