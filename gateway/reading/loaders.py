"""Names that many fields of one answer need, read together: one statement for all that ask at one moment."""

from collections.abc import Sequence

from strawberry.dataloader import DataLoader

from gateway.reading.reader import Reads
from projections.views import catalogue, organisation

BATCH_MAX = 1_000


class Loaders:
    """Of one request. Nothing is kept: a subscription asks for as long as it runs, and names change."""

    __slots__ = ("_reads", "names", "teams", "terms")

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        self.names: DataLoader[str, str | None] = DataLoader(
            load_fn=self._names, max_batch_size=BATCH_MAX, cache=False
        )
        self.teams: DataLoader[str, organisation.Team | None] = DataLoader(
            load_fn=self._teams, max_batch_size=BATCH_MAX, cache=False
        )
        self.terms: DataLoader[str, catalogue.Term | None] = DataLoader(
            load_fn=self._terms, max_batch_size=BATCH_MAX, cache=False
        )

    async def _names(self, persons: list[str]) -> Sequence[str | None]:
        names = await self._reads.names_of(persons)
        return [names.get(person) for person in persons]

    async def _teams(self, teams: list[str]) -> Sequence[organisation.Team | None]:
        known = await self._reads.teams_by_ids(teams)
        return [known.get(team) for team in teams]

    async def _terms(self, terms: list[str]) -> Sequence[catalogue.Term | None]:
        known = await self._reads.terms_read_as(terms)
        return [known.get(term) for term in terms]
