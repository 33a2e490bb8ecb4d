"""`python -m tests.e2e.releases.counted_gateway`: a gateway that writes on a signal how many tasks it has."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Final

import uvicorn

from gateway.__main__ import main

COUNTS: Final = "IPP_TEST_COUNTS"
"""The file that the count is written to."""
_loops: list[asyncio.AbstractEventLoop] = []


class _Server(uvicorn.Server):
    """A server whose event loop is known."""

    async def serve(self, *args: object, **kwargs: object) -> None:
        _loops.append(asyncio.get_running_loop())
        await super().serve(*args, **kwargs)  # type: ignore[arg-type]


def _write(_: int, __: FrameType | None) -> None:
    tasks = sum(len(asyncio.all_tasks(loop)) for loop in _loops)
    file = Path(os.environ[COUNTS])
    new = file.with_suffix(".new")
    new.write_text(str(tasks))
    new.replace(file)


if __name__ == "__main__":
    uvicorn.Server = _Server  # type: ignore[misc]
    signal.signal(signal.SIGUSR1, _write)
    sys.exit(main())
