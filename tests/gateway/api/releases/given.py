"""An organisation whose releases are asked for over the API."""

import asyncio
from typing import Any

from events.catalog.catalogue import TermAdopted, TermProposed
from events.catalog.policy import OrganisationFounded, RoleGranted
from rules.access.roles import Role
from tests.gateway.harness import PEOPLE
from tests.gateway.world import World
from tests.releases import CALMING, LISTENING, ORGANISATION, UNSHOWN, cut_off, published, tree

STREAM = f"release-{ORGANISATION}"
TOO_FEW = "te weinig om veilig te tonen"
CELL = """unit { id name parentId } cluster { id name { nl } } rest holders { from to } shownAbove { id name }
    scarce trend energy energyDated dated"""
READERS = (Role.HR, Role.BOARD, Role.WORKS_COUNCIL, Role.AUDITOR)


def filled(world: World) -> World:
    """Fill an organisation with a tree, words, somebody in each reading role, and a release that is out."""
    world.happened(f"policy-{ORGANISATION}", OrganisationFounded(name="Kade"))
    for place, role in enumerate(READERS):
        granted = RoleGranted(grant=str(place) * 32, person=PEOPLE["hr"], role=role.name)
        world.happened(f"policy-{ORGANISATION}", granted)
    for term, nl, cluster in (
        (LISTENING, "Luisteren", "understanding"),
        (CALMING, "Rust brengen", "calm"),
        (UNSHOWN, "Doorvragen", "understanding"),
    ):
        proposed = TermProposed(term=term, nl=nl, en=f"en {nl}", cluster=cluster)
        world.happened(f"catalogue-{ORGANISATION}", proposed, TermAdopted(term=term))
    for stream, event in tree():
        world.happened(stream, event)
    world.happened(STREAM, cut_off(1))
    world.happened(STREAM, *published(1))
    return world


def ask(world: World, document: str, role: Role = Role.HR, **variables: Any) -> Any:
    answer = asyncio.run(world.ask(document, name="hr", role=role.name, **variables))
    assert "errors" not in answer, answer
    return answer["data"]


def cells(world: World, arguments: str = "") -> list[dict[str, Any]]:
    found = ask(world, f"{{ capabilities {{ cells{arguments} {{ {CELL} }} }} }}")
    return list(found["capabilities"]["cells"])


def figures(found: list[dict[str, Any]]) -> list[tuple[str, bool, tuple[int, int] | None, str | None]]:
    return [
        (
            cell["unit"]["name"],
            cell["rest"],
            cell["holders"] and (cell["holders"]["from"], cell["holders"]["to"]),
            cell["shownAbove"] and cell["shownAbove"]["name"],
        )
        for cell in found
    ]
