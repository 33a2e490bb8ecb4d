"""What the README asks can be asked, and what it prints has the shape and the words of an answer."""

import json
import re
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from graphql import FieldNode, OperationDefinitionNode, Visitor, build_schema, parse, validate, visit

from gateway.api.releases.csv_file import TOO_FEW
from gateway.schema import schema_text
from tests.e2e.demo import ROOT

README = (ROOT / "README.md").read_text()
SCHEMA = build_schema(schema_text())


class Block(NamedTuple):
    """A block of code, its language, and the first line of it."""

    language: str
    text: str
    line: int

    @property
    def document(self) -> str:
        """What it asks: the block itself, or what curl sends."""
        if self.language == "graphql":
            return self.text
        sent = re.search(r"^(\{\"query\".*?\})\nEND$", self.text, re.MULTILINE | re.DOTALL)
        return str(json.loads(sent[1].replace("\n", " "))["query"]) if sent else ""


def blocks() -> list[Block]:
    return [
        Block(found[1], found[2], README[: found.start()].count("\n") + 2)
        for found in re.finditer(r"^```(\w+)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    ]


ASKED = [block for block in blocks() if block.document]
ANSWERED = [(one, two) for one, two in pairwise(blocks()) if two.language == "json"]


class Selected(Visitor):
    """Collects the names by which an answer has its fields."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self.names.add(node.alias.value if node.alias else node.name.value)


def test_there_are_questions_and_answers() -> None:
    assert len(ASKED) >= 5
    assert len(ANSWERED) >= 3


@pytest.mark.parametrize("block", ASKED, ids=lambda block: f"line {block.line}")
def test_each_question_can_be_asked(block: Block) -> None:
    document = parse(block.document)
    assert validate(SCHEMA, document) == []
    assert all(isinstance(each, OperationDefinitionNode) for each in document.definitions)


@pytest.mark.parametrize("pair", ANSWERED, ids=lambda pair: f"line {pair[1].line}")
def test_each_answer_has_what_was_asked_and_nothing_else(pair: tuple[Block, Block]) -> None:
    question, answer = pair
    assert question.document, "an answer follows its question"
    selected = Selected()
    visit(parse(question.document), selected)
    shown = set(re.findall(r'"(\w+)":', answer.text)) - {"data"}
    assert shown <= selected.names


@pytest.mark.parametrize("document", re.findall(r"`(\{ me \{.*?\})`", README))
def test_each_short_question_within_a_sentence_can_be_asked(document: str) -> None:
    assert validate(SCHEMA, parse(document)) == []


def test_what_is_hidden_is_said_in_the_words_of_the_file() -> None:
    (table,) = re.findall(r"^\| \| Samenwerken.*?\n\n", README, re.MULTILINE | re.DOTALL)
    cells = [cell.strip() for row in table.splitlines()[2:] for cell in row.split("|")[2:-1]]
    assert cells
    for cell in cells:
        assert re.match(r"\d+ to \d+", cell) or cell.startswith(f"{TOO_FEW.en}; shown of "), cell
