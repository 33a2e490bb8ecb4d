"""Older versions of a view are dropped but for the last, and nothing of another view is touched."""

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from typer.testing import CliRunner

from projections.__main__ import app
from projections.positions import prepare_view
from projections.prune import prune
from projections.registry import find_views
from projections.view import View
from tests.projections.witness import SEEN, WITNESS, ask

pytestmark = pytest.mark.postgres

TABLES = (
    "SELECT tablename FROM pg_tables WHERE schemaname = 'views' AND tablename LIKE '%%witness%%' ORDER BY 1"
)
VERSIONS = "SELECT DISTINCT version FROM views.positions WHERE view = 'witness' ORDER BY 1"


def version_of(view: View, number: int) -> View:
    table = replace(view.tables[0], name=f"{view.name}_v{number}_seen")
    return replace(view, version=number, tables=(table,))


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


def prepare(connection: psycopg.Connection, *views: View) -> None:
    for view in views:
        prepare_view(connection, view, partitions=2, generation="g")


def test_one_older_version_stays_to_go_back_to_and_a_newer_one_is_left_alone(
    connection: psycopg.Connection, database: str
) -> None:
    prepare(connection, *(version_of(WITNESS, number) for number in (1, 2, 3, 4, 10)))
    pruned = prune(connection, version_of(WITNESS, 4))
    assert [(each.version, each.tables) for each in pruned] == [
        (2, ("witness_v2_seen",)),
        (1, ("witness_v1_seen",)),
    ]
    left = [("witness_v10_seen",), ("witness_v3_seen",), ("witness_v4_seen",)]
    assert ask(database, TABLES) == left
    assert ask(database, VERSIONS) == [(3,), (4,), (10,)]
    assert prune(connection, version_of(WITNESS, 4)) == []


def test_none_is_kept_where_that_is_asked(connection: psycopg.Connection, database: str) -> None:
    prepare(connection, version_of(WITNESS, 1), version_of(WITNESS, 2))
    prune(connection, version_of(WITNESS, 2), older_kept=0)
    assert ask(database, TABLES) == [("witness_v2_seen",)]


def test_a_view_whose_name_ends_alike_keeps_its_own(connection: psycopg.Connection, database: str) -> None:
    prefixed = replace(WITNESS, name="a_witness", tables=(replace(SEEN, name="a_witness_v1_seen"),))
    prepare(connection, prefixed, version_of(WITNESS, 3))
    prune(connection, version_of(WITNESS, 3), older_kept=0)
    assert ("a_witness_v1_seen",) in ask(database, TABLES)


def test_the_command_prunes_every_view_and_says_what_went(
    connection: psycopg.Connection, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = find_views()[0]
    older = replace(view, version=0, tables=(replace(SEEN, name=f"{view.name}_v0_seen"),))
    oldest = replace(view, version=-1, tables=())
    prepare(connection, view, older, oldest)
    monkeypatch.setenv("IPP_DATABASE_URL", database)
    done = CliRunner().invoke(app, ["prune"])
    assert done.exit_code == 0, done.output
    assert f"{view.name} v-1" in done.output
    assert ask(database, "SELECT to_regclass(%s) IS NOT NULL", f"views.{view.name}_v0_seen") == [(True,)]
    done = CliRunner().invoke(app, ["prune", "--keep", "0"])
    assert f"{view.name} v0" in done.output
    assert ask(database, "SELECT to_regclass(%s) IS NOT NULL", f"views.{view.name}_v0_seen") == [(False,)]
