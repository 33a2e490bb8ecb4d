"""The caller of a request as the views know them: who it is, and the roles they hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.errors import GatewayError
from gateway.reading.view_reader import ViewReader, check_organisation_not_parked, parked
from kit.clock import Calendar
from projections.role_grants import employment_of, granted_on
from projections.views import directory, organisation
from rules.access.roles import DAYS_AFTER_LEAVING_DEFAULT, Employment, Role, roles_held


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """`person` is None when the directory knows nobody by this id; `roles` are those they may act in."""

    person: directory.Person | None
    roles: frozenset[Role]


async def find_caller(reader: ViewReader, person: str, *, calendar: Calendar) -> Caller:
    """Return a person and their roles: those granted, and PROFESSIONAL while they are employed.

    PROFESSIONAL lasts some days longer, so that someone who left can take their portfolio along. Granted
    roles end with the employment.

    Raises PARKED.
    """
    return await _caller(reader, await directory.known_of(reader.ask, person), calendar)


async def find_callers(
    reader: ViewReader, persons: Sequence[str], *, calendar: Calendar
) -> dict[str, Caller | GatewayError]:
    """Return each of these people and their roles, as `find_caller` does; PARKED in place of one who is."""
    found: dict[str, Caller | GatewayError] = {}
    for person, known in (await directory.known_of_all(reader.ask, persons)).items():
        try:
            found[person] = await _caller(reader, known, calendar)
        except GatewayError as error:
            found[person] = error
    return found


async def _caller(reader: ViewReader, known: directory.Known, calendar: Calendar) -> Caller:
    if known.parked:
        raise parked()
    registered = known.person is not None or known.leaving is not None
    employment = employment_of(known.leaving, calendar) if registered else None
    days = await _days_after_leaving(reader, employment)
    granted = ((Role.__members__.get(grant.role), granted_on(grant.granted_at)) for grant in known.granted)
    roles = roles_held(
        grants=[(role, on) for role, on in granted if role is not None],  # one of a newer program is no role
        employment=employment,
        days=days,
        today=calendar.today(),
    )
    return Caller(person=known.person, roles=roles)


async def _days_after_leaving(reader: ViewReader, employment: Employment | None) -> int:
    if employment is None or not employment.is_over:
        return DAYS_AFTER_LEAVING_DEFAULT  # not asked for
    async with reader.connection() as connection:
        await check_organisation_not_parked(connection, organisation.VIEW)
        policy = await organisation.policy_in_force(connection)
    return policy.portfolio_days_after_leaving if policy else DAYS_AFTER_LEAVING_DEFAULT
