"""`python -m events`: create the log, run a journal worker, check the log, replay streams, take evidence."""

import os
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated, cast

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from events.assembly import log_config
from events.log.acceptance import LogStopError
from events.log.assembly import create_log, journal_worker, open_reader, topic_table
from events.log.config import LogConfig
from events.log.journal.verify import PartitionReport
from events.log.journal.worker import HEALTH_CHECK
from events.log.port import LogGoneError, LogSettingsError, LogUnavailableError, SettingFault
from events.log.proof.bundle import BundleError
from events.log.proof.checkpoints import Checkpoint
from events.log.proof.notes import NoteSigner
from events.privacy.sealing import VaultUnreachableError
from events.privacy.vault import Persons
from events.replaying import ReplayInputError, read_streams, read_until
from events.replaying import replay as replay_streams
from events.streams import StreamNameError
from events.verifying import ProofInputError, bundle_of, read_checkpoints, verify_log
from kit.clock import SystemClock
from kit.health import Health
from kit.http.probes import probes_loop
from kit.lifecycle import Stop, run_all
from kit.secrets import SecretError
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
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")] = False,
    checkpoint: Annotated[
        list[Path] | None, typer.Option(help="A checkpoint that you kept; more than one may be given.")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="A file with the verifier keys that you hold.")] = None,
) -> None:
    """Read the whole log, apply the rule again, compare every accepted event; check the topic's settings."""
    config = log_config(Settings.from_env(os.environ))
    try:
        checkpoints = read_checkpoints(checkpoint or [], key)
        faults = _setting_faults(config)
        reports = _verified(config, checkpoints)
    except (LogGoneError, LogUnavailableError, ProofInputError) as error:
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


@app.command("public-key")
def public_key() -> None:
    """Print the keys by which checkpoints and bundles are verified; hand them to auditors in person."""
    for key in _signer(Settings.from_env(os.environ)).verifier_keys:
        typer.echo(str(key))


@app.command()
def bundle(
    stream: Annotated[str, typer.Argument(help="The stream, as it is called on the log.")],
    to: Annotated[Path, typer.Option(help="Where the bundle is written.")],
    *,
    from_version: Annotated[int, typer.Option(min=0, help="The first version in it.")] = 0,
) -> None:
    """Write an evidence bundle of a stream: signed, for docs/verifier/ipp_verify.py."""
    settings = Settings.from_env(os.environ)
    config, signer, now = log_config(settings), _signer(settings), SystemClock().now()
    try:
        made, note = bundle_of(config, stream=stream, signer=signer, at=now, first=from_version)
    except (
        BundleError,
        LogGoneError,
        LogStopError,
        LogUnavailableError,
        StreamNameError,
    ) as error:
        out.print(error, style="red")
        raise typer.Exit(1) from error
    to.write_bytes(made)
    proof = "with the newest checkpoint" if note else "without a checkpoint: complete on the operator's word"
    out.print(f"{to}: {len(made):,} bytes, {proof}.")


def _signer(settings: Settings) -> NoteSigner:
    settings.need("checkpoint_key_file")
    try:
        return NoteSigner.from_file(cast("Path", settings.checkpoint_key_file))
    except SecretError as error:
        raise SettingsError(str(error)) from None


def _setting_faults(config: LogConfig) -> Sequence[SettingFault]:
    reader = open_reader(config)
    try:
        return reader.setting_faults()
    finally:
        reader.close()


def _verified(config: LogConfig, checkpoints: Sequence[Checkpoint]) -> list[PartitionReport]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("partitions", total=config.partitions)
        return verify_log(
            config,
            checkpoints=checkpoints,
            at=SystemClock().now(),
            on_partition=lambda _report: progress.advance(bar),
        )


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
