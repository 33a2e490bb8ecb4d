"""The names of commands in metrics and log lines."""

from typing import Final

import pytest

from services.decisions.command import Command
from services.handling.registry import DECIDERS, OF_A_PERSON, shown_name

KINDS: Final = [kind for decider in DECIDERS for kind in decider.commands]
OF_PERSONS: Final = (
    "services.contexts.portfolio.",
    "services.contexts.employment.",
    "services.contexts.rounds.",
    "services.contexts.teamwork.",
    "services.contexts.audit.",
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.wire_name())
def test_a_command_about_a_person_has_no_name_in_metrics_and_any_other_has(kind: type[Command]) -> None:
    about_a_person = kind.__module__.startswith(OF_PERSONS)
    assert shown_name(kind) == (OF_A_PERSON if about_a_person else kind.wire_name())
