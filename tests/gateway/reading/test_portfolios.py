"""A portfolio is kept in memory, and answered from there only while the views hold exactly that."""

import asyncio
from typing import Any
from weakref import ref

import psycopg
import pytest

from events.catalog.catalogue import TermReworded
from events.catalog.employment import ProfessionalRegistered
from events.catalog.portfolio.life import PortfolioOpened
from events.codec import Forgotten
from gateway.execution.plans import Plans
from gateway.limits.sharing import SharingExecutor
from gateway.reading import pictures, portfolios
from gateway.reading.pictures import Picture, Pictures
from gateway.reading.portfolios import Portfolios
from gateway.reading.view_reader import ViewReader
from kit.postgres.statements import Read
from projections.views import directory, profile
from projections.views.profile.life import VERSIONS
from projections.views.profile.talents import TALENTS
from rules.commands import LogPosition
from rules.kinds import Language
from tests.gateway.api.team.members import CALM, adopted, has
from tests.gateway.both_ways import asked_once
from tests.gateway.harness import NOW
from tests.gateway.world import ORGANISATION, OWNER, World, claimed

DOCUMENT = "query ($waitFor: [Position!]) { me(waitFor: $waitFor) { portfolio { talents { name { nl } } } } }"
CLAIMS = 12


def names(answer: Any) -> list[str]:
    assert "errors" not in answer, answer
    return [talent["name"]["nl"] for talent in answer["data"]["me"]["portfolio"]["talents"]]


def kept(world: World) -> Pictures:
    return world.gateway.portfolios.pictures


def shown(world: World) -> list[str]:
    return names(asyncio.run(world.ask(DOCUMENT)))


