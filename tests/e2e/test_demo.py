"""The demo: the thin way through the whole house, and what a person may do to it."""

import asyncio
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from events.log.proof.checkpoints import read_checkpoint
from events.log.proof.notes import NoteSigner, open_note
from tests.e2e.asking import Someone
from tests.e2e.demo import Demo, command, free_port, running_demo
from tests.e2e.flow import run_flow

pytestmark = [pytest.mark.e2e, pytest.mark.postgres]
CHECKPOINT_S_MAX = 60.0
REFUSED_S_MAX = 90
"""Much longer than the program takes to start and to refuse, on a busy machine too."""
TOKEN_NAMES = (
    "owner",
    "lead",
    "member",
    "hr",
    "board",
    "auditor",
    "privacy-officer",
    "working-group",
    "works-council",
    "administrator",
)
ROLES = {
    "owner": "PROFESSIONAL",
    "lead": "PROFESSIONAL",
    "member": "PROFESSIONAL",
    "hr": "HR",
    "board": "BOARD",
    "auditor": "AUDITOR",
    "privacy-officer": "PRIVACY_OFFICER",
    "working-group": "WORKING_GROUP",
    "works-council": "WORKS_COUNCIL",
    "administrator": "ADMINISTRATOR",
}
MINE = "{ me { id portfolio { version talents { id } } } }"


def test_the_thin_way_works_from_end_to_end(demo: Demo) -> None:
    run_flow(demo.url, demo.token)


@pytest.mark.parametrize("name", TOKEN_NAMES)
def test_everyone_whom_the_demo_names_can_act_in_the_role_it_names(demo: Demo, name: str) -> None:
    someone = Someone(demo.url, demo.token(name), ROLES[name])
    viewer = asyncio.run(someone.ask("{ viewer { displayName role roles } }"))["viewer"]
    assert viewer["role"] == ROLES[name]
    assert ROLES[name] in viewer["roles"]
    assert viewer["displayName"]


def test_the_working_group_makes_a_lens_which_its_member_can_not_publish_alone(demo: Demo) -> None:
    member = Someone(demo.url, demo.token("working-group"), "WORKING_GROUP")
    asyncio.run(_make_a_lens(member))


async def _make_a_lens(member: Someone) -> None:
    shown = "lens { lensId version state form questions { text { nl } perspectives } }"
    text = {"nl": "Luistert deze begeleider?", "en": "Does this support worker listen?"}
    drafted = await member.done("draftLens", shown, name={"nl": "Kort", "en": "Short"}, form="EASY")
    about = {"lensId": drafted["lens"]["lensId"]}
    asked = {"kind": "SCALE", "text": text, "perspectives": ["CLIENT", "SELF"]}
    added = await member.done("addQuestion", shown, **about, **asked)
    assert added["lens"]["questions"] == [{"text": {"nl": text["nl"]}, "perspectives": ["SELF", "CLIENT"]}]
    piloted = await member.done("pilotLens", shown, **about, on="2026-01-05", people=2, clients=2)
    assert (piloted["lens"]["state"], piloted["lens"]["form"]) == ("PILOT", "EASY")
    alone = await member.command("publishLens", **about)
    assert [refusal["code"] for refusal in alone["command"]["refusals"]] == ["SECOND_MEMBER_NEEDED"]
    await member.done("withdrawLens", **about, reason="Een proef.")


def test_the_promise_says_that_the_key_is_in_the_one_process(demo: Demo) -> None:
    someone = Someone(demo.url, demo.token("owner"), "PROFESSIONAL")
    asked = "{ organisation { policies { promise { version text { nl en } } } } }"
    ((policy,),) = asyncio.run(someone.ask(asked))["organisation"].values()
    assert "The key is with the same program here" in policy["promise"]["text"]["en"]


def test_health_and_metrics_are_served(demo: Demo) -> None:
    assert httpx.get(f"{demo.url}/health/live").status_code == 200
    ready = httpx.get(f"{demo.url}/health/ready")
    assert ready.status_code == 200
    assert {"journal", "views", "freshness"} <= ready.json()["checks"].keys()
    assert "ipp_commands_total" in httpx.get(demo.metrics_url).text
    assert httpx.get(f"{demo.url}/metrics").status_code == 404


def test_an_auditor_finds_a_checkpoint_of_the_whole_demo_signed_by_its_key(demo: Demo) -> None:
    auditor = Someone(demo.url, demo.token("auditor"), "AUDITOR")
    deadline = time.monotonic() + CHECKPOINT_S_MAX
    while not (listed := asyncio.run(auditor.ask("{ checkpoints { on note } }"))["checkpoints"]):
        assert time.monotonic() < deadline, "no checkpoint was made"
        time.sleep(0.5)
    signer = NoteSigner.from_file(demo.folder / "checkpoint.key")
    (partition,) = read_checkpoint(open_note(listed[0]["note"], signer.verifier_keys)).partitions
    assert partition.events > 100


def test_what_the_demo_writes_is_its_owners_alone(demo: Demo) -> None:
    database = demo.folder / "postgres" / "data"  # changes while it is looked at, and nobody else enters it
    written = [demo.folder, *(path for path in demo.folder.rglob("*") if database not in path.parents)]
    assert {"data", "server.log", "master.key", "development-issuer.pem"} <= {path.name for path in written}
    assert [path for path in written if path.stat().st_mode & 0o077] == []


def test_a_second_demo_chooses_a_free_port_for_its_metrics(demo: Demo, tmp_path: Path) -> None:
    taken = urlsplit(demo.metrics_url).port
    with running_demo(tmp_path, IPP_PROBES_PORT=str(taken)) as other:
        assert other.metrics_url != demo.metrics_url
        assert "ipp_commands_total" in httpx.get(other.metrics_url).text


def test_a_second_start_keeps_what_was_there_and_fresh_begins_again(tmp_path: Path) -> None:
    with running_demo(tmp_path) as first:
        token = first.token("owner")
        owner = Someone(first.url, token, "PROFESSIONAL")
        asyncio.run(owner.done("claimTalent", name={"ownWords": "Blijven"}, strength=3, energy=1, use=1))
        before = asyncio.run(owner.ask(MINE))
        first.stop()
    with running_demo(tmp_path) as second:
        again = Someone(second.url, token, "PROFESSIONAL")  # an old token is still good
        assert asyncio.run(again.ask(MINE)) == before
    with running_demo(tmp_path, "--fresh") as third:
        fresh = asyncio.run(Someone(third.url, third.token("owner"), "PROFESSIONAL").ask(MINE))
        assert fresh["me"]["id"] != before["me"]["id"]
        assert len(fresh["me"]["portfolio"]["talents"]) == len(before["me"]["portfolio"]["talents"]) - 1


def test_a_taken_port_is_named_with_a_way_out(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with command(tmp_path, port) as process:
            said, _ = process.communicate(timeout=REFUSED_S_MAX)
    assert process.returncode == 1
    assert f"Port {port} is taken" in said
    assert "Traceback" not in said
    assert not (tmp_path / "postgres").exists()


@pytest.mark.parametrize("options", [(), ("--fresh",)], ids=["continues", "fresh"])
def test_a_second_demo_on_the_same_folder_is_refused(demo: Demo, options: tuple[str, ...]) -> None:
    with command(demo.folder, free_port(), *options) as process:
        said, _ = process.communicate(timeout=REFUSED_S_MAX)
    assert (demo.folder / "master.key").exists()
    assert process.returncode == 1
    assert "is in use by another running process" in said
    assert "Traceback" not in said
