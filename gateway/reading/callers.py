"""The caller of a request as the views know them: who it is, and the roles they hold."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from gateway.reading.view_reader import ViewReader, check_not_parked, parked
from kit.clock import Calendar
from projections.views import directory, organisation
from rules.access.roles import DAYS_AFTER_LEAVING_DEFAULT, Role, keeps_portfolio, roles_held


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """`person` is None when the directory knows nobody by this id; `roles` are those they may act in."""

    person: directory.Person | None
    roles: frozenset[Role]


async def find_caller(reader: ViewReader, person: str, *, calendar: Calendar) -> Caller:
    """Return a person and their roles: those granted, and PROFESSIONAL while they are employed.

    PROFESSIONAL lasts some days longer, so that someone who left can take their portfolio along.

    Raises PARKED.
    """
    async with reader.connection() as connection:
        known = await directory.known_of(connection, person)
        if known.parked:
            raise parked()
        registered = known.person is not None and await _keeps_portfolio(
            connection, known.person.ended_on, calendar
        )
    roles = roles_held(granted={Role[role] for role in known.roles}, registered=registered)
    return Caller(person=known.person, roles=roles)


async def _keeps_portfolio(connection: Any, ended_on: date | None, calendar: Calendar) -> bool:
    if ended_on is None:
        return True
    found = await organisation.organisation(connection)
    await check_not_parked(connection, organisation.VIEW, [found.organisation] if found else [])
    policy = await organisation.policy_in_force(connection)
    days = policy.portfolio_days_after_leaving if policy else DAYS_AFTER_LEAVING_DEFAULT
    return keeps_portfolio(ended_on=ended_on, days=days, today=calendar.today())
