"""Subscribers who are gone without a word leave nothing behind: no task, no open file, no LISTEN."""

import os
import signal
import socket
import struct
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

import psycopg
import pytest

from tests.e2e.demo import Demo
from tests.e2e.releases.counted_gateway import COUNTS
from tests.e2e.releases.releasing import Gateway, subscribed_socket

pytestmark = [pytest.mark.e2e, pytest.mark.postgres, pytest.mark.timeout(3_600)]
AT_ONCE: Final = 8
KILLED: Final = int(os.environ.get("IPP_TEST_KILLED_CONNECTIONS", "0"))
"""So many connections; 0: as many as fit into FOR_S."""
FOR_S: Final = 10.0
SETTLED_S_MAX: Final = 60.0
SETTLES_S: Final = 1.0
ASK: Final = "subscription { capabilityReleased { id } }"
UNLIMITED: Final = dict.fromkeys(("IPP_REQUESTS_PER_MINUTE_MAX", "IPP_REQUESTS_BURST_MAX"), "1000000000")
OWN_FILES: Final = 4
"""Its connections to Kafka and PostgreSQL, which come and go; a leak would be hundreds of files."""
GONE: Final = struct.pack("ii", 1, 0)
"""Of SO_LINGER: closing sends a reset, as when a machine dies."""


class Left(NamedTuple):
    """What a gateway holds: `listens` to the database, and `open` subscriptions."""

    tasks: int
    files: int
    listens: int
    open: int


@pytest.fixture
def counts(tmp_path: Path) -> Path:
    return tmp_path / "counts"


@pytest.fixture
def gateway(demo: Demo, counts: Path) -> Iterator[Gateway]:
    settings = {
        **UNLIMITED,
        COUNTS: str(counts),
        "IPP_SUBSCRIPTIONS_PER_PERSON_MAX": str(4 * AT_ONCE),
        "IPP_DATABASE_POOL_MAX": "1",  # or its own connections come and go with the load
    }
    with Gateway(demo, module="tests.e2e.releases.counted_gateway", **settings).running() as running:
        yield running


def killed(gateway: Gateway, token: str) -> None:
    """Subscribe, and be gone as a machine without power is."""
    with subscribed_socket(gateway.port, token, ASK) as opened:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, GONE)


def left(gateway: Gateway, demo: Demo, counts: Path) -> Left:
    counts.unlink(missing_ok=True)
    os.kill(gateway.pid, signal.SIGUSR1)
    while not counts.exists():
        time.sleep(0.01)
    with psycopg.connect(demo.settings()["IPP_DATABASE_URL"]) as connection:
        listens = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'gateway-listen'"
        ).fetchone()
    assert listens is not None
    return Left(
        tasks=int(counts.read_text()),
        files=len(list(Path(f"/proc/{gateway.pid}/fd").iterdir())),
        listens=listens[0],
        open=gateway.open_subscriptions(),
    )


def settled(gateway: Gateway, demo: Demo, counts: Path, *, before: Left | None = None) -> Left:
    """Wait until no subscription is open, and what is held is as before, or does not change any more."""
    deadline, last = time.monotonic() + SETTLED_S_MAX, None
    while True:
        found = left(gateway, demo, counts)
        same = found == last if before is None else _no_more(found, before)
        if (found.open == 0 and same) or time.monotonic() > deadline:
            return found
        last = found
        time.sleep(SETTLES_S)


def _no_more(found: Left, before: Left) -> bool:
    allowed = before._replace(files=before.files + OWN_FILES)
    return all(now <= then for now, then in zip(found, allowed, strict=True))


def test_killed_subscribers_leave_tasks_files_and_listens_as_they_were(
    demo: Demo, gateway: Gateway, counts: Path
) -> None:
    token = f"Bearer {demo.token('hr')}"
    with ThreadPoolExecutor(AT_ONCE) as pool:

        def kill_some() -> int:
            return len(list(pool.map(lambda _: killed(gateway, token), range(4 * AT_ONCE))))

        kill_some()  # opens what is opened once
        before = settled(gateway, demo, counts)
        begun, done = time.monotonic(), 0
        while done < KILLED or (not KILLED and time.monotonic() < begun + FOR_S):
            done += kill_some()
    print(f"{done} connections killed")  # noqa: T201 - how many it were is the evidence
    after = settled(gateway, demo, counts, before=before)
    assert _no_more(after, before), (done, before, after)
    assert after.listens == before.listens
