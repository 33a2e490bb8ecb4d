"""When somebody leaves a team or the organisation, everything they shared with it ends."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from events.catalog.portfolio.goals import GoalOfferTakenBack
from events.catalog.portfolio.sharing import ItemSharingEnded
from events.log.outcomes import Accepted
from kit.ids import derived_id
from rules.access.roles import Role
from rules.commands import CommandResult
from services.handling.handler import CommandHandler
from tests.backends.postgres import fresh_database
from tests.services.house import NOW, TALENT, House, furnish, opened, with_owner

pytestmark = pytest.mark.postgres
UNTIL = (NOW.date() + timedelta(days=30)).isoformat()
HR = "feed", Role.HR_FEED


@pytest.fixture(scope="module")
def house(postgres_url: str) -> Iterator[House]:
    with fresh_database(postgres_url) as url, opened(url) as house, house.log.folding():
        furnish(house)
        yield house


class Owner:
    """A professional in team Kade, with a talent and a goal."""

    def __init__(self, house: House) -> None:
        self.house = with_owner(house, f"leaver {uuid4().hex}")
        self.team = derived_id(house.vault.organisation() or "", "team", "kade")
        self.joins()
        self.talent = accepted(self.house.owner("claimTalent", **TALENT))
        self.goal = accepted(self.house.owner("setGoal", text="Coachen"))

    def joins(self) -> None:
        accepted(self.house.feed("recordTeamJoined", **self.membership))

    @property
    def membership(self) -> dict[str, Any]:
        return {"employeeNumber": self.house.number, "teamKey": "kade", "on": "2026-11-01"}

    @property
    def sharing(self) -> dict[str, Any]:
        return {"itemId": self.talent, "with": {"teamId": self.team}, "until": UNTIL}

    @property
    def offer(self) -> dict[str, str]:
        return {"goalId": self.goal, "teamId": self.team, "offeredAs": "Wie coacht mee?"}

    def shares(self, handler: CommandHandler | None = None) -> CommandResult:
        return self.house.ask(
            self.house.number, Role.PROFESSIONAL, "shareItem", handler=handler, **self.sharing
        )

    def leaves(self, handler: CommandHandler | None = None) -> CommandResult:
        return self.house.ask(*HR, "recordTeamLeft", handler=handler, **self.membership)

    def last(self, count: int) -> list[Any]:
        return [recorded.event for recorded in self.house.portfolio()[-count:]]


def accepted(result: CommandResult) -> str:
    assert result.outcome == "ACCEPTED", result
    return result.entity_id or ""


def codes(result: CommandResult) -> list[str]:
    return [refusal.code for refusal in result.refusals]


def when_it_is_sent(house: House, meanwhile: Callable[[], object]) -> CommandHandler:
    """A process in which something else happens between its first decision and the log."""
    recorder = house.log.recorder()
    append, waiting = recorder.append, [meanwhile]

    def later(*given: Any, **named: Any) -> Accepted:
        with suppress(IndexError):
            waiting.pop()()
        return append(*given, **named)

    recorder.append = later  # type: ignore[method-assign]
    return CommandHandler(recorder=recorder, vault=house.vault, mapper=house.mapper, calendar=house.calendar)


def test_what_the_team_saw_ends_with_the_membership_and_stays_ended_on_return(house: House) -> None:
    owner = Owner(house)
    sharing = accepted(owner.shares())
    accepted(owner.house.owner("offerGoalToTeam", **owner.offer))
    left = owner.leaves()
    assert (left.outcome, left.version) == ("ACCEPTED", 3)
    assert owner.last(2) == [
        ItemSharingEnded(sharing=sharing, reason="team_left"),
        GoalOfferTakenBack(goal=owner.goal, reason="team_left"),
    ]
    owner.joins()
    assert codes(owner.house.owner("endItemSharing", sharingId=sharing)) == ["ALREADY_SO"]
    accepted(owner.shares())
    accepted(owner.house.owner("offerGoalToTeam", **owner.offer))


def test_what_everybody_saw_ends_with_the_employment_and_stays_ended_on_return(house: House) -> None:
    owner = Owner(house)
    colleague = with_owner(house, f"colleague {uuid4().hex}")
    person = house.vault.person_for(colleague.number)
    by_name = accepted(owner.house.owner("shareItem", **{**owner.sharing, "with": {"people": [person]}}))
    to_all = accepted(owner.house.owner("shareItem", **{**owner.sharing, "with": {"organisation": True}}))
    number = owner.house.number
    accepted(house.feed("recordEmploymentEnded", employeeNumber=number, on="2026-11-02"))
    accepted(house.feed("registerProfessional", employeeNumber=number, name="Fenna", email="f@example.org"))
    assert owner.last(2) == [
        ItemSharingEnded(sharing=by_name, reason="employment_ended"),
        ItemSharingEnded(sharing=to_all, reason="employment_ended"),
    ]


def test_nothing_is_shared_with_a_team_that_is_left_at_that_moment(house: House) -> None:
    owner = Owner(house)
    shared = owner.shares(when_it_is_sent(house, owner.leaves))
    assert codes(shared) == ["NOT_FOUND"]
    assert not [event for event in owner.last(5) if isinstance(event, ItemSharingEnded)]


def test_what_is_shared_at_the_moment_of_leaving_ends_with_it(house: House) -> None:
    owner = Owner(house)
    accepted(owner.leaves(when_it_is_sent(house, owner.shares)))
    assert [type(event) for event in owner.last(1)] == [ItemSharingEnded]
