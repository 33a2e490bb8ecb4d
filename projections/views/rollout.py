"""Where each team is in the rollout, who goes first in it, what people wrote, and the materials."""

from datetime import date, datetime
from typing import Final

import msgspec
import psycopg
from psycopg.rows import scalar_row

from events.catalog.employment import EmploymentEnded, ProfessionalRegistered, TeamJoined, TeamLeft
from events.catalog.rollout import (
    ExperienceShared,
    FrontRunnerSteppedForward,
    MaterialPublished,
    RolloutEvent,
    TeamInvitedByFrontRunner,
    TeamPaused,
    TeamStarted,
)
from events.catalog.team import TeamClosed, TeamFormed, TeamMoved, TeamRenamed, TeamReopened
from events.catalog.teamwork import ExperienceWritten
from events.codec import Forgotten, Recorded
from kit.postgres.rows import rows
from projections.changes import Changes
from projections.parking import parked_in
from projections.table import Column, Table
from projections.view import Fact, View
from rules.kinds import RolloutState
from rules.names import plain_name

_VERSION: Final = 1

STREAMS: Final = Table(
    name=f"rollout_v{_VERSION}_streams", columns=(Column(name="version", type="bigint"),), key=("subject",)
)
STATES: Final = Table(
    name=f"rollout_v{_VERSION}_states",
    columns=(
        Column(name="team", type="text"),
        Column(name="state", type="text"),
        Column(name="since", type="date"),
        Column(name="started_on", type="date", nullable=True),
    ),
    key=("team",),
)
FRONT_RUNNERS: Final = Table(
    name=f"rollout_v{_VERSION}_front_runners",
    columns=(Column(name="team", type="text"), Column(name="person", type="text")),
    key=("team", "person"),
)
EXPERIENCES: Final = Table(
    name=f"rollout_v{_VERSION}_experiences",
    columns=(
        Column(name="experience", type="text"),
        Column(name="version", type="bigint"),
        Column(name="person", type="text"),
        Column(name="team", type="text", nullable=True),
    ),
    key=("experience",),
)
# In the stream of the person who wrote it, so in another partition: without words, nothing is shown.
WORDS: Final = Table(
    name=f"rollout_v{_VERSION}_words",
    columns=(
        Column(name="experience", type="text"),
        Column(name="text", type="text"),
        Column(name="written_at", type="timestamptz"),
    ),
    key=("experience",),
)
MATERIALS: Final = Table(
    name=f"rollout_v{_VERSION}_materials",
    columns=(
        Column(name="material", type="text"),
        Column(name="version", type="bigint"),
        *(Column(name=name, type="text") for name in ("title_nl", "title_en", "text_nl", "text_en")),
        Column(name="link", type="text", nullable=True),
        Column(name="published_at", type="timestamptz"),
    ),
    key=("material",),
)
# Teams and people are subjects of their own, so they may be in other partitions: joined when read.
TEAMS: Final = Table(
    name=f"rollout_v{_VERSION}_teams",
    columns=(
        *(Column(name=name, type="text") for name in ("name", "plain_name", "unit")),
        Column(name="closed", type="boolean"),
    ),
    key=("subject",),
)
PEOPLE: Final = Table(name=f"rollout_v{_VERSION}_people", columns=(), key=("subject",))
MEMBERS: Final = Table(
    name=f"rollout_v{_VERSION}_members", columns=(Column(name="team", type="text"),), key=("subject", "team")
)


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """
    A team that is open, and where it is `since` that day; None while it was not asked.

    `front_runners` are those who are still members of it. `started_on` is the day of its last start.
    """

    team: str
    name: str
    unit: str
    state: RolloutState
    since: date | None
    started_on: date | None
    front_runners: tuple[str, ...]


