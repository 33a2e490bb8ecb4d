"""What an auditor takes away is checked without us, and an answer says when `verify` last ran."""

import base64
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from events.log.faults import Fault, FaultKind, Place
from events.log.journal import checks
from events.log.journal.reader import JournalReader
from events.log.journal.verify import PartitionReport
from events.streams import partition_of
from kit.errors import BadRequestError
from processes.checkpoints.maker import CheckpointMaker
from projections.__main__ import app as projections
from projections.views import timeline
from rules.audit.answers import BundleAsked
from services.audit import evidence
from services.decisions.command import Command
from tests.audit.house import SIGNER, AuditHouse
from tests.processes.house import caught_up
from tests.verifier.program import VERIFIER

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]


def finished(house: AuditHouse, replay: str) -> Any:
    shown = "auditReplay { evidenceBundle { url mediaType digest } }"
    made = house.send("finishAuditReplay", shown, replayId=replay)
    assert made["command"]["outcome"] == "ACCEPTED"
    return made["auditReplay"]["evidenceBundle"]


def test_the_evidence_of_a_finished_replay_is_checked_offline_and_shows_no_contents(
    house: AuditHouse,
) -> None:
    replay = house.start(asks=("TALENT",))
    house.grant(replay, "TALENT")
    query = "query ($id: ID!) { auditReplay(id: $id) { evidenceBundle { url } } }"
    assert house.asked(query, id=replay)["auditReplay"]["evidenceBundle"] is None
    bundle = finished(house, replay)
    note = base64.b64decode(bundle["url"].partition(",")[2]).decode()
    keys = VERIFIER.read_keys("\n".join(str(key) for key in SIGNER.verifier_keys))
    assert "event 4 " in note
    assert "event 5 " not in note
    assert "Rust" not in note
    assert "portfolio.talent" not in note
    result = VERIFIER.check(note, keys)
    assert result.word == "complete on the operator's word"
    changed = note.replace("event 2 ", "event 3 ", 1)
    assert VERIFIER.check(changed, keys).word == "broken"


