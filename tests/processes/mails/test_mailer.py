"""Mails from a real vault to a real SMTP server: each once, and what became of them (A10 to A12, A18)."""

import psycopg
import pytest
from structlog.testing import capture_logs

from events.privacy.mail_queue import SENDING_S_MAX, MailState
from events.privacy.outbox import Mail, MailKind
from kit.ids import derived_id
from processes.mails.mailer import QUIET_FAILURES, RoundMails
from processes.mails.sending import AGAIN_S_MAX, MailSettings
from processes.mails.smtp import SmtpServer
from tests.processes.mails.mail_server import MailServer, free_port
from tests.processes.mails.rig import NOW, ROUND, Rig

pytestmark = pytest.mark.postgres


def recipients(server: MailServer) -> list[str]:
    return sorted(str(mail["To"]) for mail in server.taken)


def test_everybody_with_an_address_gets_one_mail_with_their_own_link(rig: Rig, server: MailServer) -> None:
    for _ in range(3):
        rig.turn(after_s=10)
    assert recipients(server) == ['"Bilal, team Dok" <bilal@example.org>', "Anna Smit <anna@example.org>"]
    codes = {one.invitee.name: one.code for one in rig.invitations.of_round(ROUND)}
    for mail in server.taken:
        body = mail.get_content().replace("\r\n", "\n")
        code = next(code for name, code in codes.items() if name in str(mail["To"]))
        grouped = "-".join(code[place : place + 4] for place in range(0, 16, 4))
        assert f"https://ipp.example/feedback#{grouped}\n" in body
        assert body.count(grouped) == 2
    assert rig.states() == {"anna": MailState.SENT, "bilal": MailState.SENT, "letter": MailState.DROPPED}
    assert rig.sentence() == "no mail is overdue"


def test_a_mail_speaks_the_language_of_its_reader_and_names_the_hour_of_the_organisation(
    rig: Rig, server: MailServer
) -> None:
    rig.turn()
    by_name = {str(mail["To"]).split()[0]: mail for mail in server.taken}
    assert by_name["Anna"]["Subject"] == "Fenna de Vries asks you for feedback"
    assert "until Friday 4 December 2026 at 10:00" in by_name["Anna"].get_content()
    assert "vraagt je om feedback" in by_name['"Bilal,']["Subject"]
    assert "tot vrijdag 4 december 2026 om 10:00" in by_name['"Bilal,'].get_content()


def test_the_sender_is_one_mailbox_of_a_role_and_automatic_replies_are_asked_to_stay_away(
    rig: Rig, server: MailServer
) -> None:
    rig.turn()
    assert server.senders == {"feedback@kade.example"}
    for mail in server.taken:
        assert mail["From"] == mail["Reply-To"] == "IPP <feedback@kade.example>"
        assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-generated", "All")


def test_a_reminder_goes_to_everybody_with_the_same_link_and_says_that_nobody_knows(
    rig: Rig, server: MailServer
) -> None:
    rig.turn()
    first = {str(mail["To"]): mail.get_content() for mail in server.taken}
    server.taken.clear()
    rig.change(reminders=1)
    for _ in range(3):
        rig.turn(after_s=10)
    assert recipients(server) == sorted(first)
    for mail in server.taken:
        link = next(line for line in first[str(mail["To"])].splitlines() if line.startswith("https"))
        assert link in mail.get_content()
        assert "Niemand weet" in mail.get_content() or "Nobody knows" in mail.get_content()


def test_a_mail_server_that_is_down_is_a_state_and_loses_nothing(rig: Rig, server: MailServer) -> None:
    rig.settings = MailSettings(
        server=SmtpServer(host="127.0.0.1", port=free_port(), security="none"),
        sender="feedback@kade.example",
        sender_name="IPP",
        page="https://ipp.example",
    )
    rig.mailer = rig.new_mailer()
    rig.turn()
    assert rig.states()["anna"] is MailState.WAITING
    assert rig.sentence().startswith("mails wait: the mail server does not answer")
    rig.settings = MailSettings(
        server=server.server, sender="feedback@kade.example", sender_name="IPP", page="https://ipp.example"
    )
    rig.mailer = rig.new_mailer()
    rig.turn(after_s=AGAIN_S_MAX)
    assert len(server.taken) == 2
    assert rig.states()["anna"] is MailState.SENT


def test_an_address_that_the_server_refuses_is_told_apart_and_the_others_get_theirs(
    rig: Rig, server: MailServer
) -> None:
    server.refuse.add("anna@example.org")
    rig.turn()
    assert (rig.states()["anna"], rig.states()["bilal"]) == (MailState.REFUSED, MailState.SENT)
    rig.turn(after_s=AGAIN_S_MAX)
    assert recipients(server) == ['"Bilal, team Dok" <bilal@example.org>']


