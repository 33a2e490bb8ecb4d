"""A team with two members on a real log, and what they may do."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from events.catalog.registry import Event
from events.codec import Recorded
from rules.commands import CommandResult
from rules.team.goal_offers import owner_of
from tests.services.house import NOW, House

TODAY = NOW.date().isoformat()
UNTIL = (NOW.date() + timedelta(days=20)).isoformat()
WORK = {"title": "Open dag", "text": "Wie doet mee?", "until": UNTIL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """Two members of a team that nobody else is in."""

    team: str
    me: House
    other: House

    def person(self, house: House) -> str:
        return house.vault.person_for(house.number) or ""

    def facts(self) -> list[Event]:
        """What is on the team's stream after its forming."""
        return [one.event for one in self.me.events(f"team-{self.team}")[1:]]

    def words(self) -> list[Recorded]:
        """What the first member wrote."""
        return self.me.events(f"teamwork-{self.person(self.me)}")


def accepted(result: CommandResult) -> str:
    assert result.outcome == "ACCEPTED", result
    return result.entity_id or ""


def codes(result: CommandResult) -> list[str]:
    return [refusal.code for refusal in result.refusals]


def offered(crew: Crew, **given: Any) -> str:
    return accepted(crew.me.owner("offerWork", teamId=crew.team, **{**WORK, **given}))


def goal_offered(crew: Crew, house: House, text: str = "Coach worden") -> str:
    """Let a member offer a new goal to the team, and return the offer's id."""
    goal = accepted(house.owner("setGoal", text=text))
    accepted(house.owner("offerGoalToTeam", goalId=goal, teamId=crew.team, offeredAs="Wie coacht mee?"))
    offer = getattr(house.portfolio()[-1].event, "offer", None)
    assert isinstance(offer, str)
    assert owner_of(offer) == house.vault.person_for(house.number)
    return offer
