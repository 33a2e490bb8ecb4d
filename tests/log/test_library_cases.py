"""The `eventsourcing` library's published cases, bodies unchanged, on this log: embedded and on Kafka."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, ClassVar
from unittest import TestCase
from uuid import uuid4

import pytest
from eventsourcing.persistence import InfrastructureFactory
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.tests.application import ApplicationTestCase, ExampleApplicationTestCase
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    InfrastructureFactoryTestCase,
    NonInterleavingNotificationIDsBaseCase,
    ProcessRecorderTestCase,
    TrackingRecorderTestCase,
)
from eventsourcing.utils import Environment
from psycopg.conninfo import conninfo_to_dict

from events.log.factory import LogFactory
from events.log.recorder import LogRecorder
from tests.log.harness import LogUnderTest, unique_name

APPLICATIONS = ("application", "bankaccounts")
"""Names of the applications that the library's application cases make and save to."""


class OnTheLog(TestCase):
    """Gives each case a log of its own; `where` is set by the fixture below."""

    url: ClassVar[str]
    bootstrap: ClassVar[str | None]
    names: ClassVar[tuple[str, ...]] = ()

    def setUp(self) -> None:
        self.stack = ExitStack()
        self.addCleanup(self.stack.close)
        self.name = unique_name()
        self.log = self.begin(self.name)
        super().setUp()

    def begin(self, name: str) -> LogUnderTest:
        log = LogUnderTest(url=self.url, name=name, bootstrap=self.bootstrap, one_subject=True)
        log.create()
        self.stack.callback(log.drop)
        self.stack.enter_context(log.folding())
        return log

    def environment(self, name: str) -> dict[str, str]:
        parts = conninfo_to_dict(self.url)
        chosen = {
            "PERSISTENCE_MODULE": "events.log.factory",
            "POSTGRES_DBNAME": str(parts["dbname"]),
            "POSTGRES_HOST": str(parts.get("host", "localhost")),
            "POSTGRES_PORT": str(parts.get("port", 5432)),
            "POSTGRES_USER": str(parts["user"]),
            "POSTGRES_PASSWORD": str(parts.get("password", "")) or "none",
            "LOG_APPEND_TIMEOUT": "8",
        }
        if self.bootstrap:
            chosen["LOG_KAFKA_BOOTSTRAP"] = self.bootstrap
        return chosen

    def create_recorder(self) -> LogRecorder:
        environment = Environment(self.name, {**self.environment(self.name), "ORIGINATOR_ID_TYPE": "uuid"})
        factory: LogFactory = InfrastructureFactory.construct(environment)  # type: ignore[assignment]
        self.stack.callback(factory.close)
        recorder = factory.process_recorder()
        assert isinstance(recorder, LogRecorder)
        return recorder


class TestAggregateRecorder(OnTheLog, AggregateRecorderTestCase): ...


class TestApplicationRecorder(OnTheLog, ApplicationRecorderTestCase[LogRecorder]): ...


class TestTrackingRecorder(OnTheLog, TrackingRecorderTestCase): ...


class TestProcessRecorder(OnTheLog, ProcessRecorderTestCase): ...


class TestNonInterleavingNotificationIDs(OnTheLog, NonInterleavingNotificationIDsBaseCase): ...


class TextIds(OnTheLog):
    """The same with the library's text ids."""

    def new_originator_id(self) -> str:
        return str(uuid4())

    def create_recorder(self) -> LogRecorder:
        environment = Environment(self.name, {**self.environment(self.name), "ORIGINATOR_ID_TYPE": "text"})
        factory: LogFactory = InfrastructureFactory.construct(environment)  # type: ignore[assignment]
        self.stack.callback(factory.close)
        recorder = factory.process_recorder()
        assert isinstance(recorder, LogRecorder)
        return recorder


class TestAggregateRecorderWithTextIds(TextIds, AggregateRecorderTestCase): ...


class TestApplicationRecorderWithTextIds(TextIds, ApplicationRecorderTestCase[LogRecorder]): ...


class OurTrackingRecorder(PostgresTrackingRecorder): ...


class TestInfrastructureFactory(OnTheLog, InfrastructureFactoryTestCase[LogFactory]):
    def setUp(self) -> None:
        self.env = Environment("TestCase")
        self.env.update(self.environment("testcase"))
        super().setUp()

    def expected_factory_class(self) -> type[LogFactory]:
        return LogFactory

    def expected_aggregate_recorder_class(self) -> type[LogRecorder]:
        return LogRecorder

    def expected_application_recorder_class(self) -> type[LogRecorder]:
        return LogRecorder

    def expected_process_recorder_class(self) -> type[LogRecorder]:
        return LogRecorder

    def expected_tracking_recorder_class(self) -> type[PostgresTrackingRecorder]:
        return PostgresTrackingRecorder

    def tracking_recorder_subclass(self) -> type[PostgresTrackingRecorder]:
        return OurTrackingRecorder


class Applications(OnTheLog):
    """The library's applications find their log through the environment."""

    def setUp(self) -> None:
        super().setUp()
        self.patch = pytest.MonkeyPatch()
        self.stack.callback(self.patch.undo)
        for key, value in self.environment("application").items():
            self.patch.setenv(key, value)
        for name in APPLICATIONS:
            self.begin(name)


class TestApplication(Applications, ApplicationTestCase): ...


class TestExampleApplication(Applications, ExampleApplicationTestCase): ...


@pytest.fixture(autouse=True, params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
def where(request: Any, database: str) -> Iterator[None]:
    OnTheLog.url = database
    OnTheLog.bootstrap = request.getfixturevalue("kafka").bootstrap if request.param == "kafka" else None
    yield
    os.environ.pop("PERSISTENCE_MODULE", None)


pytestmark = pytest.mark.postgres
