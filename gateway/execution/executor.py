"""An executor of graphql-core that runs what it compiled of a document, and inherits all the rest."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from graphql import GraphQLObjectType, GraphQLResolveInfo
from graphql.execution.collect_fields import GroupedFieldSet
from graphql.execution.execute import assume_not_awaitable
from graphql.execution.executor import Executor
from graphql.pyutils import gather_with_cancel
from graphql.pyutils.is_awaitable import is_awaitable
from strawberry.execution.is_awaitable import optimized_is_awaitable

from gateway.execution.completing import object_run
from gateway.execution.plans import Plan, Plans
from gateway.execution.slots import FINISHED, Complete, Meter, Place, Run, Slot, is_usual, path_of

_PREDICATES: Final = (is_awaitable, optimized_is_awaitable, assume_not_awaitable)
"""What compiled functions know about awaitables agrees with these."""


class CompiledExecutor(Executor[Any]):
    """
    Executes as graphql-core's Executor does, with what a document always does decided beforehand.

    The functions of a plan read attributes, call resolvers and complete values. All that is unusual goes to
    the inherited methods: an awaitable, an error, a value of another class, an abstract type, middleware, an
    abort signal, @defer. So errors, their order and paths, and nulls are graphql-core's own. What it relies
    on of graphql-core is not public; its tests are run with this executor (ADR 22).
    """

    plans: Plans = Plans()
    plan: Plan | None = None
    meter: Meter | None = None
    failures: int = 0
    """Of fields, so far."""

    @classmethod
    def build(cls, schema: Any, document: Any, *args: Any, **kwargs: Any) -> Any:
        built = super().build(schema, document, *args, **kwargs)
        if isinstance(built, CompiledExecutor) and built.is_ordinary():
            coerced = built.variable_values.coerced
            built.plan = cls.plans.find(schema, document, built.operation, coerced)
            if built.plan is not None:
                built._relevant_sub_fields = built.plan.sub_fields  # noqa: SLF001
        return built

    def is_ordinary(self) -> bool:
        """Whether nothing that was given for this operation changes how fields are executed."""
        manager = self.middleware_manager
        return (
            self.abort_signal is None
            and not (manager is not None and manager.middlewares)
            and self.is_awaitable in _PREDICATES
            and type(self).complete_value is Executor.complete_value
            and type(self).execute_field is Executor.execute_field
        )

    def build_per_event_executor(self, payload: Any) -> Any:
        made: Any = super().build_per_event_executor(payload)
        # Without a plan, its keys are ids of objects that each event makes: shared, they would only grow.
        made._relevant_sub_fields = {} if self.plan is None else self.plan.sub_fields  # noqa: SLF001
        return made

    def execute_root_grouped_field_set(
        self,
        root_type: GraphQLObjectType,
        root_value: Any,
        grouped_field_set: GroupedFieldSet,
        serially: bool,  # noqa: FBT001 - graphql-core's own
        position_context: Any,
    ) -> Any:
        plan = self.plan
        if plan is not None and position_context is None:
            if plan.root is None:
                plan.root = grouped_field_set
            grouped_field_set = plan.root
        return super().execute_root_grouped_field_set(
            root_type, root_value, grouped_field_set, serially, position_context
        )

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Any,
        grouped_field_set: GroupedFieldSet,
        position_context: Any,
    ) -> Any:
        run = self._run_of(parent_type, grouped_field_set) if position_context is None else None
        if run is not None:
            return run(self, source_value, path)
        self.count_fields(parent_type, grouped_field_set)
        return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)

    def _run_of(self, parent: GraphQLObjectType, grouped: GroupedFieldSet) -> Run | None:
        if self.plan is None:
            return None
        found = self.plan.runs.get(id(grouped))
        if found is None:
            found = self.plan.runs[id(grouped)] = (grouped, self._compiled(parent, grouped))
        return found[1]

    def _compiled(self, parent: GraphQLObjectType, grouped: GroupedFieldSet) -> Run | None:
        try:
            return object_run(self, parent, grouped)
        except Exception:  # noqa: BLE001 - what can't be compiled is executed as it is, and says why it can't
            return None

    # What a subclass may count and measure.

    def cost_of(self, _parent: GraphQLObjectType, _grouped: GroupedFieldSet) -> int:
        """Return what these fields of an object cost; asked once for each plan."""
        return 0

    def count_fields(self, _parent: GraphQLObjectType, _grouped: GroupedFieldSet) -> None:
        """Count the fields of an object that are executed as they are, without a compiled function."""

    def working(self, complete: Complete, value: Any, place: Place) -> Any:
        """Complete a value that was waited for."""
        return complete(self, value, place)

    # What compiled functions call.

    def count_compiled(self, fields: int) -> None:
        """Count fields that are compiled for the plan."""
        if self.plan is not None:
            self.plans.count(self.plan, fields)

    def info_at(self, slot: Slot, place: Place) -> GraphQLResolveInfo[Any]:
        """Return what a resolver gets; an item's is that of its field."""
        while place[2] is None:
            place = place[0]
        path: Any = path_of(place)
        return self.build_resolve_info(slot.field, slot.nodes, slot.parent, path)

    def failed(self, slot: Slot, error: Exception, place: Place) -> None:
        """Make an error of the answer. Raises it if what it is about can't be null."""
        path: Any = path_of(place)
        self.handle_field_error(error, slot.kind, slot.details, path)

    def handle_field_error(self, *args: Any, **kwargs: Any) -> None:
        self.failures += 1
        super().handle_field_error(*args, **kwargs)

    def unusual(self, slot: Slot, value: Any, place: Place) -> Any:
        """Complete any value by the inherited methods."""
        if self.is_awaitable(value):
            return self._awaited(slot, value, place)
        path: Any = path_of(place)
        info = self.info_at(slot, place)
        completed = self.complete_value(slot.kind, slot.details, info, path, value, None)
        return self.nested(slot, completed, place) if self.is_awaitable(completed) else completed

    async def _awaited(self, slot: Slot, value: Awaitable[Any], place: Place) -> Any:
        try:
            found = await value
            complete = slot.complete if is_usual(found) or found is None else None
            completed = self.working(complete or self._inherited(slot), found, place)
            if completed.__class__ not in FINISHED and self.is_awaitable(completed):
                completed = await completed
        except Exception as error:  # noqa: BLE001 - each becomes an error of the answer
            self.failed(slot, error, place)
            return None
        return completed

    def _inherited(self, slot: Slot) -> Callable[[Any, Any, Place], Any]:
        def complete(_running: Any, value: Any, place: Place) -> Any:
            path: Any = path_of(place)
            info = self.info_at(slot, place)
            return self.complete_value(slot.kind, slot.details, info, path, value, None)

        return complete

    async def nested(self, slot: Slot, completed: Awaitable[Any], place: Place) -> Any:
        """Wait for an object or a list that was not complete at once."""
        try:
            return await completed
        except Exception as error:  # noqa: BLE001 - each becomes an error of the answer
            self.failed(slot, error, place)
            return None

    async def joined(self, results: Any, waiting: Sequence[Any]) -> Any:
        """Wait, side by side, for what is still missing of an object or a list."""
        if len(waiting) == 1:
            results[waiting[0]] = await results[waiting[0]]
            return results
        found = await gather_with_cancel(*(results[key] for key in waiting))
        for key, value in zip(waiting, found, strict=True):
            results[key] = value
        return results
