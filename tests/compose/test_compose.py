import asyncio
import json
from collections.abc import Iterator

import httpx
import pytest

from tests.browser.chromium import open_browser
from tests.browser.walk import check, walk
from tests.compose.issuer import Issuer
from tests.compose.stack import Stack
from tests.e2e.asking import Someone
from tests.e2e.flow import run_flow

pytestmark = [pytest.mark.compose, pytest.mark.timeout(1200)]
CONFIGS = (
    "import json; from kafka import KafkaAdminClient as A; a = A(bootstrap_servers='kafka:9092'); "
    "from kafka.admin import ConfigResource as R; "
    "print(json.dumps(a.describe_configs([R('TOPIC', 'ipp.events')]), default=str))"
)
REACHES = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=5).close()
    print(True)
except OSError:
    print(False)
"""


def ask_as(stack: Stack, role: str, database: str, statement: str) -> str:
    address = f"postgresql://ipp_{role}:{stack.settings[f'IPP_{role.upper()}_PASSWORD']}@127.0.0.1/{database}"
    return stack.run_in("postgres", "psql", "-qtA", address, "-c", statement)


def test_the_whole_way_from_command_to_subscription(issuer_and_stack: tuple[Issuer, Stack]) -> None:
    issuer, stack = issuer_and_stack
    run_flow(stack.url, issuer.token)


def test_a_feedback_round_from_owner_over_mail_and_page_to_mirror(
    issuer_and_stack: tuple[Issuer, Stack],
) -> None:
    issuer, stack = issuer_and_stack
    with open_browser() as browser:
        check(walk(stack.url, stack.mails_url, issuer.token, browser, subject="privacy-officer"))


def test_the_log_of_postgresql_quotes_no_row(issuer_and_stack: tuple[Issuer, Stack]) -> None:
    _, stack = issuer_and_stack
    assert ask_as(stack, "views", "ipp", "SHOW log_error_verbosity").strip() == "terse"


@pytest.mark.parametrize("service", ["journal", "views", "keeper", "services", "processes", "gateway"])
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
    ("role", "database", "statement"),
    [
        ("gateway", "ipp", "SELECT count(*) FROM public.ipp_events"),
        ("gateway", "ipp", "DELETE FROM views.positions"),
        ("services", "ipp", "DELETE FROM public.ipp_events"),
        ("services", "ipp", "SELECT count(*) FROM views.positions"),
        ("processes", "ipp", "DELETE FROM views.positions"),
        ("gateway", "ipp", "DELETE FROM read_log.disclosures"),
        ("services", "ipp", "SELECT count(*) FROM read_log.disclosures"),
        ("views", "ipp", "UPDATE public.ipp_positions SET ordinal = 0"),
        ("journal", "ipp", "SELECT count(*) FROM views.positions"),
        ("gateway", "vault", "SELECT count(*) FROM vault_keys"),
        ("gateway", "vault", "SELECT count(*) FROM vault_organisation"),
        ("gateway", "vault", "DELETE FROM vault_persons"),
        ("gateway", "vault", "SELECT count(*) FROM vault_invitations"),
        ("gateway", "vault", "SELECT count(*) FROM vault_asked"),
        ("views", "vault", "SELECT count(*) FROM vault_persons"),
        ("views", "vault", "SELECT count(*) FROM vault_organisation"),
        ("views", "vault", "UPDATE vault_keys SET wrapped = NULL"),
        ("views", "vault", "SELECT count(*) FROM vault_invitations"),
        ("views", "vault", "SELECT count(*) FROM vault_asked"),
    ],
)
def test_a_role_has_only_the_rights_its_process_needs(
    issuer_and_stack: tuple[Issuer, Stack], role: str, database: str, statement: str
) -> None:
    _, stack = issuer_and_stack
    with pytest.raises(AssertionError, match=r"permission denied for (table|schema)"):
        ask_as(stack, role, database, statement)


@pytest.mark.parametrize(("role", "table"), [("gateway", "vault_persons"), ("views", "vault_keys")])
def test_of_the_vault_a_role_reads_the_one_table_that_its_process_asks(
    issuer_and_stack: tuple[Issuer, Stack], role: str, table: str
) -> None:
    _, stack = issuer_and_stack
    assert int(ask_as(stack, role, "vault", f"SELECT count(*) FROM {table}")) > 0


@pytest.mark.parametrize(
    ("service", "secrets"),
    [
        ("gateway", ["position_key"]),
        ("services", ["checkpoint_key", "keeper_token", "master_key"]),
        ("processes", ["checkpoint_key", "keeper_closing_token", "master_key"]),
        ("keeper", ["keeper_closing_token", "keeper_token"]),
        ("views", ["master_key"]),
        ("journal", []),
    ],
)
def test_a_process_has_the_keys_it_uses_and_no_other(
    issuer_and_stack: tuple[Issuer, Stack], service: str, secrets: list[str]
) -> None:
    _, stack = issuer_and_stack
    found = stack.run_in(service, "sh", "-c", "ls /run/secrets 2>/dev/null || true")
    assert found.split() == secrets
    environment = stack.run_in(service, "env")
    for name in ("master_key", "position_key", "keeper_token", "keeper_closing_token", "checkpoint_key"):
        assert stack.secret(name) not in environment
    if secrets:
        wanted = stack.secret(secrets[0])
        assert stack.run_in(service, "cat", f"/run/secrets/{secrets[0]}").strip() == wanted


@pytest.mark.parametrize(
    "service", ["journal", "views", "keeper", "services", "processes", "gateway", "postgres"]
)
def test_nothing_can_be_written_beside_what_a_container_runs(
    issuer_and_stack: tuple[Issuer, Stack], service: str
) -> None:
    _, stack = issuer_and_stack
    with pytest.raises(AssertionError, match="Read-only file system"):
        stack.run_in(service, "sh", "-c", "echo planted > /usr/planted")


@pytest.mark.parametrize(
    "service", ["kafka", "postgres", "journal", "views", "keeper", "services", "processes", "gateway"]
)
def test_no_container_gains_rights_or_grows_without_bound(
    issuer_and_stack: tuple[Issuer, Stack], service: str
) -> None:
    _, stack = issuer_and_stack
    for container in stack.containers(service):
        host = container["HostConfig"]
        assert "no-new-privileges:true" in host["SecurityOpt"]
        assert host["Memory"] > 0
        assert host["PidsLimit"] > 0


def test_the_stack_is_published_on_this_machine_only(issuer_and_stack: tuple[Issuer, Stack]) -> None:
    _, stack = issuer_and_stack
    bound = [
        binding["HostIp"]
        for service in ("kafka", "postgres", "keeper", "services", "processes", "gateway")
        for container in stack.containers(service)
        for bindings in (container["HostConfig"]["PortBindings"] or {}).values()
        for binding in bindings
    ]
    assert set(bound) == {"127.0.0.1"}


def test_no_password_is_in_the_arguments_of_a_process(issuer_and_stack: tuple[Issuer, Stack]) -> None:
    _, stack = issuer_and_stack
    passwords = [value for name, value in stack.settings.items() if name.endswith("_PASSWORD")]
    assert passwords
    for service in ("kafka", "postgres", "journal", "views", "keeper", "services", "processes", "gateway"):
        for container in stack.containers(service):
            config = container["Config"]
            said = json.dumps([config["Cmd"], config["Entrypoint"], config.get("Healthcheck")])
            assert not [value for value in passwords if value in said]


@pytest.mark.parametrize(
    ("service", "reaches"),
    [
        ("journal", "True"),
        ("keeper", "True"),
        ("services", "True"),
        ("processes", "True"),
        ("views", "False"),
        ("gateway", "False"),
    ],
)
def test_only_who_reads_or_writes_the_log_reaches_the_broker(
    issuer_and_stack: tuple[Issuer, Stack], service: str, reaches: str
) -> None:
    _, stack = issuer_and_stack
    assert stack.run_in(service, "python", "-c", REACHES, "kafka", "9092").strip() == reaches


@pytest.mark.parametrize(
    ("service", "reaches"),
    [
        ("services", "True"),
        ("processes", "True"),
        ("journal", "False"),
        ("views", "False"),
        ("gateway", "False"),
    ],
)
def test_only_services_and_processes_reach_the_keeper(
    issuer_and_stack: tuple[Issuer, Stack], service: str, reaches: str
) -> None:
    _, stack = issuer_and_stack
    assert stack.run_in(service, "python", "-c", REACHES, "keeper", "8000").strip() == reaches


def test_the_keeper_reaches_no_database_and_writes_to_its_volume_alone(
    issuer_and_stack: tuple[Issuer, Stack],
) -> None:
    _, stack = issuer_and_stack
    assert stack.run_in("keeper", "python", "-c", REACHES, "postgres", "5432").strip() == "False"
    folder = stack.run_in("keeper", "stat", "-c", "%u %a", "/var/lib/ipp-keeper")
    assert folder.split() == ["10001", "700"]


def test_hrs_files_and_a_years_portfolios_come_in(issuer_and_stack: tuple[Issuer, Stack]) -> None:
    issuer, stack = issuer_and_stack
    files = {"units": ("units.csv", b"key,name,kind,parent_key\nnieuw,Team Nieuw,team,wijk\n")}
    headers = {"Authorization": f"Bearer {issuer.token('hr-feed')}", "IPP-Role": "HR_FEED"}
    report = httpx.post(f"{stack.processes_url}/hr-feed", files=files, headers=headers, timeout=60).json()
    assert [row["command"] for row in report["done"]] == ["formTeam"], report
    owner = Someone(stack.url, issuer.token("owner"), "PROFESSIONAL")
    shown = asyncio.run(
        owner.ask("{ me { portfolio { talents { id } } sharedWithMe { edges { node { id } } } } }")
    )
    assert shown["me"]["portfolio"]["talents"]
    assert shown["me"]["sharedWithMe"]["edges"]


def test_the_journal_may_not_even_connect_to_the_vault(issuer_and_stack: tuple[Issuer, Stack]) -> None:
    _, stack = issuer_and_stack
    with pytest.raises(AssertionError, match="permission denied for database"):
        ask_as(stack, "journal", "vault", "SELECT 1")


def test_what_was_recorded_outlives_taking_the_whole_stack_down(
    issuer_and_stack: tuple[Issuer, Stack],
) -> None:
    issuer, stack = issuer_and_stack
    stack.down()
    stack.up()
    run_flow(stack.url, issuer.token)


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
