"""Names that many fields of one answer need: one statement for all that are asked for at the same moment."""

from collections.abc import Sequence

from strawberry.dataloader import DataLoader

from events.privacy.disclosures import DisclosureEntry
from gateway.reading import team_items
from gateway.reading.disclosures import ReadLog
from gateway.reading.team_items import OpenOffers, OpenTalents, TeamAsked
from gateway.reading.view_reader import ViewReader
from projections.views import catalogue, directory, lenses, organisation, profile, rounds

BATCH_MAX = 1_000


class Loaders:
    """One instance per request. Nothing is cached, because a subscription outlives many name changes."""

    __slots__ = (
        "_read_log",
        "_reader",
        "disclosures",
        "lenses",
        "members",
        "mirrors",
        "names",
        "offers",
        "talents",
        "teams",
        "terms",
    )

    def __init__(self, reader: ViewReader, read_log: ReadLog) -> None:
        self._reader = reader
        self._read_log = read_log
        self.disclosures: DataLoader[tuple[DisclosureEntry, ...], None] = DataLoader(
            load_fn=self._disclosures, max_batch_size=BATCH_MAX, cache=False
        )
        self.lenses: DataLoader[tuple[str, int], lenses.LensVersion | None] = DataLoader(
            load_fn=self._lenses, max_batch_size=BATCH_MAX, cache=False
        )
        self.members: DataLoader[str, list[str]] = DataLoader(
            load_fn=self._members, max_batch_size=BATCH_MAX, cache=False
        )
        self.mirrors: DataLoader[tuple[str, str], rounds.Mirror | None] = DataLoader(
            load_fn=self._mirrors, max_batch_size=BATCH_MAX, cache=False
        )
        self.names: DataLoader[str, str | None] = DataLoader(
            load_fn=self._names, max_batch_size=BATCH_MAX, cache=False
        )
        self.offers: DataLoader[TeamAsked, OpenOffers] = DataLoader(
            load_fn=self._offers, max_batch_size=BATCH_MAX, cache=False
        )
        self.talents: DataLoader[TeamAsked, OpenTalents] = DataLoader(
            load_fn=self._talents, max_batch_size=BATCH_MAX, cache=False
        )
        self.teams: DataLoader[str, organisation.Team | None] = DataLoader(
            load_fn=self._teams, max_batch_size=BATCH_MAX, cache=False
        )
        self.terms: DataLoader[str, catalogue.Term | None] = DataLoader(
            load_fn=self._terms, max_batch_size=BATCH_MAX, cache=False
        )

    async def _names(self, persons: list[str]) -> Sequence[str | None]:
        """Return the display name of each person; None for one who is unknown or parked."""
        async with self._reader.connection() as connection:
            known = await directory.persons_by_ids(connection, persons)
        return [known[person].display_name if person in known else None for person in persons]

    async def _teams(self, teams: list[str]) -> Sequence[organisation.Team | None]:
        known = await organisation.teams_by_ids(self._reader.ask, teams)
        return [known.get(team) for team in teams]

    async def _members(self, teams: list[str]) -> Sequence[list[str]]:
        """Return the members of each team, without those who are parked."""
        async with self._reader.connection() as connection:
            known = await profile.members_of_teams(connection, teams)
        return [known.get(team, []) for team in teams]

    async def _talents(self, asked: list[TeamAsked]) -> Sequence[OpenTalents]:
        """Return the talents that are open in each team, read once a team."""
        found = {one: await team_items.open_talents(self._reader, one) for one in dict.fromkeys(asked)}
        return [found[one] for one in asked]

    async def _offers(self, asked: list[TeamAsked]) -> Sequence[OpenOffers]:
        found = {one: await team_items.open_offers(self._reader, one) for one in dict.fromkeys(asked)}
        return [found[one] for one in asked]

    async def _disclosures(self, asked: list[tuple[DisclosureEntry, ...]]) -> Sequence[None]:
        """Write these lines of the read log. Raises UNAVAILABLE, and nothing that they are about is shown."""
        await self._read_log.record([line for lines in asked for line in lines])
        return [None] * len(asked)

    async def _terms(self, terms: list[str]) -> Sequence[catalogue.Term | None]:
        known = await catalogue.terms_read_as(self._reader.ask, terms)
        return [known.get(term) for term in terms]

    async def _lenses(self, versions: list[tuple[str, int]]) -> Sequence[lenses.LensVersion | None]:
        """Return each version by lens and number, whatever its state; None if there is no such one."""
        async with self._reader.connection() as connection:
            known = await lenses.of_lenses(connection, sorted({lens for lens, _ in versions}))
        return [known.get(version) for version in versions]

    async def _mirrors(self, asked: list[tuple[str, str]]) -> Sequence[rounds.Mirror | None]:
        """Return each mirror by its person and round; None if there is no such one."""
        found: dict[tuple[str, str], rounds.Mirror] = {}
        async with self._reader.connection() as connection:
            for person in sorted({person for person, _ in asked}):
                wanted = [name for owner, name in asked if owner == person]
                mirrors = await rounds.mirrors_of(connection, person, wanted)
                found |= {(person, name): mirror for name, mirror in mirrors.items()}
        return [found.get(one) for one in asked]
