"""Given, when, then: given these events, when this command is sent, then these events or refusals follow."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from events.catalog.registry import Event
from services.decisions.command import Command, DecisionContext
from services.decisions.refusals import RejectedError
from services.handling.registry import decider_of

NEW = "0" * 31 + "1"
ORGANISATION = "0" * 31 + "2"
PERSON = "0" * 31 + "3"
TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 10, 30, tzinfo=ZoneInfo("Europe/Amsterdam"))
COLLEAGUE = "0" * 31 + "4"
SENDER = "0" * 31 + "5"
CONTEXT = DecisionContext(
    new=NEW,
    organisation=ORGANISATION,
    sender=SENDER,
    person=PERSON,
    id_key=bytes(32),
    today=TODAY,
    now=NOW,
    professionals=frozenset({COLLEAGUE}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A command on the state after these events."""

    given: tuple[Event, ...]
    command: Command
    context: DecisionContext

    def events(self) -> tuple[Event, ...]:
        """Return what follows."""
        return decide(self.given, self.command, self.context)

    def then(self, *events: Event) -> None:
        """Exactly these events follow."""
        assert decide(self.given, self.command, self.context) == events

    def refused(self, *codes: str, fields: Sequence[str] | None = None) -> None:
        """Nothing happens, for exactly these reasons, each in two languages."""
        with pytest.raises(RejectedError) as rejected:
            decide(self.given, self.command, self.context)
        refusals = rejected.value.refusals
        assert [refusal.code for refusal in refusals] == list(codes)
        if fields is not None:
            assert [".".join(refusal.field) for refusal in refusals] == list(fields)
        for refusal in refusals:
            assert refusal.nl
            assert refusal.en
            assert refusal.nl != refusal.en


@dataclass(frozen=True, slots=True)
class Given:
    events: tuple[Event, ...] = field(default=())

    def when(self, command: Command, context: DecisionContext = CONTEXT) -> When:
        return When(given=self.events, command=command, context=context)


def given(*events: Event) -> Given:
    return Given(events)


def folded(command: Command, events: Sequence[Event]) -> Any:
    """Return the state on which a command is decided."""
    decider = decider_of(command)
    state = decider.initial
    for event in events:
        state = decider.evolve(state, event)
    return state


def decide(
    events: Sequence[Event], command: Command, context: DecisionContext = CONTEXT
) -> tuple[Event, ...]:
    """Return the events of a command whose input is valid."""
    assert command.refusals() == [], "the input is refused before anything is decided"
    made: tuple[Event, ...] = decider_of(command).decide(command, folded(command, events), context)
    return made
