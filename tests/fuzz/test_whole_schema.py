"""Whatever is asked, in whatever role: no internal error, and nothing of a colleague seen or changed."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from rules.access.decisions import roles_for
from tests.e2e.asking import Someone
from tests.e2e.demo import Demo
from tests.fuzz.answers import GRAPHQL, JSON, check
from tests.fuzz.documents import OPERATIONS, Meanings, Operation, documents, meanings
from tests.fuzz.planted import ALL_OF_IT, Colleague, ids_in

pytestmark = [pytest.mark.e2e, pytest.mark.postgres]
EXAMPLES = int(os.environ.get("IPP_TEST_FUZZ_EXAMPLES", "2"))
ANSWER_S_MAX = 30.0
# Who asks in which role; None is nobody, without a token.
ASKING = {
    "PROFESSIONAL": "owner",
    "WORKING_GROUP": "working-group",
    "HR": "hr",
    "ADMINISTRATOR": "administrator",
    "HR_FEED": "hr-feed",
    "AUDITOR": "auditor",
    "nobody": None,
}
# Real ones that HR's facts and roles may be about, and none of those who ask here, nor the colleague.
NUMBERS = ("lead", "board", "works-council", "nobody-yet", "e-1", "e-2")
KEYS = ("polder", "dok", "wijk", "jeugd", "new-1", "new-2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fuzzed:
    """The demo under test, and the real values to ask with."""

    client: httpx.Client
    colleague: Colleague
    meant: Meanings
    tokens: dict[str, str]

    def ask(self, document: str, *, token: str | None, role: str, accept: str = GRAPHQL) -> httpx.Response:
        known = {"Authorization": f"Bearer {token}", "IPP-Role": role} if token else {}
        return self.client.post("/graphql", json={"query": document}, headers={"Accept": accept, **known})

    def portfolio_of_the_colleague(self) -> object:
        answer = self.ask(ALL_OF_IT, token=self.colleague.token, role="PROFESSIONAL")
        return answer.json()["data"]


@pytest.fixture(scope="module")
def fuzzed(demo: Demo, colleague: Colleague) -> Iterator[Fuzzed]:
    owner = Someone(demo.url, demo.token("owner"), "PROFESSIONAL")
    mine = asyncio.run(owner.ask(ALL_OF_IT))
    made = asyncio.run(owner.done("namePassion", text="Weten wat er gebeurt"))
    meant = meanings(
        ids=sorted({*ids_in(mine), *colleague.ids}),
        positions=[*colleague.positions, made["command"]["position"]],
        numbers_of_people=NUMBERS,
        keys=KEYS,
    )
    tokens = {role: demo.token(name) for role, name in ASKING.items() if name}
    with httpx.Client(base_url=demo.url, timeout=ANSWER_S_MAX) as client:
        yield Fuzzed(client=client, colleague=colleague, meant=meant, tokens=tokens)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
@pytest.mark.parametrize("role", ASKING)
def test_no_internal_error_and_nothing_of_a_colleague_seen_or_changed(
    role: str, operation: Operation, fuzzed: Fuzzed
) -> None:
    field = operation.label.partition(".")[2]
    may_ask = role in {allowed.name for allowed in roles_for(field)}

    @settings(
        max_examples=EXAMPLES if may_ask else max(1, EXAMPLES // 4),
        deadline=None,
        database=None,
        phases=[Phase.generate],  # what was asked has changed what is there, so nothing can be shrunk
        suppress_health_check=list(HealthCheck),
    )
    @given(document=documents(operation, fuzzed.meant), accept=st.sampled_from((GRAPHQL, JSON)))
    def ask(document: str, accept: str) -> None:
        answer = fuzzed.ask(document, token=fuzzed.tokens.get(role), role=role, accept=accept)
        note(answer.text)
        check(document, accept, answer)
        assert not [word for word in fuzzed.colleague.words if word in answer.text]
        assert may_ask or not any((answer.json().get("data") or {}).values())

    ask()
    assert fuzzed.portfolio_of_the_colleague() == fuzzed.colleague.portfolio
