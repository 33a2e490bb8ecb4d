"""Listening to PostgreSQL's notifications on a connection of one's own."""

from typing import Any

import psycopg
from psycopg import sql


def listen(conn: psycopg.Connection[Any], channel: str) -> None:
    """Listen on a channel for as long as the connection lasts. Raises psycopg's errors."""
    conn.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))


def wait_for_notification(conn: psycopg.Connection[Any], *, timeout_s: float) -> None:
    """Return at the first notification or after the timeout, and drop all that arrived until then."""
    for _ in conn.notifies(timeout=timeout_s, stop_after=1):
        pass
    for _ in conn.notifies(timeout=0):
        pass
