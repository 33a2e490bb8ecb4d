"""What the demo's teams do together: joint goals, work, conversations, and how they began."""

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import islice
from typing import Any, Final

from deploy.demo import people, team_words
from deploy.demo.at_once import at_once
from deploy.demo.client import DayClock, DemoClient, DemoServices
from deploy.demo.people import Someone
from deploy.demo.progress import OnProgress
from kit.ids import derived_id
from rules.access.roles import Role

BEGAN_DAYS_AGO: Final = 50
"""When the first teams began; what they do together happens after that."""
LAPSES_DAYS_AGO: Final = 10
"""The last day of work that nobody took up."""
OPEN_DAYS: Final = 45
"""How long the work that is still on offer stays so after the demo's first start."""
FRONT_TEAMS: Final = ("kade", "polder", "dok", "gezin")
"""The teams with a front runner; the last of them paused."""


def seed_teams(
    services: DemoServices,
    everyone: Sequence[Someone],
    *,
    terms: Mapping[str, str],
    last_day: date,
    on_progress: OnProgress,
) -> None:
    """
    Let the teams do what they do together, as far as that was not done. Raises SeedingError.

    `terms` are the ids of the shared terms by their Dutch label.
    """
    client = DemoClient(services, DayClock(last_day - timedelta(days=BEGAN_DAYS_AGO)))
    members = {key: [someone for someone in everyone if someone.team == key] for key, _, _ in people.TEAMS}
    teams = [
        _Team(client, key, of_team, terms=terms, last_day=last_day)
        for key, of_team in members.items()
        if of_team
    ]
    for done in at_once(team.live for team in teams):
        on_progress("Teams together", done, len(teams))
    (title_nl, title_en), (text_nl, text_en) = team_words.MATERIAL_TITLE, team_words.MATERIAL_TEXT
    fields = {"title": {"nl": title_nl, "en": title_en}, "text": {"nl": text_nl, "en": text_en}}
    member = client.person("working-group")
    client.send(member, Role.WORKING_GROUP, "publishMaterial", fields, occasion="material")


class _Team:
    """One team and its members, the first of whom begins things."""

    def __init__(
        self,
        client: DemoClient,
        key: str,
        members: Sequence[Someone],
        *,
        terms: Mapping[str, str],
        last_day: date,
    ) -> None:
        self._clock = DayClock(last_day)
        self._client = client.on(self._clock)
        self._key, self._terms, self._last_day = key, terms, last_day
        self._members = [self._client.person(someone.number) for someone in members]
        self._team = derived_id(self._client.organisation, "team", key)
        self._rng = random.Random(f"team {key}")  # noqa: S311 - an invented team

    def live(self) -> None:
        if self._key in FRONT_TEAMS:
            self._begin()
        self._work_together()
        self._talk()
        self._adopt_goals()

    def _begin(self) -> None:
        self._on(BEGAN_DAYS_AGO)
        self._send(0, "stepForwardAsFrontRunner", teamId=self._team)
        self._send(0, "inviteTeam", teamId=self._team)
        if self._key == FRONT_TEAMS[-2]:
            return
        self._on(BEGAN_DAYS_AGO - 7)
        self._send(1, "startTeam", teamId=self._team)
        if self._key == FRONT_TEAMS[-1]:
            self._on(BEGAN_DAYS_AGO - 30)
            self._send(1, "pauseTeam", teamId=self._team)
            return
        text = team_words.EXPERIENCES[FRONT_TEAMS.index(self._key)]
        self._send(0, "shareExperience", text=text, teamId=self._team)

    def _work_together(self) -> None:
        """Offer work: some is taken up, some nobody takes up in time, and some is still on offer."""
        taken, lapsed, open_ = self._rng.sample(team_words.WORK, 3)
        self._on(BEGAN_DAYS_AGO - 10)
        first = self._offer(0, taken, until=self._last_day + timedelta(days=OPEN_DAYS))
        # Its day is past, so a job of this installation may end it at once, and nobody can step forward.
        self._offer(1, lapsed, until=self._last_day - timedelta(days=LAPSES_DAYS_AGO))
        self._on(BEGAN_DAYS_AGO - 15)
        volunteers = self._places(1, 2)
        for place in volunteers:
            self._send(place, "volunteerForWork", "first", workOfferId=first)
        self._send(volunteers[-1], "takeUpWork", workOfferId=first)
        self._on(5)
        third = self._offer(0, open_, until=self._last_day + timedelta(days=OPEN_DAYS))
        for place in self._places(1, 3):
            self._send(place, "volunteerForWork", "third", workOfferId=third)

    def _offer(self, place: int, work: team_words.Work, *, until: date) -> str:
        wanted = {"wantedTermIds": [self._terms[work.wanted]]} if work.wanted in self._terms else {}
        return self._send(
            place,
            "offerWork",
            work.title,
            teamId=self._team,
            title=work.title,
            text=work.text,
            hoursPerWeek="UP_TO_2",
            until=until.isoformat(),
            **wanted,
        )

    def _talk(self) -> None:
        self._on(20)
        agreed = self._rng.sample(team_words.AGREEMENTS, 2)
        day = self._clock.day.isoformat()
        self._send(0, "recordTeamSession", teamId=self._team, heldOn=day, agreements=agreed)

    def _adopt_goals(self) -> None:
        """Make a joint goal of what members offered, and another where enough of them did."""
        self._on(0)
        # Of the first few: each member who is looked at has their whole portfolio read.
        on_offer = (offer for person in self._members for offer in self._client.goal_offers_of(person))
        offers = list(islice(on_offer, 3))
        for place, (text, origins) in enumerate(
            zip(team_words.JOINT_GOALS, (offers[:2], offers[2:3]), strict=False)
        ):
            if origins:
                goal = self._send(
                    place, "adoptJointGoal", text, teamId=self._team, text=text, fromGoalIds=origins
                )
                self._send(
                    place,
                    "noteJointGoalProgress",
                    text,
                    jointGoalId=goal,
                    progress=self._rng.choice((10, 30, 60)),
                )

    def _places(self, *places: int) -> list[int]:
        """Return the places of members, each once, also in a team that is smaller than that."""
        return list(dict.fromkeys(place % len(self._members) for place in places))

    def _on(self, days_ago: int) -> None:
        self._clock.day = self._last_day - timedelta(days=days_ago)

    def _send(self, place: int, name: str, what: str = "", /, **fields: Any) -> str:
        (place,) = self._places(place)
        person = self._members[place]
        occasion = f"team {self._key} {name} {what} {place}"
        return self._client.send(person, Role.PROFESSIONAL, name, fields, occasion=occasion)
