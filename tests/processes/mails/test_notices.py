"""Notices to colleagues, from real views and a real vault to a real SMTP server: once, in their language."""

from datetime import date, timedelta

import pytest

from events.catalog.employment import EmploymentEnded, TeamLeft
from events.catalog.policy import RoleGranted, RoleWithdrawn
from events.catalog.portfolio.sharing import ItemShared, ItemSharingEnded
from events.catalog.registry import Event
from events.catalog.releases import CapabilityReleased, ReleaseCutOff, ReleaseHeld
from events.catalog.team import WorkOffered, WorkOfferEnded, WorkTakenUp, WorkVolunteeredFor
from events.privacy.mail_queue import SENDING_S_MAX, MailState
from events.privacy.notices import NOTICES_KEPT_DAYS, Notice, NoticeKind
from processes.mails.notice_views import RELEASE_DAYS, SHARING_DAYS
from processes.mails.sending import AGAIN_S_MAX
from rules.kinds import Audience, ItemKind
from rules.releases.model import Held, ReleaseFloors
from tests.processes.mails.mail_server import MailServer
from tests.processes.mails.notices_rig import (
    BO,
    CAS,
    FENNA,
    KADE,
    NOW,
    OFFER,
    ORGANISATION,
    SHARING,
    TODAY,
    Notices,
    mails,
)

pytestmark = pytest.mark.postgres


def shared(until: date, *people: str, team: str | None = None, sharing: str = SHARING) -> ItemShared:
    audience: Audience = "people" if people else "team" if team else "organisation"
    return ItemShared(
        sharing=sharing,
        item="4" * 32,
        kind=ItemKind.TALENT,
        audience=audience,
        people=people,
        team=team,
        until=until,
    )


SOON = TODAY + timedelta(days=SHARING_DAYS)


def test_an_owner_is_asked_once_thirty_days_before_a_sharing_ends(
    notices: Notices, server: MailServer
) -> None:
    notices.of(FENNA, "portfolio", shared(SOON + timedelta(days=1), notices.people[BO], notices.people[CAS]))
    notices.turn()
    assert server.taken == []
    for _ in range(3):
        notices.turn(timedelta(days=1))
    ((to, title, words),) = mails(server)
    assert to == "Fenna de Vries <fenna@kade.example>"
    assert title == "Je deelt een talent tot en met vrijdag 25 december 2026"
    assert "met Bo Aerts, Cas Bos, tot en met vrijdag 25 december 2026" in words
    assert "https://ipp.example\n" in words.replace("\r\n", "\n")
    assert words.split()[-1] == "https://ipp.example/about/privacy-for-staff#in-het-nederlands"
    assert notices.states() == {(FENNA, NoticeKind.SHARING_ENDS): MailState.SENT}


@pytest.mark.parametrize(("team", "audience"), [(KADE, "Team Kade"), (None, "everybody who works here")])
def test_a_mail_names_the_team_or_everybody_in_the_language_of_its_reader(
    notices: Notices, server: MailServer, team: str | None, audience: str
) -> None:
    notices.of(BO, "portfolio", shared(SOON, team=team))
    notices.turn()
    ((_, title, words),) = mails(server)
    assert title == "You share a talent until Thursday 24 December 2026"
    assert f"You share a talent with {audience}, through Thursday 24 December 2026" in words


def test_a_sharing_that_ended_meanwhile_or_was_short_from_the_start_is_not_asked_about(
    notices: Notices, server: MailServer
) -> None:
    notices.happened(f"portfolio-{notices.people[FENNA]}", shared(TODAY + timedelta(days=10)), at=NOW)
    notices.of(
        BO, "portfolio", shared(SOON, sharing="5" * 32), ItemSharingEnded(sharing="5" * 32, reason="owner")
    )
    server.later = True
    notices.of(CAS, "portfolio", shared(SOON, sharing="6" * 32))
    notices.turn()
    notices.of(CAS, "portfolio", ItemSharingEnded(sharing="6" * 32, reason="owner"))
    server.later = False
    notices.turn(timedelta(seconds=AGAIN_S_MAX))
    assert server.taken == []
    assert notices.states() == {(CAS, NoticeKind.SHARING_ENDS): MailState.DROPPED}


def offered(*events: Event) -> tuple[Event, ...]:
    return WorkOffered(offer=OFFER, by="0" * 32, seen=9, until=TODAY), *events


def test_every_volunteer_hears_that_work_was_taken_up(notices: Notices, server: MailServer) -> None:
    volunteers = [
        WorkVolunteeredFor(offer=OFFER, by=notices.people[name], seen=9) for name in (FENNA, BO, CAS)
    ]
    taken = WorkTakenUp(offer=OFFER, by=notices.people[CAS], seen=9)
    notices.happened(f"team-{KADE}", *offered(*volunteers, taken), at=NOW)
    for _ in range(2):
        notices.turn()
    (_, english, _), (_, dutch, words) = mails(server)
    assert (english, dutch) == ("Work in Team Kade was taken up", "Werk in Team Kade is opgepakt")
    assert "op dinsdag 24 november 2026 opgepakt" in words
    assert "Cas" not in words, "who does it, the team's page says"


