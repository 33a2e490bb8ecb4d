"""What a command gets of streams that are not its own: the version of a lens, the rules in force."""

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from eventsourcing.persistence import EventStore
from typing_extensions import override

from rules.access.roles import Role
from rules.feedback.lens_versions import version_id
from rules.promise import PROMISE_VERSION
from services.decisions.command import Command
from services.handling.context.lookups import Lookups
from services.handling.state_cache import StateCache
from tests.backends.postgres import fresh_database
from tests.services.house import House, furnish, opened

pytestmark = pytest.mark.postgres

WORDS = {"nl": "Luistert.", "en": "Listens."}
POLICY = {"floors": {}, "releaseEveryDays": 90, "sharingDaysMax": 365, "portfolioDaysAfterLeaving": 90}
DECISION = {"decidedOn": "2026-11-01", "document": "0a" * 32}


class Prepares(Command, frozen=True, kw_only=True):
    """A command that uses a version of a lens under the rules in force."""

    weighs_rules: ClassVar[bool] = True

    lens_version_id: str

    @override
    def picked_lens(self) -> str | None:
        return self.lens_version_id


class Neither(Command, frozen=True, kw_only=True):
    """A command that depends on neither."""


@pytest.fixture(scope="module")
def house(postgres_url: str) -> Iterator[House]:
    with fresh_database(postgres_url) as url, opened(url) as house, house.log.folding():
        furnish(house)
        roles = {
            "wg1": "WORKING_GROUP",
            "wg2": "WORKING_GROUP",
            "wc": "WORKS_COUNCIL",
            "po": "PRIVACY_OFFICER",
        }
        for claim, role in roles.items():
            accepted(house, "administrator", Role.ADMINISTRATOR, "grantRole", role=role, subject=claim)
        yield house


def accepted(house: House, claim: str, role: Role, name: str, /, **given: Any) -> str:
    done = house.ask(claim, role, name, **given)
    assert done.outcome == "ACCEPTED", done
    assert done.entity_id is not None
    return done.entity_id


def lookups(house: House) -> Lookups:
    store: EventStore[str] = EventStore(house.mapper, house.log.recorders[0])
    return Lookups(StateCache(store))


def organisation(house: House) -> str:
    return house.handler.organisation()


def test_a_command_gets_the_version_it_uses_as_it_is_on_the_log(house: House) -> None:
    asked, wg = lookups(house), Role.WORKING_GROUP
    lens = accepted(house, "wg1", wg, "draftLens", name=WORDS)
    uses = Prepares(lens_version_id=version_id(lens, 1))
    accepted(house, "wg1", wg, "addQuestion", lensId=lens, kind="SCALE", text=WORDS, perspectives=["PEER"])
    assert asked.picked_lens(uses, organisation(house)) is None, "it is a draft"
    accepted(house, "wg1", wg, "pilotLens", lensId=lens, on="2026-11-20", people=3)
    own = house.ask("wg1", wg, "publishLens", lensId=lens)
    assert [refusal.code for refusal in own.refusals] == ["SECOND_MEMBER_NEEDED"]
    accepted(house, "wg2", wg, "publishLens", lensId=lens)
    used = asked.picked_lens(uses, organisation(house))
    assert used is not None
    assert (used.lens, used.number, used.withdrawn) == (lens, 1, False)
    assert [question.nl for question in used.questions] == ["Luistert."]
    accepted(house, "wg1", wg, "withdrawLens", lensId=lens, reason="Te lang.")
    withdrawn = asked.picked_lens(uses, organisation(house))
    assert withdrawn is not None
    assert withdrawn.withdrawn
    assert withdrawn == asked.lens(lens, 1, organisation(house))
    for other in (f"{lens}-2", f"{'f' * 32}-1", lens, f"{lens}-0", f"{lens}-01", "no id-1", f"{lens}-x-1"):
        assert asked.picked_lens(Prepares(lens_version_id=other), organisation(house)) is None
    assert asked.picked_lens(Neither(), organisation(house)) is None


def test_rule_23_a_command_gets_the_rules_in_force_and_whether_they_were_agreed_to(house: House) -> None:
    asked, weighs = lookups(house), Prepares(lens_version_id="")
    assert asked.rules(weighs, organisation(house)) is None
    policy = accepted(house, "administrator", Role.ADMINISTRATOR, "adoptPolicy", **POLICY)
    record = {**DECISION, "policyId": policy, "promiseVersion": PROMISE_VERSION}
    accepted(house, "wc", Role.WORKS_COUNCIL, "recordWorksCouncilConsent", **record)
    accepted(house, "po", Role.PRIVACY_OFFICER, "recordDpia", **record)
    rules = asked.rules(weighs, organisation(house))
    assert rules is not None
    assert (rules.policy, rules.consented, rules.assessed) == (policy, True, True)
    withdrawal = {**DECISION, "policyId": policy}
    accepted(house, "wc", Role.WORKS_COUNCIL, "withdrawWorksCouncilConsent", **withdrawal)
    rules = asked.rules(weighs, organisation(house))
    assert rules is not None
    assert (rules.consented, rules.assessed) == (False, True)
    assert asked.rules(Neither(), organisation(house)) is None


def test_a_lens_that_is_not_there_is_refused_like_one_with_an_odd_id(house: House) -> None:
    for lens in ("f" * 32, "no id", "../policy"):
        refused = house.ask("wg1", Role.WORKING_GROUP, "publishLens", lensId=lens)
        assert [refusal.code for refusal in refused.refusals] == ["NOT_FOUND"]
