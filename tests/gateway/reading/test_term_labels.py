"""Words of terms are read once, and again as soon as the catalogue is another one."""

import asyncio
from typing import Any

import pytest

from events.catalog.catalogue import TermReworded
from gateway.reading import term_labels
from gateway.reading.term_labels import TERMS_KEPT_S, KeptTerms
from kit.postgres.statements import Read
from projections.views import catalogue
from tests.gateway.api.team.members import CALM, CONTACT, adopted
from tests.gateway.world import ORGANISATION, World

pytestmark = pytest.mark.postgres
UNKNOWN = "0" * 32


class Shelf:
    """Kept terms, with how often they were read from the database, and the time they go by."""

    def __init__(self, world: World) -> None:
        self._ask = world.gateway.reader.ask
        self.reads = 0
        self.now_s = 0.0
        self._kept = KeptTerms(self._counted, now_s=lambda: self.now_s)

    async def _counted(self, read: Read[Any], /) -> Any:
        self.reads += 1
        return await self._ask(read)

    def words(self, *terms: str) -> dict[str, str]:
        async def read() -> dict[str, str]:
            key = await catalogue.VERSION_KEY.read().of(self._ask)
            found, of_key = await self._kept.of(terms, key)
            assert of_key == key
            return {claimed: term.nl for claimed, term in found.items()}

        return asyncio.run(read())


@pytest.fixture
def shelf(world: World) -> Shelf:
    adopted(world, CALM, "Rust bewaren", "calm")
    adopted(world, CONTACT, "Durven", "courage")
    return Shelf(world)


def test_words_are_read_once_also_of_a_term_that_is_not_there(shelf: Shelf) -> None:
    for _ in range(3):
        assert shelf.words(CALM, UNKNOWN) == {CALM: "Rust bewaren"}
    assert shelf.reads == 1
    assert shelf.words(CALM, CONTACT) == {CALM: "Rust bewaren", CONTACT: "Durven"}
    assert shelf.words(CONTACT) == {CONTACT: "Durven"}
    assert shelf.words() == {}
    assert shelf.reads == 2


def test_other_words_are_shown_at_once(shelf: Shelf, world: World) -> None:
    assert shelf.words(CALM, CONTACT) == {CALM: "Rust bewaren", CONTACT: "Durven"}
    world.happened(f"catalogue-{ORGANISATION}", TermReworded(term=CALM, nl="Kalm blijven", en="Calm"))
    assert shelf.words(CONTACT) == {CONTACT: "Durven"}
    assert shelf.words(CALM) == {CALM: "Kalm blijven"}


def test_words_are_read_again_after_a_while_and_never_too_many_are_kept(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.words(CALM)
    shelf.now_s += TERMS_KEPT_S
    assert shelf.words(CALM) == {CALM: "Rust bewaren"}
    assert shelf.reads == 2
    monkeypatch.setattr(term_labels, "TERMS_KEPT_MAX", 1)
    assert shelf.words(CONTACT) == {CONTACT: "Durven"}
    assert shelf.reads == 3
    assert shelf.words(CALM) == {CALM: "Rust bewaren"}
    assert shelf.reads == 4
