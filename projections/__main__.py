"""`python -m projections`: run a view worker, show the status of views, verify, rebuild, un-park, prune."""

import os
import socket
import sys
from functools import partial
from typing import Annotated, NoReturn

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from events.assembly import open_vault
from events.codec import EventMapper
from events.log.journal.checks import NotAllowedError, ViewCheck, ViewDifference, record_view_check
from events.log.journal.reader import JournalReader
from kit.clock import SystemClock
from kit.health import Health
from kit.http.probes import probes_loop
from kit.lifecycle import Stop, run_all
from kit.postgres.connections import connect_own
from kit.settings import Settings, SettingsError
from kit.telemetry import set_up_logging
from projections.assembly import view_worker
from projections.folding import StillParkedError, unpark
from projections.parking import read_parked
from projections.prune import OLDER_KEPT, prune
from projections.rebuild import (
    RebuildRunningError,
    Rebuilt,
    Verified,
    ViewIncompleteError,
    rebuild,
    verify_view,
)
from projections.registry import ViewRegistrationError, find_views, view_named
from projections.status import as_grid, parked_grid, status
from projections.view import View
from projections.worker import GROUP, HEALTH_CHECK

# Pretty tracebacks would show local variables, and with them rows and keys.
app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
out = Console()
Named = Annotated[str, typer.Argument(help="Name of the view.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")]


@app.command()
def run() -> None:
    """Fold events into all views until stopped."""
    settings = Settings.from_env(os.environ)
    set_up_logging(as_json=settings.log_format == "json", process="projections")
    health = Health(SystemClock())
    health.expect(HEALTH_CHECK, within_s=settings.staleness_max_s)
    with open_vault(settings) as vault, Stop().on_signals() as stop:
        name = f"{socket.gethostname()}:{os.getpid()}"
        worker = view_worker(settings, opener=EventMapper(vault), health=health, worker=name)
        loops = {
            "views": worker.run,
            "probes": probes_loop(health, host=settings.host, port=settings.probes_port),
        }
        run_all(loops, stop)


@app.command("status")
def show_status(*, as_json: AsJson = False) -> None:
    """Show how far each view is behind the journal, and when it was last confirmed up to date."""
    settings = Settings.from_env(os.environ)
    with connect_own(settings.database_url, application_name="projections status") as connection:
        found = status(connection, find_views(), journal=JournalReader(settings.log_name), group=GROUP)
        started = [view for view in find_views() if any(row.view == view.name for row in found)]
        parked = {view: rows for view in started if (rows := read_parked(connection, view))}
    if as_json:
        by_name = {view.name: rows for view, rows in parked.items()}
        out.print_json(msgspec.json.encode({"views": found, "parked": by_name}).decode())
        return
    out.print(as_grid(found))
    for view, rows in parked.items():
        out.print(parked_grid(view, rows))


