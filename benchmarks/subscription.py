"""A release to a thousand subscribers of one gateway, executed once, against strawberry doing it for each."""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.measuring import cpu_s
from benchmarks.reporting import table_of
from benchmarks.servers import log_to_stderr
from deploy.demo.people import KNOWN
from tests.e2e.attacks.web_sockets import PROTOCOL
from tests.e2e.demo import Demo, running_demo
from tests.e2e.releases.releasing import Gateway, Releases, releases_of

SUBSCRIBERS: Final = 1_000
PEOPLE: Final = 120
HOLDERS: Final = 100
"""So many people act as HR; each has the same number of subscriptions."""
RUNS: Final = 5
START_S_MAX: Final = 600.0
OPENED_AT_ONCE: Final = 20
SHARED: Final = "ipp"
PEER: Final = "strawberry, each by itself"
SYSTEMS: Final = {SHARED: "gateway", PEER: "benchmarks.own_execution"}
UNLIMITED: Final = dict.fromkeys(("IPP_REQUESTS_PER_MINUTE_MAX", "IPP_REQUESTS_BURST_MAX"), "1000000000")
ASK: Final = """subscription { capabilityReleased { id epoch on held layoutSince contributors { from to }
  cells(children: true) { unit { id name parentId } cluster { id name { nl en } } rest holders { from to }
    shownAbove { id name } scarce trend energy dated }
  terms { term { id label { nl en } } holders { from to } } } }"""
_DATA: Final = '"payload":{"data":'


def holders(demo: Demo, releases: Releases, count: int) -> list[str]:
    """Grant the role HR to people of the demo, and return a token of each."""
    numbers = [number for number, _, _ in KNOWN] + [f"e{place:04}" for place in range(len(KNOWN), PEOPLE)]
    tokens = [demo.token(number) for number in numbers[:count]]
    for person in persons(demo, tokens):
        releases.grant(person, "HR")
    return tokens


def persons(demo: Demo, tokens: Sequence[str]) -> Iterator[str]:
    import httpx  # noqa: PLC0415 - of the tests

    for token in tokens:
        answer = httpx.post(
            f"{demo.url}/graphql",
            json={"query": "{ me { id } }"},
            headers={"Authorization": f"Bearer {token}"},
        )
        yield answer.json()["data"]["me"]["id"].removeprefix("Me:")


class Subscribers:
    """Many connections to one gateway, each with one subscription."""

    def __init__(self, gateway: Gateway, tokens: Sequence[str], count: int) -> None:
        self._gateway = gateway
        self._tokens = [tokens[place % len(tokens)] for place in range(count)]
        self._sockets: list[ClientConnection] = []

    async def open(self, stack: AsyncExitStack) -> None:
        slots = asyncio.Semaphore(OPENED_AT_ONCE)

        async def one(token: str) -> ClientConnection:
            async with slots:
                socket = await stack.enter_async_context(
                    connect(
                        f"ws://127.0.0.1:{self._gateway.port}/graphql",
                        subprotocols=[PROTOCOL],
                        max_size=None,
                        compression=None,
                        open_timeout=None,
                    )
                )
                sent = {"Authorization": f"Bearer {token}", "IPP-Role": "HR"}
                await socket.send(json.dumps({"type": "connection_init", "payload": sent}))
                await socket.recv()
                await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": ASK}}))
                return socket

        self._sockets = await asyncio.gather(*(one(token) for token in self._tokens))
        while await asyncio.to_thread(self._gateway.open_subscriptions) < len(self._sockets):  # noqa: ASYNC110
            await asyncio.sleep(0.1)

    async def delivered(self, release: Any) -> tuple[list[float], set[str]]:
        """Let a release come out; return after how many seconds each heard of it, and all texts they got."""
        hearing = [asyncio.create_task(_heard(socket)) for socket in self._sockets]
        await asyncio.sleep(0.2)
        await asyncio.to_thread(release)
        out = time.perf_counter()
        heard = await asyncio.gather(*hearing)
        return sorted(at - out for at, _ in heard), {text for _, text in heard}


