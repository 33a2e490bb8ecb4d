"""A reader of what is parked or too stale gets an error instead of what is out of date."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from events.catalog.employment import ProfessionalRegistered
from events.catalog.policy import RoleGranted
from gateway.api.portfolio import portfolio_changed, shared, timeline
from gateway.api.portfolio.conversations import agreements_to_confirm
from gateway.api.portfolio.reads import read_portfolio
from gateway.api.team.teams import teams_of
from gateway.auth import Identity
from gateway.context import Context
from gateway.errors import ErrorCode, GatewayError
from gateway.reading.callers import Caller, find_caller
from gateway.reading.view_reader import ViewReader
from projections.view import View
from projections.views import directory, profile
from projections.views import shared as shared_view
from projections.views import timeline as timeline_view
from rules.access.roles import Role
from tests.gateway.harness import NOW
from tests.gateway.world import World

pytestmark = pytest.mark.postgres
SOMEONE, ANOTHER, ORGANISATION = "a" * 32, "b" * 32, "c" * 32


@pytest.fixture
def context(world: World) -> Context:
    """Return a request of SOMEONE to views that are up to date, and empty."""
    for view in (profile.VIEW, shared_view.VIEW, timeline_view.VIEW, directory.VIEW):
        world.stale(view, 0)
    identity = Identity(person=SOMEONE, expires_at=NOW + timedelta(hours=1), token="")
    return Context(world.gateway, identity=identity, role=Role.PROFESSIONAL)


async def caller(context: Context, person: str) -> Caller:
    return await find_caller(context.gateway.reader, person, calendar=context.gateway.calendar)


async def history(context: Context) -> object:
    return await timeline.page(
        context, SOMEONE, since=None, until=None, oldest_first=False, first=1, after=None
    )


@pytest.mark.parametrize(
    ("view", "read"),
    [
        (profile.VIEW, lambda context: read_portfolio(context, SOMEONE)),
        (profile.VIEW, lambda context: teams_of(context, SOMEONE)),
        (profile.VIEW, lambda context: agreements_to_confirm(context, SOMEONE)),
        (timeline_view.VIEW, lambda context: portfolio_changed._entries_after(context, 0)),
        (timeline_view.VIEW, portfolio_changed._newest_entry),
        (timeline_view.VIEW, history),
        (shared_view.VIEW, lambda context: shared.page(context, SOMEONE, first=1, after=None)),
    ],
)
def test_nothing_old_is_shown_of_someone_parked(
    world: World, context: Context, view: View, read: Callable[[Context], Awaitable[object]]
) -> None:
    asyncio.run(read(context))  # type: ignore[arg-type]
    world.parked(view, SOMEONE)
    with pytest.raises(GatewayError) as refused:
        asyncio.run(read(context))  # type: ignore[arg-type]
    assert refused.value.code is ErrorCode.PARKED


def test_someone_parked_in_the_directory_gets_an_error_too(world: World, context: Context) -> None:
    world.parked(directory.VIEW, SOMEONE)
    with pytest.raises(GatewayError) as refused:
        asyncio.run(caller(context, SOMEONE))
    assert refused.value.code is ErrorCode.PARKED


def test_others_read_on_meanwhile(world: World, context: Context) -> None:
    world.parked(profile.VIEW, SOMEONE)
    assert asyncio.run(read_portfolio(context, ANOTHER)) is None


def rows_of(reader: ViewReader, *, at_most_s: float) -> object:
    async def rows(_: Any) -> str:
        return "rows"

    return asyncio.run(reader.subject(profile.VIEW, SOMEONE, rows, at_most_s=at_most_s))


def test_rows_are_returned_from_a_view_that_is_fresh_enough_only(world: World, context: Context) -> None:
    assert rows_of(context.gateway.reader, at_most_s=30) == "rows"
    world.stale(profile.VIEW, 60)
    assert rows_of(context.gateway.reader, at_most_s=90) == "rows"
    with pytest.raises(GatewayError) as refused:
        rows_of(context.gateway.reader, at_most_s=30)
    assert refused.value.code is ErrorCode.UNAVAILABLE


def test_who_holds_nothing_has_no_role(context: Context) -> None:
    assert asyncio.run(caller(context, ANOTHER)) == Caller(person=None, roles=frozenset())


@pytest.mark.parametrize("where", [ORGANISATION, ANOTHER])
def test_no_role_is_handed_out_while_what_granted_or_holds_it_is_parked(
    world: World, context: Context, where: str
) -> None:
    world.happened(f"employment-{ANOTHER}", ProfessionalRegistered(name="Bo", email="bo@mee.example"))
    world.happened(f"policy-{ORGANISATION}", RoleGranted(grant="d" * 32, person=ANOTHER, role="AUDITOR"))
    assert asyncio.run(caller(context, ANOTHER)).roles == {Role.AUDITOR, Role.PROFESSIONAL}
    world.parked(directory.VIEW, where)
    with pytest.raises(GatewayError) as refused:
        asyncio.run(caller(context, ANOTHER))
    assert refused.value.code is ErrorCode.PARKED
