"""Every event that an auditor may replay has a line of its own in both languages; an unknown one has not."""

import pytest

from events.catalog.registry import category_of, event_types
from rules.audit.kinds import AuditStreamKind
from rules.audit.words import line_of

NEUTRAL = line_of("SongSung")
REPLAYED = {kind.value for kind in AuditStreamKind if kind is not AuditStreamKind.PORTFOLIO}
FACTS = sorted({kind.__name__ for kind in event_types().values() if category_of(kind) in REPLAYED})


@pytest.mark.parametrize("fact", FACTS)
def test_every_event_has_its_own_line(fact: str) -> None:
    line = line_of(fact)
    assert line != NEUTRAL
    assert line.nl != line.en
    assert line.nl[0].isupper()
    assert line.en[0].isupper()


def test_no_two_events_have_the_same_line() -> None:
    assert len({line_of(fact).en for fact in FACTS}) == len(FACTS) > 50
