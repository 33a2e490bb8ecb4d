"""The kept dump as files: two databases as gzipped SQL, the key that opens them, and what they must give."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg

from tests.backends.postgres import fresh_database

DUMP: Final = Path(__file__).parent / "dump"
LOG_SQL: Final = DUMP / "ipp.sql.gz"
"""The log, its journal, the views, the leases and the read log."""
VAULT_SQL: Final = DUMP / "vault.sql.gz"
MASTER_KEY: Final = DUMP / "master.key"
TOLD: Final = DUMP / "told.json"


@contextmanager
def restored(server_url: str, file: Path) -> Iterator[str]:
    """Give the URL of a fresh database with everything that the file holds."""
    with fresh_database(server_url) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(gzip.decompress(file.read_bytes()))
        yield url