@app.command("rebuild")
def rebuild_view(
    name: Named,
    *,
    swap_different: Annotated[
        bool,
        typer.Option(help="Swap in the new rows although they differ, because the fold was wrong before."),
    ] = False,
) -> None:
    """Fold a view again next to the one in use, compare both at equal positions, and swap."""
    settings = Settings.from_env(os.environ)
    view = _view(name)
    columns = (TextColumn(view.name), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with open_vault(settings) as vault, Progress(*columns, console=out) as progress:
        task = progress.add_task("", total=None)
        try:
            rebuilt = rebuild(
                settings.database_url,
                view,
                journal=JournalReader(settings.log_name),
                opener=EventMapper(vault),
                on_progress=partial(_progressed, progress, task),
                swap_different=swap_different,
            )
        except RebuildRunningError as error:
            _end(str(error))
    _show(rebuilt)


@app.command("verify")
def verify_views(
    names: Annotated[list[str] | None, typer.Argument(help="Names of views; all without one.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """
    Fold the journal again and compare every row of the views in use with it; nothing is changed.

    What was found is kept for auditors, in the schema `checks`.
    """
    settings = Settings.from_env(os.environ)
    journal, views = JournalReader(settings.log_name), [_view(name) for name in names or ()] or find_views()
    found: dict[str, Verified] = {}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with open_vault(settings) as vault, Progress(*columns, console=Console(stderr=True)) as progress:
        for view in views:
            task = progress.add_task(view.name, total=None)
            try:
                found[view.name] = verify_view(
                    settings.database_url,
                    view,
                    journal=journal,
                    opener=EventMapper(vault),
                    on_progress=partial(_progressed, progress, task),
                )
            except (RebuildRunningError, ViewIncompleteError) as error:
                _end(str(error))
            _keep(settings, view, found[view.name])
    if as_json:
        out.print_json(msgspec.json.encode(found).decode())
    else:
        for name, result in found.items():
            out.print(f"{name}: {'differs' if result.differences else 'agrees'}; {_counted(result)}")
            _show_differences(result)
    if any(result.differences for result in found.values()):
        raise typer.Exit(1)


@app.command("prune")
def prune_views(
    *, keep: Annotated[int, typer.Option(min=0, help="How many older versions of a view stay.")] = OLDER_KEPT
) -> None:
    """Drop the tables of older versions of every view, except those one might go back to."""
    settings = Settings.from_env(os.environ)
    with connect_own(settings.database_url, application_name="projections prune") as connection:
        pruned = [gone for view in find_views() for gone in prune(connection, view, older_kept=keep)]
    for gone in pruned:
        out.print(f"{gone.view} v{gone.version}: dropped {', '.join(gone.tables) or 'its positions'}.")
    if not pruned:
        out.print("Nothing to drop.")


@app.command("unpark")
def unpark_subjects(name: Named) -> None:
    """Fold every parked subject of a view again from its first event, with the current code."""
    settings = Settings.from_env(os.environ)
    view = _view(name)
    journal = JournalReader(settings.log_name)
    left = 0
    with (
        open_vault(settings) as vault,
        connect_own(settings.database_url, application_name="projections unpark") as connection,
    ):
        opener = EventMapper(vault)
        for parked in read_parked(connection, view):
            try:
                unpark(connection, view, parked.subject, journal=journal, opener=opener)
            except StillParkedError as error:
                out.print(str(error))
                left += 1
    if left:
        _end(f"{left} subjects stay parked.")


def _view(name: str) -> View:
    try:
        return view_named(name)
    except ViewRegistrationError as error:
        _end(str(error))


def _keep(settings: Settings, view: View, found: Verified) -> None:
    """Keep what was found as the view's last check; without the right to, say so and go on."""
    check = ViewCheck(
        view=view.name,
        version=view.version,
        categories=sorted(view.categories),
        checked_at=SystemClock().now(),
        generation=found.generation,
        until=found.until,
        rows=found.rows_compared,
        differences=[ViewDifference(table=one.table, partition=one.partition) for one in found.differences],
        left_out=found.left_out,
    )
    try:
        with connect_own(settings.database_url, application_name="projections verify") as connection:
            record_view_check(connection, log=settings.log_name, check=check)
    except NotAllowedError as error:
        Console(stderr=True).print(f"{view.name}: the result is not kept for auditors: {error}.")


def _progressed(progress: Progress, task: TaskID, done: int, total: int) -> None:
    progress.update(task, completed=done, total=total)


def _counted(rebuilt: Rebuilt) -> str:
    return f"{rebuilt.events:,} events folded, {rebuilt.rows_compared:,} rows compared."


def _show_differences(rebuilt: Rebuilt) -> None:
    for difference in rebuilt.differences:
        out.print(
            f"{difference.table}, partition {difference.partition}: differs"
            f" ({difference.rows_served} rows in use, {difference.rows_rebuilt} rebuilt)."
        )
        for row in difference.rows:
            out.print(f"  {row.kind}: key {', '.join(row.key)}, of {row.subject}")


def _show(rebuilt: Rebuilt) -> None:
    out.print(_counted(rebuilt))
    _show_differences(rebuilt)
    if not rebuilt.swapped:
        _end(
            "Not swapped. If you want the new rows although they differ, run it again with --swap-different."
        )
    out.print("Equal at equal positions, and swapped." if not rebuilt.differences else "Swapped.")


def _end(message: str) -> NoReturn:
    Console(stderr=True).print(message)
    raise typer.Exit(1)


def main() -> None:
    """Run, and end with one clear line when settings are not right."""
    try:
        app()
    except SettingsError as error:
        typer.echo(str(error), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
