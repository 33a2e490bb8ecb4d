"""The `eventsourcing` library's published cases, bodies unchanged, on this log: embedded and on Kafka."""

from contextlib import ExitStack
from typing import Any, ClassVar
from unittest import TestCase
from uuid import uuid4

import pytest
from eventsourcing.persistence import InfrastructureFactory
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.tests import application as application_cases
from eventsourcing.tests import persistence as persistence_cases
from eventsourcing.utils import Environment, get_topic
from psycopg.conninfo import conninfo_to_dict

from events.log.factory import LogFactory
from events.log.recorder import LogAggregateRecorder, LogRecorder
from tests.events.log.harness import LogUnderTest, unique_name


class OnTheLog(TestCase):
    """Gives each case a log of its own; `where` is set by the fixture below."""

    url: ClassVar[str]
    bootstrap: ClassVar[str | None]
    on_kafka: ClassVar[bool] = False
    kind: ClassVar[str] = "process_recorder"
    id_type: ClassVar[str] = "uuid"
    __test__ = False
    names: ClassVar[tuple[str, ...]] = ()

    def setUp(self) -> None:
        self.stack = ExitStack()
        self.addCleanup(self.stack.close)
        self.name = unique_name()
        for name in self.names or (self.name,):
            self.begin(name)
        super().setUp()

    def begin(self, name: str) -> LogUnderTest:
        log = LogUnderTest(url=self.url, name=name, bootstrap=self.bootstrap, one_subject=True)
        log.create()
        self.stack.callback(log.drop)
        self.stack.enter_context(log.folding())
        return log

    def environment(self) -> dict[str, str]:
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
        chosen = self.environment() | {"ORIGINATOR_ID_TYPE": self.id_type}
        factory: LogFactory = InfrastructureFactory.construct(Environment(self.name, chosen))  # type: ignore[assignment]
        self.stack.callback(factory.close)
        recorder = getattr(factory, self.kind)()
        assert isinstance(recorder, LogRecorder)
        return recorder


class AggregateRecorder(OnTheLog, persistence_cases.AggregateRecorderTestCase):
    kind = "aggregate_recorder"


class ApplicationRecorder(OnTheLog, persistence_cases.ApplicationRecorderTestCase[LogRecorder]): ...


class TrackingRecorder(OnTheLog, persistence_cases.TrackingRecorderTestCase): ...


class ProcessRecorder(OnTheLog, persistence_cases.ProcessRecorderTestCase): ...


class NonInterleavingNotificationIDs(OnTheLog, persistence_cases.NonInterleavingNotificationIDsBaseCase): ...


class TextIds(OnTheLog):
    """The same with the library's text ids."""

    id_type = "text"

    def new_originator_id(self) -> str:
        return str(uuid4())


class AggregateRecorderWithTextIds(TextIds, persistence_cases.AggregateRecorderTestCase):
    kind = "aggregate_recorder"


class ApplicationRecorderWithTextIds(TextIds, persistence_cases.ApplicationRecorderTestCase[LogRecorder]): ...


class OurTrackingRecorder(PostgresTrackingRecorder): ...


class InfrastructureFactoryCase(OnTheLog, persistence_cases.InfrastructureFactoryTestCase[LogFactory]):
    def setUp(self) -> None:
        self.env = Environment("TestCase")
        self.env.update(self.environment())
        super().setUp()

    def expected_factory_class(self) -> type[LogFactory]:
        return LogFactory

    def expected_aggregate_recorder_class(self) -> type[LogRecorder]:
        return LogAggregateRecorder

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

    names = ("application", "bankaccounts")

    def setUp(self) -> None:
        super().setUp()
        self.patch = pytest.MonkeyPatch()
        self.stack.callback(self.patch.undo)
        for key, value in self.environment().items():
            self.patch.setenv(key, value)


class LibraryApplication(Applications, application_cases.ApplicationTestCase): ...


class LibraryExampleApplication(Applications, application_cases.ExampleApplicationTestCase):
    expected_factory_topic = get_topic(LogFactory)


# Collected below by other names only, once for each adapter.
CASES: tuple[type[OnTheLog], ...] = (
    AggregateRecorder,
    ApplicationRecorder,
    TrackingRecorder,
    ProcessRecorder,
    NonInterleavingNotificationIDs,
    AggregateRecorderWithTextIds,
    ApplicationRecorderWithTextIds,
    InfrastructureFactoryCase,
    LibraryApplication,
    LibraryExampleApplication,
)
for case in CASES:  # unittest's cases can't be parametrised by pytest, so each is here twice
    for place, marks in (
        ("Embedded", [pytest.mark.postgres]),
        ("Kafka", [pytest.mark.postgres, pytest.mark.kafka]),
    ):
        name = f"Test{case.__name__}On{place}"
        chosen = {"__test__": True, "on_kafka": place == "Kafka", "pytestmark": marks}
        globals()[name] = type(name, (case,), chosen)
del case


@pytest.fixture(autouse=True)
def _where(request: Any, database: str) -> None:
    OnTheLog.url = database
    OnTheLog.bootstrap = request.getfixturevalue("kafka").bootstrap if request.cls.on_kafka else None
