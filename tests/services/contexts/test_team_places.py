"""An open team is never in a closed unit, although each of the two is a subject of its own."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pytest

from events.catalog.team import TeamClosed, TeamFormed, TeamMoved, TeamReopened
from events.catalog.units import TeamPlaced, UnitsEvent
from events.codec import Recorded
from events.log.recorder import LogRecorder
from kit.ids import derived_id
from rules.access.roles import Role
from rules.commands import CommandResult
from services.contexts.units.commands import PlaceTeam
from services.contexts.units.decider import DECIDER as UNITS
from services.handling.handler import CommandHandler
from services.handling.results import NothingAppliedError
from tests.backends.postgres import fresh_database
from tests.services.house import House, furnish, opened

pytestmark = pytest.mark.postgres
THREADS: Final = 4
TURNS: Final = 12
COMMANDS: Final = 4


@pytest.fixture
def house(postgres_url: str) -> Iterator[House]:
    with fresh_database(postgres_url) as url, opened(url) as house, house.log.folding():
        furnish(house)
        yield house


def accepted(result: CommandResult) -> None:
    assert result.outcome == "ACCEPTED", result


def refused(result: CommandResult) -> list[str]:
    assert result.outcome == "REFUSED", result
    return [f"{refusal.code} {'.'.join(refusal.field)}" for refusal in result.refusals]


def test_a_unit_closes_once_its_team_is_closed_or_elsewhere(house: House) -> None:
    accepted(house.feed("formUnit", unitKey="south", name="Zuid"))
    assert refused(house.feed("closeUnit", unitKey="north")) == ["WRONG_STATE unitKey"]
    accepted(house.feed("moveTeam", teamKey="kade", unitKey="south"))
    accepted(house.feed("closeUnit", unitKey="north"))
    assert refused(house.feed("moveTeam", teamKey="kade", unitKey="north")) == ["WRONG_STATE unitKey"]
    formed = house.feed("formTeam", teamKey="dok", name="Dok", unitKey="north")
    assert refused(formed) == ["WRONG_STATE unitKey"]
    accepted(house.feed("closeTeam", teamKey="kade"))
    accepted(house.feed("closeUnit", unitKey="south"))
    assert refused(house.feed("reopenTeam", teamKey="kade")) == ["WRONG_STATE unitKey"]
    accepted(house.feed("reopenUnit", unitKey="south"))
    accepted(house.feed("reopenTeam", teamKey="kade"))
    assert refused(house.feed("closeUnit", unitKey="south")) == ["WRONG_STATE unitKey"]


def test_a_unit_waits_for_a_team_whose_forming_stopped_in_between(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    accepted(house.feed("formUnit", unitKey="south", name="Zuid"))
    team = derived_id(house.vault.organisation() or "", "team", "dok")
    append = LogRecorder.append

    def stops(self: LogRecorder, stored: list[object], **given: object) -> object:
        if given["subject"] == team:
            raise NothingAppliedError("this process stops here")
        return append(self, stored, **given)  # type: ignore[arg-type]

    dok = {"teamKey": "dok", "name": "Team Dok", "unitKey": "south"}
    with monkeypatch.context() as patch:
        patch.setattr(LogRecorder, "append", stops)
        with pytest.raises(NothingAppliedError):
            house.feed("formTeam", **dok)
    assert refused(house.feed("closeUnit", unitKey="south")) == ["WRONG_STATE unitKey"]
    accepted(house.feed("formTeam", **dok | {"unitKey": "north"}))
    accepted(house.feed("closeUnit", unitKey="south"))


def test_a_unit_sees_a_team_that_an_older_program_formed(house: House) -> None:
    organisation = house.vault.organisation() or ""
    south, old = (derived_id(organisation, kind, key) for kind, key in (("unit", "south"), ("team", "old")))
    accepted(house.feed("formUnit", unitKey="south", name="Zuid"))
    formed = TeamFormed(name="Team Oud", unit=south)
    at = house.calendar.now()
    recorded = Recorded(stream=f"team-{old}", version=1, event=formed, at=at, by=organisation)
    house.log.recorders[0].append([house.mapper.to_stored_event(recorded)])
    placed = PlaceTeam(unit=south, team=old, after=0)
    for _ in range(2):
        accepted(house.handler.handle_for_process(placed, process="scheduler", occasion="a day"))
    assert refused(house.feed("closeUnit", unitKey="south")) == ["WRONG_STATE unitKey"]
    accepted(house.feed("closeTeam", teamKey="old"))
    accepted(house.feed("closeUnit", unitKey="south"))


def test_whoever_is_first_an_open_team_is_never_in_a_closed_unit(house: House) -> None:
    for unit in ("a", "b"):
        accepted(house.feed("formUnit", unitKey=unit, name=unit))
    for team in ("t", "u"):
        accepted(house.feed("formTeam", teamKey=team, name=team, unitKey="a"))
    handlers = [house.another_process() for _ in range(THREADS)]

    def lives(seed: int) -> int:
        chance = random.Random(seed)  # noqa: S311 - a repeatable order, no secret
        sent = [something(house, handlers[seed % THREADS], chance) for _ in range(COMMANDS)]
        return sum(result.outcome == "ACCEPTED" for result in sent)

    done = 0
    with ThreadPoolExecutor(THREADS) as pool:
        for turn in range(TURNS):
            done += sum(pool.map(lives, range(turn * THREADS, (turn + 1) * THREADS)))
            closed, teams = now(house)
            assert not closed & set(teams.values())
    assert done > TURNS


def something(house: House, handler: CommandHandler, chance: random.Random) -> CommandResult:
    """Send one command about a unit or a team that may have a place there."""
    unit, team = {"unitKey": chance.choice("ab")}, {"teamKey": chance.choice("tu")}
    choices: list[tuple[str, dict[str, Any]]] = [
        ("closeUnit", unit),
        ("closeUnit", unit),
        ("reopenUnit", unit),
        ("moveTeam", {**team, **unit}),
        ("closeTeam", team),
        ("reopenTeam", team),
    ]
    name, given = chance.choice(choices)
    return house.ask("feed", Role.HR_FEED, name, handler=handler, **given)


def now(house: House) -> tuple[set[str], dict[str, str]]:
    """Return the closed units, and the unit of each open team."""
    organisation = house.vault.organisation() or ""
    teams = {team: place(house, derived_id(organisation, "team", team)) for team in "tu"}
    state = UNITS.initial
    for recorded in house.events(f"units-{organisation}"):
        assert isinstance(recorded.event, UnitsEvent)
        state = UNITS.evolve(state, recorded.event)
    closed = {unit for unit, known in state.all.items() if known.closed}
    return closed, {team: unit for team, unit in teams.items() if unit is not None}


def place(house: House, team: str) -> str | None:
    unit: str | None = None
    is_open = False
    for recorded in house.events(f"team-{team}"):
        match recorded.event:
            case TeamFormed(unit=unit) | TeamMoved(unit=unit):
                is_open = is_open or isinstance(recorded.event, TeamFormed)
            case TeamClosed():
                is_open = False
            case TeamReopened():
                is_open = True
            case _:
                pass
    return unit if is_open else None


def test_what_places_teams_is_in_the_log(house: House) -> None:
    organisation = house.vault.organisation() or ""
    placed = [one.event for one in house.events(f"units-{organisation}") if isinstance(one.event, TeamPlaced)]
    north, kade = derived_id(organisation, "unit", "north"), derived_id(organisation, "team", "kade")
    assert placed == [TeamPlaced(unit=north, team=kade)]
