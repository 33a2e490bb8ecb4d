"""A command whose verdict got lost is unsettled, then has the outcome on the log; it never happens twice."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest

from events.streams import command_key
from rules.access.roles import Role
from rules.commands import CommandResult
from tests.services.house import TALENT, House, furnish, opened

pytestmark = pytest.mark.postgres
SOON_S = 20.0


@pytest.fixture
def house(database: str) -> Iterator[House]:
    with opened(database, append_timeout_s=1.0) as house:
        with house.log.folding():
            furnish(house)
        yield house


@contextmanager
def resolving(house: House) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=house.handler.resolver.run, args=(stop,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)


def result_of(house: House, command_id: str) -> CommandResult | None:
    return house.handler.result_of(caller=house.caller("e1", Role.PROFESSIONAL), command_id=command_id)


def final_result(house: House, command_id: str) -> CommandResult | None:
    waiting = threading.Event()
    for _ in range(int(SOON_S / 0.1)):
        found = result_of(house, command_id)
        if found is not None and found.outcome != "UNSETTLED":
            return found
        waiting.wait(0.1)
    return found


def test_without_a_verdict_a_command_is_unsettled_and_then_accepted(house: House) -> None:
    command_id = str(uuid4())
    sent = house.owner("claimTalent", command_id=command_id, **TALENT)
    assert (sent.outcome, sent.position, sent.refusals) == ("UNSETTLED", None, ())
    assert result_of(house, command_id) == sent
    with house.log.folding(), resolving(house):
        found = final_result(house, command_id)
    assert found is not None
    assert (found.outcome, found.version) == ("ACCEPTED", 2)
    assert len(house.portfolio()) == 2


def test_sent_again_while_unsettled_it_happens_once(house: House) -> None:
    command_id = str(uuid4())
    for _ in range(3):
        assert house.owner("claimTalent", command_id=command_id, **TALENT).outcome == "UNSETTLED"
    with house.log.folding():
        again = house.owner("claimTalent", command_id=command_id, **TALENT)
    assert (again.outcome, again.version) == ("ACCEPTED", 2)
    assert len(house.portfolio()) == 2


def test_after_a_restart_nothing_is_known_of_it_until_it_is_sent_again(house: House) -> None:
    command_id = str(uuid4())
    assert house.owner("claimTalent", command_id=command_id, **TALENT).outcome == "UNSETTLED"
    restarted = house.another_process()
    assert restarted.result_of(caller=house.caller("e1", Role.PROFESSIONAL), command_id=command_id) is None
    with house.log.folding():
        again = house.owner("claimTalent", command_id=command_id, handler=restarted, **TALENT)
    assert (again.outcome, again.version) == ("ACCEPTED", 2)
    assert len(house.portfolio()) == 2


def test_what_was_settled_never_happens(house: House) -> None:
    command_id = str(uuid4())
    caller = house.caller("e1", Role.PROFESSIONAL)

    with house.log.folding():
        house.log.recorders[0].resolve(caller.person, command_key(caller.person, command_id))
        refused = house.owner("claimTalent", command_id=command_id, **TALENT)
        assert [refusal.code for refusal in refused.refusals] == ["SETTLED"]
        assert result_of(house, command_id) == refused
        assert house.owner("claimTalent", **TALENT).outcome == "ACCEPTED"
    assert len(house.portfolio()) == 2


def test_a_command_nobody_asked_for_is_unknown(house: House) -> None:
    assert result_of(house, str(uuid4())) is None
