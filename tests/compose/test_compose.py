import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compose.issuer import Issuer
from tests.compose.stack import NoStackError, Stack, make_ready, running
from tests.conftest import not_to_be_had
from tests.e2e.flow import run_flow

pytestmark = [pytest.mark.compose, pytest.mark.timeout(1200)]
CONFIGS = (
    "import json; from kafka import KafkaAdminClient as A; a = A(bootstrap_servers='kafka:9092'); "
    "from kafka.admin import ConfigResource as R; "
    "print(json.dumps(a.describe_configs([R('TOPIC', 'ipp.events')]), default=str))"
)


@pytest.fixture(scope="module")
def issuer_and_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Issuer, Stack]]:
    try:
        make_ready()
    except NoStackError as error:
        not_to_be_had(str(error))
    stack = Stack(tmp_path_factory.mktemp("compose"))
    issuer = Issuer(stack.keys)
    with running(stack):
        founding = ("python", "-m", "services", "found", "--name", "Stichting Kade")
        stack.run_in("services", *founding, "--administrator", "administrator")
        yield issuer, stack


def test_the_whole_way_from_command_to_subscription(issuer_and_stack: tuple[Issuer, Stack]) -> None:
    issuer, stack = issuer_and_stack
    run_flow(stack.url, issuer.token)


@pytest.mark.parametrize("service", ["journal", "views", "services", "gateway"])
def test_no_process_of_ours_runs_as_root(issuer_and_stack: tuple[Issuer, Stack], service: str) -> None:
    _, stack = issuer_and_stack
    assert stack.run_in(service, "id", "-u").strip() == "10001"


def test_one_broker_flushes_every_message_before_it_acknowledges(
    issuer_and_stack: tuple[Issuer, Stack],
) -> None:
    _, stack = issuer_and_stack
    configs = stack.run_in("services", "python", "-W", "ignore", "-c", CONFIGS)
    topic = json.loads(configs)
    assert "flush.messages" in str(topic)
    found = next(value for value in _values(topic, "flush.messages"))
    assert found == "1"


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("gateway", "SELECT count(*) FROM public.ipp_events"),
        ("gateway", "DELETE FROM views.positions"),
        ("services", "DELETE FROM public.ipp_events"),
        ("services", "SELECT count(*) FROM views.positions"),
        ("views", "UPDATE public.ipp_positions SET ordinal = 0"),
        ("journal", "SELECT count(*) FROM views.positions"),
    ],
)
def test_a_role_has_only_the_rights_its_process_needs(
    issuer_and_stack: tuple[Issuer, Stack], role: str, statement: str
) -> None:
    _, stack = issuer_and_stack
    password = stack.settings[f"IPP_{role.upper()}_PASSWORD"]
    with pytest.raises(AssertionError, match="permission denied"):
        stack.run_in("postgres", "psql", f"postgresql://ipp_{role}:{password}@127.0.0.1/ipp", "-c", statement)


def test_the_journal_may_not_even_connect_to_the_vault(issuer_and_stack: tuple[Issuer, Stack]) -> None:
    _, stack = issuer_and_stack
    password = stack.settings["IPP_JOURNAL_PASSWORD"]
    with pytest.raises(AssertionError, match="permission denied for database"):
        stack.run_in(
            "postgres", "psql", f"postgresql://ipp_journal:{password}@127.0.0.1/vault", "-c", "SELECT 1"
        )


def test_what_was_recorded_outlives_taking_the_whole_stack_down(
    issuer_and_stack: tuple[Issuer, Stack],
) -> None:
    issuer, stack = issuer_and_stack
    stack.down()
    stack.up()
    run_flow(stack.url, issuer.token)


def test_the_files_show_no_secret_of_their_own() -> None:
    root = Path(__file__).parents[2]
    printed = {line for run in range(2) for line in _printed(root)}
    secrets = [line for line in printed if "PASSWORD=" in line or "MASTER_KEY=" in line]
    assert len(secrets) == 12


def _printed(root: Path) -> list[str]:
    done = subprocess.run([root / "deploy/new-env"], capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout.splitlines()


def _values(found: object, name: str) -> Iterator[str]:
    if isinstance(found, dict):
        if name in found:
            inner = found[name]
            yield str(inner["value"]) if isinstance(inner, dict) else str(inner)
        if name in {found.get("config_names"), found.get("name"), found.get("config_name")}:
            yield str(found.get("config_value", found.get("value")))
        for value in found.values():
            yield from _values(value, name)
    elif isinstance(found, list):
        for value in found:
            yield from _values(value, name)
