"""One small demo for the clients, and the packages of those in Node.js."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients import npm
from tests.e2e.demo import Demo, running_demo


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("demo"), "--people", "10") as running:
        yield running


@pytest.fixture(scope="package")
def node() -> str:
    return npm.node()


@pytest.fixture(scope="package")
def installed(node: str) -> str:
    """Return a Node.js for which the packages of the clients are installed."""
    npm.install()
    return node


@pytest.fixture(scope="package")
def program(installed: str) -> Path:
    return npm.build()
