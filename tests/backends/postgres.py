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
UNSAFE_FAST: Final = {"fsync": "off", "full_page_writes": "off"}
# Whatever the server's own encoding: in SQL_ASCII, text comes back as bytes.
_CREATE: Final = sql.SQL(
    "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'"
    " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C'"
)


@contextmanager
def postgres_server() -> Iterator[str]:
    """Give the URL of a superuser of a server; one that we start ends with the block."""
    given = os.environ.get(ADDRESS)
    if given:
        yield given
    elif image_at_hand(IMAGE):
        container = PostgresContainer(IMAGE, driver=None).with_command(
            "postgres -c fsync=off -c full_page_writes=off -c max_connections=200"
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
def fresh_database(server_url: str) -> Iterator[str]:
    """Give the URL of an empty database, dropped at the end with whoever is still connected."""
    name = f"t_{uuid.uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        # Said aloud, since a server started without a locale makes databases that know no text.
        connection.execute(
            sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name))
        )
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
