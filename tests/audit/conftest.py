"""One organisation for the tests of a module; each test has a new owner. The clock only goes on."""

import dataclasses
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.audit.house import AuditHouse, audited
from tests.backends.postgres import fresh_database
from tests.services.house import with_owner


@pytest.fixture(scope="module")
def organisation(
    postgres_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AuditHouse]:
    with (
        fresh_database(postgres_url, like=template) as url,
        audited(url, tmp_path_factory.mktemp("issuer")) as made,
    ):
        yield made


@pytest.fixture
def house(organisation: AuditHouse) -> AuditHouse:
    """The organisation with a new owner, who did a few things."""
    made = dataclasses.replace(organisation, house=with_owner(organisation.house, f"e{uuid4().hex[:8]}"))
    made.lived()
    return made
