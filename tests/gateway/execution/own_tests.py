"""A plugin of pytest for graphql-core's own tests: every execution that names no executor runs compiled."""

from collections import Counter
from importlib import import_module
from typing import Any, ClassVar

import pytest
from graphql.execution.incremental import IncrementalExecutor

from gateway.execution.executor import CompiledExecutor
from gateway.execution.plans import Plans


class Tested(CompiledExecutor, IncrementalExecutor):
    """Compiles each document at its first use: these tests use most of them once."""

    plans = Plans(uses_before=0)
    used: ClassVar[Counter[str]] = Counter()

    @classmethod
    def build(cls, *args: Any, **kwargs: Any) -> Any:
        built = super().build(*args, **kwargs)
        if isinstance(built, cls):
            cls.used["planned" if built.plan is not None else "inherited"] += 1
        return built

    def _compiled(self, parent: Any, grouped: Any) -> Any:
        run = super()._compiled(parent, grouped)
        self.used["not compiled" if run is None else "compiled"] += 1
        return run


entrance = vars(import_module("graphql.execution.execute"))
entrance["IncrementalExecutor"] = entrance["ExecutorThrowingOnIncremental"] = Tested


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.write_line(" ".join(f"{name.replace(' ', '-')}={n}" for name, n in Tested.used.items()))
