"""However a subscription is asked, in whatever role: no internal error, and nothing of a colleague shown."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from graphql import build_schema, parse, validate
from hypothesis import HealthCheck, Phase, example, given, note, settings
from hypothesis import strategies as st

from gateway.errors import ErrorCode
from tests.e2e.asking import Someone
from tests.e2e.demo import Demo
from tests.fuzz.documents import SCHEMA_FILE
from tests.fuzz.planted import Colleague

pytestmark = [pytest.mark.e2e, pytest.mark.postgres]
EXAMPLES = 12
SILENT_S = 0.4
"""A subscription with nothing to send stays open; after so many seconds the test stops waiting."""
SCHEMA = build_schema(SCHEMA_FILE.read_text())
LEAVES = st.lists(
    st.sampled_from(("position", "version", "__typename", "v: version")), min_size=1, unique=True
)
FACTS = st.lists(
    st.sampled_from(
        ("id", "at", "fact", "summary { nl en }", "itemId", "correction", "other: summary { nl }")
    ),
    min_size=1,
    unique=True,
)
# What the schema forbids: the answer is an error, and no stream.
FORBIDDEN = st.sampled_from(("rank", "facts", "version { nl }"))
# Whose portfolio no other fuzzing touches: that of the demo's owner may have been closed by then.
OWNER = "privacy-officer"
NAMES = {"PROFESSIONAL": OWNER, "HR": "hr", "WORKING_GROUP": "working-group", "nobody": None}


@pytest.fixture(scope="module")
def before(demo: Demo) -> str:
    """A position of a professional's own, from before something that happened to the portfolio."""
    owner = Someone(demo.url, demo.token(OWNER), "PROFESSIONAL")
    first = asyncio.run(owner.done("namePassion", text="Weten wat er was"))
    asyncio.run(owner.done("namePassion", text="Weten wat er komt"))
    return str(first["command"]["position"])


@st.composite
def documents(draw: st.DrawFn, positions: list[str]) -> str:
    after = draw(st.none() | st.sampled_from([*positions, "\0", ""]) | st.text(max_size=90))
    after_argument = f"(after: {json.dumps(after)})" if after is not None else ""
    fields = [*draw(LEAVES), f"facts {{ {' '.join(draw(FACTS))} }}"]
    wrong = [draw(FORBIDDEN)] if draw(st.integers(1, 5)) == 1 else []
    return f"subscription {{ portfolioChanged{after_argument} {{ {' '.join([*fields, *wrong])} }} }}"


def received(client: httpx.Client, document: str, headers: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Return the events of a stream until it is silent."""
    asked = client.build_request("POST", "/graphql", json={"query": document}, headers=headers)
    answer = client.send(asked, stream=True)
    try:
        assert answer.status_code < 500, answer.read()
        if not answer.headers["content-type"].startswith("text/event-stream"):
            yield json.loads(answer.read())
            return
        for line in answer.iter_lines():
            if line.startswith("data:") and (content := line.removeprefix("data:").strip()):
                yield json.loads(content)
    except httpx.ReadTimeout:
        pass
    finally:
        answer.close()


@pytest.mark.parametrize("role", NAMES)
def test_no_internal_error_and_nothing_of_a_colleague_shown(
    role: str, demo: Demo, colleague: Colleague, before: str
) -> None:
    name = NAMES[role]
    known = {"Authorization": f"Bearer {demo.token(name)}", "IPP-Role": role} if name else {}
    events: list[dict[str, Any]] = []

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @example(document=f'subscription {{ portfolioChanged(after: "{before}") {{ facts {{ fact }} }} }}')
    @given(document=documents([before, *colleague.positions]))
    def ask(document: str) -> None:
        valid = not validate(SCHEMA, parse(document))
        for answer in received(client, document, {"Accept": "text/event-stream", **known}):
            note(json.dumps(answer))
            for error in answer.get("errors") or ():
                assert error["extensions"]["code"] in set(ErrorCode) - {ErrorCode.INTERNAL}
            if answer.get("data"):
                assert valid
                assert role == "PROFESSIONAL"
                events.append(answer["data"])
            assert not [word for word in colleague.words if word in json.dumps(answer, ensure_ascii=False)]

    with httpx.Client(base_url=demo.url, timeout=httpx.Timeout(30.0, read=SILENT_S)) as client:
        ask()
    if role == "PROFESSIONAL":
        assert events, "changes after a position of one's own are sent"
