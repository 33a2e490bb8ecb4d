"""Each day's checkpoint goes to auditors and works council by mail, once, and fits the key that signed it."""

from datetime import date, datetime, timedelta

import pytest

from events.catalog.checkpoints import CheckpointMade
from events.catalog.employment import EmploymentEnded
from events.catalog.policy import RoleGranted, RoleWithdrawn
from events.log.proof.checkpoints import Checkpoint, PartitionRoot, read_checkpoint
from events.log.proof.notes import NoteSigner, open_note
from events.privacy.mail_queue import MailState
from events.privacy.notices import NoticeKind
from kit.ids import derived_id
from processes.mails.notice_views import CHECKPOINT_DAYS
from processes.mails.sending import AGAIN_S_MAX
from tests.processes.mails.mail_server import MailServer
from tests.processes.mails.notices_rig import (
    BO,
    CAS,
    FENNA,
    LONG_AGO,
    NOW,
    ORGANISATION,
    TODAY,
    Notices,
    mails,
)

pytestmark = pytest.mark.postgres

SIGNER = NoteSigner.of_seeds(
    ("ipp.kade.example", bytes(range(32))), ("ipp.kade.example", bytes(range(1, 33)))
)
LINE = "-" * 40


def granted(notices: Notices, name: str, role: str, *, at: datetime = LONG_AGO) -> str:
    """Grant a role, and return the grant."""
    grant = derived_id("grant", name, role)
    event = RoleGranted(grant=grant, person=notices.people[name], role=role)
    notices.happened(f"policy-{ORGANISATION}", event, at=at)
    return grant


def made(notices: Notices, on: date = TODAY) -> str:
    """Let the checkpoint of a day be on the log, and return its note."""
    roots = [
        PartitionRoot(partition=number, events=number, root=bytes([number]) * 32) for number in range(12)
    ]
    note = SIGNER.sign(Checkpoint(generation="0" * 32, day=on, partitions=roots).text)
    event = CheckpointMade(checkpoint=derived_id("checkpoint", str(on)), day=on, note=note)
    notices.happened(f"checkpoint-{ORGANISATION}", event, at=NOW)
    return note


def test_a_days_checkpoint_goes_once_to_auditors_and_works_council_in_their_language(
    notices: Notices, server: MailServer
) -> None:
    granted(notices, FENNA, "WORKS_COUNCIL")
    granted(notices, FENNA, "AUDITOR")
    granted(notices, BO, "AUDITOR")
    granted(notices, CAS, "BOARD")
    note = made(notices)
    for _ in range(2):
        notices.turn()
    notices.mailer = notices.new_mailer()  # as after a restart
    notices.turn()
    (_, english, _), (_, dutch, words) = mails(server)
    assert english == "Checkpoint of the log of Tuesday 24 November 2026"
    assert dutch == "Controlepunt van het logboek van dinsdag 24 november 2026"
    copied = words.replace("\r\n", "\n").split(f"{LINE}\n")[1]
    assert copied == note
    assert read_checkpoint(open_note(copied, SIGNER.verifier_keys)).day == TODAY


def test_who_lost_the_role_or_left_before_it_was_sent_gets_none(notices: Notices, server: MailServer) -> None:
    grant = granted(notices, FENNA, "WORKS_COUNCIL")
    granted(notices, BO, "AUDITOR")
    granted(notices, CAS, "AUDITOR")
    made(notices)
    server.later = True
    notices.turn()
    server.later = False
    notices.happened(f"policy-{ORGANISATION}", RoleWithdrawn(grant=grant))
    notices.of(BO, "employment", EmploymentEnded(on=TODAY))
    notices.turn(timedelta(seconds=AGAIN_S_MAX))
    assert [to for to, _, _ in mails(server)] == ["Cas Bos <cas@kade.example>"]
    kind = NoticeKind.CHECKPOINT
    assert notices.states() == {
        (FENNA, kind): MailState.DROPPED,
        (BO, kind): MailState.DROPPED,
        (CAS, kind): MailState.SENT,
    }


def test_days_without_a_mail_server_are_made_up_for_a_week_and_a_new_auditor_gets_no_older_ones(
    notices: Notices, server: MailServer
) -> None:
    granted(notices, FENNA, "WORKS_COUNCIL")
    granted(notices, BO, "AUDITOR", at=datetime.combine(TODAY, NOW.min.time(), NOW.tzinfo))
    for days in (CHECKPOINT_DAYS + 1, CHECKPOINT_DAYS - 1, 0):
        made(notices, TODAY - timedelta(days=days))
    notices.turn()
    assert [title for _, title, _ in mails(server)] == [
        "Checkpoint of the log of Tuesday 24 November 2026",
        "Controlepunt van het logboek van dinsdag 24 november 2026",
        "Controlepunt van het logboek van woensdag 18 november 2026",
    ]