def test_evidence_that_no_answer_can_hold_is_refused_in_words(
    house: AuditHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    replay = house.start()
    finished(house, replay)
    monkeypatch.setattr(evidence, "FILE_BYTES_MAX", 10)
    auditor = house.house.vault.person_for("auditor")
    assert auditor is not None
    with pytest.raises(BadRequestError, match="the operator can hand it over"):
        house.auditing.answer(
            BundleAsked(replay=replay.partition(":")[2]),
            auditor=auditor,
            organisation=house.house.vault.organisation_or_new(),
        )


def test_an_answer_says_when_the_whole_rule_was_last_applied_and_what_it_found(house: AuditHouse) -> None:
    replay = house.start()
    assert house.verification(replay)["verifyRun"] is None
    partition = partition_of(house.owner, house.house.log.partitions)
    place = Place(generation="", partition=partition, offset=3)
    fault = Fault(kind=FaultKind.CHANGED, place=place, nl="anders", en="another")
    report = PartitionReport(
        partition=partition, records=9, accepted=8, refused=0, damaged=0, whole=True, faults=(fault,)
    )
    with psycopg.connect(house.url, autocommit=True) as connection:
        at = house.house.clock.now()
        checks.record_check(connection, log=house.house.log.name, report=report, at=at)
    run = house.verification(replay)["verifyRun"]
    assert (run["faults"], run["whole"]) == (1, True)
    assert run["at"].startswith(f"{at:%Y-%m-%dT%H:%M}")


def views_verified(house: AuditHouse, folder: Path, patch: pytest.MonkeyPatch) -> int:
    """Run the operator's command on one view that shows portfolios; return its exit code."""
    key = folder / "master.key"
    key.write_text(house.house.vault._master.key.hex())
    for name, value in (
        ("IPP_DATABASE_URL", house.url),
        ("IPP_VAULT_URL", house.url),
        ("IPP_MASTER_KEY_FILE", str(key)),
        ("IPP_LOG_NAME", house.house.log.name),
    ):
        patch.setenv(name, value)
    return CliRunner().invoke(projections, ["verify", timeline.VIEW.name]).exit_code


def test_an_answer_says_what_the_last_check_of_the_views_found_and_until_which_version(
    house: AuditHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replay = house.start()
    never = house.verification(replay)
    assert (never["viewEqual"], never["viewChecks"]) == (None, [])
    assert views_verified(house, tmp_path, monkeypatch) == 0
    assert house.house.owner("setGoal", text="Na de controle").outcome == "ACCEPTED"
    caught_up(house.house)
    found = house.verification(replay)
    (check,) = found["viewChecks"]
    assert (found["viewEqual"], check["view"], check["equal"]) == (True, "timeline", True)
    assert (check["version"], found["version"]) == (never["version"], never["version"] + 1)
    assert check["at"]
    change = f"UPDATE {timeline.ENTRIES.served} SET version = version + %s WHERE subject = %s".encode()
    with psycopg.connect(house.url, autocommit=True) as connection:
        connection.execute(change, (100, house.owner))
        assert views_verified(house, tmp_path, monkeypatch) == 1
        connection.execute(change, (-100, house.owner))
    differs = house.verification(replay)
    assert (differs["viewEqual"], differs["viewChecks"][0]["equal"]) == (False, False)
    assert differs["viewChecks"][0]["version"] == differs["version"]
    assert (differs["valid"], differs["faults"]) == (True, []), "the chain is another thing than a view"
    assert house.verification(house.start("policy"))["viewChecks"] == [], "this view shows no such stream"


def test_a_check_that_left_the_stream_out_or_was_of_another_log_or_view_does_not_count(
    house: AuditHouse,
) -> None:
    replay = house.start()
    log = house.house.log
    with psycopg.connect(house.url, autocommit=True) as connection:
        check = checks.ViewCheck(
            view="timeline",
            version=timeline.VIEW.version,
            categories=("portfolio",),
            checked_at=house.house.clock.now(),
            generation=JournalReader(log.name).generation(connection),
            until=(1_000,) * log.partitions,
            rows=1,
            differences=(),
            left_out=(house.owner,),
        )
        checks.record_view_check(connection, log=log.name, check=check)
        found = house.verification(replay)
        assert (found["viewEqual"], found["viewChecks"][0]["equal"]) == (None, None)
        others = (
            replace(check, generation="0" * 32),
            replace(check, version=check.version - 1),
            replace(check, view="gone"),
        )
        for other in others:
            checks.record_view_check(connection, log=log.name, check=replace(other, left_out=()))
            found = house.verification(replay)
            assert (found["viewEqual"], found["viewChecks"]) == (None, []), "another one is served"


def checkpointed(house: AuditHouse) -> None:
    """Let the process that makes checkpoints make that of a new day."""

    def send(command: Command, *, occasion: str) -> bool:
        done = house.house.handler.handle_for_process(command, process="checkpoints", occasion=occasion)
        return done.outcome == "ACCEPTED"

    house.house.clock.advance(timedelta(days=1))
    maker = CheckpointMaker(
        config=house.house.log.config, signer=SIGNER, send=send, calendar=house.house.calendar
    )
    assert maker.make().recorded
    caught_up(house.house)


def test_a_checkpoint_covers_what_was_there_on_its_day_and_nothing_newer(house: AuditHouse) -> None:
    replay = house.start()
    assert house.verification(replay)["checkpoint"] is None
    checkpointed(house)
    found = house.verification(replay)
    assert found["complete"]["en"] == f"Complete by the checkpoint of {found['checkpoint']['on']}."
    assert found["verifyRun"]["faults"] == 0
    assert house.house.owner("setGoal", text="Nog een").outcome == "ACCEPTED"
    newer = house.verification(replay)
    assert (newer["valid"], newer["checkpoint"]) == (True, None)
    assert newer["complete"]["en"] == "Complete on the operator's word."
    assert house.verification(replay, found["version"])["checkpoint"] == found["checkpoint"]
    keys = VERIFIER.read_keys("\n".join(str(key) for key in SIGNER.verifier_keys))
    note = base64.b64decode(finished(house, replay)["url"].partition(",")[2]).decode()
    result = VERIFIER.check(note, keys, found["checkpoint"]["note"])
    assert result.word == "complete"


def test_a_log_that_does_not_fit_its_checkpoint_any_more_is_said(house: AuditHouse) -> None:
    replay = house.start()
    checkpointed(house)
    with psycopg.connect(house.url, autocommit=True) as connection:
        # another stream of the partition: this one and its chain are as they were
        connection.execute(
            f"UPDATE {house.house.log.name}_events SET digest = sha256('x')"
            " WHERE originator_id = %s AND originator_version = 1".encode(),
            (f"employment-{house.owner}",),
        )
    found = house.verification(replay)
    assert (found["valid"], found["checkpoint"]) == (False, None)
    (fault,) = found["faults"]
    assert fault["kind"] == "LOG_RESTORED"
    assert "controlepunt" in fault["message"]["nl"]