@pytest.fixture
def owned(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world whose owner's portfolio is kept, with one talent of a shared word, and what is shown of it."""
    monkeypatch.setattr(SharingExecutor, "plans", Plans(uses_before=0))
    adopted(world, CALM, "Rust bewaren", "calm")
    world.happened(world.opened(), has(OWNER, "1", term=CALM, name="Rust bewaren"))
    assert shown(world) == ["Rust bewaren"]
    return world


@pytest.mark.postgres
def test_nothing_changed_is_the_kept_picture(owned: World, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = kept(owned).get(OWNER)
    made: list[object] = []
    monkeypatch.setattr(Portfolios, "_made", made.append)
    assert shown(owned) == ["Rust bewaren"]
    assert kept(owned).get(OWNER) is picture
    assert not made


@pytest.mark.postgres
def test_no_read_after_a_claim_is_without_it(owned: World) -> None:
    """Each claim is followed by a read, half of them with `waitFor`, while others read all the time."""

    async def reader(until: asyncio.Event) -> None:
        while not until.is_set():
            names(await owned.ask(DOCUMENT))
            await asyncio.sleep(0)

    def happened(number: int) -> str:
        owned.happened(f"portfolio-{OWNER}", claimed(f"{number:032x}", f"Talent {number}"))
        owned.run(f"UPDATE views.positions SET ordinal = {number}")
        at = LogPosition(partition=0, ordinal=number, generation="f" * 32)
        return owned.position_cipher.encode(at)

    async def steps() -> None:
        ended = asyncio.Event()
        async with owned.on_channels():
            readers = [asyncio.create_task(reader(ended)) for _ in range(2)]
            for number in range(10, 10 + CLAIMS):
                position = await asyncio.to_thread(happened, number)
                after = [position] if number % 2 else None
                assert f"Talent {number}" in names(await owned.ask(DOCUMENT, waitFor=after))
            ended.set()
            await asyncio.gather(*readers)

    with asked_once():
        asyncio.run(steps())


@pytest.mark.postgres
def test_a_word_that_changed_is_shown_in_the_kept_portfolio(owned: World) -> None:
    owned.happened(f"catalogue-{ORGANISATION}", TermReworded(term=CALM, nl="Kalm blijven", en="Keeping calm"))
    assert shown(owned) == ["Kalm blijven"]


@pytest.mark.postgres
def test_words_read_on_a_server_that_is_behind_are_not_kept_as_new_ones(owned: World) -> None:
    """Reads may be spread over servers, of which some have not heard of the newest words yet."""

    async def steps() -> list[str]:
        current = owned.gateway.reader.ask
        async with await psycopg.AsyncConnection.connect(owned.url) as behind:
            await behind.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
            await behind.execute("SELECT")  # from here on it sees the words of this moment
            reworded = TermReworded(term=CALM, nl="Kalm blijven", en="Keeping calm")
            await asyncio.to_thread(owned.happened, f"catalogue-{ORGANISATION}", reworded)

            async def ask(read: Read[Any], /) -> Any:
                return await (read.of(behind) if "terms" in read.values else current(read))

            reads = Portfolios(ViewReader(owned.gateway.reader.connection, ask))
            assert await reads.read(OWNER)
            await behind.rollback()  # it has caught up
            found = await reads.read(OWNER)
            return [talent.name for talent in found.talents] if found else []

    assert asyncio.run(steps()) == ["Kalm blijven"]


@pytest.mark.postgres
def test_rows_that_were_folded_again_are_shown_though_their_version_is_the_same(owned: World) -> None:
    """A rebuild writes them so, and folding a parked person again."""
    owned.run(f"UPDATE {TALENTS.served} SET term = NULL, name = 'Anders geschreven'")
    owned.run(f"UPDATE {VERSIONS.served} SET at = at")
    assert shown(owned) == ["Anders geschreven"]


@pytest.mark.postgres
def test_a_kept_picture_of_someone_parked_is_not_shown(owned: World) -> None:
    owned.parked(profile.VIEW, OWNER)
    answer = asyncio.run(owned.ask(DOCUMENT))
    assert answer["errors"][0]["extensions"]["code"] == "PARKED"
    owned.run("DELETE FROM views.parked")
    assert shown(owned) == ["Rust bewaren"]


@pytest.mark.postgres
def test_a_forgotten_person_is_shown_no_more_and_leaves_memory(owned: World) -> None:
    owned.happened(f"portfolio-{OWNER}", Forgotten())
    picture = kept(owned).get(OWNER)
    assert picture is not None, "nobody asked since"
    values = ref(picture.shown({}).kept)
    assert len(values() or ()) > 0
    del picture
    asyncio.run(owned.gateway.portfolios.drop_outdated())
    assert len(kept(owned)) == 0
    assert values() is None, "what was completed leaves with its picture"
    read = owned.gateway.portfolios.read(OWNER)
    assert asyncio.run(read) is None


@pytest.mark.postgres
def test_a_read_finds_that_its_person_was_forgotten(owned: World) -> None:
    owned.happened(f"portfolio-{OWNER}", Forgotten())
    assert asyncio.run(owned.gateway.portfolios.read(OWNER)) is None
    assert len(kept(owned)) == 0


@pytest.mark.postgres
def test_the_notice_of_the_view_drops_what_changed_and_nothing_else(
    owned: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = "e" * 32
    owned.happened(f"employment-{other}", ProfessionalRegistered(name="Els", email="post@mee.example"))
    owned.happened(f"portfolio-{other}", PortfolioOpened(language=Language.NL))
    monkeypatch.setattr(portfolios, "OUTDATED_CHECK_S_MIN", 0.01)

    async def steps() -> None:
        reads = owned.gateway.portfolios
        assert await reads.read(OWNER)
        assert await reads.read(other)
        dropping = asyncio.create_task(reads.run(owned.gateway.freshness))
        await asyncio.to_thread(owned.happened, f"portfolio-{OWNER}", claimed())
        await asyncio.sleep(0)
        owned.gateway.freshness.notify(profile.VIEW.name, "0")
        async with asyncio.timeout(30):
            while len(reads.pictures) > 1:  # noqa: ASYNC110 - nothing says when a picture is dropped
                await asyncio.sleep(0.01)
        assert reads.pictures.persons() == [other]
        dropping.cancel()

    asyncio.run(steps())


@pytest.mark.postgres
def test_a_moment_of_the_past_is_never_kept(owned: World) -> None:
    first = kept(owned).get(OWNER)
    assert asyncio.run(owned.gateway.portfolios.read(OWNER, NOW)) is not None
    assert kept(owned).get(OWNER) is first
    assert len(kept(owned)) == 1


@pytest.mark.postgres
def test_a_view_that_was_never_confirmed_has_portfolios_still(owned: World) -> None:
    """One's own portfolio is shown from an old view too, as before; only others' items are not."""
    owned.stale(profile.VIEW, 10_000)
    assert shown(owned) == ["Rust bewaren"]


def picture(size: int) -> Picture:
    portfolio = profile.Portfolio(person="p", version=1, state="OPEN", language="nl", opened_at=NOW)
    return Picture(key="1", words=None, size=size, portfolio=portfolio)


def test_pictures_are_bounded_in_number_bytes_and_age(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(pictures, "PICTURES_MAX", 4)
    monkeypatch.setattr(pictures, "PICTURES_BYTES_MAX", 100)
    monkeypatch.setattr(pictures, "monotonic", lambda: now)
    some = Pictures()
    for person in "abcd":
        some.keep(person, picture(10))
    assert some.get("a"), "used last"
    some.keep("e", picture(10))
    assert sorted(some.persons()) == ["a", "c", "d", "e"]
    some.keep("f", picture(75))
    assert len(some) == 2
    some.keep("f", picture(101))
    assert some.get("f") is None
    now = pictures.PICTURE_AGE_MAX_S - 1
    some.keep("g", picture(1))
    now += 2
    assert some.persons() == ["g"]
    assert some.get("a") is None


@pytest.mark.postgres
def test_a_picture_is_read_under_the_roles_of_its_request(owned: World) -> None:
    """The kept picture changes nothing about who may ask: a caller who is unknown by now gets nothing."""
    owned.run(f"DELETE FROM {directory.PERSONS.served}")
    answer = asyncio.run(owned.ask(DOCUMENT))
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    assert len(kept(owned)) == 1
