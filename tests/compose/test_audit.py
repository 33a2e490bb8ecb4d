"""An audit on the stack of docker-compose.yml: a grant, a replay, evidence, and its check by a stranger."""

import asyncio
import base64
import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from deploy.demo.people import people
from events.log.proof.notes import NoteSigner
from tests.compose.issuer import Issuer
from tests.compose.stack import PEOPLE, Stack
from tests.e2e.asking import Someone, new_command
from tests.verifier.program import PROGRAM as VERIFIER

pytestmark = [pytest.mark.compose, pytest.mark.timeout(1200)]
NEXT_DAY: Final = Path(__file__).with_name("next_day.py").read_text(encoding="utf-8")
CHECK_S_MAX: Final = 60.0
WALK_S_MAX: Final = 300.0
KEPT: Final = ("--checkpoint", "kept.txt")
STREAMS: Final = "{ auditStreams(kind: PORTFOLIO) { edges { node { id version } } } }"
AUDITS: Final = """query ($seen: [Position!]) { me(waitFor: $seen) {
    audits { id purpose } portfolio { talents(withSetAside: true) { id } } } }"""
REPLAY: Final = """query ($id: ID!) { auditReplay(id: $id) {
    verification { valid version head complete { en } faults { kind } }
    commits(first: 100) { edges { node { verdict
        events { version digest digestValid contents opened { name summary { en } content } } } } } } }"""
FINISH: Final = "auditReplay { evidenceBundle { url mediaType digest } }"
BUNDLE: Final = "query ($id: ID!) { auditReplay(id: $id) { evidenceBundle { url mediaType digest } } }"


class Checked(NamedTuple):
    """What the verifier printed, and its exit code."""

    code: int
    word: str
    text: str


class Stranger:
    """Somebody with a folder of their own, and nothing of IPP but the file with the verifier."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        shutil.copy(VERIFIER, folder)

    def keep(self, name: str, content: bytes) -> None:
        (self._folder / name).write_bytes(content)

    def check(self, bundle: bytes, *options: str) -> Checked:
        """Run the verifier, isolated: it imports nothing from here, and no setting of ours reaches it."""
        self.keep("portfolio.bundle", bundle)
        done = subprocess.run(  # noqa: S603 - the program of docs/verifier
            [sys.executable, "-I", VERIFIER.name, "portfolio.bundle", "--key", "key.pub", *options],
            cwd=self._folder,
            env={},
            capture_output=True,
            text=True,
            timeout=CHECK_S_MAX,
            check=False,
        )
        assert done.stderr == "", done.stderr
        return Checked(done.returncode, done.stdout.splitlines()[0], done.stdout)


class Audit(NamedTuple):
    """A replay that has begun, and its owner, who sees it."""

    auditor: Someone
    replay: str
    owner: Someone
    notice: str
    talents: set[str]

    async def seen(self) -> Any:
        return (await self.auditor.ask(REPLAY, id=self.replay))["auditReplay"]

    async def grant(self) -> None:
        until = datetime.now(UTC) + timedelta(days=1)  # noqa: TID251 - a client has a clock of its own
        fields = {"auditId": self.notice, "kinds": ["TALENT"], "until": until.isoformat()}
        await self.owner.done("grantAuditAccess", **fields)


async def begun(stack: Stack, issuer: Issuer) -> Audit:
    """Let the auditor pick a portfolio, by pseudonym, and find whose it is by who sees the replay."""
    auditor = Someone(stack.url, issuer.token("auditor"), "AUDITOR")
    purpose = f"Steekproef {new_command()}"
    replay, seen = await started(auditor, purpose)
    for someone in people(PEOPLE, today=date(2026, 1, 1)):
        owner = Someone(stack.url, issuer.token(someone.number), "PROFESSIONAL")
        me = (await owner.ask(AUDITS, seen=[seen]))["me"]
        for notice in me["audits"]:
            if notice["purpose"] == purpose:
                talents = {talent["id"] for talent in me["portfolio"]["talents"]}
                return Audit(auditor, replay, owner, notice["id"], talents)
    raise AssertionError("nobody sees that their portfolio is replayed")


async def started(auditor: Someone, purpose: str) -> tuple[str, str]:
    """
    Start a replay of the first portfolio that this auditor does not replay already.

    Return it, and the position of the command.
    """
    for stream in (await auditor.ask(STREAMS))["auditStreams"]["edges"]:
        fields = {"streamId": stream["node"]["id"], "purpose": purpose, "asksToOpen": ["TALENT"]}
        found = await auditor.command("startAuditReplay", "auditReplay { id }", **fields)
        if found["command"]["outcome"] == "ACCEPTED":
            return found["auditReplay"]["id"], found["command"]["position"]
        assert [refusal["code"] for refusal in found["command"]["refusals"]] == ["ALREADY_SO"]
    raise AssertionError("there is no portfolio that is not replayed already")


async def kept_by(auditor: Someone, day: str) -> str:
    """Return the checkpoint of a day, as soon as it is listed."""
    while True:
        (newest,) = (await auditor.ask("{ checkpoints(last: 1) { on note } }"))["checkpoints"]
        if newest["on"] == day:
            return str(newest["note"])


def events_of(seen: Any) -> list[Any]:
    commits = seen["commits"]["edges"]
    assert {edge["node"]["verdict"] for edge in commits} == {"ACCEPTED"}
    return [event for edge in commits for event in edge["node"]["events"]]


def file_of(bundle: Any) -> bytes:
    """Return the file that a bundle's address holds."""
    assert bundle is not None
    content = base64.b64decode(bundle["url"].partition(",")[2])
    assert bundle["digest"] == hashlib.sha256(content).hexdigest()
    return content


