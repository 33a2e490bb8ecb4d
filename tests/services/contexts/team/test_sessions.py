"""Sessions of a team: what it agreed when it talked."""

from datetime import timedelta

from msgspec.structs import replace

from events.catalog.team import TeamClosed, TeamSessionHeld
from services.contexts.team.sessions.commands import AGREEMENTS_MAX, RecordTeamSession
from tests.services.contexts.team.members import ME, NO_MEMBER, TEAM, TEAM_FORMED
from tests.spec import NEW, SENDER, TODAY, given

RECORD = RecordTeamSession(team_id=TEAM, held_on=TODAY, agreements=("Buiten", "Fenna belt"))


def test_a_member_records_what_the_team_agreed() -> None:
    held = TeamSessionHeld(session=NEW, by=SENDER, held_on=TODAY)
    given(TEAM_FORMED).when(RECORD, ME).then(held)
    given(TEAM_FORMED).when(RECORD, NO_MEMBER).refused("NOT_FOUND", fields=[""])
    given(TEAM_FORMED, TeamClosed()).when(RECORD, ME).refused("WRONG_STATE")


def test_a_session_was_held_already() -> None:
    tomorrow = replace(RECORD, held_on=TODAY + timedelta(days=1))
    given(TEAM_FORMED).when(tomorrow, ME).refused("INVALID_INPUT", fields=["heldOn"])


def test_something_was_agreed_and_not_too_much() -> None:
    for agreements in ((), ("Iets",) * (AGREEMENTS_MAX + 1)):
        (refusal,) = replace(RECORD, agreements=agreements).refusals()
        assert (refusal.code, refusal.field) == ("INVALID_INPUT", ("agreements",))
    (refusal,) = replace(RECORD, agreements=("Iets", " ")).refusals()
    assert refusal.field == ("agreements", "1")
