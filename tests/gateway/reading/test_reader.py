"""A reader of what is parked is told so, instead of being shown what is old."""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from events.catalog.employment import ProfessionalRegistered
from events.catalog.policy import RoleGranted
from gateway.errors import ErrorCode, GatewayError
from gateway.reading.reader import Caller, Reads
from kit.clock import Calendar, FixedClock
from kit.postgres.connections import connect_own, connect_own_async
from projections.parking import park
from projections.positions import prepare_view
from projections.registry import find_views
from projections.view import View
from projections.views import directory, profile, shared, timeline
from rules.access.roles import Role
from tests.gateway.house import NOW, ZONE
from tests.projections.views.given import facts, folded

pytestmark = pytest.mark.postgres
SOMEONE, ANOTHER, ORGANISATION = "a" * 32, "b" * 32, "c" * 32


@pytest.fixture
def views_database(database: str) -> str:
    with connect_own(database, application_name="test") as connection:
        for view in find_views():
            prepare_view(connection, view, partitions=1, generation="f" * 32)
    return database


def parked(url: str, view: View, subject: str = SOMEONE) -> None:
    with connect_own(url, application_name="test") as connection:
        park(connection, view, 0, {subject: (1, "could not be digested")})


def read(url: str, work: Callable[[Reads], Awaitable[object]]) -> object:
    @asynccontextmanager
    async def connect() -> AsyncIterator[object]:
        async with await connect_own_async(url, application_name="test") as connection:
            yield connection

    async def run() -> object:
        return await work(Reads(connect, calendar=Calendar(clock=FixedClock(NOW), zone=ZONE)))

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("view", "asked"),
    [
        (profile.VIEW, lambda reads: reads.portfolio_of(SOMEONE)),
        (profile.VIEW, lambda reads: reads.teams_of(SOMEONE)),
        (profile.VIEW, lambda reads: reads.agreements_to_confirm(SOMEONE, at_most_s=math.inf)),
        (timeline.VIEW, lambda reads: reads.changes_after(SOMEONE, 0)),
        (timeline.VIEW, lambda reads: reads.newest_change(SOMEONE)),
        (shared.VIEW, lambda reads: reads.shared_with(SOMEONE, after=None, limit=1, at_most_s=math.inf)),
    ],
)
def test_nothing_old_is_shown_of_someone_parked(
    views_database: str, view: View, asked: Callable[[Reads], Awaitable[object]]
) -> None:
    parked(views_database, view)
    with pytest.raises(GatewayError) as told:
        read(views_database, asked)
    assert told.value.code is ErrorCode.PARKED


def test_someone_parked_in_the_directory_is_told_too(views_database: str) -> None:
    parked(views_database, directory.VIEW)
    with pytest.raises(GatewayError) as told:
        read(views_database, lambda reads: reads.caller(SOMEONE))
    assert told.value.code is ErrorCode.PARKED


def test_others_read_on_meanwhile(views_database: str) -> None:
    parked(views_database, profile.VIEW)
    assert read(views_database, lambda reads: reads.portfolio_of(ANOTHER)) is None


def test_who_holds_nothing_has_no_role(views_database: str) -> None:
    nobody = Caller(person=None, roles=frozenset())
    assert read(views_database, lambda reads: reads.caller(ANOTHER)) == nobody


@pytest.mark.parametrize("where", [ORGANISATION, ANOTHER])
def test_no_role_is_handed_out_while_what_granted_or_holds_it_is_parked(database: str, where: str) -> None:
    registered = (f"employment-{ANOTHER}", ProfessionalRegistered(name="Bo", email="bo@mee.example"))
    granted = (f"policy-{ORGANISATION}", RoleGranted(grant="d" * 32, person=ANOTHER, role="AUDITOR"))
    folded(database, directory.VIEW, facts(registered, granted))
    caller = read(database, lambda reads: reads.caller(ANOTHER))
    assert isinstance(caller, Caller)
    assert caller.roles == {Role.AUDITOR, Role.PROFESSIONAL}
    parked(database, directory.VIEW, where)
    with pytest.raises(GatewayError) as told:
        read(database, lambda reads: reads.caller(ANOTHER))
    assert told.value.code is ErrorCode.PARKED
