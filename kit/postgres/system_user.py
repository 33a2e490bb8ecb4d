"""Which system user runs PostgreSQL's programs, which refuse to run as root."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

SYSTEM_USER: Final = "ipp-postgres"


class SystemUserError(Exception):
    """PostgreSQL can't run as the current user nor as one of its own; the message says what to do."""


class ProgramError(Exception):
    """A program ended with an error. The message is the program's own."""


class SystemUser:
    """
    Runs programs as a user that may read a folder and start a program.

    That is the current user; for root it is SYSTEM_USER, which is made when there is none.
    """

    def __init__(self, *, folder: Path, program: str) -> None:
        """Choose the user. Raises SystemUserError."""
        self.name: str | None = None
        """What subprocess takes as `user`; None: that of this process."""
        self._prefix: list[str] = []
        if os.geteuid() == 0:
            self._choose(folder, program)

    def command(self, *arguments: str) -> list[str]:
        """Return the command that runs a program, to be started with `user=` this user's `name`."""
        return [*self._prefix, *arguments]

    def run(self, *arguments: str) -> str:
        """Run a program to its end and return its output. Raises ProgramError."""
        return run_program(self.command(*arguments), user=self.name)

    def own(self, path: Path) -> None:
        """Make a path this user's own."""
        if os.geteuid() == 0:
            shutil.chown(path, SYSTEM_USER, SYSTEM_USER)

    def _choose(self, folder: Path, program: str) -> None:
        _make_system_user()
        self.name = SYSTEM_USER
        if self._can_reach(folder, program):
            return
        # The project or its virtual environment is under a folder that only root may enter. Instead of
        # opening that folder to everyone, only the server may pass through it.
        passing = ["--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"]
        self._prefix = [
            "setpriv",
            "--reuid",
            SYSTEM_USER,
            "--regid",
            SYSTEM_USER,
            "--clear-groups",
            *passing,
        ]
        self.name = None
        if not self._can_reach(folder, program):
            raise SystemUserError(
                f"The user {SYSTEM_USER} can't reach {folder} or {program}: choose a data folder"
                " (IPP_DATA_DIR) and an installation that are not under a folder of root's own."
            )

    def _can_reach(self, folder: Path, program: str) -> bool:
        try:
            self.run(program, "--version")
            self.run("ls", str(folder))
        except (OSError, ProgramError):
            return False
        return True


def run_program(command: Sequence[str], *, user: str | None = None) -> str:
    """Run a program to its end and return its output. Raises ProgramError, and OSError if there is none."""
    done = subprocess.run(  # noqa: S603 - our own commands
        command, user=user, capture_output=True, text=True, check=False, cwd="/"
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
            run_program(["useradd", "--system", "--no-create-home", "--shell", shell, SYSTEM_USER])
        except ProgramError as error:
            raise SystemUserError(
                f"PostgreSQL does not run as root, and the user {SYSTEM_USER} can't be made: {error}"
            ) from None
