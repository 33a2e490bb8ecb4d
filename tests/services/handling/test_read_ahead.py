"""What is read ahead of a command is what the log says then, and is used once."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from events.streams import command_key
from rules.access.roles import Role
from services.handling.read_ahead import AheadReader
from services.handling.registry import read_command
from services.handling.roles import RoleReader
from services.handling.state_cache import StateCache
from tests.backends.postgres import fresh_database
from tests.services.house import TALENT, House, furnish, opened, with_owner

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def house(postgres_url: str) -> Iterator[House]:
    with fresh_database(postgres_url) as url, opened(url) as house, house.log.folding():
        furnish(house)
        yield house


def test_each_part_is_what_reading_it_alone_gives_and_is_used_once(house: House) -> None:
    owner, command_id = with_owner(house, "ahead-1"), str(uuid4())
    assert owner.owner("claimTalent", command_id=command_id, **TALENT).outcome == "ACCEPTED"
    person = owner.caller(owner.number, Role.PROFESSIONAL).person
    recorder, store = house.log.recorders[0], house.handler._store
    reader = AheadReader(
        store, recorder, StateCache(store), RoleReader(store, house.calendar), house.calendar
    )
    key, stream = command_key(person, command_id), f"portfolio-{person}"
    ahead = reader.read(
        read_command("claimTalent", TALENT), key, sender=person, organisation=house.handler.organisation()
    )
    assert ahead.found == recorder.find_any(key)
    before = list(store.get(stream))
    assert len(before) == 2
    assert owner.owner("namePassion", text="Jongeren").outcome == "ACCEPTED"

    assert (ahead.commits_of(person), ahead.commits_of(person)) == (3, 4)
    assert [len(list(ahead.get(stream))) for _ in range(2)] == [2, 3]
    assert [event.version for event in ahead.get(stream, gt=2)] == [3], "not what was read after 0"
    assert len(list(ahead.get(f"employment-{person}"))) == 1


def test_what_is_of_another_is_not_read_ahead(house: House) -> None:
    owner, other = with_owner(house, "ahead-2"), with_owner(house, "ahead-3")
    person, another = (each.caller(each.number, Role.PROFESSIONAL).person for each in (owner, other))
    confirm = read_command("confirmAgreement", {"agreementId": f"{another}-{'7' * 32}"})
    streams = house.handler._ahead._own_streams(confirm, person, house.handler.organisation())
    assert streams == {}


def test_a_command_that_loses_a_race_decides_on_what_is_there_then(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = with_owner(house, "ahead-4")
    elsewhere = house.another_process()
    read, meanwhile = AheadReader.read, [True]

    def read_then_another(self: AheadReader, *arguments: object, **named: object) -> object:
        ahead = read(self, *arguments, **named)  # type: ignore[arg-type]
        if meanwhile.pop():
            meanwhile.append(False)
            given: Any = TALENT
            done = owner.ask(owner.number, Role.PROFESSIONAL, "claimTalent", handler=elsewhere, **given)
            assert done.outcome == "ACCEPTED"
        meanwhile.append(False)
        return ahead

    monkeypatch.setattr(AheadReader, "read", read_then_another)
    refused = owner.owner("claimTalent", **TALENT)
    assert [refusal.code for refusal in refused.refusals] == ["ALREADY_SO"]
