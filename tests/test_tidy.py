"""The sizes, sentences and pairs that STYLE asks for, checked on every file of ours."""

import ast
import re
import subprocess
import tokenize
from collections.abc import Iterator
from functools import cache
from io import StringIO
from pathlib import Path

import pytest

from events.catalog.registry import event_types

ROOT = Path(__file__).parents[1]
LINES_MAX = 300
ONE_FILE_TO_TAKE_ALONG = "docs/verifier/ipp_verify.py"
"""An auditor reads and runs it alone, so it can't be in parts."""
FUNCTION_LINES_MAX = 50
WIRE_NAME = re.compile(r"[a-z]+\.[a-z]+(-[a-z]+)*\.v[1-9][0-9]*")
COMPOSITION = re.compile(r"(.*/__main__|deploy/.*)\.py|benchmarks/.*|tests/.*")


@cache
def files() -> list[Path]:
    """Every Python file that git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],  # noqa: S607 - whichever git
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).exists()]


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


@pytest.fixture(scope="module", autouse=True)
def no_trees_afterwards() -> Iterator[None]:
    """Forget the trees, a few hundred megabytes, before this process runs other tests."""
    yield
    tree_of.cache_clear()


def named(file: Path) -> str:
    return str(file.relative_to(ROOT))


def test_no_file_is_longer_than_300_lines() -> None:
    long = [named(file) for file in files() if len(file.read_text().splitlines()) > LINES_MAX]
    assert long == [ONE_FILE_TO_TAKE_ALONG]


def test_no_function_is_longer_than_50_lines() -> None:
    long = [
        f"{named(file)}:{node.lineno} {node.name}"
        for file in files()
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno + 1 > FUNCTION_LINES_MAX
    ]
    assert long == []


def test_a_module_starts_with_one_sentence_of_purpose() -> None:
    without = [named(file) for file in files() if _needs_purpose(file) and not _purpose(file)]
    assert without == []


def test_every_file_that_a_page_links_to_exists() -> None:
    pages = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    broken = [
        f"{page.relative_to(ROOT)} -> {link}"
        for page in [*pages, *(ROOT / "docs").rglob("*.md")]
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
        if not (page.parent / link).exists()
    ]
    assert broken == []


@cache
def unwanted_words() -> re.Pattern[str]:
    """The left column of "Words we do not use" in the glossary."""
    section = (ROOT / "docs/glossary.md").read_text().split("## Words we do not use")[1]
    rows = re.findall(r"^\| (?!Not |---)([^|]+) \|", section, re.MULTILINE)
    words = [word.strip() for row in rows for word in row.split(",")]
    assert words
    return re.compile(rf"\b({'|'.join(map(re.escape, words))})\b", re.IGNORECASE)


def said_in(file: Path) -> Iterator[tuple[int, str]]:
    """Yield names, comments and docstrings of a file, each with its line."""
    docstrings = {
        node.body[0].lineno
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and ast.get_docstring(node) is not None
    }
    for token in tokenize.generate_tokens(StringIO(file.read_text()).readline):
        line = token.start[0]
        if token.type == tokenize.NAME:
            yield line, token.string.replace("_", " ")
        elif token.type == tokenize.COMMENT or (token.type == tokenize.STRING and line in docstrings):
            yield line, " ".join(token.string.split())


def test_words_that_had_several_meanings_do_not_come_back() -> None:
    found = [
        f"{named(file)}:{line} {match[0]}"
        for file in files()
        if not named(file).startswith(("tests/", "benchmarks/"))
        for line, text in said_in(file)
        for match in unwanted_words().finditer(text)
    ]
    assert found == [], "docs/glossary.md says what to write instead"


def test_only_composition_roots_read_the_environment() -> None:
    reading = [
        named(file)
        for file in files()
        if not COMPOSITION.fullmatch(named(file)) and re.search(r"os\.(environ|getenv)", file.read_text())
    ]
    assert reading == []


def test_only_the_calendar_tells_which_day_it_is() -> None:
    # Of UTC it is another day than in the organisation for an hour or two of each.
    telling = [
        f"{named(file)}:{node.lineno}"
        for file in files()
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Call) and _takes_the_day_of_now(node)
    ]
    assert telling == [], "ask a `Calendar` for `today()`"


def test_every_wire_name_has_its_form_and_a_golden_file() -> None:
    names = set(event_types())
    assert names
    assert [name for name in names if not WIRE_NAME.fullmatch(name)] == []
    golden = {file.name.removesuffix(".json") for file in (ROOT / "tests/events/wire_format").glob("*.json")}
    assert names <= golden, f"make golden writes {sorted(names - golden)}"


@pytest.mark.parametrize(
    "view", sorted((ROOT / "projections/views").glob("[a-z]*")), ids=lambda file: file.stem
)
def test_every_view_has_a_test(view: Path) -> None:
    assert list((ROOT / "tests/projections").rglob(f"test_{view.stem}.py"))


@pytest.mark.parametrize(
    "context", sorted((ROOT / "services/contexts").glob("*/decider.py")), ids=lambda file: file.parent.name
)
def test_every_context_has_a_test(context: Path) -> None:
    assert list((ROOT / "tests/services/contexts").rglob(f"test_{context.parent.name}.py"))


def _takes_the_day_of_now(node: ast.Call) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr="date", value=ast.Call(func=ast.Attribute(attr="now")))):
            return True
        case _:
            return False


def _needs_purpose(file: Path) -> bool:
    # Tests say theirs in their names; an empty __init__ only makes the package.
    return not named(file).startswith("tests/") and file.read_text().strip() != ""


def _purpose(file: Path) -> bool:
    text = ast.get_docstring(tree_of(file))
    return text is not None and text.split("\n\n")[0].rstrip().endswith((".", "?"))
