"""Roles read from the log; after an unknown event, none can be read."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from eventsourcing.persistence import EventStore, StoredEvent

from events.catalog.units import UnitFormed
from events.codec import Recorded
from kit.errors import ForbiddenError
from rules.access.roles import DAYS_AFTER_LEAVING_DEFAULT, Role
from rules.commands import CommandResult
from services.handling.loading import StreamNotUnderstoodError
from services.handling.results import NothingAppliedError
from services.handling.roles import RoleReader
from tests.services.house import NOW, TALENT, House, found_in, furnish, opened

pytestmark = pytest.mark.postgres
ADMINISTRATOR = ("administrator", Role.ADMINISTRATOR)


def reader_of(house: House) -> RoleReader:
    store: EventStore[str] = EventStore(house.mapper, house.log.recorders[0])
    return RoleReader(store, house.calendar)


def of_a_newer_program(house: House) -> None:
    """Append an event to the policy stream that this program does not know."""
    organisation = house.vault.organisation()
    stream = f"policy-{organisation}"
    version = house.events(stream)[-1].version + 1
    event = UnitFormed(unit="u" * 32, name="x", parent=None)
    known = house.mapper.to_stored_event(
        Recorded(stream=stream, version=version, event=event, at=NOW, by="x")
    )
    newer = StoredEvent(stream, version, "policy.role-suspended.v1", known.state)
    house.log.recorders[0].append([newer])


def test_behind_a_policy_event_that_is_not_known_nobody_holds_a_role(database: str) -> None:
    with opened(database) as house, house.log.folding():
        found_in(house)
        organisation, person = house.vault.organisation(), house.vault.person_for("administrator")
        assert organisation is not None
        assert person is not None
        roles = reader_of(house)
        assert roles.held(person, organisation=organisation).roles == {Role.ADMINISTRATOR}
        of_a_newer_program(house)
        for reader in (roles, reader_of(house)):
            with pytest.raises(StreamNotUnderstoodError):
                reader.held(person, organisation=organisation)
        with pytest.raises(NothingAppliedError):
            house.ask(*ADMINISTRATOR, "grantRole", role="AUDITOR", subject="someone")
        with pytest.raises(NothingAppliedError):
            house.handler.result_of(caller=house.caller(*ADMINISTRATOR), command_id=str(uuid4()))


def test_behind_an_event_of_someones_employment_that_is_not_known_nobody_works_here(database: str) -> None:
    with opened(database) as house, house.log.folding():
        furnish(house)
        person = house.vault.person_for(house.number)
        roles = reader_of(house)
        assert person is not None
        assert roles.works_here(person)
        stream = f"employment-{person}"
        event = UnitFormed(unit="u" * 32, name="x", parent=None)
        stored = house.mapper.to_stored_event(Recorded(stream=stream, version=2, event=event, at=NOW, by="x"))
        house.log.recorders[0].append([stored])
        with pytest.raises(StreamNotUnderstoodError):
            roles.works_here(person)
        with pytest.raises(NothingAppliedError):
            house.owner("claimTalent", **TALENT)


def test_who_left_keeps_the_portfolio_for_as_long_as_the_policy_says(database: str) -> None:
    with opened(database) as house, house.log.folding():
        furnish(house)
        gone = house.feed("recordEmploymentEnded", employeeNumber=house.number, on=NOW.date().isoformat())
        assert gone.outcome == "ACCEPTED"
        house.clock.advance(timedelta(days=DAYS_AFTER_LEAVING_DEFAULT))
        assert house.owner("claimTalent", **TALENT).outcome == "ACCEPTED"
        house.clock.advance(timedelta(days=1))
        with pytest.raises(ForbiddenError):
            house.owner("claimTalent", **{**TALENT, "name": {"ownWords": "Luisteren"}})
        terms: dict[str, Any] = {
            "releaseEveryDays": 90,
            "sharingDaysMax": 365,
            "portfolioDaysAfterLeaving": 200,
        }
        adopted = house.ask(*ADMINISTRATOR, "adoptPolicy", floors={}, **terms)
        assert adopted.outcome == "ACCEPTED", adopted
        assert (
            house.owner("claimTalent", **{**TALENT, "name": {"ownWords": "Luisteren"}}).outcome == "ACCEPTED"
        )


def test_a_role_withdrawn_is_held_no_more_at_once(database: str) -> None:
    with opened(database) as house, house.log.folding():
        furnish(house)
        granted = house.ask(*ADMINISTRATOR, "grantRole", role="HR_FEED", subject="other")
        assert house.ask("other", Role.HR_FEED, "closeTeam", teamKey="nowhere").outcome == "REFUSED"
        withdrawn = house.ask(*ADMINISTRATOR, "withdrawRole", roleGrantId=granted.entity_id)
        assert withdrawn.outcome == "ACCEPTED"
        with pytest.raises(ForbiddenError):
            house.ask("other", Role.HR_FEED, "closeTeam", teamKey="kade")


def test_an_administrator_who_left_grants_nothing_also_after_a_return(database: str) -> None:
    with opened(database) as house, house.log.folding():
        furnish(house)
        other = {"employeeNumber": "second", "name": "Iris Koster", "email": "iris@example.org"}
        assert house.feed("registerProfessional", **other).outcome == "ACCEPTED"
        grant: dict[str, Any] = {"role": "ADMINISTRATOR", "subject": "second"}
        assert house.ask(*ADMINISTRATOR, "grantRole", **grant).outcome == "ACCEPTED"

        def grants(subject: str) -> CommandResult:
            return house.ask("second", Role.ADMINISTRATOR, "grantRole", role="HR", subject=subject)

        assert grants("first").outcome == "ACCEPTED"
        house.feed("recordEmploymentEnded", employeeNumber="second", on="2020-01-01")
        with pytest.raises(ForbiddenError):
            grants("other")
        again = house.ask(*ADMINISTRATOR, "grantRole", **grant)
        assert [refusal.code for refusal in again.refusals] == ["WRONG_STATE"]
        house.clock.advance(timedelta(days=1))
        house.feed("registerProfessional", **other)
        with pytest.raises(ForbiddenError):
            grants("other")
        assert house.ask(*ADMINISTRATOR, "grantRole", **grant).outcome == "ACCEPTED"
        assert grants("other").outcome == "ACCEPTED"


def test_an_external_keeps_the_roles_granted(database: str) -> None:
    with opened(database) as house, house.log.folding():
        furnish(house)
        house.clock.advance(timedelta(days=3_000))
        assert house.ask(*ADMINISTRATOR, "grantRole", role="HR", subject="x").outcome == "ACCEPTED"


def test_who_left_proposes_no_words(database: str) -> None:
    words = {"label": {"nl": "Doorvragen", "en": "Asking on"}, "clusterId": "calm"}
    with opened(database) as house, house.log.folding():
        furnish(house)
        house.feed("recordEmploymentEnded", employeeNumber=house.number, on=NOW.date().isoformat())
        refused = house.owner("proposeTerm", **words)
        assert [refusal.code for refusal in refused.refusals] == ["WRONG_STATE"]
        house.feed("registerProfessional", employeeNumber=house.number, name="Fenna", email="f@example.org")
        assert house.owner("proposeTerm", **words).outcome == "ACCEPTED"


def test_a_leaving_that_is_recorded_late_leaves_as_many_days(database: str) -> None:
    with opened(database) as house, house.log.folding():
        furnish(house)
        house.feed("recordEmploymentEnded", employeeNumber=house.number, on="2020-01-01")
        house.clock.advance(timedelta(days=DAYS_AFTER_LEAVING_DEFAULT))
        assert house.owner("claimTalent", **TALENT).outcome == "ACCEPTED"
        house.clock.advance(timedelta(days=1))
        with pytest.raises(ForbiddenError):
            house.owner("claimTalent", **TALENT)
