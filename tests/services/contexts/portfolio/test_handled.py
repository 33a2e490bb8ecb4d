"""Commands on a portfolio, handled on a real log: sharing, agreements, and sharings that end by time."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from events.catalog.portfolio.conversations import AgreementConfirmed, ConversationHeld
from events.catalog.portfolio.sharing import ItemSharingEnded
from kit.ids import new_id
from rules.agreements import agreement_id, owner_of
from rules.commands import CommandResult
from rules.timeline import entry_id
from services.contexts.portfolio.sharing.commands import EndItemSharings
from tests.backends.postgres import fresh_database
from tests.services.house import NOW, TALENT, House, furnish, opened, with_owner

pytestmark = pytest.mark.postgres
TODAY = NOW.date()


@pytest.fixture(scope="module")
def house(postgres_url: str) -> Iterator[House]:
    with fresh_database(postgres_url) as url, opened(url) as house, house.log.folding():
        furnish(house)
        yield house


def accepted(result: CommandResult) -> str:
    assert result.outcome == "ACCEPTED", result
    assert result.entity_id is not None
    return result.entity_id


def codes(result: CommandResult) -> list[str]:
    return [refusal.code for refusal in result.refusals]


def test_an_item_is_open_to_a_colleague_until_its_day_and_a_process_ends_it(house: House) -> None:
    owner, colleague = with_owner(house, "share-1"), with_owner(house, "share-2")
    person, other = (house.vault.person_for(each.number) for each in (owner, colleague))
    assert person is not None
    talent = accepted(owner.owner("claimTalent", **TALENT))
    until = (TODAY + timedelta(days=2)).isoformat()
    asked = {"itemId": talent, "with": {"people": [other]}, "until": until}
    sharing = accepted(owner.owner("shareItem", **asked))
    assert codes(owner.owner("shareItem", **asked)) == ["ALREADY_SO"]
    assert codes(owner.owner("shareItem", **{**asked, "with": {"people": ["no id at all"]}})) == ["NOT_FOUND"]

    end = EndItemSharings(owner=person, sharing_ids=(sharing,))
    early = house.handler.handle_for_process(end, process="scheduler", occasion=f"early {sharing}")
    assert codes(early) == ["WRONG_STATE"]
    house.clock.advance(timedelta(days=3))
    done = house.handler.handle_for_process(end, process="scheduler", occasion=f"day {sharing}")
    assert done.outcome == "ACCEPTED"
    assert owner.portfolio()[-1].event == ItemSharingEnded(sharing=sharing, reason="day")


def test_a_made_up_agreement_is_refused_by_the_same_reads_whether_somebody_keeps_a_portfolio_or_not(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeps, asks = with_owner(house, "made-up-1"), with_owner(house, "made-up-2")
    existing, nobody = house.vault.person_for(keeps.number), new_id()
    assert existing is not None
    for number in range(5):
        accepted(keeps.owner("writeReflection", text=f"Dag {number}", aboutIds=[]))
    asks.owner("confirmAgreement", agreementId=agreement_id(nobody, new_id()))  # what is cached is cached now
    read: list[tuple[str, str]] = []
    execute, mine = psycopg.Cursor.execute, threading.get_ident()

    def noted(self: Any, query: Any, params: Any = None, **given: Any) -> Any:
        if threading.get_ident() == mine:  # other threads, such as the journal worker's
            read.append((str(query), str(params)))
        return execute(self, query, params, **given)

    def reads_for(owner: str) -> list[str]:
        read.clear()
        refused = asks.owner("confirmAgreement", agreementId=agreement_id(owner, new_id()))
        assert codes(refused) == ["NOT_FOUND"]
        assert owner not in str(read), "nothing of that person is read"
        return [query for query, _ in read]

    monkeypatch.setattr(psycopg.Cursor, "execute", noted)
    assert reads_for(existing) == reads_for(nobody) != []


def test_what_was_agreed_is_confirmed_by_the_other_party_only(house: House) -> None:
    owner, colleague = with_owner(house, "talk-1"), with_owner(house, "talk-2")
    stranger = with_owner(house, "talk-3")
    today = house.calendar.today().isoformat()
    other = house.vault.person_for(colleague.number)
    talk = accepted(owner.owner("planConversation", withId=other, plannedFor=today))
    recorded = {"conversationId": talk, "heldOn": today, "agreements": ["Samen naar de training."]}
    accepted(owner.owner("recordConversation", **recorded))
    held = owner.portfolio()[-1].event
    assert isinstance(held, ConversationHeld)
    agreement = held.agreements[0].agreement
    assert owner_of(agreement) == house.vault.person_for(owner.number)

    for each in (owner, stranger):
        assert codes(each.owner("confirmAgreement", agreementId=agreement)) == ["NOT_FOUND"]
    assert codes(colleague.owner("confirmAgreement", agreementId="nonsense")) == ["NOT_FOUND"]
    asked = {"agreementId": agreement, "expected_version": 1}
    for each in (stranger, colleague):  # neither can see how much is in the portfolio
        assert each.owner("confirmAgreement", **asked).version is None
    confirmed = owner.portfolio()[-1]
    assert (confirmed.event, confirmed.by) == (AgreementConfirmed(agreement=agreement), other)


def test_an_agreement_of_who_was_forgotten_looks_like_one_that_never_was(house: House) -> None:
    forgotten, silent = with_owner(house, "gone-1"), with_owner(house, "gone-2")
    persons = [house.vault.person_for(each.number) or "" for each in (forgotten, silent)]
    house.vault.destroy(persons[0])
    answers = [
        silent.owner("confirmAgreement", agreementId=agreement_id(person, "7" * 32)).refusals
        for person in (*persons, "8" * 32)
    ]
    assert [[refusal.code for refusal in refusals] for refusals in answers] == [["NOT_FOUND"]] * 3
    assert answers[0] == answers[1] == answers[2]


def test_a_fact_at_its_version_on_the_log_is_set_right(house: House) -> None:
    owner = with_owner(house, "right-1")
    person = house.vault.person_for(owner.number)
    assert person is not None
    accepted(owner.owner("namePassion", text="Jongeren"))
    version = owner.portfolio()[-1].version
    asked = {"timelineEntryId": entry_id(person, version), "text": "Vooral ouderen."}
    assert accepted(owner.owner("recordCorrection", **asked)) == person
    assert getattr(owner.portfolio()[-1].event, "version", None) == version
