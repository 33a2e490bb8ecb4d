"""The tables of the views and of the vault, without a row."""

import psycopg

from events.privacy import vault
from projections.positions import prepare_view
from projections.registry import find_views


def create_all_tables(url: str) -> None:
    """Create the tables of every view and of the vault; no view has a position yet."""
    with psycopg.connect(url, autocommit=True) as connection:
        vault.create_tables(connection)
        for view in find_views():
            prepare_view(connection, view, partitions=1, generation="")
        connection.execute("DELETE FROM views.positions")
