"""How the vault uses its connections: what is read by one statement takes one trip."""

import os

import psycopg
import pytest

from events.privacy.vault import Vault
from kit.secrets import MasterKey

pytestmark = pytest.mark.postgres
LAST = """SELECT split_part(query, ' ', 1) FROM pg_stat_activity
    WHERE application_name = 'vault' AND datname = current_database() ORDER BY state_change DESC LIMIT 1"""


def test_a_read_by_one_statement_takes_no_trip_for_a_transaction_and_a_change_is_one(database: str) -> None:
    vault = Vault(database, MasterKey(key=os.urandom(32)))
    vault.create_tables()
    person = vault.person_for_or_new("e1")
    with psycopg.connect(database, autocommit=True) as connection:
        assert connection.execute(LAST).fetchone() == ("COMMIT",)
        for read in (lambda: vault.person_for("e1"), lambda: vault.keys_of([person])):
            read()
            assert connection.execute(LAST).fetchone() == ("SELECT",)
        vault.trust("e1", person=person)
        assert connection.execute(LAST).fetchone() == ("COMMIT",)
    vault.close()
