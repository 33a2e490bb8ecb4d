"""A team of the world of tests: its members, what they share with it, and the words there are."""

from datetime import date
from typing import Any

from events.catalog.catalogue import TermAdopted, TermProposed
from events.catalog.employment import TeamJoined
from events.catalog.portfolio.life import PortfolioOpened
from events.catalog.portfolio.sharing import ItemShared
from events.catalog.portfolio.talents import TalentClaimed
from events.catalog.team import TeamFormed, WorkOffered
from events.catalog.teamwork import WorkOfferWritten
from rules.kinds import ItemKind, Language
from tests.gateway.world import COLLEAGUE, ORGANISATION, OWNER, TODAY, TOMORROW, World

TEAM, UNIT = "1" * 32, "e" * 32
CALM, CONTACT, LOADED = "c" * 32, "d" * 32, "f" * 32


def team_of_two(world: World) -> World:
    """Owner and colleague are in the team, each with an open portfolio; three words are adopted."""
    world.opened()
    world.happened(f"portfolio-{COLLEAGUE}", PortfolioOpened(language=Language.NL))
    world.happened(f"team-{TEAM}", TeamFormed(name="Team Kade", unit=UNIT))
    for person in (OWNER, COLLEAGUE):
        world.happened(f"employment-{person}", TeamJoined(team=TEAM, on=TODAY))
    adopted(world, CALM, "Rust bewaren", "calm")
    adopted(world, CONTACT, "Contact maken", "contact")
    adopted(world, LOADED, "Boekhouden", "organising", loaded_from="esco")
    return world


def adopted(world: World, term: str, nl: str, cluster: str, loaded_from: str | None = None) -> None:
    proposed = TermProposed(term=term, nl=nl, en=f"{nl} (en)", cluster=cluster, list=loaded_from)
    world.happened(f"catalogue-{ORGANISATION}", proposed, TermAdopted(term=term))


def has(person: str, talent: str, *, strength: int = 4, energy: int = 1, **said: Any) -> TalentClaimed:
    """A talent of somebody; its id is theirs alone."""
    given: dict[str, Any] = {"name": "Luisteren", "use": 2} | said
    return TalentClaimed(talent=item_of(person, talent), strength=strength, energy=energy, **given)


def item_of(person: str, name: str) -> str:
    return f"{person[:8]}{name * 24}"[:32]


def shares(
    person: str,
    name: str,
    *,
    kind: ItemKind = ItemKind.TALENT,
    to_all: bool = False,
    energy: bool = False,
    until: date = TOMORROW,
) -> ItemShared:
    return ItemShared(
        sharing=item_of(person, name)[::-1],
        item=item_of(person, name),
        kind=kind,
        audience="organisation" if to_all else "team",
        team=None if to_all else TEAM,
        until=until,
        with_energy=energy,
    )


def offered_work(world: World, offer: str, *wanted: str) -> None:
    """Let the owner offer work to the team that asks for these terms."""
    world.happened(
        f"teamwork-{OWNER}", WorkOfferWritten(offer=offer, team=TEAM, title="Open dag", text="Wie helpt?")
    )
    fact = WorkOffered(offer=offer, by=OWNER, seen=1, until=TOMORROW, wanted=wanted)
    world.happened(f"team-{TEAM}", fact)


def said(world: World, person: str, *events: Any) -> None:
    world.happened(f"portfolio-{person}", *events)
