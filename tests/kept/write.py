"""`python -m tests.kept.write`: let this program write the dump that later ones must read."""

import gzip
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import msgspec

from events.catalog.registry import event_types
from kit.postgres.embedded import EmbeddedPostgres
from kit.postgres.programs import program
from kit.secrets import MasterKey
from tests.kept import dump, told
from tests.kept.at_home import LOG, house_on
from tests.kept.story import tell
from tests.services.house import House

THE_KEY: Final = b"a test key that protects nothing"
WITHOUT: Final[dict[str, str]] = {}
"""Wire names that do not occur, and why."""
ROOT: Final = Path(__file__).parents[2]
# Words for psql, which pg_dump writes around its statements; a server knows none of them.
_FOR_PSQL: Final = re.compile(rb"^\\(un)?restrict .*\n", re.MULTILINE)


class WritingError(Exception):
    """There is nothing to be kept; the message says why."""


def main() -> int:
    """Fill an organisation on an embedded PostgreSQL, and write down what is in it."""
    if dump.TOLD.exists():
        sys.stderr.write(f"{dump.DUMP} is there and kept. To keep another in its place, remove it first.\n")
        return 1
    commit = _commit()
    dump.DUMP.mkdir(exist_ok=True)
    dump.MASTER_KEY.write_text(f"{THE_KEY.hex()}\n")
    with tempfile.TemporaryDirectory(prefix="ipp-kept-") as folder, EmbeddedPostgres(Path(folder)) as server:
        url, vault_url = server.url(LOG), server.url("vault")
        with house_on(url, vault_url, MasterKey.from_file(dump.MASTER_KEY)) as house:
            house.vault.create_tables()
            house.log.create()
            with house.log.folding():
                tell(house)
            found = _told(house, commit)
        _save(url, dump.LOG_SQL)
        _save(vault_url, dump.VAULT_SQL)
    dump.TOLD.write_bytes(msgspec.json.format(msgspec.json.encode(found)) + b"\n")
    return 0


def _told(house: House, commit: str) -> told.Told:
    """Say what is there. Raises where the history lacks a wire name, or the log and the journal differ."""
    events = told.events_of(house.log, house.mapper)
    lacking = event_types().keys() - events.keys()
    if lacking != WITHOUT.keys():
        raise WritingError(f"The history lacks {sorted(lacking)}.")
    verified = told.verified(house.log)
    if any(report["faults"] for report in verified):
        raise WritingError(f"The log and the journal differ: {verified}.")
    return told.Told(
        commit=commit,
        generation=told.generation_in(house.log.url, house.log.name),
        journal=told.journal_of(house.log),
        views=told.views_of(house.log.url),
        verified=verified,
        events=events,
        without=WITHOUT,
        read_log=told.read_log_of(house.log.url),
        answer=told.answer_again(house),
    )


def _save(url: str, file: Path) -> None:
    """Write a whole database down, as SQL that any client can give to a server."""
    command = [program("pg_dump"), "--inserts", "--rows-per-insert=50", "--no-owner", "--no-privileges", url]
    dumped = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 - our own command
    # Without a time of its own, so that equal databases give equal files.
    file.write_bytes(gzip.compress(_FOR_PSQL.sub(b"", dumped.stdout), compresslevel=9, mtime=0))


def _commit() -> str:
    """Return the commit that last changed the program. Raises where the program is not as committed."""
    program = ["--", ".", ":!tests"]
    if _git("status", "--porcelain", *program):
        raise WritingError("The program is not as it was committed.")
    return _git("log", "-1", "--format=%H", *program)


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603, S607
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
