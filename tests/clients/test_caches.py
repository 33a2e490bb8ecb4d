"""The caches of Apollo, Graphcache and Relay, set as on docs/clients.md, know the past from the present."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.clients.npm import BUILD_S_MAX, CLIENT, RUN_S_MAX, call
from tests.e2e.asking import Someone
from tests.e2e.demo import Demo

pytestmark = [pytest.mark.e2e, pytest.mark.postgres, pytest.mark.timeout(300)]
PAGE = Path(__file__).parents[2] / "docs" / "clients.md"
CACHES = {"apollo": "cache", "graphcache": "cache", "relay": "environment"}
"""Each with what its block on the page exports."""
HEADINGS = {"apollo": "### Apollo Client", "graphcache": "### urql with Graphcache", "relay": "### Relay"}
SHOWN = "id version talents { id strength }"
NUMBERS = {"energy": 1, "use": 2}


@pytest.fixture(scope="module")
def prepared(installed: str) -> str:
    """Write the settings of the page where `caches.js` imports them, compile for Relay; return Node.js."""
    folder = CLIENT / "page"
    folder.mkdir(exist_ok=True)
    text = PAGE.read_text()
    (folder / "schema-says.js").write_text(_block(text, "### What the schema says by itself"))
    exported = []
    for name, export in CACHES.items():
        (folder / f"{name}.js").write_text(_block(text, HEADINGS[name]))
        exported.append(f'export {{ {export} as {name} }} from "./{name}.js";\n')
    (folder / "index.js").write_text("".join(exported))
    call("npm", "run", "relay", within_s=BUILD_S_MAX)
    return installed


def _block(text: str, heading: str) -> str:
    found = re.search(r"^```js\n(.*?)^```", text.partition(f"{heading}\n")[2], re.MULTILINE | re.DOTALL)
    assert found, heading
    return found[1]


def read(demo: Demo, selection: str, **variables: Any) -> Any:
    asked = Someone(demo.url, demo.token("member"), "PROFESSIONAL").ask(selection, **variables)
    return asyncio.run(asked)["me"]


def revised(demo: Demo, talent: str, strength: int) -> str:
    """Revise a talent, and return the moment of it."""
    member = Someone(demo.url, demo.token("member"), "PROFESSIONAL")
    given = {"talentId": talent, "strength": strength, "story": f"Cache {uuid4()}", **NUMBERS}
    last = "portfolio { timeline(first: 1) { edges { node { at } } } }"
    done = asyncio.run(member.done("reviseTalent", last, **given))
    return str(done["portfolio"]["timeline"]["edges"][0]["node"]["at"])


@pytest.mark.parametrize("cache", CACHES)
def test_the_cache_shows_each_moment_as_it_was_and_the_present_as_it_is(
    demo: Demo, prepared: str, cache: str
) -> None:
    talent = read(demo, f"{{ me {{ portfolio {{ {SHOWN} }} }} }}")["portfolio"]["talents"][0]["id"]
    then, later = revised(demo, talent, 2), revised(demo, talent, 5)
    truth = read(
        demo,
        "query ($then: DateTime!, $later: DateTime!) { me { "
        f"portfolio {{ {SHOWN} }} then: portfolio(asOf: $then) {{ {SHOWN} }} "
        f"later: portfolio(asOf: $later) {{ {SHOWN} }} }} }}",
        then=then,
        later=later,
    )
    change = {"commandId": str(uuid4()), "talentId": talent, "strength": 3, **NUMBERS}
    printed = call(
        prepared,
        "caches.js",
        cache,
        within_s=RUN_S_MAX,
        IPP_URL=demo.url,
        IPP_TOKEN=demo.token("member"),
        IPP_INPUT=json.dumps(change),
        IPP_THEN=then,
        IPP_LATER=later,
    )
    said = {order: _plain(shown) for order, shown in json.loads(printed).items()}
    for order in ("nowFirst", "pastFirst"):
        assert {moment: said[order][moment] for moment in truth} == truth
        assert [_strength(said[order][moment], talent) for moment in ("then", "later", "portfolio")] == [
            2,
            5,
            5,
        ]
    # The answer of a change alone, without another read, moves the present on and leaves the past alone.
    changed = said["changed"]
    assert (changed["then"], changed["later"]) == (truth["then"], truth["later"])
    assert changed["portfolio"]["version"] == truth["portfolio"]["version"] + 1
    assert _strength(changed["portfolio"], talent) == 3
    assert changed["asColleague"]["displayName"]


def _strength(portfolio: dict[str, Any], talent: str) -> int:
    (found,) = [each["strength"] for each in portfolio["talents"] if each["id"].partition("@")[0] == talent]
    return int(found)


def _plain(found: Any) -> Any:
    """Return an answer without what the caches add to it."""
    match found:
        case dict():
            return {key: _plain(value) for key, value in found.items() if not key.startswith("__")}
        case list():
            return [_plain(value) for value in found]
        case _:
            return found
