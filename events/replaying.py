"""`python -m events replay`: a stream's chain, commit by commit from the log's own bytes; never contents."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from events.log.acceptance import Outcome
from events.log.audited_log import AuditedLog, StreamOnLog
from events.log.config import LogConfig
from events.log.proof.commits import CommitOnLog
from events.privacy.vault import Persons
from events.streams import Stream, StreamNameError
from rules.audit.kinds import AuditStreamKind, kind_of

STREAMS_MAX: Final = 1_000
"""The most streams in one run."""
_DIGITS: Final = 12
"""Of a digest, as many are printed as the eye compares."""


class ReplayInputError(Exception):
    """What to replay, or until when, is not understood; the message is for the operator."""


class Until(msgspec.Struct, frozen=True):
    """Through a version, or through a day; both None for the whole stream."""

    version: int | None = None
    day: date | None = None

    def cut(self, commits: Iterable[CommitOnLog]) -> Iterator[CommitOnLog]:
        """Yield the commits through the version or the day."""
        for commit in commits:
            versions = [one.version for one in commit.events if commit.verdict is Outcome.ACCEPTED]
            if self.version is not None and versions and min(versions) > self.version:
                return
            if self.day is not None and commit.on > self.day:
                return
            yield commit


def read_until(text: str | None) -> Until:
    """Return what `--until` names. Raises ReplayInputError."""
    if text is None:
        return Until()
    if text.isdecimal():
        return Until(version=int(text))
    try:
        return Until(day=date.fromisoformat(text))
    except ValueError:
        message = f"--until takes a version such as 12, or a day such as 2026-11-23, and not {text[:40]!r}."
        raise ReplayInputError(message) from None


def read_streams(names: Sequence[str], persons: Persons) -> list[Stream]:
    """Return the streams; a name that is none is a person's number. Raises ReplayInputError."""
    if len(names) > STREAMS_MAX:
        raise ReplayInputError(f"At most {STREAMS_MAX} streams at once.")
    return [_stream_of(name, persons) for name in names]


def _stream_of(name: str, persons: Persons) -> Stream:
    try:
        stream = Stream.parse(name)
    except StreamNameError:
        person = persons.person_for(name)
        if person is None:
            raise ReplayInputError(f"{name[:80]!r} is no stream, and nobody has this number.") from None
        stream = Stream(AuditStreamKind.PORTFOLIO.value, person)
    if kind_of(stream.category) is None:
        raise ReplayInputError(f"Streams of the kind {stream.category!r} are not replayed.")
    return stream


def replay(streams: Sequence[Stream], until: Until, *, config: LogConfig, out: Console) -> bool:
    """Print the chain of each stream; return whether all is as it should be. Raises LogUnavailableError."""
    log = AuditedLog(config)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    sound = True
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("streams", total=len(streams))
        for stream in streams:
            sound = _print_stream(stream, log.read(stream), until, out) and sound
            progress.advance(bar)
    return sound


def _print_stream(stream: Stream, found: StreamOnLog, until: Until, out: Console) -> bool:
    out.print(f"[bold]{stream.name}[/bold]")
    if found.stopped is not None:
        out.print(f"  {found.stopped.en}", style="red", markup=False)
        return False
    faults = 0
    for commit in until.cut(found.commits):
        faults += len(commit.faults)
        for line in lines_of(commit):
            out.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
    out.print("  [red]differs[/red]" if faults else "  [green]agrees[/green] with journal and chain")
    return not faults


def lines_of(commit: CommitOnLog) -> Iterator[str]:
    """Yield a line for the commit, one for each of its events, and one for each fault."""
    place = commit.place
    ordinal = "-" if place.ordinal is None else place.ordinal
    verdict = "unreadable" if commit.verdict is None else commit.verdict.value
    name = "-" if commit.commit is None else commit.commit.hex()[:_DIGITS]
    yield (
        f"partition {place.partition} record {place.offset}.{place.index} ordinal {ordinal}"
        f"  {commit.on}  commit {name}  {verdict}"
    )
    for event in commit.events:
        check = "valid" if event.digest_valid else "DIFFERS"
        yield (
            f"  version {event.version}  parent {event.parent.hex()[:_DIGITS]}"
            f"  digest {event.recomputed.hex()[:_DIGITS]}  {check}"
        )
    for fault in commit.faults:
        yield f"  ! {fault.en}"
