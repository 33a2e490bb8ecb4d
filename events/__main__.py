"""`python -m events`: create the log, run a journal worker, check log and journal, replay streams."""

import os
import sys
from collections.abc import Sequence
from contextlib import closing
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from events.assembly import log_config
from events.log.assembly import connect_journal, create_log, journal_worker, open_reader, topic_table
from events.log.config import LogConfig
from events.log.journal.verify import PartitionReport, verify_partition
from events.log.journal.worker import HEALTH_CHECK
from events.log.port import LogGoneError, LogSettingsError, LogUnavailableError, SettingFault
from events.privacy.sealing import VaultUnreachableError
from events.privacy.vault import Persons
from events.replaying import ReplayInputError, read_streams, read_until
from events.replaying import replay as replay_streams
from kit.clock import SystemClock
from kit.health import Health
from kit.http.probes import probes_loop
from kit.lifecycle import Stop, run_all
from kit.settings import Settings, SettingsError
from kit.telemetry import set_up_logging

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)
out = Console()


@app.command()
def create() -> None:
    """Create the log (a Kafka topic or the embedded table), unless it exists."""
    settings = Settings.from_env(os.environ)
    try:
        faults = create_log(log_config(settings), clock=SystemClock())
    except (LogGoneError, LogSettingsError, LogUnavailableError) as error:
        out.print(error, style="red")
        raise typer.Exit(1) from error
    _print_faults(faults)
    out.print(f"The log {settings.log_name} exists.")


@app.command()
def settings() -> None:
    """Print the settings that the topic must have here, as a table in Markdown."""
    kafka = log_config(Settings.from_env(os.environ)).kafka
    typer.echo(topic_table(kafka) if kafka else "The log is a table in PostgreSQL, without settings.")


@app.command()
def journal() -> None:
    """Fold the log into the journal, until stopped."""
    settings = Settings.from_env(os.environ)
    set_up_logging(as_json=settings.log_format == "json", process="journal")
    health = Health(SystemClock())
    health.expect(HEALTH_CHECK, within_s=settings.staleness_max_s)
    worker = journal_worker(log_config(settings), health=health)
    loops = {
        "journal": worker.run,
        "probes": probes_loop(health, host=settings.host, port=settings.probes_port),
    }
    with Stop().on_signals() as stop:
        run_all(loops, stop)


@app.command()
def verify(
    *, as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")] = False
) -> None:
    """Read the whole log, apply the rule again, compare every accepted event; check the topic's settings."""
    config = log_config(Settings.from_env(os.environ))
    try:
        faults = _setting_faults(config)
        reports = _verified(config)
    except (LogGoneError, LogUnavailableError) as error:
        out.print(error, style="red")
        raise typer.Exit(1) from error
    if as_json:
        out.print_json(msgspec.json.encode({"settings": faults, "partitions": reports}).decode())
    else:
        _print_faults(faults)
        for report in reports:
            _print(report)
    if any(fault.halts for fault in faults) or any(report.faults for report in reports):
        raise typer.Exit(1)


@app.command()
def replay(
    what: Annotated[
        list[str], typer.Argument(help="Streams by name, or people by number: then their portfolio.")
    ],
    *,
    until: Annotated[
        str | None, typer.Option(help="A version, or a day such as 2026-11-23; left out, the head.")
    ] = None,
) -> None:
    """Print streams commit by commit from the log's own bytes, each checked; contents stay closed."""
    settings = Settings.from_env(os.environ)
    try:
        with closing(Persons(settings.vault_url)) as persons:
            streams = read_streams(what, persons)
        sound = replay_streams(streams, read_until(until), config=log_config(settings), out=out)
    except (ReplayInputError, LogGoneError, LogUnavailableError, VaultUnreachableError) as error:
        out.print(error, style="red", markup=False)
        raise typer.Exit(1) from error
    if not sound:
        raise typer.Exit(1)


def _setting_faults(config: LogConfig) -> Sequence[SettingFault]:
    reader = open_reader(config)
    try:
        return reader.setting_faults()
    finally:
        reader.close()


def _verified(config: LogConfig) -> list[PartitionReport]:
    reader = open_reader(config)
    partitions = reader.partitions()
    reports: list[PartitionReport] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with (
        connect_journal(config) as conn,
        Progress(*columns, console=Console(stderr=True)) as progress,
    ):
        bar = progress.add_task("partitions", total=partitions)
        for partition in range(partitions):
            reports.append(verify_partition(conn, reader, log=config.name, partition=partition))
            progress.advance(bar)
    reader.close()
    return reports


def _print_faults(faults: Sequence[SettingFault]) -> None:
    for fault in faults:
        out.print(fault.sentence, style="red" if fault.halts else "yellow")


def _print(report: PartitionReport) -> None:
    counts = f"{report.records} records, {report.accepted} events accepted, {report.refused} commits refused"
    damaged = f", [yellow]{report.damaged} damaged[/yellow]" if report.damaged else ""
    verdict = "[red]differs[/red]" if report.faults else "[green]agrees[/green]"
    out.print(f"partition {report.partition}: {verdict}; {counts}{damaged}")
    for fault in report.faults:
        out.print(f"  {fault}")


def main() -> None:
    """Run, and end with one clear line when settings are not right."""
    try:
        app()
    except SettingsError as error:
        typer.echo(str(error), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
