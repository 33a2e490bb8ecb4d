"""Counts the real cost of an operation while it is executed, and ends it when the cost is too high.

The cost that is measured before counts lists with their maximum length; this one with their real length.
"""

import asyncio
import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

from graphql import GraphQLLeafType, GraphQLObjectType
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from gateway.errors import ErrorCode, GatewayError
from gateway.execution.executor import CompiledExecutor
from gateway.execution.slots import Complete, Place
from gateway.limits.allowance import Allowance, Held
from gateway.limits.turns import CallerTurns
from gateway.limits.weights import COMMAND_COST, weight_of

TOOK_TOO_LONG: Final = "The request took too long. Its commands may have happened: ask `command(id:)`."
FIELD_BYTES: Final = 16
"""About how many bytes a field adds to an answer, without its text."""


@dataclass(slots=True, kw_only=True)
class Spending:
    """The account of one operation, or of one event of a subscription."""

    cost_max: int
    answer_bytes_max: int
    allowance: Allowance | None = None
    caller: str = ""
    turns: CallerTurns | None = None
    clock: asyncio.Timeout | None = None
    endless: bool = False
    cost: int = 0
    answer_bytes: int = 0
    _held: Held | None = None

    async def begin(self) -> None:
        """Wait for the caller's turn, before anything that keeps the event loop busy."""
        if self.turns is not None:
            await self.turns.begin()

    def working(self) -> AbstractContextManager[None]:
        """Return what measures how long the event loop does nothing else; the block must not await."""
        return self.turns.working() if self.turns is not None else nullcontext()

    def take(self, cost: int) -> None:
        """Take the cost of work that is done in any case. Raises OverAllowanceError."""
        if self.allowance is not None:
            self.allowance.hold(self.caller, cost)

    def hold(self, cost: int) -> None:
        """
        Take the operation's highest cost, as it was measured, from its caller's allowance.

        Executing it may cost as much. Raises OverAllowanceError.
        """
        self.cost_max = max(self.cost_max, cost)
        if self.allowance is not None:
            self._held = self.allowance.hold(self.caller, cost)

    def give_back(self) -> None:
        """Give the unused part back, once, when the operation or its first event has ended."""
        if self.allowance is not None and self._held is not None:
            self.allowance.give_back(self._held, self.cost)
            self._held = None

    def fields(self, count: int, cost: int) -> None:
        """Count the fields of one object. Raises LIMIT_EXCEEDED."""
        self.cost += cost
        self.answer_bytes += count * FIELD_BYTES
        if self.cost > self.cost_max:
            message = f"This answer costs more than {self.cost_max}; ask for less at once."
            raise GatewayError(ErrorCode.LIMIT_EXCEEDED, message)

    def text(self, value: str) -> None:
        """Count a text of the answer. Raises LIMIT_EXCEEDED."""
        self.answer_bytes += len(value) if value.isascii() else len(value.encode(errors="replace"))
        if self.answer_bytes > self.answer_bytes_max:
            message = f"The answer has more than {self.answer_bytes_max} bytes; ask for less at once."
            raise GatewayError(ErrorCode.LIMIT_EXCEEDED, message)

    def again(self, cost: int, answer_bytes: int) -> bool:
        """Count what was made before, unless it would be too much now: then nothing is counted."""
        if self.cost + cost > self.cost_max or self.answer_bytes + answer_bytes > self.answer_bytes_max:
            return False
        self.cost += cost
        self.answer_bytes += answer_bytes
        return True

    async def begin_event(self, s_max: float | None) -> None:
        """Begin to count at 0: each event of a subscription is an answer of its own.

        Waits until the events before are paid. Raises OverAllowanceError after `s_max` seconds.
        """
        if self.allowance is not None and self.endless:
            await self.allowance.wait_until_paid(self.caller, s_max=s_max)
            await self.begin()
        self.cost = self.answer_bytes = 0

    def end_event(self) -> None:
        """Take the cost of an event, also of one that failed; of a query or mutation, give back the rest."""
        if self.allowance is not None and self.endless:
            self.allowance.charge_event(self.caller, self.cost)
        self.give_back()

    def add(self, *, cost: int, answer_bytes: int) -> None:
        """Count what was executed elsewhere for this operation too. Raises LIMIT_EXCEEDED."""
        self.answer_bytes += answer_bytes
        self.fields(0, cost)

    def of_its_own(self) -> "Spending":
        """Return an account with the same limits and nobody who pays."""
        return Spending(cost_max=self.cost_max, answer_bytes_max=self.answer_bytes_max)

    def mark_endless(self) -> None:
        """Stop the clock: a subscription ends by itself or with its token."""
        self.endless = True
        if self.clock is not None:
            self.clock.reschedule(None)


