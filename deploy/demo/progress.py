"""Showing how far the filling of the organisation is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

Told = Callable[[str, int, int], None]
"""Hears what is being done, how much of it, and of how much."""


@contextmanager
def bars(screen: Console) -> Iterator[Told]:
    """Draw a bar for each thing that is told of, while inside."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True) as progress:
        drawn: dict[str, TaskID] = {}

        def told(what: str, done: int, of: int) -> None:
            if what not in drawn:
                drawn[what] = progress.add_task(what, total=of)
            progress.update(drawn[what], completed=done)

        yield told