async def _heard(socket: ClientConnection) -> tuple[float, str]:
    """Return the moment of the next message, and the text of its data."""
    text = str(await socket.recv())
    at = time.perf_counter()
    if '"type":"next"' not in text or '"errors"' in text:
        raise RuntimeError(text[:500])
    return at, text[text.index(_DATA) + len(_DATA) :]


async def measured(
    gateway: Gateway, releases: Releases, tokens: Sequence[str], *, subscribers: int, runs: int
) -> list[dict[str, Any]]:
    rows = []
    async with AsyncExitStack() as stack:
        many = Subscribers(gateway, tokens, subscribers)
        await many.open(stack)
        for run in range(runs + 1):
            before = cpu_s(gateway.pid)
            took, texts = await many.delivered(releases.come_out)
            if len(texts) != 1:
                raise RuntimeError(f"{len(texts)} different texts were delivered")
            if run:  # the first one warms everything up
                used = cpu_s(gateway.pid) - before
                rows.append(
                    {
                        "first_ms": round(1_000 * took[0]),
                        "median_ms": round(1_000 * statistics.median(took)),
                        "last_ms": round(1_000 * took[-1]),
                        "server_cpu_ms": round(1_000 * used),
                        "bytes": len(texts.pop().encode()),
                    }
                )
    return rows


def run(subscribers: int, runs: int, screen: Console) -> dict[str, Any]:
    found: dict[str, list[dict[str, Any]]] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ipp-bench-subscription-")))
        screen.print(f"[dim]filling an organisation of {PEOPLE} …[/dim]")
        demo = stack.enter_context(
            running_demo(folder, "--people", str(PEOPLE), start_s_max=START_S_MAX, **UNLIMITED)
        )
        releases = stack.enter_context(releases_of(demo))
        tokens = holders(demo, releases, min(HOLDERS, subscribers))
        each = {**UNLIMITED, "IPP_SUBSCRIPTIONS_PER_PERSON_MAX": str(subscribers)}
        for name, module in SYSTEMS.items():
            gateway = stack.enter_context(Gateway(demo, module=module, **each).running())
            found[name] = asyncio.run(measured(gateway, releases, tokens, subscribers=subscribers, runs=runs))
            for row in found[name]:
                screen.print(f"[dim]{name}: {row}[/dim]")
    stated = {"python": sys.version.split()[0], "cores": str(os.cpu_count())}
    return {"rows": list(_rows(found)), "ratio": _ratio(found), "subscribers": subscribers, "stated": stated}


def _rows(found: dict[str, list[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    for name, runs in found.items():
        last = sorted(run["last_ms"] for run in runs)
        yield {
            "system": name,
            "runs": len(runs),
            "last_ms": statistics.median(last),
            "from": last[0],
            "to": last[-1],
            "median_ms": statistics.median(run["median_ms"] for run in runs),
            "server_cpu_ms": statistics.median(run["server_cpu_ms"] for run in runs),
            "bytes": runs[0]["bytes"],
        }


def _ratio(found: dict[str, list[dict[str, Any]]]) -> float:
    peer, ours = (statistics.median(run["last_ms"] for run in found[name]) for name in (PEER, SHARED))
    return float(round(peer / ours, 1))


def main() -> None:
    log_to_stderr()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--subscribers", type=int, default=SUBSCRIBERS, help="connections to one gateway")
    parser.add_argument("--runs", type=int, default=RUNS, help="releases that are measured")
    chosen = parser.parse_args()
    found = run(chosen.subscribers, chosen.runs, Console(stderr=True))
    if chosen.json:
        json.dump(found, sys.stdout)
        return
    stated = "; ".join(f"{name} {value}" for name, value in found["stated"].items())
    title = f"from release to last delivery, {found['subscribers']} subscribers; {stated}"
    console = Console()
    console.print(table_of(found["rows"], title=title))
    console.print(f"the same bytes for all; {PEER} takes {found['ratio']} times as long to the last one")


if __name__ == "__main__":
    main()
