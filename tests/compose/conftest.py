"""One stack for all files of this folder, with a small organisation in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.demo.people import ORGANISATION
from tests.clients import npm
from tests.compose.issuer import Issuer
from tests.compose.stack import PEOPLE, NoStackError, Stack, make_ready, running
from tests.conftest import not_to_be_had

RELEASE_EVERY_DAYS = 366
"""The first release is still to come, so that those that tests wait for are made by the stack's processes."""


@pytest.fixture(scope="package")
def issuer_and_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Issuer, Stack]]:
    try:
        make_ready()
    except NoStackError as error:
        not_to_be_had(str(error))
    stack = Stack(tmp_path_factory.mktemp("compose"))
    issuer = Issuer(stack.keys)
    with running(stack):
        founding = ("python", "-m", "services", "found", "--name", ORGANISATION)
        stack.run_in("services", *founding, "--administrator", "administrator")
        assert "60 of 60 words" in stack.run_in("services", "python", "-m", "services", "terms")
        size = ("--people", str(PEOPLE), "--release-every-days", str(RELEASE_EVERY_DAYS))
        stack.run_in("services", "python", "-m", "deploy.fill", *size)
        yield issuer, stack


@pytest.fixture(scope="package")
def program() -> tuple[str, Path]:
    """Return Node.js, and the main program of the client in TypeScript, built for it."""
    node = npm.node()
    npm.install()
    return node, npm.build()
