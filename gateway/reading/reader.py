"""The views as resolvers ask them: each read on a connection of the pool, none with SQL of its own."""

import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from gateway.errors import ErrorCode, GatewayError
from gateway.reading.freshness import Connect, too_stale
from gateway.reading.term_labels import item_in, portfolio_in, terms_claimed
from kit.clock import Calendar
from projections.parking import parked_of
from projections.positions import positions_of
from projections.row_status import Standing, standing
from projections.view import View
from projections.views import catalogue, directory, organisation, profile, shared, timeline
from rules.access.roles import DAYS_AFTER_LEAVING_DEFAULT, Role, keeps_portfolio, roles_held
from rules.clusters import TermState
from rules.names import plain_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, and the roles they may choose from; `person` is None for who keeps no portfolio here."""

    person: directory.Person | None
    roles: frozenset[Role]


class Reads:
    """`connect` gives a connection of the pool for reading; a replica will do."""

    def __init__(self, connect: Connect, *, calendar: Calendar) -> None:
        self._connect = connect
        self._calendar = calendar

    async def caller(self, person: str) -> Caller:
        """Return someone with their roles: those granted, and PROFESSIONAL as long as it lasts.

        It lasts while employed, and some days longer, so that who left can take the own portfolio along.
        """
        async with self._connect() as connection:
            known = await directory.known_of(connection, person)
            if known.parked:
                raise _parked()
            registered = known.person is not None and await self._keeps_portfolio(
                connection, known.person.ended_on
            )
        roles = roles_held(granted={Role[role] for role in known.roles}, registered=registered)
        return Caller(person=known.person, roles=roles)

    async def _keeps_portfolio(self, connection: Any, ended_on: date | None) -> bool:
        if ended_on is None:
            return True
        await self._organisation_not_parked(connection, organisation.VIEW)
        policy = await organisation.policy_in_force(connection)
        days = policy.portfolio_days_after_leaving if policy else DAYS_AFTER_LEAVING_DEFAULT
        return keeps_portfolio(ended_on=ended_on, days=days, today=self._calendar.today())

    async def names_of(self, persons: Sequence[str]) -> dict[str, str]:
        """Return the names of those of these people who are known; one set aside for repair is not."""
        async with self._connect() as connection:
            known = await directory.persons_by_ids(connection, persons)
        return {id_: person.display_name for id_, person in known.items()}

    async def colleagues(self, start: str, *, limit: int) -> list[directory.Person]:
        """Return who works here and has a name of which a word begins so; one set aside for repair is not."""
        async with self._connect() as connection:
            return await directory.colleagues(connection, start, limit=limit)

    async def role_grants(self) -> list[directory.RoleGrant]:
        """Return the roles in force, by role and then by name."""
        async with self._connect() as connection:
            granted = await directory.role_grants(connection)
            await self._none_parked(connection, directory.VIEW, sorted({g.organisation for g in granted}))
            return granted

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
        return sorted([*units, *leaves], key=lambda unit: (plain_name(unit.name), unit.unit))

    async def unit_changes(self, last: int) -> list[organisation.UnitChange]:
        async with self._connect() as connection:
            return await organisation.unit_changes(connection, last=last)

    async def policies(self, last: int) -> list[organisation.Policy]:
        """Return the newest policies, the one in force first."""
        async with self._connect() as connection:
            return await organisation.policies(connection, last=last)

    async def teams_of(self, person: str) -> list[organisation.Team]:
        """Return the teams someone is in, by name; one whose forming is not seen yet is left out."""
        async with self._of(profile.VIEW, person) as connection:
            memberships = await profile.teams_of(connection, person)
            known = await organisation.teams_by_ids(connection, [member.team for member in memberships])
        return sorted(known.values(), key=lambda team: (plain_name(team.name), team.team))

    async def teams_by_ids(self, teams: Sequence[str]) -> dict[str, organisation.Team]:
        async with self._connect() as connection:
            return await organisation.teams_by_ids(connection, teams)

    async def catalogue_version(self) -> int:
        """Return the version of the shared words' stream."""
        async with self._connect() as connection:
            await self._organisation_not_parked(connection, catalogue.VIEW)
            return await catalogue.version(connection)

    async def terms(
        self,
        *,
        state: TermState,
        cluster: str | None,
        search: str,
        after: tuple[str, str] | None,
        limit: int,
    ) -> list[catalogue.Term]:
        """Return a page of the shared words, by their Dutch form."""
        async with self._connect() as connection:
            return await catalogue.terms(
                connection, state=state, cluster=cluster, search=search, after=after, limit=limit
            )

    async def terms_read_as(self, terms: Sequence[str]) -> dict[str, catalogue.Term]:
        async with self._connect() as connection:
            return await catalogue.terms_read_as(connection, terms)

    async def portfolio_of(self, person: str, as_of: datetime | None = None) -> profile.Portfolio | None:
        async with self._of(profile.VIEW, person) as connection:
            found = await profile.portfolio_of(connection, person, as_of)
            # At a moment of the past a talent is called what its owner claimed it as.
            claimed = terms_claimed(found) if found and as_of is None else []
            terms = await catalogue.terms_read_as(connection, claimed)
        return portfolio_in(terms, found) if found else None

    async def language_of(self, person: str) -> str | None:
        """Return the language someone's portfolio was opened in."""
        async with self._of(profile.VIEW, person) as connection:
            return await profile.language_of(connection, person)

    async def agreements_to_confirm(self, other: str, *, at_most_s: float) -> list[profile.Agreement]:
        """Return what others noted as agreed with someone, not confirmed yet; UNAVAILABLE if too old."""
        async with self._of(profile.VIEW, other, at_most_s=at_most_s) as connection:
            return await profile.agreements_to_confirm(connection, other)

    async def agreement_for(self, other: str, agreement: str) -> profile.Agreement | None:
        async with self._of(profile.VIEW, other) as connection:
            return await profile.agreement_for(connection, other, agreement)

    async def history_of(
        self,
        person: str,
        *,
        since: datetime | None,
        until: datetime | None,
        oldest_first: bool,
        after: int | None,
        limit: int,
    ) -> list[timeline.Entry]:
        """Return a page of someone's own history."""
        async with self._of(timeline.VIEW, person) as connection:
            return await timeline.entries(
                connection,
                person,
                since=since,
                until=until,
                oldest_first=oldest_first,
                after=after,
                limit=limit,
            )

    async def changes_after(self, person: str, ordinal: int) -> list[timeline.Entry]:
        async with self._of(timeline.VIEW, person) as connection:
            return await timeline.entries_after(connection, person, ordinal)

    async def newest_change(self, person: str) -> timeline.Entry | None:
        newest = await self.history_of(
            person, since=None, until=None, oldest_first=False, after=None, limit=1
        )
        return newest[0] if newest else None

    async def shared_with(
        self, viewer: str, *, after: tuple[str, str] | None, limit: int, at_most_s: float
    ) -> list[shared.SharedItem]:
        """Return a page of what is open to someone today, by owner; owners set aside open nothing.

        Raises UNAVAILABLE where that was known whole longer ago: a sharing withdrawn may not be seen yet.
        """
        async with self._of(shared.VIEW, viewer, at_most_s=at_most_s) as connection:
            items = await shared.shared_with(
                connection, viewer, today=self._calendar.today(), after=after, limit=limit
            )
            claimed = [item.term for item in items if item.term is not None]
            terms = await catalogue.terms_read_as(connection, claimed)
        return [item_in(terms, item) for item in items]

    async def generation(self) -> str:
        """Return the generation of the log that the views were folded from."""
        async with self._connect() as connection:
            parts = await positions_of(connection, profile.VIEW)
        if not parts:
            raise GatewayError(ErrorCode.UNAVAILABLE, "The views were not made yet; try again.")
        return parts[0].generation

    @asynccontextmanager
    async def _of(self, view: View, person: str, *, at_most_s: float = math.inf) -> AsyncIterator[Any]:
        """Lend a connection to read a view of someone; raises PARKED or UNAVAILABLE over what was read."""

        def check(stands: Standing) -> None:
            if stands.stale_s > at_most_s:
                raise too_stale(at_most_s)
            if stands.parked:
                raise _parked()

        async with self._connect() as connection, standing(connection, view, person, check):
            yield connection

    async def _organisation_not_parked(self, connection: Any, view: View) -> None:
        found = await organisation.organisation(connection)
        await self._none_parked(connection, view, [found.organisation] if found else [])

    async def _none_parked(self, connection: Any, view: View, subjects: Sequence[str]) -> None:
        if await parked_of(connection, view, subjects):
            raise _parked()


def _parked() -> GatewayError:
    return GatewayError(ErrorCode.PARKED, "An event waits for repair, so this would be old.")