def test_a_server_that_says_later_is_asked_again(rig: Rig, server: MailServer) -> None:
    server.later = True
    rig.turn()
    assert (server.taken, rig.states()["bilal"]) == ([], MailState.WAITING)
    server.later = False
    rig.turn(after_s=AGAIN_S_MAX)
    assert len(server.taken) == 2


@pytest.mark.parametrize("why", ["full", "suspect"])
@pytest.mark.parametrize("name", ["anna", "bilal"])
def test_one_mail_that_is_not_taken_holds_up_no_other(
    rig: Rig, server: MailServer, name: str, why: str
) -> None:
    getattr(server, why).add(f"{name}@example.org")
    for _ in range(3):
        rig.turn(after_s=AGAIN_S_MAX)
    assert (rig.states().pop(name), len(server.taken)) == (MailState.WAITING, 1)
    assert rig.sentence().startswith("some mails wait: the mail server answered ")
    getattr(server, why).clear()
    rig.turn(after_s=AGAIN_S_MAX)
    assert len(server.taken) == 2


def test_after_a_lost_answer_a_mail_comes_once_more_under_the_same_id(rig: Rig, server: MailServer) -> None:
    server.silent = True
    rig.turn()
    for _ in range(6):
        rig.turn(after_s=SENDING_S_MAX)
    by_id = [str(mail["Message-ID"]) for mail in server.taken]
    assert sorted(map(by_id.count, set(by_id))) == [1, 2]


def test_a_mail_that_is_never_answered_is_repeated_once_only(rig: Rig, server: MailServer) -> None:
    for _ in range(8):
        server.silent = True
        rig.turn(after_s=SENDING_S_MAX + 1)
    ids = [str(mail["Message-ID"]) for mail in server.taken]
    assert sorted(map(ids.count, set(ids))) == [2, 2]
    assert {rig.states()["anna"], rig.states()["bilal"]} == {MailState.UNKNOWN}


def test_two_processes_never_send_the_same_mail(rig: Rig) -> None:
    rig.outbox.queue([Mail(invitation=derived_id("anna"), kind=MailKind.INVITATION)], now=NOW)
    first = rig.outbox.take(now=NOW, most=10)
    assert [due.mail.invitation for due in first] == [derived_id("anna")]
    assert rig.outbox.take(now=NOW, most=10) == []


def test_nobody_who_left_gets_a_mail(rig: Rig, server: MailServer) -> None:
    rig.here.clear()
    rig.turn()
    assert recipients(server) == ["Anna Smit <anna@example.org>"]
    assert rig.states()["bilal"] is MailState.DROPPED


def test_no_mail_leaves_for_a_round_that_is_over(rig: Rig, server: MailServer) -> None:
    server.later = True
    rig.turn()
    server.later = False
    rig.change(is_open=False)
    rig.turn(after_s=AGAIN_S_MAX)
    assert server.taken == []


def test_an_invitation_that_is_not_on_the_log_gets_no_mail(rig: Rig, server: MailServer) -> None:
    rig.change(invited=(derived_id("bilal"),))
    rig.turn()
    assert recipients(server) == ['"Bilal, team Dok" <bilal@example.org>']


def test_a_lost_key_is_told_to_everybody_who_was_asked(rig: Rig, server: MailServer) -> None:
    rig.turn()
    server.taken.clear()
    rig.change(is_open=False, key_lost_at=NOW)
    for _ in range(2):
        rig.turn(after_s=10)
    assert len(server.taken) == 2
    for mail in server.taken:
        assert "/feedback" not in mail.get_content()


def test_a_name_can_add_no_header(rig: Rig, server: MailServer) -> None:
    rig.change(subject_name="Fenna\r\nBcc: all@example.org")
    rig.turn()
    assert rig.states()["anna"] is MailState.SENT
    for mail in server.taken:
        assert mail["Bcc"] is None
        assert "Fenna Bcc: all@example.org" in mail["Subject"]


def test_while_the_views_are_being_made_the_mailer_waits_quietly_and_then_warns(
    rig: Rig, server: MailServer
) -> None:
    def no_table() -> list[RoundMails]:
        raise psycopg.errors.UndefinedTable

    rig.read_rounds = no_table
    with capture_logs() as logged:
        for _ in range(QUIET_FAILURES + 1):
            rig.turn()
        assert rig.sentence() == "mails can't be sent (UndefinedTable)"
        rig.read_rounds = lambda: [rig.round]
        rig.turn()
        rig.read_rounds = no_table
        rig.turn()
    assert [line["log_level"] for line in logged] == [*["info"] * QUIET_FAILURES, "warning", "info"]
    assert len(server.taken) == 2