def test_every_volunteer_hears_that_work_lapsed_and_who_left_hears_nothing(
    notices: Notices, server: MailServer
) -> None:
    volunteers = [WorkVolunteeredFor(offer=OFFER, by=notices.people[name], seen=9) for name in (FENNA, BO)]
    ended = WorkOfferEnded(offer=OFFER, reason="day")
    notices.happened(f"team-{KADE}", *offered(*volunteers, ended), at=NOW)
    notices.of(BO, "employment", TeamLeft(team=KADE, on=TODAY), EmploymentEnded(on=TODAY))
    notices.turn()
    assert [(to, title) for to, title, _ in mails(server)] == [
        ("Fenna de Vries <fenna@kade.example>", "Werk in Team Kade is vervallen")
    ]


def released(on: date, *, held: bool = False) -> tuple[Event, ...]:
    floors = ReleaseFloors(organisation=5, energy=10, change=5)
    cut = ReleaseCutOff(epoch=1, on=on, policy="p", positions=(1,), floors=floors, layout_epoch=1)
    return cut, ReleaseHeld(epoch=1, reason=Held.TOO_FEW) if held else CapabilityReleased(epoch=1)


@pytest.mark.parametrize(
    ("held", "title"),
    [
        (False, "The capability release of Tuesday 24 November 2026 is out"),
        (True, "The capability release of Tuesday 24 November 2026 shows nothing new"),
    ],
)
def test_who_holds_the_role_hr_hears_of_a_release_on_its_day_without_any_figure(
    notices: Notices, server: MailServer, title: str, *, held: bool
) -> None:
    for number, (name, role) in enumerate(((BO, "HR"), (CAS, "BOARD"), (FENNA, "HR"))):
        grant = RoleGranted(grant=f"{number}" * 32, person=notices.people[name], role=role)
        notices.happened(f"policy-{ORGANISATION}", grant)
    notices.happened(f"policy-{ORGANISATION}", RoleWithdrawn(grant="2" * 32))
    notices.happened(f"release-{ORGANISATION}", *released(TODAY, held=held))
    for _ in range(3):
        notices.turn()
    ((to, subject, words),) = mails(server)
    assert (to, subject) == ("Bo Aerts <bo@kade.example>", title)
    assert "https://ipp.example" in words
    digits = words.replace("24 November 2026", "")
    assert not any(sign.isdigit() for sign in digits)


def test_an_old_release_is_no_news(notices: Notices, server: MailServer) -> None:
    grant = RoleGranted(grant="7" * 32, person=notices.people[BO], role="HR")
    notices.happened(f"policy-{ORGANISATION}", grant)
    notices.happened(f"release-{ORGANISATION}", *released(TODAY - timedelta(days=RELEASE_DAYS + 1)))
    notices.turn()
    assert (server.taken, notices.states()) == ([], {})


def test_nothing_goes_to_who_left_or_was_forgotten(notices: Notices, server: MailServer) -> None:
    for name in (FENNA, BO, CAS):
        notices.of(name, "portfolio", shared(SOON, sharing=notices.people[name]))
    server.later = True
    notices.turn()
    server.later = False
    notices.of(FENNA, "employment", EmploymentEnded(on=TODAY))
    notices.vault.destroy(notices.people[BO])
    notices.turn(timedelta(seconds=AGAIN_S_MAX))
    assert [to for to, _, _ in mails(server)] == ["Cas Bos <cas@kade.example>"]
    assert notices.states() == {
        (FENNA, NoticeKind.SHARING_ENDS): MailState.DROPPED,
        (CAS, NoticeKind.SHARING_ENDS): MailState.SENT,
    }


def test_a_lost_answer_repeats_a_notice_once_under_the_same_id_and_two_processes_send_one(
    notices: Notices, server: MailServer
) -> None:
    notices.of(FENNA, "portfolio", shared(SOON))
    server.silent = True
    notices.turn()
    other = notices.new_mailer()
    for _ in range(4):
        notices.turn(timedelta(seconds=SENDING_S_MAX + 1))
        other.turn()
    ids = [str(mail["Message-ID"]) for mail in server.taken]
    assert (len(ids), len(set(ids))) == (2, 1)
    assert server.senders == {"ipp@kade.example"}


def test_a_notice_is_remembered_long_enough_and_then_deleted(notices: Notices, server: MailServer) -> None:
    notices.of(FENNA, "portfolio", shared(SOON))
    for _ in range(SHARING_DAYS + 2):
        notices.turn(timedelta(days=1))
    assert (len(server.taken), len(notices.outbox.mails())) == (1, 1)
    notices.turn(timedelta(days=NOTICES_KEPT_DAYS))
    assert notices.outbox.mails() == []


def test_nothing_is_queued_for_who_is_not_known(notices: Notices) -> None:
    notice = Notice(person="9" * 32, kind=NoticeKind.RELEASE_OUT, thing="1")
    assert notices.outbox.queue([notice], now=NOW) == 0
