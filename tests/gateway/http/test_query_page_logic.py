"""What the query page decides before it sends and after it is answered, run in Node as a browser would."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import not_to_be_had

LOGIC = Path(__file__).parents[3] / "gateway" / "web" / "logic.js"
RUN_S_MAX = 30.0
CLAIM = "mutation Claim($input: ClaimTalentInput!) { claimTalent(input: $input) { command { outcome } } }"
HARNESS = """
let made = 0;
const newId = () => `id-${++made}`;
const sent = new Map();
const send = (query, variables, who = "owner") => toSend(query, variables, who, sent, newId);
"""


@pytest.fixture(scope="module")
def node() -> str:
    found = shutil.which("node")
    if found is None:
        not_to_be_had("The query page's logic needs node: deploy/tools.sh installs it.")
        raise AssertionError
    return found


def run(node: str, steps: str, **values: object) -> Any:
    """Run the page's logic, then `steps`, which may use what is given; return what they return."""
    names = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in values.items())
    program = f"{LOGIC.read_text()}\n{HARNESS}{names}console.log(JSON.stringify((() => {{ {steps} }})()));"
    done = subprocess.run(  # noqa: S603 - our own page
        [node, "-e", program], capture_output=True, text=True, timeout=RUN_S_MAX, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def claim(**fields: object) -> str:
    return json.dumps({"input": {"commandId": "NEW-ID", "strength": 4, **fields}})


def test_an_unchanged_command_run_again_keeps_its_id_since_that_is_a_retry(node: str) -> None:
    steps = """
    const first = send(CLAIM, claim);
    const again = send(first.query, first.variablesText);
    const reordered = send(CLAIM, '{"input": {"strength": 4,   "commandId": "id-1"}}');
    const asksMore = send(CLAIM.replace("outcome", "outcome position"), first.variablesText);
    const inOtherWords = send(CLAIM.replace("{ claim", "{ # words\\n  claim"), first.variablesText);
    return [first, again, reordered, asksMore, inOtherWords].map(
      one => [one.variables.input.commandId, one.renewed, one.retried]);
    """
    assert run(node, steps, CLAIM=CLAIM, claim=claim()) == [["id-1", 0, 0], *[["id-1", 0, 1]] * 4]


def test_a_changed_command_gets_a_new_id_and_everything_else_stays_as_typed(node: str) -> None:
    steps = """
    const first = send(CLAIM, claim);
    const typed = first.variablesText.replace("4", " 5");
    const changed = send(CLAIM, typed);
    const back = send(CLAIM, changed.variablesText.replace(" 5", "4"));
    const other = send(CLAIM.replace("claimTalent(", "reviseTalent("), back.variablesText);
    const somebody = send(CLAIM.replace("claimTalent(", "reviseTalent("), other.variablesText, "member");
    return [changed.variablesText === typed.replace("id-1", "id-2"),
      ...[changed, back, other, somebody].map(one => [one.variables.input.commandId, one.renewed])];
    """
    assert run(node, steps, CLAIM=CLAIM, claim=claim()) == [
        True,
        ["id-2", 1],
        ["id-3", 1],
        ["id-4", 1],
        ["id-5", 1],
    ]


@pytest.mark.parametrize(
    ("query", "variables", "changed_query", "changed_variables"),
    [
        ('mutation { p(input: {commandId: "NEW-ID", n: 1}) { a } }', "", "n: 2", ""),
        ("mutation($id: UUID!, $n: Int!) { p(input: {commandId: $id, n: $n}) { a } }",
         '{"id": "NEW-ID", "n": 1}', "", '"n": 2'),
    ],
)  # fmt: skip
def test_ids_in_the_document_or_in_variables_of_their_own_are_found_too(
    node: str, query: str, variables: str, changed_query: str, changed_variables: str
) -> None:
    steps = """
    const first = send(query, variables);
    const again = send(first.query, first.variablesText);
    const changed = send(first.query.replace("n: 1", changedQuery || "n: 1"),
                         first.variablesText.replace('"n": 1', changedVariables || '"n": 1'));
    const idOf = one => (one.query + one.variablesText).match(/id-\\d/)[0];
    return [first, again, changed].map(idOf);
    """
    found = run(
        node,
        steps,
        query=query,
        variables=variables,
        changedQuery=changed_query,
        changedVariables=changed_variables,
    )
    assert found == ["id-1", "id-1", "id-2"]


def test_of_two_commands_in_one_request_only_the_changed_one_gets_a_new_id(node: str) -> None:
    steps = """
    const two = "mutation($a: A!, $b: A!) { p(input: $a) { x } q(input: $b) { x } }";
    const first = send(two, '{"a": {"commandId": "NEW-ID", "n": 1}, "b": {"commandId": "NEW-ID", "n": 1}}');
    const changed = send(two, first.variablesText.replace('"n": 1', '"n": 2'));
    return [changed.variables.a.commandId, changed.variables.b.commandId, changed.renewed, changed.retried];
    """
    assert run(node, steps) == ["id-3", "id-2", 1, 1]


def test_an_id_that_was_never_sent_from_here_is_left_alone(node: str) -> None:
    steps = 'return send(CLAIM, claim.replace("NEW-ID", "mine")).variables.input.commandId;'
    assert run(node, steps, CLAIM=CLAIM, claim=claim()) == "mine"


def test_variables_that_are_no_json_are_an_error_and_nothing_counts_as_sent(node: str) -> None:
    steps = 'try { send(CLAIM, "{"); } catch (error) { return [error.name, sent.size]; }'
    assert run(node, steps, CLAIM=CLAIM) == ["SyntaxError", 0]


@pytest.mark.parametrize(
    ("document", "is_one"),
    [
        ("subscription { portfolioChanged { version } }", True),
        ("# of mine\nsubscription Watch($after: Position) { a(after: $after) { b } }", True),
        ("fragment F on A { b }\nsubscription { a { ...F } }", True),
        ("query { subscription }", False),
        ("# subscription\n{ a }", False),
        ('{ a(text: "\\nsubscription { b }") }', False),
        ('{ a(text: """\nsubscription { b }\n""") }', False),
    ],
)
def test_a_subscription_is_known_by_its_operation_and_not_by_the_word(
    node: str, document: str, *, is_one: bool
) -> None:
    assert run(node, "return isSubscription(document);", document=document) is is_one


def test_each_end_of_a_command_and_each_error_is_shown_with_its_reasons(node: str) -> None:
    refusal = {"code": "INVALID_INPUT", "field": ["strength"], "message": {"nl": "1 tot 5", "en": "1 to 5"}}
    answer = {
        "data": {
            "a": {"command": {"outcome": "ACCEPTED", "refusals": []}},
            "b": {"command": {"outcome": "REFUSED", "refusals": [refusal]}},
            "c": {"command": {"outcome": "UNSETTLED", "refusals": []}},
            "goal": {"outcome": "a word of somebody's own"},
            "d": None,
        },
        "errors": [
            {"message": "Not as HR.", "path": ["d"], "extensions": {"code": "FORBIDDEN"}},
            {"message": "Too deep.", "extensions": {"code": "LIMIT_EXCEEDED"}},
        ],
    }
    steps = "return outcomesOf(answer).map(one => [one.kind, one.name, one.at, one.reasons]);"
    assert run(node, steps, answer=answer) == [
        ["ACCEPTED", "ACCEPTED", "a", []],
        ["REFUSED", "REFUSED", "b", ["strength: 1 to 5 (INVALID_INPUT)"]],
        ["UNSETTLED", "UNSETTLED", "c", []],
        ["FORBIDDEN", "FORBIDDEN", "d", ["Not as HR."]],
        ["ERROR", "LIMIT_EXCEEDED", "", ["Too deep."]],
    ]


@pytest.mark.parametrize("answer", [None, {}, {"data": None}, {"errors": []}, [], "no JSON"])
def test_an_answer_without_any_shows_none(node: str, answer: object) -> None:
    assert run(node, "return outcomesOf(answer);", answer=answer) == []


def test_what_was_typed_is_kept_when_an_example_takes_its_place(node: str) -> None:
    steps = """
    const text = query => ({ query, variables: query && "{}" }), kept = new KeptTexts();
    const counts = [];
    const place = (now, next) => { kept.keep(text(now), text(next)); counts.push(kept.count); };
    place("", "example 1");          // nothing stood there
    place("example 1", "example 2"); // as it was placed: nobody typed it
    kept.filledIn(text("example 2"), text("example 2 with an id"));
    place("example 2 with an id", "example 3");
    place("mine", "example 1");
    place("also mine", "example 2");
    const back = [kept.back(text("example 2")), kept.back(text("also mine")), kept.back(text("mine"))];
    return [counts, back.map(one => one.query)];
    """
    assert run(node, steps) == [[0, 0, 0, 1, 2], ["also mine", "mine", "also mine"]]


def test_people_are_told_apart_by_the_subject_of_their_token(node: str) -> None:
    steps = """
    const token = sub => "e30." + Buffer.from(JSON.stringify({ sub })).toString("base64url") + ".x";
    return [subjectOf(token("owner")), subjectOf(token("hr")), subjectOf(""), subjectOf("no token")];
    """
    assert run(node, steps) == ["owner", "hr", "", "no token"]
