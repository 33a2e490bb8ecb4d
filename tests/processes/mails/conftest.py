"""A mail server, and a mailer on a database of its own."""

from collections.abc import Iterator

import pytest

from events.privacy.vault import Vault
from tests.processes.mails.mail_server import MailServer, mail_server
from tests.processes.mails.notices_rig import Notices
from tests.processes.mails.rig import MASTER, Rig


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


@pytest.fixture
def rig(database_with_tables: str, server: MailServer) -> Iterator[Rig]:
    vault = Vault(database_with_tables, MASTER)
    vault.create_tables()
    vault.close()
    made = Rig(database_with_tables, server.server)
    yield made
    made.invitations.close()
    made.outbox.close()


@pytest.fixture
def notices(database_with_tables: str, server: MailServer) -> Iterator[Notices]:
    made = Notices(database_with_tables, server)
    yield made
    made.outbox.close()
    made.vault.close()