class Experience(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody who works here wrote, and about which team, if about one."""

    experience: str
    person: str
    team: str | None
    text: str
    at: datetime


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """Something to work with, in both languages."""

    material: str
    title_nl: str
    title_en: str
    text_nl: str
    text_en: str
    link: str | None
    published_at: datetime


def fold(fact: Fact, changes: Changes) -> None:
    """Keep a row for each team, front runner, experience and material; of people, who is in which team."""
    event = fact.recorded.event
    if isinstance(event, Forgotten):
        changes.empty()
    elif isinstance(event, RolloutEvent):
        changes.put(STREAMS, version=fact.recorded.version)
        _fold_rollout(event, fact.recorded, changes)
    else:
        _fold_team(fact, changes)
        _fold_person(fact, changes)


def _fold_rollout(event: RolloutEvent, recorded: Recorded, changes: Changes) -> None:
    on = recorded.at.date()
    match event:
        case FrontRunnerSteppedForward(team=team, person=person):
            changes.put(FRONT_RUNNERS, team=team, person=person)
        case TeamInvitedByFrontRunner(team=team):
            _put_state(changes, team, RolloutState.INVITED, since=on, started_on=None)
        case TeamStarted(team=team):
            _put_state(changes, team, RolloutState.STARTED, since=on, started_on=on)
        case TeamPaused(team=team):
            changes.set(STATES, team=team, state=RolloutState.PAUSED.value, since=on)
        case ExperienceShared(experience=name, person=person, team=team):
            changes.put(EXPERIENCES, experience=name, version=recorded.version, person=person, team=team)
        case MaterialPublished():
            words = msgspec.structs.asdict(event)
            changes.put(MATERIALS, version=recorded.version, published_at=recorded.at, **words)


def _put_state(changes: Changes, team: str, state: RolloutState, **days: date | None) -> None:
    changes.put(STATES, team=team, state=state.value, **days)


def _fold_team(fact: Fact, changes: Changes) -> None:
    match fact.recorded.event:
        case TeamFormed(name=name, unit=unit):
            changes.put(TEAMS, name=name, plain_name=plain_name(name), unit=unit, closed=False)
        case TeamRenamed(name=name):
            changes.set(TEAMS, name=name, plain_name=plain_name(name))
        case TeamMoved(unit=unit):
            changes.set(TEAMS, unit=unit)
        case TeamClosed():
            changes.set(TEAMS, closed=True)
        case TeamReopened():
            changes.set(TEAMS, closed=False)
        case _:  # other events of these streams, which other views show
            pass


def _fold_person(fact: Fact, changes: Changes) -> None:
    match fact.recorded.event:
        case ExperienceWritten(experience=name, text=text):
            changes.put(WORDS, experience=name, text=text, written_at=fact.recorded.at)
        case ProfessionalRegistered():
            changes.put(PEOPLE)
        case EmploymentEnded():
            changes.drop(PEOPLE)
        case TeamJoined(team=team):
            changes.put(MEMBERS, team=team)
        case TeamLeft(team=team):
            changes.drop(MEMBERS, team=team)
        case _:
            pass


VIEW: Final = View(
    name="rollout",
    version=_VERSION,
    categories=frozenset({"rollout", "teamwork", "team", "employment"}),
    tables=(STREAMS, STATES, FRONT_RUNNERS, EXPERIENCES, WORDS, MATERIALS, TEAMS, PEOPLE, MEMBERS),
    fold=fold,
)

_PARKED: Final = parked_in(VIEW)
_TEAMS: Final = f"""
    SELECT t.subject AS team, t.name, t.unit, coalesce(s.state, '{RolloutState.NOT_ASKED.value}') AS state,
        s.since, s.started_on,
        (SELECT coalesce(jsonb_agg(f.person ORDER BY f.person), '[]')
         FROM {FRONT_RUNNERS.served} f JOIN {MEMBERS.served} m ON m.subject = f.person AND m.team = f.team
         WHERE f.team = t.subject AND f.person NOT IN ({_PARKED})) AS front_runners
    FROM {TEAMS.served} t LEFT JOIN {STATES.served} s ON s.team = t.subject
    WHERE NOT t.closed
"""
_PAGE: Final = f"""{_TEAMS}
    AND (%(state)s::text IS NULL OR coalesce(s.state, '{RolloutState.NOT_ASKED.value}') = %(state)s)
    AND (%(after)s::text IS NULL
         OR (t.plain_name COLLATE "C", t.subject COLLATE "C") > (%(after_name)s, %(after)s))
    ORDER BY t.plain_name COLLATE "C", t.subject COLLATE "C" LIMIT %(limit)s
"""
# The subject of the words is who wrote them: nobody can have others' words shown as their own.
_EXPERIENCES: Final = f"""
    SELECT e.experience, e.person, e.team, w.text, w.written_at AS at
    FROM {EXPERIENCES.served} e
    JOIN {WORDS.served} w ON w.experience = e.experience AND w.subject = e.person
    JOIN {PEOPLE.served} p ON p.subject = e.person
    WHERE e.person NOT IN ({_PARKED}) AND (%(experience)s::text IS NULL OR e.experience = %(experience)s)
    ORDER BY e.version DESC LIMIT %(last)s
"""
_MATERIALS: Final = f"""
    SELECT {", ".join(Material.__struct_fields__)} FROM {MATERIALS.served}
    WHERE %(material)s::text IS NULL OR material = %(material)s ORDER BY version DESC
"""


async def version(connection: psycopg.AsyncConnection) -> int:
    """Return the version of the rollout's stream, 0 before anything happened."""
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(f"SELECT version FROM {STREAMS.served} LIMIT 1".encode())
        return int(await cursor.fetchone() or 0)


async def teams(
    connection: psycopg.AsyncConnection,
    *,
    state: RolloutState | None = None,
    after: tuple[str, str] | None = None,
    limit: int,
) -> list[Team]:
    """Return a page of the open teams by name; `after` is name and id of the last team of the page before."""
    name, team = after or (None, None)
    values = {
        "state": state.value if state else None,
        "after": team,
        "after_name": plain_name(name or ""),
        "limit": limit,
    }
    return await rows(connection, Team, _PAGE, **values)


async def team_by_id(connection: psycopg.AsyncConnection, team: str) -> Team | None:
    """Return a team that is open, if there is one."""
    found = await rows(connection, Team, f"{_TEAMS} AND t.subject = %(team)s", team=team)
    return found[0] if found else None


async def experiences(connection: psycopg.AsyncConnection, *, last: int) -> list[Experience]:
    """Return what people who work here wrote, the newest first."""
    return await rows(connection, Experience, _EXPERIENCES, experience=None, last=last)


async def experience_by_id(connection: psycopg.AsyncConnection, experience: str) -> Experience | None:
    found = await rows(connection, Experience, _EXPERIENCES, experience=experience, last=1)
    return found[0] if found else None


async def materials(connection: psycopg.AsyncConnection) -> list[Material]:
    """Return all materials, the newest first."""
    return await rows(connection, Material, _MATERIALS, material=None)


async def material_by_id(connection: psycopg.AsyncConnection, material: str) -> Material | None:
    found = await rows(connection, Material, _MATERIALS, material=material)
    return found[0] if found else None
