"""Commands handled on a real log: checked, decided, and carried out once, however often they are sent."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from events.catalog.portfolio.talents import TalentClaimed, TalentRevised
from events.codec import EventMapper
from events.privacy.vault import Vault
from kit.clock import Calendar, FixedClock
from kit.errors import ForbiddenError
from rules.access.roles import Role
from rules.commands import CommandResult
from services.handling.handler import CommandHandler
from services.handling.registry import read_command
from services.handling.results import CommandIdError, NothingAppliedError
from tests.backends.postgres import fresh_database
from tests.services.house import NOW, TALENT, ZONE, House, furnish, opened, with_owner

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def furnished(postgres_url: str) -> Iterator[House]:
    with fresh_database(postgres_url) as url, opened(url) as house, house.log.folding():
        furnish(house)
        yield house


@pytest.fixture
def house(furnished: House) -> House:
    """Each test with an owner and a portfolio of its own."""
    return with_owner(furnished, uuid4().hex)


def codes(result: Any) -> list[str]:
    return [refusal.code for refusal in result.refusals]


def test_an_accepted_command_says_where_it_stands_and_what_it_made(house: House) -> None:
    claimed = house.owner("claimTalent", **TALENT)
    assert (claimed.outcome, claimed.version, claimed.refusals) == ("ACCEPTED", 2, ())
    assert claimed.position is not None
    last = house.portfolio()[-1]
    assert isinstance(last.event, TalentClaimed)
    assert (last.event.talent, last.version, last.at) == (claimed.entity_id, 2, NOW)
    assert last.by == house.vault.person_for(house.number)


def test_a_command_sent_again_happens_once_and_gets_the_same_answer(house: House) -> None:
    command_id = str(uuid4())
    first = house.owner("claimTalent", command_id=command_id, **TALENT)
    again = house.owner("claimTalent", command_id=command_id, **TALENT)
    elsewhere = house.owner(
        "claimTalent", command_id=command_id.upper(), handler=house.another_process(), **TALENT
    )
    assert first == again == elsewhere
    assert len(house.portfolio()) == 2


def test_a_retry_gets_the_first_answer_whatever_happened_since(house: House) -> None:
    command_id = str(uuid4())
    first = house.owner("claimTalent", command_id=command_id, expected_version=1, **TALENT)
    house.owner("setTalentAside", talentId=first.entity_id)
    assert house.owner("claimTalent", command_id=command_id, expected_version=1, **TALENT) == first


def test_a_command_sent_by_many_at_once_happens_once(house: House) -> None:
    command_id = str(uuid4())
    processes = [house.handler, house.another_process(), house.another_process()]

    def send(number: int) -> Any:
        return house.owner(
            "claimTalent", command_id=command_id, handler=processes[number % len(processes)], **TALENT
        )

    with ThreadPoolExecutor(9) as pool:
        results = list(pool.map(send, range(9)))
    assert len(set(map(str, results))) == 1
    assert results[0].outcome == "ACCEPTED"
    assert len(house.portfolio()) == 2


def test_a_command_id_with_another_request_is_refused(house: House) -> None:
    command_id = str(uuid4())
    house.owner("claimTalent", command_id=command_id, **TALENT)
    other = house.owner("claimTalent", command_id=command_id, **{**TALENT, "strength": 5})
    assert codes(other) == ["COMMAND_ID_REUSED"]
    assert codes(house.owner("setTalentAside", command_id=command_id, talentId="x")) == ["COMMAND_ID_REUSED"]
    assert len(house.portfolio()) == 2


def test_what_is_left_out_and_what_is_emptied_are_two_requests(house: House) -> None:
    talent = house.owner("claimTalent", **TALENT, story="Op straat.").entity_id
    command_id, now = str(uuid4()), {"talentId": talent, "strength": 5, "energy": 2, "use": 1}
    first = house.owner("reviseTalent", command_id=command_id, **now)
    assert house.owner("reviseTalent", command_id=command_id, **now) == first
    emptied = house.owner("reviseTalent", command_id=command_id, **now, story=None)
    assert codes(emptied) == ["COMMAND_ID_REUSED"]
    revised = house.portfolio()[-1].event
    assert isinstance(revised, TalentRevised)
    assert (revised.strength, revised.story) == (5, "Op straat.")


def test_command_ids_of_two_people_do_not_meet(house: House) -> None:
    command_id = str(uuid4())
    given = {"employeeNumber": uuid4().hex, "name": "Bo", "email": "bo@example.org"}
    registered = house.feed("registerProfessional", command_id=command_id, **given)
    claimed = house.owner("claimTalent", command_id=command_id, **TALENT)
    assert (registered.outcome, claimed.outcome) == ("ACCEPTED", "ACCEPTED")


def test_who_names_an_old_version_is_told_the_one_of_now(house: House) -> None:
    house.owner("claimTalent", **TALENT)
    late = house.owner("openPortfolio", language="NL", expected_version=1)
    assert (codes(late), late.version, late.position) == (["CHANGED_MEANWHILE"], 2, None)
    ahead = house.owner("openPortfolio", language="NL", expected_version=7)
    assert (codes(ahead), ahead.version) == (["CHANGED_MEANWHILE"], 2)


def test_of_many_that_name_the_same_version_one_is_accepted(house: House) -> None:
    processes = [house.handler, house.another_process(), house.another_process()]

    def claim(number: int) -> Any:
        given = {**TALENT, "name": {"ownWords": f"Talent {number}"}}
        return house.owner("claimTalent", expected_version=1, handler=processes[number % 3], **given)

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(claim, range(6)))
    assert sorted(result.outcome for result in results) == ["ACCEPTED"] + ["REFUSED"] * 5
    assert {tuple(codes(result)) for result in results} == {(), ("CHANGED_MEANWHILE",)}
    assert len(house.portfolio()) == 2


def test_many_that_name_no_version_are_all_decided_on_the_newest_state(house: House) -> None:
    processes = [house.handler, house.another_process()]

    def claim(number: int) -> Any:
        given = {**TALENT, "name": {"ownWords": f"Talent {number}"}}
        return house.owner("claimTalent", handler=processes[number % 2], **given)

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(claim, range(12)))
    assert {result.outcome for result in results} == {"ACCEPTED"}
    assert sorted(result.version for result in results) == list(range(2, 14))
    assert [recorded.version for recorded in house.portfolio()] == list(range(1, 14))


def test_the_same_words_claimed_at_once_stand_once(house: House) -> None:
    processes = [house.handler, house.another_process()]
    with ThreadPoolExecutor(4) as pool:
        results = list(
            pool.map(lambda n: house.owner("claimTalent", handler=processes[n % 2], **TALENT), range(8))
        )
    assert sorted(result.outcome for result in results) == ["ACCEPTED"] + ["REFUSED"] * 7
    assert {code for result in results for code in codes(result)} == {"ALREADY_SO"}


def test_a_refused_command_leaves_no_trace_and_may_be_tried_again(house: House) -> None:
    command_id = str(uuid4())
    assert codes(house.owner("setTalentAside", command_id=command_id, talentId="none")) == ["NOT_FOUND"]
    assert (
        house.handler.result_of(caller=house.caller(house.number, Role.PROFESSIONAL), command_id=command_id)
        is None
    )
    assert len(house.portfolio()) == 1


def test_a_refused_command_is_decided_anew_when_it_is_sent_again(house: House) -> None:
    command_id = str(uuid4())
    claimed = house.owner("claimTalent", **TALENT)
    refused = house.owner("claimTalent", command_id=command_id, **TALENT)
    assert codes(refused) == ["ALREADY_SO"]
    assert house.owner("setTalentAside", talentId=claimed.entity_id).outcome == "ACCEPTED"
    assert house.owner("claimTalent", command_id=command_id, **TALENT).outcome == "ACCEPTED"


def test_a_retry_of_what_was_accepted_is_not_told_that_nothing_changed_with_the_vault_away(
    house: House,
) -> None:
    command_id, caller = str(uuid4()), house.caller(house.number, Role.PROFESSIONAL)
    assert house.owner("claimTalent", command_id=command_id, **TALENT).outcome == "ACCEPTED"
    away = Vault(house.log.url, house.vault._master)
    away.close()
    handler = CommandHandler(
        recorder=house.log.recorders[0], vault=away, mapper=EventMapper(away), calendar=house.calendar
    )
    with pytest.raises(NothingAppliedError) as refused:
        handler.handle(read_command("claimTalent", TALENT), caller=caller, command_id=command_id)
    assert "; nothing was changed" not in str(refused.value)
    assert "this request changed nothing" in str(refused.value)
    assert "ask how it ended" in str(refused.value)
    with pytest.raises(NothingAppliedError):
        handler.require_role("auditReplay", caller)
    assert house.owner("claimTalent", command_id=command_id, **TALENT).outcome == "ACCEPTED"


def test_bad_input_is_refused_with_all_its_fields(house: House) -> None:
    refused = house.owner("claimTalent", **{**TALENT, "strength": 9, "energy": -7})
    assert codes(refused) == ["INVALID_INPUT", "INVALID_INPUT"]
    assert [refusal.field for refusal in refused.refusals] == [("strength",), ("energy",)]


def test_a_commands_fate_is_told_to_who_gave_it_only(house: House) -> None:
    command_id = str(uuid4())
    result = house.owner("claimTalent", command_id=command_id, **TALENT)
    result_of = house.handler.result_of
    assert result_of(caller=house.caller(house.number, Role.PROFESSIONAL), command_id=command_id) == result
    assert result_of(caller=house.caller("feed", Role.HR_FEED), command_id=command_id) is None


def test_a_role_is_needed_and_is_that_of_the_log_at_this_moment(house: House) -> None:
    with pytest.raises(ForbiddenError):
        house.ask(house.number, Role.HR_FEED, "formUnit", unitKey="x", name="X")
    with pytest.raises(ForbiddenError):
        house.ask(house.number, Role.PROFESSIONAL, "formUnit", unitKey="x", name="X")
    with pytest.raises(ForbiddenError):
        house.ask("stranger", Role.PROFESSIONAL, "openPortfolio", language="NL")
    granted = house.ask(
        "administrator", Role.ADMINISTRATOR, "grantRole", role="HR_FEED", subject=house.number
    )
    assert granted.outcome == "ACCEPTED"
    assert house.ask(house.number, Role.HR_FEED, "formUnit", unitKey="x", name="X").outcome == "ACCEPTED"


def test_a_role_granted_through_another_process_counts_at_once(house: House) -> None:
    other = house.another_process()
    administrator = ("administrator", Role.ADMINISTRATOR)
    house.ask(*administrator, "grantRole", handler=other, role="AUDITOR", subject="new one")
    caller = house.caller("new one", Role.AUDITOR)
    assert house.handler.result_of(caller=caller, command_id=str(uuid4())) is None


def test_what_hr_tells_of_unknown_people_and_teams_is_refused_together(house: House) -> None:
    joined = house.feed("recordTeamJoined", employeeNumber="e9", teamKey="dok", on="2026-09-01")
    assert codes(joined) == ["NOT_FOUND", "NOT_FOUND"]
    assert house.vault.person_for("e9") is None
    joined = house.feed("recordTeamJoined", employeeNumber=house.number, teamKey="kade", on="2026-09-01")
    assert (joined.outcome, joined.version) == ("ACCEPTED", 2)


def test_someone_forgotten_is_not_found(house: House) -> None:
    caller = house.caller(house.number, Role.PROFESSIONAL)
    house.vault.destroy(caller.person)
    with pytest.raises(ForbiddenError):
        house.handler.result_of(caller=caller, command_id=str(uuid4()))


@pytest.mark.parametrize(
    "command_id", ["", "no uuid", "6fa459ea-ee8a-11d2-90d4-00c04fa301ad", "0" * 32, "x" * 32]
)
def test_a_command_id_is_a_uuid_of_version_4_or_7(house: House, command_id: str) -> None:
    with pytest.raises(CommandIdError):
        house.ask(
            house.number, Role.PROFESSIONAL, "openPortfolio", command_id=command_id or " ", language="NL"
        )
    result = house.owner("claimTalent", command_id="019aa3c4-5d6e-7f80-8123-456789abcdef", **TALENT)
    assert result.outcome == "ACCEPTED"


@pytest.mark.parametrize(
    ("now", "today", "tomorrow"),
    [
        (datetime(2026, 11, 23, 23, 30, tzinfo=UTC), "2026-11-24", "2026-11-25"),
        (datetime(2027, 7, 23, 22, 30, tzinfo=UTC), "2027-07-24", "2027-07-25"),
    ],
)
def test_today_is_the_day_that_it_is_in_the_organisation(
    house: House, now: datetime, today: str, tomorrow: str
) -> None:
    handler = CommandHandler(
        recorder=house.log.recorders[0],
        vault=house.vault,
        mapper=house.mapper,
        calendar=Calendar(clock=FixedClock(now), zone=ZONE),
    )

    def joined(on: str) -> CommandResult:
        given: dict[str, Any] = {"employeeNumber": house.number, "teamKey": "kade", "on": on}
        return house.ask("feed", Role.HR_FEED, "recordTeamJoined", handler=handler, **given)

    assert [refusal.code for refusal in joined(tomorrow).refusals] == ["INVALID_INPUT"]
    assert joined(today).outcome == "ACCEPTED"
