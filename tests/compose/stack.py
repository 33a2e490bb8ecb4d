"""The stack of docker-compose.yml, under a project name and settings of the test's own."""

import json
import os
import socket
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests.backends.docker import engine_answers, image_at_hand
from tests.compose.issuer import ISSUER, JWKS_URL
from tests.environment import without_settings

ROOT: Final = Path(__file__).parents[2]
STANDINS: Final = "IPP_TEST_STANDINS"
IMAGES: Final = {"python": "3.13", "postgres": "18", "kafka": "4.3.1"}
UP_S_MAX: Final = 420
PEOPLE: Final = 16
"""Of the demo's, so many that the first release shows something of the whole."""


class NoStackError(Exception):
    """Compose can't be tried here; the message says what is missing."""


def standins() -> Path:
    """Return the script that starts an engine or makes images where there are none; it may not exist."""
    return Path(os.environ.get(STANDINS) or ROOT.parent / "shared" / "docker" / "standins")


def make_ready() -> None:
    """See to an engine and the public images, by local stand-ins where no registry answers."""
    script = standins()
    if not engine_answers():
        if not script.exists() or os.geteuid() != 0:
            raise NoStackError(f"No Docker engine answers, and {STANDINS} names no script that starts one.")
        _run([str(script), "engine"])
        engine_answers.cache_clear()
        image_at_hand.cache_clear()
    public = [name for name in IMAGES if not _present(name)]
    if public and not image_at_hand(_image(public[0])):
        if not script.exists():
            raise NoStackError(f"No image registry answers, and {STANDINS} names no script of stand-ins.")
        for name in public:
            _run([str(script), name, IMAGES[name]])


class Stack:
    """`more` are compose files of the caller's."""

    def __init__(self, folder: Path, *more: Path) -> None:
        self._folder = folder
        self._port, self._processes_port, self._mails_port = _free_port(), _free_port(), _free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self.processes_url = f"http://127.0.0.1:{self._processes_port}"
        self.mails_url = f"http://127.0.0.1:{self._mails_port}"
        self.settings = self._settings()
        env_file = folder / "env"
        env_file.write_text("".join(f"{name}={value}\n" for name, value in self.settings.items()))
        paths = (ROOT / "docker-compose.yml", ROOT / "tests/compose/issuer.yml", *more)
        files = [part for path in paths for part in ("-f", str(path))]
        project = f"ipp-test-{uuid.uuid4().hex[:8]}"
        self._compose = ["docker", "compose", "-p", project, "--env-file", str(env_file), *files]

    @property
    def keys(self) -> Path:
        """The folder whose files the issuer serves."""
        return Path(self.settings["IPP_TEST_KEYS"])

    def build(self) -> None:
        self._do("build", "--quiet", "journal")

    def up(self) -> None:
        """Start everything and wait until every health check is content."""
        self._do("up", "--detach", "--no-build", "--wait", "--wait-timeout", str(UP_S_MAX))

    def down(self, *options: str) -> None:
        self._do("down", "--timeout", "20", *options)

    def kill(self, service: str) -> None:
        """End a service's containers at once, and leave them; `start` starts them again."""
        self._do("kill", service)

    def start(self, service: str) -> None:
        self._do("start", service)

    def run_in(self, service: str, *command: str) -> str:
        """Run a command in a service's container and return what it printed."""
        return self._do("exec", "-T", service, *command)

    def secret(self, name: str) -> str:
        """Return a key that deploy/new-env made."""
        return (Path(self.settings["IPP_KEYS_DIR"]) / name).read_text().strip()

    def containers(self, service: str) -> list[dict[str, Any]]:
        """Return what the engine says about the containers of a service."""
        ids = self._do("ps", "--quiet", service).split()
        found: list[dict[str, Any]] = json.loads(_run(["docker", "inspect", *ids]))
        return found

    def logs(self) -> str:
        return self._do("logs", "--no-color", "--tail", "25")

    def _do(self, *arguments: str) -> str:
        return _run([*self._compose, *arguments])

    def _settings(self) -> dict[str, str]:
        made = self._folder / "made"
        _run([str(ROOT / "deploy/new-env"), str(made)])
        lines = [line for line in made.read_text().splitlines() if line and not line.startswith("#")]
        keys = self._folder / "keys"
        keys.mkdir()
        return dict(line.split("=", 1) for line in lines) | {
            "IPP_OIDC_ISSUER": ISSUER,
            "IPP_OIDC_JWKS_URL": JWKS_URL,
            "IPP_GATEWAY_PORT": str(self._port),
            "IPP_PROCESSES_PORT": str(self._processes_port),
            "IPP_MAILS_PORT": str(self._mails_port),
            "IPP_PUBLIC_URL": self.url,
            "IPP_TEST_KEYS": str(keys),
        }


@contextmanager
def running(stack: Stack) -> Iterator[Stack]:
    """Build and start the stack, and leave nothing of it."""
    try:
        stack.build()
        stack.up()
        yield stack
    except BaseException as error:
        error.add_note(stack.logs())
        raise
    finally:
        stack.down("--volumes")


def _run(command: list[str]) -> str:
    # The tests' own IPP_ variables are not this stack's: its settings come from its file alone.
    env = without_settings()
    done = subprocess.run(  # noqa: S603 - the tests' own commands
        command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=2 * UP_S_MAX
    )
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
    return done.stdout


def _image(name: str) -> str:
    return {"python": "python:3.13-slim", "postgres": "postgres:18", "kafka": "apache/kafka:4.3.1"}[name]


def _present(name: str) -> bool:
    done = subprocess.run(  # noqa: S603 - the tests' own command
        ["docker", "image", "inspect", _image(name)],  # noqa: S607 - whichever docker
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
