"""Services, all views and the processes on one real log and vault."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from eventsourcing.persistence import EventStore

from events.privacy.invitations import Invitations
from kit.health import Health
from kit.secrets import MasterKey
from processes.assembly import scheduler_of
from processes.scheduler import Scheduler
from projections.registry import find_views
from rules.access.roles import Role
from services.feedback.invitation_chores import InvitationChores
from services.feedback.round_states import RoundStates
from services.handling.person_states import PersonStates
from tests.projections.witness import PATIENCE_S, ask, make_worker, wait_until, working
from tests.services.house import House, furnish, opened


@contextmanager
def inhabited(database: str) -> Iterator[House]:
    """Open a house with a team, a professional with a portfolio, and every view folded as facts come."""
    with opened(database) as house, house.log.folding():
        worker = make_worker(database, house.log.name, house.mapper, views=find_views())
        with working(worker):
            furnish(house)
            yield house


def scheduler(house: House) -> Scheduler:
    return scheduler_of(
        house.handler,
        database_url=house.log.url,
        invitations=chores(house),
        calendar=house.calendar,
        health=Health(house.clock),
    )


def chores(house: House) -> InvitationChores:
    """Return what jobs do in a vault in which nobody was invited."""
    store: EventStore[str] = EventStore(house.mapper, house.log.recorders[0])
    invitations = Invitations(house.log.url, MasterKey(key=os.urandom(32)))
    return InvitationChores(RoundStates(store, PersonStates(house.vault)), invitations)


def accepted(house: House, name: str, /, **given: Any) -> str:
    """Let the owner at hand do something, and return the id of what it made."""
    result = house.owner(name, **given)
    assert result.outcome == "ACCEPTED", result
    return result.entity_id or ""


def shared_until(house: House, until: date, **audience: Any) -> str:
    """Let the owner share a new passion, and return the sharing's id."""
    passion = accepted(house, "namePassion", text=f"Samen koken, tot {until} met {audience}")
    return accepted(house, "shareItem", itemId=passion, until=until.isoformat(), **{"with": audience})


def caught_up(house: House, *, patience_s: float = PATIENCE_S) -> None:
    """Wait until every view has reached the journal's end."""
    lagging = f"""
        SELECT count(*) FROM {house.log.name}_events e JOIN views.positions p
        ON p.partition = e.partition AND e.notification_id > p.ordinal
    """

    def whole() -> bool:
        if not ask(house.log.url, "SELECT to_regclass('views.positions') IS NOT NULL")[0][0]:
            return False
        views = ask(house.log.url, "SELECT count(DISTINCT view) FROM views.positions")[0][0]
        return bool(views == len(find_views()) and not ask(house.log.url, lagging)[0][0])

    wait_until(whole, patience_s=patience_s)


def colleague(house: House, number: str) -> str:
    """Register somebody else and return the person."""
    address = f"{number}@example.org"
    house.feed("registerProfessional", employeeNumber=number, name="Joris", email=address)
    return house.caller(number, Role.PROFESSIONAL).person
