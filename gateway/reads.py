"""The views as resolvers ask them: each read on a connection of the pool, none with SQL of its own."""

from collections.abc import Sequence
from typing import Any

from gateway.errors import ErrorCode, GatewayError
from gateway.freshness import Connect
from projections.parking import parked_of
from projections.positions import positions_of
from projections.view import View
from projections.views import directory, organisation, profile
from rules.access import Role, roles_held


class Reads:
    """`connect` gives a connection of the pool for reading; a replica will do."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    async def roles_of(self, person: str) -> frozenset[Role]:
        """Return the roles someone may choose from: those granted, and PROFESSIONAL while employed."""
        async with self._connect() as connection:
            granted = await self._granted(connection, person)
            known = await directory.person_by_id(connection, person)
        return roles_held(
            granted={Role[grant.role] for grant in granted},
            registered=known is not None and known.ended_on is None,
        )

    async def person(self, person: str) -> directory.Person | None:
        async with self._connect() as connection:
            await self._none_parked(connection, directory.VIEW, [person])
            return await directory.person_by_id(connection, person)

    async def grants_of(self, person: str) -> list[directory.RoleGrant]:
        async with self._connect() as connection:
            return await self._granted(connection, person)

    async def the_organisation(self) -> organisation.Organisation | None:
        async with self._connect() as connection:
            found = await organisation.organisation(connection)
            if found is not None:
                await self._none_parked(connection, organisation.VIEW, [found.organisation])
            return found

    async def units_below(self, parent: str | None) -> list[organisation.Unit]:
        """Return the children of a unit, or the top, by name; teams are the leaves."""
        async with self._connect() as connection:
            units = [unit for unit in await organisation.units(connection) if unit.parent == parent]
            teams = [team for team in await organisation.teams(connection) if team.unit == parent]
        leaves = [organisation.Unit(unit=team.team, name=team.name, parent=team.unit) for team in teams]
        return sorted([*units, *leaves], key=lambda unit: (unit.name.casefold(), unit.unit))

    async def portfolio_of(self, person: str) -> profile.Portfolio | None:
        async with self._connect() as connection:
            await self._none_parked(connection, profile.VIEW, [person])
            return await profile.portfolio_of(connection, person)

    async def teams_of(self, person: str) -> list[organisation.Team]:
        """Return the teams someone is in, by name; one whose forming is not seen yet is left out."""
        async with self._connect() as connection:
            await self._none_parked(connection, profile.VIEW, [person])
            memberships = await profile.teams_of(connection, person)
            known = await organisation.teams_by_ids(connection, [member.team for member in memberships])
        return sorted(known.values(), key=lambda team: (team.name.casefold(), team.team))

    async def changes_after(self, person: str, ordinal: int) -> list[profile.Change]:
        async with self._connect() as connection:
            await self._none_parked(connection, profile.VIEW, [person])
            return await profile.changes_after(connection, person, ordinal)

    async def generation(self) -> str:
        """Return the generation of the log that the views were folded from."""
        async with self._connect() as connection:
            standing = await positions_of(connection, profile.VIEW)
        if not standing:
            raise GatewayError(ErrorCode.UNAVAILABLE, "The views were not made yet; try again.")
        return standing[0].generation

    async def _granted(self, connection: Any, person: str) -> list[directory.RoleGrant]:
        granted = await directory.roles_of(connection, person)
        # Of the organisation too: what waits for repair there may have taken a role away.
        organisations = {grant.organisation for grant in granted}
        await self._none_parked(connection, directory.VIEW, [person, *organisations])
        return granted

    async def _none_parked(self, connection: Any, view: View, subjects: Sequence[str]) -> None:
        if await parked_of(connection, view, subjects):
            message = "An event waits for repair, so this would be old."
            raise GatewayError(ErrorCode.PARKED, message)
