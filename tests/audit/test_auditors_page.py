"""docs/auditors.md says only what a test shows: each test that it names is there."""

import ast
import re
from pathlib import Path

from events.privacy.mirror_keys import KEPT_DAYS
from processes.recomputing import PER_MINUTE_MAX
from rules.audit.kinds import (
    COMMITS_MAX,
    OPENING_DAYS_MAX,
    PAGE_BYTES_MAX,
    REPLAY_DAYS_MAX,
    REPLAYS_OPEN_MAX,
)

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "auditors.md").read_text()


def test_every_test_that_the_page_names_is_there() -> None:
    written = {
        node.name
        for folder in ("audit", "processes")
        for file in (ROOT / "tests" / folder).rglob("test_*.py")
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.FunctionDef)
    }
    named = set(re.findall(r"`(test_\w+)`", PAGE)) - {"test_rule_21_"}
    assert len(named) >= 7
    assert named - written == {name for name in named - written if name.endswith("_")}


def test_the_page_has_the_limits_of_the_program() -> None:
    assert f"ends by itself after {REPLAY_DAYS_MAX} days" in PAGE
    assert f"has {REPLAYS_OPEN_MAX} open at most" in PAGE
    assert f"within {OPENING_DAYS_MAX} days" in PAGE
    assert f"a mirror of {KEPT_DAYS} days or older" in PAGE
    assert f"for one auditor {PER_MINUTE_MAX} a minute" in PAGE
    assert f"{COMMITS_MAX} commits and {PAGE_BYTES_MAX // 2**20} MiB" in PAGE
