"""Numbers of PostgreSQL's advisory locks: one database has them all, so each is used for one thing."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[3]
FLOORS = ("kit", "events", "services", "projections", "processes", "gateway", "deploy")


def test_no_two_locks_have_the_same_number() -> None:
    texts = [file.read_text() for floor in FLOORS for file in sorted((ROOT / floor).rglob("*.py"))]
    numbers = Counter(number for text in texts for number in re.findall(r"LOCK[^\n]*= (0x6970\w+)", text))
    assert len(numbers) >= 8, "the locks are written in another way"
    assert [number for number, count in numbers.items() if count > 1] == []