_NOTHING: Final = nullcontext()
_current: ContextVar[Spending | None] = ContextVar("spending", default=None)


def current_spending() -> Spending | None:
    """Return the account of the operation that runs in this task; None without one."""
    return _current.get()


@contextmanager
def opened(spending: Spending) -> Iterator[Spending]:
    """Count the operation that is executed in the block."""
    before = _current.set(spending)
    try:
        yield spending
    finally:
        _current.reset(before)


class CountedExecutor(CompiledExecutor, StrawberryGraphQLCoreExecutionContext):
    """Executes like graphql-core, and counts every field and text in the operation's account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._costs: dict[int, tuple[Any, int]] = {}

    def build_per_event_executor(self, payload: Any) -> Any:
        made: Any = super().build_per_event_executor(payload)
        made._costs = {}  # noqa: SLF001 - its keys are ids of objects that each event makes
        return made

    def execute_operation(self, serially: bool | None = None) -> Any:  # noqa: FBT001 - graphql-core's own
        self.meter = _current.get()
        return super().execute_operation(serially)

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: Any,
        position_context: Any,
    ) -> Any:
        with self._measuring():
            return super().execute_fields(
                parent_type, source_value, path, grouped_field_set, position_context
            )

    def execute_fields_serially(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: Any,
        position_context: Any,
    ) -> Any:
        self.count_fields(parent_type, grouped_field_set)
        return super().execute_fields_serially(
            parent_type, source_value, path, grouped_field_set, position_context
        )

    def working(self, complete: Complete, value: Any, place: Place) -> Any:
        with self._measuring():
            return super().working(complete, value, place)

    def _measuring(self) -> AbstractContextManager[None]:
        """Return what measures the caller's working time, unless a call above does."""
        spending = _current.get()
        turns = spending.turns if spending else None
        return _NOTHING if turns is None or turns.is_working else turns.working()

    def complete_leaf_value(self, return_type: GraphQLLeafType, result: Any) -> Any:  # type: ignore[override]
        completed = StrawberryGraphQLCoreExecutionContext.complete_leaf_value(return_type, result)
        kind = type(completed)
        if kind in {str, dict, list} and (spending := _current.get()) is not None:
            spending.text(completed if kind is str else json.dumps(completed, ensure_ascii=False))
        return completed

    def cost_of(self, parent: GraphQLObjectType, grouped: Any) -> int:
        return sum(1 + self._weight(parent, details[0].node.name.value) for details in grouped.values())

    def count_fields(self, parent: GraphQLObjectType, grouped: Any) -> None:
        spending = _current.get()
        if spending is None:
            return
        # All items of a list have the same set of fields, so its cost is computed once.
        known = self._costs.get(id(grouped))
        if known is None:
            known = self._costs[id(grouped)] = (grouped, self.cost_of(parent, grouped))
        spending.fields(len(grouped), known[1])

    def _weight(self, parent_type: GraphQLObjectType, name: str) -> int:
        field = parent_type.fields.get(name)
        if field is None:  # a field of every type, such as `__typename`
            return 0
        if parent_type is self.schema.mutation_type:
            return COMMAND_COST
        return weight_of(f"{parent_type.name}.{name}", field)
