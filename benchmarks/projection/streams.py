"""Kafka Streams as the rival: builds its program by Maven, runs it, and reads the rows in its stores."""

import shutil
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec
import psycopg
from psycopg.rows import dict_row

from benchmarks.projection.folds import Spent, spent
from events.privacy.vault import Vault
from projections.registry import view_named
from tests.backends.maven import MavenError, made_by_maven

PROJECT: Final = Path(__file__).parent / "kafka_streams"
TABLES: Final = ("versions", "standings", "talents", "readings")
"""Those of the view `profile` that have rows of the events in this benchmark."""

Rows = dict[tuple[str, str], list[dict[str, Any]]]
"""By table and person: the rows in the order of the person's events, and talents by id."""


class NoStreamsError(Exception):
    """Kafka Streams can't be built or run here; the message says what would help."""


def built() -> str:
    """Return the class path of the program, built once per version of its source. Raises NoStreamsError."""
    missing = [tool for tool in ("java", "mvn") if shutil.which(tool) is None]
    if missing:
        raise NoStreamsError(f"Kafka Streams needs Java 17 and Maven; missing here: {', '.join(missing)}.")
    sources = [PROJECT / "pom.xml", *sorted(PROJECT.glob("src/**/*.java"))]
    version = sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]
    try:
        folder = made_by_maven(
            PROJECT / "pom.xml",
            lambda output: ["compile", "dependency:copy-dependencies", f"-Doutput={output}"],
            kept_as=f"streams-{version}",
        )
    except MavenError as error:
        raise NoStreamsError(f"Maven can't build Kafka Streams: {error}") from error
    return f"{folder / 'classes'}:{folder / 'dependency'}/*"


class KafkaStreams:
    """The rival's process, which can fold the topic again and again."""

    def __init__(self, process: subprocess.Popen[str], folder: Path, total: int) -> None:
        self._process, self._folder, self._total = process, folder, total

    def fold(self, application: str, server: Callable[[], float]) -> tuple[Spent, Rows]:
        """
        Fold all events as a new application, until its stores are closed and its changelogs written.

        Return what it took, without its start and without reading the rows, and the rows.
        """
        assert self._process.stdin is not None  # noqa: S101 - a pipe, see `streams`
        self._process.stdin.write(f"{application}\n")
        self._process.stdin.flush()
        begun, folded, dumped, closed = (
            self._reached(word, server) for word in ("begun", "folded", "dumped", "closed")
        )
        parts = zip(begun, folded, dumped, closed, strict=True)
        took = spent(self._total, *(b - a + d - c for a, b, c, d in parts))
        return took, _rows_in(self._folder / f"{application}.rows")

    def _reached(self, word: str, server: Callable[[], float]) -> tuple[float, float, float]:
        assert self._process.stdout is not None  # noqa: S101 - a pipe, see `streams`
        said = self._process.stdout.readline().split()
        if not said or said[0] != word:
            raise NoStreamsError(f"Kafka Streams ended before it was {word}; its log is above.")
        return time.perf_counter(), int(said[1]) / 1e9, server()


@contextmanager
def streams(
    *, bootstrap: str, topic: str, total: int, vault: Vault, people: list[str], folder: Path
) -> Iterator[KafkaStreams]:
    """Run the rival on a topic of `total` events; it gets the keys in a file. Raises NoStreamsError."""
    keys = folder / "keys"
    keys.touch(mode=0o600)
    keys.write_text("".join(f"{person} {key.hex()}\n" for person, key in vault.keys_of(people).items()))
    program = ["java", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", built(), "ipp.Main"]
    with subprocess.Popen(  # noqa: S603 - a program of our own
        [*program, bootstrap, topic, str(total), str(keys), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield KafkaStreams(process, folder, total)
        finally:
            process.kill()


def _rows_in(file: Path) -> Rows:
    lines = [msgspec.json.decode(line) for line in file.read_bytes().splitlines()]
    found: Rows = defaultdict(list)
    for line in sorted(lines, key=lambda line: str(line["key"])):
        found[line["table"], line["key"].partition("/")[0]].append(line["row"])
    return dict(found)


def rows_of_view(conn: psycopg.Connection) -> Rows:
    """Return what our view holds, in the form of what the rival's stores hold."""
    found: Rows = defaultdict(list)
    layout = {table.name.rpartition("_")[2]: table for table in view_named("profile").tables}
    for name in TABLES:
        order = "talent" if name == "talents" else layout[name].key[-1]
        with conn.cursor(row_factory=dict_row) as cursor:
            for row in cursor.execute(f"SELECT * FROM {layout[name].served} ORDER BY subject, {order}"):
                shown = {key: of for key, of in row.items() if key not in {"partition", "subject", "ordinal"}}
                found[name, row["subject"]].append(msgspec.to_builtins(shown))
    return dict(found)
