"""`python -m tests.prerequisites`: which tests can't run on this machine, and why; nothing if all can."""

import os
import shutil
import sys
from collections.abc import Iterator
from typing import Final

from tests.backends.docker import engine_answers
from tests.backends.kafka import ADDRESS as KAFKA_ADDRESS
from tests.compose.stack import standins

DOCKER: Final = "no Docker engine answers (`docker info`)"


def missing() -> Iterator[tuple[str, str]]:
    """Yield which tests can't run and what would let them, by a quick look: nothing is started or fetched."""
    tools = [tool for tool in ("java", "mvn") if shutil.which(tool) is None]
    if not os.environ.get(KAFKA_ADDRESS) and not engine_answers() and tools:
        why = f"{DOCKER}, {' and '.join(tools)} missing, {KAFKA_ADDRESS}=host:port not set"
        yield "everything on a real Kafka broker (-m kafka)", why
    elif tools:
        yield "the comparison with Kafka Streams", f"{' and '.join(tools)} missing"
    if not engine_answers() and not (standins().exists() and os.geteuid() == 0):
        yield "the compose stack (-m compose)", DOCKER
    node = [tool for tool in ("node", "npm") if shutil.which(tool) is None]
    if node:
        yield "the client in TypeScript and the examples of docs/clients.md", f"{' and '.join(node)} missing"
    if chromium() is None:
        yield "the pages in a real browser", "chromium missing"


def chromium() -> str | None:
    """Return the machine's Chromium; None if it has none."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def main() -> None:
    found = list(missing())
    if not found:
        return
    outcome = "fail, because CI=true" if os.environ.get("CI") == "true" else "be skipped"
    sys.stdout.write(f"These tests will {outcome}; all others run:\n")
    for what, why in found:
        sys.stdout.write(f"  {what}: {why}\n")


if __name__ == "__main__":
    main()
