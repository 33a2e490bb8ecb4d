"""What is compiled answers, costs and fails exactly as graphql-core's executor does, for every role."""

import asyncio
import os
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from benchmarks.gateway.documents import MY_PORTFOLIO, SHARED_WITH_ME
from events.catalog.policy import RoleGranted
from events.catalog.portfolio.energy import EnergySourceNoted
from events.catalog.portfolio.sharing import ItemShared
from gateway.execution.plans import Plans
from gateway.limits.sharing import SharingExecutor
from gateway.limits.spending import Spending
from rules.access.decisions import roles_for
from rules.access.roles import GRANTABLE, Role
from rules.kinds import EnergySourceKind, HoursBand, ItemKind
from tests.fuzz.documents import OPERATIONS, Meanings, Operation, documents, meanings
from tests.gateway.harness import SCHEMA
from tests.gateway.world import COLLEAGUE, ORGANISATION, OWNER, TOMORROW, World, claimed

pytestmark = pytest.mark.postgres
ANSWER_S_MAX = 60.0
EXAMPLES = int(os.environ.get("IPP_TEST_FUZZ_EXAMPLES", "4"))
TALENTS = [str(number) * 32 for number in range(1, 5)]
QUERIES = [each for each in OPERATIONS if each.label.startswith("Query.")]
HISTORY = """query ($talents: Boolean!, $first: Int!) { me { portfolio {
  talents(withSetAside: true) @include(if: $talents) { ...Talent sharings { id until visibility } }
  ... on Portfolio { __typename again: talents { ...Talent __typename } }
  timeline(first: $first) { edges { cursor node { id at fact summary { nl } } } } } } }
  fragment Talent on TalentClaim { id name { nl en } energy quadrant }"""
WRONG = """query ($first: Int!) { a: me { portfolio { timeline(first: $first) { edges { node { id } } } } }
  b: me { portfolio { talents { id } } } }"""


class AsItIs(SharingExecutor):
    """Compiles nothing: each method that executes and completes is graphql-core's."""

    def is_ordinary(self) -> bool:
        return False


class AtOnce(SharingExecutor):
    """Compiles a document at its first use."""

    plans = Plans(uses_before=0)


class Both:
    """Asks both executors the same, and again where values may be kept."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world, self._patch = world, monkeypatch
        self._accounts: list[Spending] = []
        account = SCHEMA._account  # type: ignore[attr-defined]
        monkeypatch.setattr(SCHEMA, "_account", lambda context: self._kept(account(context)))

    def _kept(self, spending: Spending) -> Spending:
        self._accounts.append(spending)
        return spending

    def ask(self, document: str, role: Role, **variables: Any) -> dict[str, Any]:
        """Return the answer, and check that both give it."""
        answers = [self._by(executor, document, role, variables) for executor in (AsItIs, AtOnce)]
        if "portfolio" in document:  # the second time with values that are kept
            answers.append(self._by(AtOnce, document, role, variables))
        assert answers == answers[:1] * len(answers)
        answer: dict[str, Any] = answers[1][0]
        return answer

    def _by(
        self, executor: type[SharingExecutor], document: str, role: Role, variables: dict[str, Any]
    ) -> tuple[Any, set[tuple[int, int]]]:
        """Return the answer with its cost and bytes, however often it was made."""
        self._patch.setattr(SCHEMA, "execution_context_class", executor)
        self._accounts.clear()
        name = None if role is Role.PUBLIC else "owner"
        as_role = None if role is Role.PUBLIC else role.name
        answer = asyncio.run(self.world.ask(document, name=name, role=as_role, **variables))
        for error in answer.get("errors", ()):
            error["extensions"].pop("correlationId", None)
        return answer, {(account.cost, account.answer_bytes) for account in self._accounts}


@pytest.fixture
def both(world: World, monkeypatch: pytest.MonkeyPatch) -> Both:
    world.limit(request_s_max=ANSWER_S_MAX)  # a busy machine is no difference
    mine = world.opened()
    for number, role in enumerate(sorted(GRANTABLE, key=lambda role: role.name)):
        granted = RoleGranted(grant=f"{number:032x}", person=OWNER, role=role.name)
        world.happened(f"policy-{ORGANISATION}", granted)
    world.happened(mine, *(claimed(talent, f"Talent {talent[0]}") for talent in TALENTS))
    noted = {"kind": EnergySourceKind.GIVER, "hours_per_week": HoursBand.UP_TO_2, "talents": ()}
    world.happened(mine, EnergySourceNoted(source="e" * 32, activity="Huisbezoek", **noted))  # type: ignore[arg-type]
    shared = {"kind": ItemKind.TALENT, "audience": "people", "until": TOMORROW, "with_energy": True}
    for owner, viewer in ((OWNER, COLLEAGUE), (COLLEAGUE, OWNER)):
        to = {"people": (viewer,), "item": "1" * 32, "sharing": owner[0] * 32} | shared
        world.happened(f"portfolio-{owner}", ItemShared(**to))  # type: ignore[arg-type]
    return Both(world, monkeypatch)


def test_portfolios_pages_and_their_errors_are_the_same(both: Both) -> None:
    owner = both.ask(MY_PORTFOLIO, Role.PROFESSIONAL)["data"]["me"]
    assert len(owner["portfolio"]["talents"]) == len(TALENTS)
    assert both.ask(SHARED_WITH_ME, Role.PROFESSIONAL).keys() == {"data"}
    for talents in (True, False):
        found = both.ask(HISTORY, Role.PROFESSIONAL, talents=talents, first=3)["data"]["me"]["portfolio"]
        assert ("talents" in found) is talents
    assert both.ask(WRONG, Role.PROFESSIONAL, first=1_000)["errors"]


def test_an_answer_that_is_too_much_fails_the_same(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "errors" not in both.ask(HISTORY, Role.PROFESSIONAL, talents=True, first=3)
    for limit in (100, 300, 600):  # of a document without two reads side by side, whose order is chance
        limits = {"cost_max": 100_000, "answer_bytes_max": limit}
        monkeypatch.setattr(SCHEMA, "_account", lambda _, limits=limits: both._kept(Spending(**limits)))
        answer = both.ask(HISTORY, Role.PROFESSIONAL, talents=True, first=3)
        codes = [error["extensions"]["code"] for error in answer["errors"]]
        assert "LIMIT_EXCEEDED" in codes


def test_random_documents_are_answered_the_same_for_every_role(both: Both) -> None:
    """Each query that a role may ask is drawn now and then; for nobody's role, one of all."""
    meant = meanings(
        ids=[*TALENTS, OWNER, COLLEAGUE], positions=[""], numbers_of_people=["owner"], keys=["dok"]
    )
    for role in Role:
        allowed = [each for each in QUERIES if role in roles_for(each.label.partition(".")[2])]
        ask_at_random(both, role, allowed or QUERIES, meant)
    assert len(AtOnce.plans) > 0


def ask_at_random(both: Both, role: Role, operations: Sequence[Operation], meant: Meanings) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(document=st.sampled_from(operations).flatmap(lambda operation: documents(operation, meant)))
    def ask(document: str) -> None:
        both.ask(document, role)

    ask()
