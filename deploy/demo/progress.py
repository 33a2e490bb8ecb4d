"""Shows how far the seeding of the demo's organisation is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

OnProgress = Callable[[str, int, int], None]
"""Called with the name of a step, how many of its parts are done, and how many there are."""


@contextmanager
def bars(screen: Console) -> Iterator[OnProgress]:
    """Draw a progress bar for each step while inside."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True) as progress:
        drawn: dict[str, TaskID] = {}

        def draw(step: str, done: int, total: int) -> None:
            if step not in drawn:
                drawn[step] = progress.add_task(step, total=total)
            progress.update(drawn[step], completed=done)

        yield draw
