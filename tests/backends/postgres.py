"""A real PostgreSQL for the tests: an address in the environment, Docker, or the embedded wheel."""

import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from testcontainers.community.postgres import PostgresContainer

from kit.postgres.embedded import EmbeddedPostgres
from tests.backends.docker import image_at_hand

IMAGE: Final = "postgres:18"
ADDRESS: Final = "IPP_TEST_DATABASE_URL"
# No test pulls the plug of this server, and its data end with the tests.
# A connection that was opened and never used holds up a DROP DATABASE until it is given up.
UNSAFE_FAST: Final = {"fsync": "off", "full_page_writes": "off", "authentication_timeout": "5s"}
# Said aloud, since a server started without a locale makes databases that know no text.
_CREATE: Final = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' STRATEGY FILE_COPY")


@contextmanager
def postgres_server() -> Iterator[str]:
    """Give the URL of a superuser of a server; one that we start ends with the block."""
    given = os.environ.get(ADDRESS)
    if given:
        yield given
    elif image_at_hand(IMAGE):
        options = " ".join(f"-c {name}={value}" for name, value in UNSAFE_FAST.items())
        container = PostgresContainer(IMAGE, driver=None).with_command(
            f"postgres -c max_connections=200 {options}"
        )
        with container as running:
            yield running.get_connection_url()
    else:
        with (
            tempfile.TemporaryDirectory(prefix="ipp-test-postgres-") as folder,
            EmbeddedPostgres(Path(folder), settings=UNSAFE_FAST) as server,
        ):
            yield server.url()


@contextmanager
def fresh_database(server_url: str, *, like: str = "template0") -> Iterator[str]:
    """
    Give the URL of a copy of a database, an empty one if none is named, dropped at the end.

    Nobody may be connected to the copied one; connections to the copy are closed when it is dropped.
    """
    name = f"t_{uuid.uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(_CREATE.format(sql.Identifier(name), sql.Identifier(like)))
    try:
        yield url_of(server_url, database=name)
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


def url_of(server_url: str, *, database: str) -> str:
    """Give the same address with another database, as a URL."""
    parts = conninfo_to_dict(server_url)
    password = f":{parts['password']}" if parts.get("password") else ""
    return (
        f"postgresql://{parts['user']}{password}@{parts.get('host', 'localhost')}"
        f":{parts.get('port', 5432)}/{database}"
    )


def name_of(url: str) -> str:
    """Give the name of the database at an address."""
    return str(conninfo_to_dict(url)["dbname"])