def changes(bundle: str) -> Iterator[tuple[str, str]]:
    """Yield the bundle with one byte changed, and the place that is to be named."""
    lines = bundle.split("\n")
    events = [number for number, line in enumerate(lines) if line.startswith("event ")]
    for number in (events[0], events[len(events) // 2], events[-1]):
        line = lines[number]
        middle = line.rindex(" ") + (len(line) - line.rindex(" ")) // 2
        other = "A" if line[middle] != "A" else "B"
        changed = [*lines[:number], f"{line[:middle]}{other}{line[middle + 1 :]}", *lines[number + 1 :]]
        yield "\n".join(changed), f"changed: version {line.split(' ')[1]} (line {number + 1};"
    yield re.sub(r"^made 2", "made 3", bundle, count=1, flags=re.MULTILINE), "after the bundle was signed"


def test_from_an_owners_grant_over_a_replay_to_evidence_that_a_stranger_checks_offline(
    issuer_and_stack: tuple[Issuer, Stack], tmp_path: Path
) -> None:
    issuer, stack = issuer_and_stack
    stranger = Stranger(tmp_path)
    # Handed over by the operator when the audit was agreed.
    stranger.keep("key.pub", stack.run_in("services", "python", "-m", "events", "public-key").encode())

    async def steps() -> None:
        audit = await begun(stack, issuer)
        head = await opened_by_grant(audit)
        finished = await audit.auditor.done("finishAuditReplay", FINISH, replayId=audit.replay)
        today = file_of(finished["auditReplay"]["evidenceBundle"])
        assert stranger.check(today)[:2] == (4, "complete on the operator's word")

        said = await asyncio.to_thread(stack.run_in, "processes", "python", "-c", NEXT_DAY)
        tomorrow = said.removesuffix(": today has its checkpoint")
        stranger.keep("kept.txt", (await kept_by(audit.auditor, tomorrow)).encode())
        bundle = file_of((await audit.auditor.ask(BUNDLE, id=audit.replay))["auditReplay"]["evidenceBundle"])
        checked = stranger.check(bundle, *KEPT)
        assert checked[:2] == (0, "complete"), checked.text
        assert f"last {head}\n" in bundle.decode()
        finds_what_is_changed(stranger, bundle)

    asyncio.run(asyncio.wait_for(steps(), WALK_S_MAX))


async def opened_by_grant(audit: Audit) -> str:
    """See all sealed, then talents opened by their owner's grant; return version and digest of the head."""
    sealed = await audit.seen()
    assert {event["contents"] for event in events_of(sealed)} == {"SEALED"}
    await audit.grant()
    seen = await audit.seen()
    assert (seen["verification"]["valid"], seen["verification"]["faults"]) == (True, [])
    opened = [event["opened"] for event in events_of(seen) if event["contents"] == "OPENED"]
    claimed = [each for each in opened if each["name"].startswith("portfolio.talent-claimed.")]
    assert {f"Item:{each['content']['talent']}" for each in claimed} == audit.talents
    assert len(opened) < len(events_of(seen)), "what was not asked for stays sealed"
    return f"{seen['verification']['version']} {seen['verification']['head']}"


def finds_what_is_changed(stranger: Stranger, bundle: bytes) -> None:
    """Any byte that is changed is found, and so is a bundle that somebody else signed."""
    for changed, place in changes(bundle.decode()):
        broken = stranger.check(changed.encode(), *KEPT)
        assert broken[:2] == (1, "broken"), (place, broken.text)
        assert place in broken.text
    stranger.keep("key.pub", str(NoteSigner.of_seeds(("ipp", bytes(32))).verifier_keys[0]).encode())
    assert stranger.check(bundle)[:2] == (2, "unknown key")
