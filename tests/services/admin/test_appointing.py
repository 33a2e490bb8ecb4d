"""Appointing an administrator: on the server's command line, when nobody is one any more."""

from collections.abc import Iterator
from typing import Any

import pytest

from rules.access.roles import Role
from services.admin.appointing import Appointed, NotAppointedError, appoint_administrator
from tests.services.house import House, found_in, opened

pytestmark = pytest.mark.postgres


@pytest.fixture
def house(database: str) -> Iterator[House]:
    with opened(database) as house, house.log.folding():
        yield house


def appoint(house: House, administrator: str) -> Appointed:
    return appoint_administrator(
        recorder=house.log.recorders[0],
        vault=house.vault,
        mapper=house.mapper,
        calendar=house.calendar,
        administrator=administrator,
    )


def the_last_administrator_leaves(house: House) -> None:
    """The first administrator was registered as a professional, and leaves."""
    granted = house.ask("administrator", Role.ADMINISTRATOR, "grantRole", role="HR_FEED", subject="feed")
    assert granted.outcome == "ACCEPTED"
    granted = house.ask("administrator", Role.ADMINISTRATOR, "grantRole", role="AUDITOR", subject="auditor")
    assert granted.outcome == "ACCEPTED"
    number: dict[str, Any] = {"employeeNumber": "administrator"}
    facts: dict[str, Any] = {"name": "Ann", "email": "ann@mee.example"}
    registered = house.ask("feed", Role.HR_FEED, "registerProfessional", **number, **facts)
    assert registered.outcome == "ACCEPTED"
    leaving = {**number, "on": house.calendar.today().isoformat()}
    unconfirmed = house.ask("feed", Role.HR_FEED, "recordEmploymentEnded", **leaving)
    assert [refusal.code for refusal in unconfirmed.refusals] == ["CONFIRMATION_NEEDED"]
    confirmed = house.ask("feed", Role.HR_FEED, "recordEmploymentEnded", **leaving, confirmed=True)
    assert confirmed.outcome == "ACCEPTED"


def test_when_the_last_administrator_left_another_is_appointed_who_grants_again(house: House) -> None:
    found_in(house)
    the_last_administrator_leaves(house)
    appointed = appoint(house, "bo")
    assert appointed.administrator == house.vault.person_for("bo")
    granted = house.ask("bo", Role.ADMINISTRATOR, "grantRole", role="HR", subject="hr")
    assert granted.outcome == "ACCEPTED"


def test_while_somebody_is_one_nobody_is_appointed(house: House) -> None:
    with pytest.raises(NotAppointedError, match="not founded"):
        appoint(house, "bo")
    found_in(house)
    with pytest.raises(NotAppointedError, match="already"):
        appoint(house, "bo")


def test_an_auditor_is_not_appointed_nor_somebody_without_a_name(house: House) -> None:
    found_in(house)
    the_last_administrator_leaves(house)
    with pytest.raises(NotAppointedError, match="AUDITOR"):
        appoint(house, "auditor")
    with pytest.raises(NotAppointedError, match="claim"):
        appoint(house, " ")
