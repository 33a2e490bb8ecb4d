"""`python -m deploy.local`: all of IPP in one process on an embedded PostgreSQL, and a small organisation."""

import os
import shutil
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from deploy.demo.client import SeedingError
from deploy.demo.people import KNOWN, PEOPLE
from deploy.local.one_process import KEPT, run
from deploy.local.ports import free_near, is_free
from kit.lifecycle import Stop
from kit.postgres.embedded import RUNNING_BYTES_MIN, EmbeddedPostgresError, check_room, check_unused
from kit.secrets import write_no_core_dump
from kit.settings import Settings, SettingsError

app = typer.Typer(help=__doc__, add_completion=False)


class DemoError(Exception):
    """The demo can't start; the message says why and what to do."""


@app.command()
def main(
    *,
    fresh: Annotated[bool, typer.Option("--fresh", help="Delete the data of an earlier demo.")] = False,
    people: Annotated[
        int, typer.Option(min=len(KNOWN), help="How many professionals a new organisation has.")
    ] = PEOPLE,
) -> None:
    """Serve the demo until Ctrl-C. Its data is kept for the next start."""
    os.umask(0o077)  # whatever it writes is its owner's alone
    write_no_core_dump()
    try:
        settings = Settings.from_env(os.environ)
        _check(settings)
        if fresh:
            _forget(settings.data_dir)
        with Stop().on_signals() as stop:
            _run(settings, stop, people=people)
    except (DemoError, EmbeddedPostgresError, SeedingError, SettingsError) as error:
        Console(stderr=True, soft_wrap=True, highlight=False).print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None


def _run(settings: Settings, stop: Stop, *, people: int) -> None:
    """Run the demo. Raises DemoError when it ends since its folder can't be made or its disk is full."""
    try:
        run(settings, stop, people=people, screen=Console())
    except (EmbeddedPostgresError, SettingsError):
        raise
    except OSError as error:
        raise DemoError(
            f"{error.filename or settings.data_dir} can't be used: {error.strerror}. Choose another data"
            " folder with IPP_DATA_DIR."
        ) from error
    except Exception:
        # Which part noticed first differs: an append without an answer, a view, the server itself.
        check_room(settings.data_dir, bytes_min=RUNNING_BYTES_MIN)
        raise


def _check(settings: Settings) -> None:
    if settings.profile != "embedded":
        raise DemoError("The demo is the embedded profile; production runs each process by itself.")
    if not is_free(settings.host, settings.port):
        raise DemoError(
            f"Port {settings.port} is taken. Stop what uses it, or choose another: "
            f"make demo PORT={free_near(settings.host, settings.port)}"
        )


def _forget(folder: Path) -> None:
    """Delete the data. Raises EmbeddedPostgresError, and deletes nothing, while another demo runs on it."""
    check_unused(folder / "postgres")
    for name in KEPT:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


if __name__ == "__main__":
    app()
