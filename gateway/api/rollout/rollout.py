"""`rollout`: where each team is, who goes first in it, what people wrote about it, and the materials."""

from datetime import date, datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from gateway.api.names import Colleague, Unit, colleague, colleagues_by_name, team_as_unit
from gateway.api.paging import Connection, Paging, check_page_size
from gateway.api.root_fields import query
from gateway.api.works_here import check_works_here
from gateway.context import Context, Info
from gateway.reading.view_reader import check_organisation_not_parked
from gateway.types.arguments import After, First, Last, WaitFor
from gateway.types.enums import RolloutState
from gateway.types.fields import field
from gateway.types.scalars import Url
from gateway.types.texts import LocalText
from projections.views import rollout as view

EXPERIENCES_SHOWN = 20


@strawberry.type(description="Where a team is. Nobody is enrolled: a team starts when it decides to.")
class RolloutTeam:
    id: strawberry.ID
    team: Unit = strawberry.field(description="The team, a leaf of the tree of units.")
    state: RolloutState = strawberry.field(description="Where it is.")
    since: date | None = strawberry.field(description="Since which day it is there; null if never asked.")
    started_on: date | None = strawberry.field(
        description="The day on which it started last; null until it starts."
    )
    front_runner_ids: strawberry.Private[tuple[str, ...]]

    @field(description="The members who stepped forward, by name, without those who left the team.")
    async def front_runners(self, info: Info) -> list[Colleague]:
        return await colleagues_by_name(info.context, self.front_runner_ids)


@strawberry.type(description="How it goes, in the words of somebody who wants it known.")
class Experience:
    id: strawberry.ID
    text: str = strawberry.field(description="In the person's own words.")
    at: datetime = strawberry.field(description="When it was written.")
    content: strawberry.Private[view.Experience]

    @field(description="Who wrote it.")
    async def by(self, info: Info) -> Colleague:
        return await colleague(info.context, self.content.person)

    @field(description="The team it is about; null when it is about none, or when that was closed.")
    def team(self, info: Info) -> Unit | None:
        return team_as_unit(info.context, self.content.team)


@strawberry.type(description="Something to work with.")
class Material:
    id: strawberry.ID
    title: LocalText = strawberry.field(description="What it is.")
    text: LocalText = strawberry.field(description="How to use it.")
    link: Url | None = strawberry.field(description="Where it is, if it is somewhere else.")
    published_at: datetime = strawberry.field(description="The day on which it was published.")


@strawberry.type(description="How teams begin: by front runners, team by team.")
class Rollout:
    version: int = strawberry.field(description="Of the rollout, for `expectedVersion`.")

    @field(description="The teams by name, those in which nothing happened yet too.")
    async def teams(
        self,
        info: Info,
        *,
        state: Annotated[
            RolloutState | None, strawberry.argument(description="Only the teams that are there.")
        ] = UNSET,
        first: First = 50,
        after: After = UNSET,
    ) -> Connection[RolloutTeam]:
        async def read(after_key: tuple[str, str] | None, limit: int) -> list[view.Team]:
            async with info.context.gateway.reader.connection() as connection:
                return await view.teams(connection, state=state or None, after=after_key, limit=limit)

        return await _PAGES.page(info.context, first=first, after=after or None, read=read, node=rollout_team)

    @field(description="What people who work here wrote, the newest first.")
    async def experiences(self, info: Info, last: Last = EXPERIENCES_SHOWN) -> list[Experience]:
        check_page_size(info.context, "last", last)
        async with info.context.gateway.reader.connection() as connection:
            found = await view.experiences(connection, last=last)
        return [experience_of(experience) for experience in found]

    @field(description="What the working group offers to work with, the newest first.")
    async def materials(self, info: Info) -> list[Material]:
        async with info.context.gateway.reader.connection() as connection:
            found = await view.materials(connection)
        return [material_of(material) for material in found]


def rollout_team(team: view.Team) -> RolloutTeam:
    """Return a team as it is shown."""
    unit = Unit(id=strawberry.ID(team.team), name=team.name, parent_id=strawberry.ID(team.unit))
    return RolloutTeam(
        id=strawberry.ID(team.team),
        team=unit,
        state=team.state,
        since=team.since,
        started_on=team.started_on,
        front_runner_ids=team.front_runners,
    )


def experience_of(found: view.Experience) -> Experience:
    """Return an experience as it is shown."""
    return Experience(id=strawberry.ID(found.experience), text=found.text, at=found.at, content=found)


def material_of(found: view.Material) -> Material:
    """Return a material as it is shown."""
    return Material(
        id=strawberry.ID(found.material),
        title=LocalText(nl=found.title_nl, en=found.title_en),
        text=LocalText(nl=found.text_nl, en=found.text_en),
        link=Url(found.link) if found.link else None,
        published_at=found.published_at,
    )


@query(description="Which teams started, and what people share about it.")
async def rollout(info: Info, wait_for: WaitFor = UNSET) -> Rollout | None:
    await info.wait_for(wait_for, view.VIEW)
    await check_works_here(info, to="see the rollout")
    await info.context.check_fresh(view.VIEW)
    async with info.context.gateway.reader.connection() as connection:
        await check_organisation_not_parked(connection, view.VIEW)
        version = await view.version(connection)
    return Rollout(version=version)


async def team_by_id(context: Context, team: str) -> RolloutTeam | None:
    """Return a team as it is shown; None when there is no open one."""
    async with context.gateway.reader.connection() as connection:
        found = await view.team_by_id(connection, team)
    return rollout_team(found) if found else None


def _key_of(team: view.Team) -> tuple[str, str]:
    return team.name, team.team


_PAGES: Paging[view.Team, tuple[str, str]] = Paging(name="rollout", key=tuple[str, str], key_of=_key_of)
