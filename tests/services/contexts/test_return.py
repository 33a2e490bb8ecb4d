"""An employee number that comes back opens nothing of its former holder, unless HR confirms who it is."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from events.catalog.employment import ProfessionalRegistered
from events.catalog.portfolio.talents import TalentClaimed
from kit.errors import ForbiddenError
from rules.access.roles import Role
from rules.commands import CommandResult
from services.handling.registry import read_command
from tests.backends.postgres import fresh_database
from tests.services.house import TALENT, House, furnish, opened, with_owner

pytestmark = pytest.mark.postgres
ANOTHER = {"name": "Joris Smit", "email": "joris@example.org"}


@pytest.fixture(scope="module")
def furnished(postgres_url: str) -> Iterator[House]:
    with fresh_database(postgres_url) as url, opened(url) as house, house.log.folding():
        furnish(house)
        yield house


@pytest.fixture
def house(furnished: House) -> House:
    """Fenna, who has a talent in her portfolio, has left."""
    house = with_owner(furnished, uuid4().hex)
    assert house.owner("claimTalent", **TALENT).outcome == "ACCEPTED"
    left = house.feed("recordEmploymentEnded", employeeNumber=house.number, on="2026-11-01")
    assert left.outcome == "ACCEPTED"
    return house


def back(house: House, **given: Any) -> CommandResult:
    return house.feed("registerProfessional", employeeNumber=house.number, **{**ANOTHER, **given})


def codes(result: CommandResult) -> list[str]:
    return [refusal.code for refusal in result.refusals]


def person_of(house: House) -> str:
    return house.vault.person_for(house.number) or ""


def test_until_hr_confirms_who_it_is_nobody_is_registered(house: House) -> None:
    former = person_of(house)
    before = len(house.events(f"employment-{former}"))
    for result in (back(house), back(house)):
        assert (result.outcome, codes(result)) == ("REFUSED", ["CONFIRMATION_NEEDED"])
    assert person_of(house) == former
    assert len(house.events(f"employment-{former}")) == before
    joined = house.feed("recordTeamJoined", employeeNumber=house.number, teamKey="kade", on="2026-11-01")
    assert codes(joined) == ["WRONG_STATE"]


def test_the_same_person_has_the_portfolio_again(house: House) -> None:
    former = person_of(house)
    result = back(house, returning="SAME_PERSON")
    assert (result.outcome, result.entity_id) == ("ACCEPTED", former)
    assert person_of(house) == former
    assert isinstance(house.portfolio()[-1].event, TalentClaimed)
    assert house.owner("setGoal", text="Coachen").outcome == "ACCEPTED"


def test_another_person_begins_with_nothing_and_the_former_one_keeps_everything(house: House) -> None:
    former = person_of(house)
    portfolio = house.portfolio()
    command_id = str(uuid4())
    result = back(house, command_id=command_id, returning="NEW_PERSON")
    assert result.outcome == "ACCEPTED", result
    new = person_of(house)
    assert new != former
    assert (result.entity_id, result.version) == (new, 1)
    registered = [recorded.event for recorded in house.events(f"employment-{new}")]
    assert registered == [ProfessionalRegistered(**ANOTHER)]
    assert house.portfolio() == []
    assert house.owner("claimTalent", **TALENT).outcome == "REFUSED", "no portfolio is open"
    assert house.owner("openPortfolio", language="NL").outcome == "ACCEPTED"
    assert house.events(f"portfolio-{former}") == portfolio, "under the former person's own key"
    assert back(house, command_id=command_id, returning="NEW_PERSON") == result
    assert codes(back(house, returning="NEW_PERSON")) == ["ALREADY_SO"]


def test_a_number_replaced_by_a_process_that_then_stopped_is_registered_by_a_retry(house: House) -> None:
    former = person_of(house)
    new = house.vault.replace_person(house.number, former=former)
    with pytest.raises(ForbiddenError):
        house.owner("claimTalent", **TALENT)
    result = back(house, returning="NEW_PERSON")
    assert (result.outcome, result.entity_id) == ("ACCEPTED", new)


def test_nobody_is_replaced_who_works_here(house: House) -> None:
    assert back(house, returning="SAME_PERSON").outcome == "ACCEPTED"
    person = person_of(house)
    third = back(house, name="Noor", email="noor@example.org", returning="NEW_PERSON")
    assert codes(third) == ["WRONG_STATE"]
    assert person_of(house) == person


def test_another_person_with_a_version_of_the_former_one_is_refused(house: House) -> None:
    former = person_of(house)
    version = house.events(f"employment-{former}")[-1].version
    result = back(house, expected_version=version, returning="NEW_PERSON")
    assert codes(result) == ["CHANGED_MEANWHILE"]
    assert person_of(house) == former


def test_roles_of_the_former_holder_are_not_those_of_the_new_one(furnished: House) -> None:
    house = with_owner(furnished, uuid4().hex)
    granting = ("administrator", Role.ADMINISTRATOR, "grantRole")
    granted = house.ask(*granting, role="HR_FEED", subject=house.number)
    assert granted.outcome == "ACCEPTED"
    house.feed("recordEmploymentEnded", employeeNumber=house.number, on="2026-11-01")
    assert back(house, returning="NEW_PERSON").outcome == "ACCEPTED"
    with pytest.raises(ForbiddenError):
        house.ask(house.number, Role.HR_FEED, "closeTeam", teamKey="nowhere")


def comes_in(house: House) -> str | None:
    """The person whom a token with the number names."""
    return house.vault.caller_for(house.number)


def test_nobody_comes_in_by_a_number_that_is_given_out_again_until_hr_says_who_has_it(house: House) -> None:
    former = person_of(house)
    assert comes_in(house) == former, "for the days that the policy leaves"
    assert codes(back(house)) == ["CONFIRMATION_NEEDED"]
    assert comes_in(house) is None
    assert person_of(house) == former, "HR's commands still find the number"
    assert back(house, returning="SAME_PERSON").outcome == "ACCEPTED"
    assert comes_in(house) == former


def test_the_new_holder_of_a_number_comes_in_by_it_once_hr_has_said_so(house: House) -> None:
    former = person_of(house)
    assert codes(back(house)) == ["CONFIRMATION_NEEDED"]
    assert back(house, returning="NEW_PERSON").outcome == "ACCEPTED"
    assert comes_in(house) == person_of(house) != former


def test_a_number_stays_in_no_doubt_when_its_process_stops_after_the_registration(house: House) -> None:
    former = person_of(house)
    assert back(house, returning="SAME_PERSON").outcome == "ACCEPTED"
    house.vault.doubt(house.number, person=former)
    assert codes(back(house, returning="SAME_PERSON")) == ["ALREADY_SO"]
    assert comes_in(house) == former


def test_what_looks_like_the_same_person_puts_no_number_in_doubt(house: House) -> None:
    assert back(house, name="Fenna").outcome == "ACCEPTED"
    assert comes_in(house) == person_of(house)


def test_a_dry_run_puts_no_number_in_doubt(house: House) -> None:
    command = read_command("registerProfessional", {"employeeNumber": house.number, **ANOTHER})
    rehearse = house.handler.rehearsal(house.caller("feed", Role.HR_FEED))
    assert codes(rehearse(command, str(uuid4()))) == ["CONFIRMATION_NEEDED"]
    assert comes_in(house) == person_of(house)


def test_a_number_given_out_while_its_holder_works_here_waits_too_and_locks_nobody_out(
    furnished: House,
) -> None:
    house = with_owner(furnished, uuid4().hex)
    holder = person_of(house)
    result = back(house)
    assert codes(result) == ["CONFIRMATION_NEEDED"]
    assert "works here" in result.refusals[0].en
    assert comes_in(house) == holder
    assert codes(back(house, returning="NEW_PERSON")) == ["WRONG_STATE"]
    assert back(house, returning="SAME_PERSON").outcome == "ACCEPTED"


def test_a_sharing_of_before_a_leaving_does_not_keep_a_new_one_away(furnished: House) -> None:
    other, owner = with_owner(furnished, uuid4().hex), with_owner(furnished, uuid4().hex)
    colleague = person_of(other)
    talent = owner.owner("claimTalent", **TALENT).entity_id
    until = (other.calendar.today() + timedelta(days=30)).isoformat()

    def share() -> CommandResult:
        return owner.owner("shareItem", itemId=talent, until=until, **{"with": {"people": [colleague]}})

    first = share()
    assert first.outcome == "ACCEPTED"
    assert codes(share()) == ["ALREADY_SO"]
    other.feed("recordEmploymentEnded", employeeNumber=other.number, on="2026-11-01")
    assert codes(share()) == ["NOT_FOUND"], "who has left gets nothing"
    other.clock.advance(timedelta(seconds=1))
    assert back(other, returning="SAME_PERSON").outcome == "ACCEPTED"
    again = share()
    assert again.outcome == "ACCEPTED"
    assert again.entity_id != first.entity_id
    assert codes(share()) == ["ALREADY_SO"]
