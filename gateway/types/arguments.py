"""Arguments that several fields take, each with its one description."""

from typing import Annotated

import strawberry

from gateway.types.scalars import Position

WaitFor = Annotated[
    list[Position] | None,
    strawberry.argument(
        description=(
            "Positions of your own commands, 20 at most: the answer waits until it can show them, 5 seconds "
            "at most."
        )
    ),
]
First = Annotated[int, strawberry.argument(description="How many items at most, 1 to 100.")]
After = Annotated[
    str | None,
    strawberry.argument(
        description="The `endCursor` of the page before. Left out, the list begins at its beginning."
    ),
]
Last = Annotated[int, strawberry.argument(description="How many of the newest, 1 to 100.")]
