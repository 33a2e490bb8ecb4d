"""The real backends that marked tests run on, and the rule that nothing is skipped in CI."""

import gc
import logging
import os
from collections.abc import Iterator

import pytest
import structlog

from tests.backends.kafka import Broker, NoBrokerError, kafka_broker
from tests.backends.memory import keep_temporary_folders_in_memory
from tests.backends.postgres import fresh_database, name_of, postgres_server
from tests.backends.tables import create_all_tables
from tests.distribution import ByFileOrDemo, longest_first


def in_ci() -> bool:
    return os.environ.get("CI") == "true"


def not_to_be_had(reason: str) -> None:
    """Skip the test aloud; in CI fail it."""
    if in_ci():
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Undo what a test set up for logging: a program's `main` run in the process, for example."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Give the URL of a superuser of a real PostgreSQL; tests make databases of their own in it."""
    with postgres_server() as url:
        yield url


@pytest.fixture
def database(postgres_url: str) -> Iterator[str]:
    """Give the URL of a database that is empty and this test's own."""
    with fresh_database(postgres_url) as url:
        yield url


@pytest.fixture(scope="session")
def template(postgres_url: str) -> Iterator[str]:
    """Give the name of a database with all tables and no row; a copy of it is made in a moment."""
    with fresh_database(postgres_url) as url:
        create_all_tables(url)
        yield name_of(url)


@pytest.fixture
def database_with_tables(postgres_url: str, template: str) -> Iterator[str]:
    """Give the URL of a database that is this test's own, with the tables of all views and of the vault."""
    with fresh_database(postgres_url, like=template) as url:
        yield url


@pytest.fixture(scope="session")
def broker_of_the_session() -> Iterator[Broker | str]:
    try:
        with kafka_broker() as broker:
            yield broker
    except NoBrokerError as error:
        yield str(error)


@pytest.fixture
def kafka(broker_of_the_session: Broker | str) -> Iterator[Broker]:
    """Give a real broker that runs; whatever a test did to it, the next one finds it running."""
    if isinstance(broker_of_the_session, str):
        not_to_be_had(broker_of_the_session)
        return
    broker_of_the_session.resume()
    broker_of_the_session.start()
    yield broker_of_the_session
    broker_of_the_session.resume()


def pytest_configure() -> None:
    """Called before any folder is made, and before pytest-xdist starts its processes."""
    keep_temporary_folders_in_memory()


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFileOrDemo:
    """Called by pytest-xdist, when there are several processes."""
    return ByFileOrDemo(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):  # of pytest-xdist
        items.sort(key=lambda item: longest_first(item.nodeid))


def pytest_collection_finish() -> None:
    """Leave what was imported and collected out of every garbage collection to come: it stays to the end."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a CI run in which anything was skipped."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter is not None else []
    if in_ci() and skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
