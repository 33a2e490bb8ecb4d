"""Executes an event that is the same for many subscribers once for all who select the same of it."""

import json
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    Node,
    OperationDefinitionNode,
    VariableNode,
)

from gateway.limits.shared_results import Executed, SharedData, SharedResults
from gateway.limits.spending import CountedExecutor, current_spending, opened

SAME_FOR_ALL: Final = "same_for_all"
"""The attribute of an event with what it is called, if it is the same for every subscriber in a role."""


@dataclass(frozen=True, slots=True)
class _Selection:
    """What a document selects of an event; subscribers may begin at different places and select the same."""

    text: str
    operation: str
    variables: frozenset[str]


class SharingExecutor(CountedExecutor):
    """Counts as CountedExecutor does, and shares the results of events that say that they are the same."""

    event: Any = None
    selection: _Selection | None = None

    def build_per_event_executor(self, payload: Any) -> Any:
        made = super().build_per_event_executor(payload)
        if getattr(payload, SAME_FOR_ALL, None) is not None and self.selection is None:
            self.selection = _selection_of(self.operation, self.fragment_definitions)
        made.event, made.selection = payload, self.selection
        return made

    def execute_operation(self, serially: bool | None = None) -> Any:  # noqa: FBT001 - graphql-core's own
        results, key = getattr(self.context_value, "shared_results", None), self._key()
        if isinstance(results, SharedResults) and key is not None:
            return self._shared(results, key)
        return super().execute_operation(serially)

    async def _shared(self, results: SharedResults, key: Hashable) -> ExecutionResult:
        executed = await results.of(key, self._execute_once)
        if (spending := current_spending()) is not None:
            spending.add(cost=executed.cost, answer_bytes=executed.answer_bytes)
        found = executed.result
        return ExecutionResult(data=found.data, errors=list(found.errors) if found.errors else None)

    async def _execute_once(self) -> Executed:
        """Execute for all; the result is counted in an account of its own, from which each is charged."""
        spending = current_spending()
        if spending is None:
            return Executed(result=await self._executed(), cost=0, answer_bytes=0)
        with opened(spending.of_its_own()) as own:
            result = await self._executed()
        return Executed(result=result, cost=own.cost, answer_bytes=own.answer_bytes)

    async def _executed(self) -> ExecutionResult:
        found: Any = super().execute_operation(serially=False)
        result: ExecutionResult = await found if self.is_awaitable(found) else found
        data = result.data
        return ExecutionResult(data=data if data is None else SharedData(data), errors=result.errors)

    def _key(self) -> Hashable | None:
        """Return all that the result depends on; None for a query, and for an event of one person."""
        event, selection = getattr(self.event, SAME_FOR_ALL, None), self.selection
        if event is None or selection is None:
            return None
        coerced = self.variable_values.coerced
        variables = {name: coerced[name] for name in sorted(selection.variables) if name in coerced}
        written = json.dumps(variables, default=str)
        return selection.text, selection.operation, getattr(self.context_value, "role", None), event, written


def _selection_of(operation: OperationDefinitionNode, fragments: Any) -> _Selection | None:
    """Return what an operation selects; None if its text was not kept."""
    if operation.loc is None:
        return None
    names = {
        node.name.value
        for part in (operation, *fragments.values())
        for node in _parts(part)
        if isinstance(node, VariableNode)
    }
    name = operation.name.value if operation.name else ""
    return _Selection(operation.loc.source.body, name, frozenset(names))


def _parts(node: Node) -> Iterator[Node]:
    """Yield every part of a definition but its variables and the arguments of its root field."""
    if isinstance(node, OperationDefinitionNode):
        for root in node.selection_set.selections:
            yield from _below_arguments(root)
    elif isinstance(node, FragmentDefinitionNode):
        yield from _everything(node)


def _below_arguments(root: Node) -> Iterator[Node]:
    """Yield the parts of a root selection but its arguments, which say where a subscription begins."""
    parts = [key for key in root.keys if not (isinstance(root, FieldNode) and key == "arguments")]
    for key in parts:
        yield from _of(getattr(root, key, None))


def _everything(node: Node) -> Iterator[Node]:
    yield node
    for key in node.keys:
        yield from _of(getattr(node, key, None))


def _of(part: object) -> Iterator[Node]:
    if isinstance(part, Node):
        yield from _everything(part)
    elif isinstance(part, list | tuple):
        for each in part:
            yield from _everything(each)
