"""What time brings about, on the real log, views and read log."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from events.catalog.portfolio.sharing import ItemSharingEnded
from events.catalog.units import UnitFormed
from events.codec import Recorded
from events.streams import command_key
from kit.errors import ForbiddenError
from kit.ids import derived_id
from processes.scheduler import Turn
from rules.access.roles import Role
from services.contexts.portfolio.energy.commands import NamePassion
from services.contexts.portfolio.sharing.commands import EndItemSharings
from tests.processes.house import (
    accepted,
    caught_up,
    colleague,
    inhabited,
    scheduler,
    shared_until,
)
from tests.services.house import NOW, House, with_owner

pytestmark = pytest.mark.postgres
TODAY = NOW.date()
DONE = Turn()
ONE_LEFT = Turn(unfinished={"end_sharings": "1 sharings could not be ended yet"})


def ended(house: House) -> dict[str, str]:
    """Sharings that ended, with the reason, from the log."""
    events = [recorded.event for recorded in house.portfolio()]
    return {e.sharing: e.reason for e in events if isinstance(e, ItemSharingEnded)}


def test_a_sharing_ends_the_day_after_its_last(database_with_tables: str) -> None:
    with inhabited(database_with_tables) as house:
        other = colleague(house, "e2")
        short = shared_until(house, TODAY + timedelta(days=3), people=[other])
        long = shared_until(house, TODAY + timedelta(days=30), people=[other])
        turns = scheduler(house)
        for _ in range(4):
            caught_up(house)
            assert turns.turn() == DONE
            assert ended(house) == {}
            house.clock.advance(timedelta(days=1))
        assert turns.turn() == DONE
        assert ended(house) == {short: "day"}
        caught_up(house)
        before = len(house.portfolio())
        assert scheduler(house).turn() == DONE
        assert len(house.portfolio()) == before
        assert long not in ended(house)


def test_the_last_day_of_a_sharing_ends_at_midnight_where_the_organisation_is(
    database_with_tables: str,
) -> None:
    with inhabited(database_with_tables) as house:
        until = TODAY + timedelta(days=1)
        short = shared_until(house, until, people=[colleague(house, "e2")])
        turns = scheduler(house)
        caught_up(house)
        house.clock.advance(datetime(2026, 11, 24, 22, 59, tzinfo=UTC) - NOW)
        assert turns.turn() == DONE
        assert ended(house) == {}
        house.clock.advance(timedelta(minutes=31))
        assert house.clock.now().day == until.day
        assert turns.turn() == DONE
        assert ended(house) == {short: "day"}


def test_what_is_asked_too_soon_does_not_happen(database_with_tables: str) -> None:
    with inhabited(database_with_tables) as house:
        other = colleague(house, "e2")
        sharing = shared_until(house, TODAY + timedelta(days=3), people=[other])
        owner = house.vault.person_for(house.number) or ""
        command = EndItemSharings(owner=owner, sharing_ids=(sharing,))
        result = house.handler.handle_for_process(command, process="scheduler", occasion="too soon")
        assert result.outcome == "REFUSED"
        assert ended(house) == {}


def test_an_end_that_the_log_settled_as_never_to_happen_comes_the_next_day(database_with_tables: str) -> None:
    with inhabited(database_with_tables) as house:
        short = shared_until(house, TODAY + timedelta(days=1), people=[colleague(house, "e2")])
        house.clock.advance(timedelta(days=2))
        caught_up(house)
        day = house.calendar.today()
        occasion = derived_id("occasion", "scheduler", derived_id(day.isoformat(), short))
        key = command_key(derived_id("process", "scheduler"), str(UUID(hex=occasion, version=4)))
        house.log.recorders[0].resolve(house.vault.person_for(house.number) or "", key)
        assert scheduler(house).turn() == ONE_LEFT
        assert ended(house) == {}
        house.clock.advance(timedelta(days=1))
        assert scheduler(house).turn() == DONE
        assert ended(house) == {short: "day"}


def test_an_owner_whose_stream_is_not_understood_keeps_no_other_sharing_open(
    database_with_tables: str,
) -> None:
    with inhabited(database_with_tables) as house:
        other = colleague(house, "e2")
        strange = with_owner(house, "e3")
        shared_until(strange, TODAY + timedelta(days=1), people=[other])
        short = shared_until(house, TODAY + timedelta(days=2), people=[other])
        newer = Recorded(
            stream=f"portfolio-{house.vault.person_for('e3')}",
            version=len(strange.portfolio()) + 1,
            event=UnitFormed(unit="u" * 32, name="x", parent=None),
            at=NOW,
            by="x",
        )
        house.log.recorders[0].append([house.mapper.to_stored_event(newer)])
        house.clock.advance(timedelta(days=3))
        caught_up(house)
        assert scheduler(house).turn() == ONE_LEFT
        assert ended(house) == {short: "day"}


def test_a_process_gives_no_persons_command_and_a_person_none_of_a_process(database_with_tables: str) -> None:
    with inhabited(database_with_tables) as house:
        with pytest.raises(ForbiddenError):
            house.handler.handle_for_process(NamePassion(text="x"), process="scheduler", occasion="x")
        owner = house.caller(house.number, Role.PROFESSIONAL)
        command = EndItemSharings(owner=owner.person, sharing_ids=())
        with pytest.raises(ForbiddenError):
            house.handler.handle(command, caller=owner, command_id="2b6a3a5e-0d1c-4c55-9a51-6a0f2d0f4f10")


def test_the_read_log_has_room_ahead_and_loses_what_the_policy_no_longer_keeps(
    database_with_tables: str,
) -> None:
    with inhabited(database_with_tables) as house:
        accepted(house, "namePassion", text="Iets")
        caught_up(house)
        assert scheduler(house).turn() == DONE
        with psycopg.connect(database_with_tables, autocommit=True) as connection:
            months = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'read_log.disclosures'::regclass"
            room = connection.execute(months).fetchone()
            assert room is not None
            house.clock.advance(timedelta(days=31 * 26))
            assert scheduler(house).turn() == DONE
            kept = connection.execute(
                "SELECT min(c.relname) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
                " WHERE i.inhparent = 'read_log.disclosures'::regclass"
            ).fetchone()
        assert kept is not None
        # Two years and two months later the first months are gone.
        assert kept[0] > "disclosures_2026_12"
