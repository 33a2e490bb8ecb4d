"""Feedback: answers handed in, from code to inbox, against a bare append; and how long closing takes."""

import argparse
import json
import os
import queue
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks.measuring import measure
from benchmarks.servers import kafka_bootstrap, log_to_stderr, postgres_database
from events.log.assembly import create_inbox, open_appender
from events.log.config import KafkaConfig, LogConfig
from events.log.inbox.fold import slot_stream
from events.log.record import ZERO_PARENT, Commit, Write, encode_entry, frame
from events.privacy.answers import SEALED_BYTES
from events.privacy.invitations import Invited
from events.privacy.mirror_keys import MirrorKeys
from kit.secrets import MasterKey
from processes.closing.closer import Closer
from processes.closing.keeper_client import HttpClosingKeeper, open_closing_keeper
from rules.feedback.rater_code import caller_of
from services.feedback.http_keeper import HttpKeeper
from tests.events.log.harness import CLOCK, unique_name
from tests.processes.keeper.process import CLOSING_SECRET, SECRET, KeeperProcess
from tests.services.round_house import RoundHouse, hand_in, round_house, sealed_for

RATERS: Final = (1, 64)
SECONDS: Final = 6.0
WARM_S: Final = 8.0
ROUNDS: Final = 5
INVITED: Final = 40
SIZES: Final = (8, 40)
CLOSINGS: Final = 3


@contextmanager
def keeper_process(folder: Path, bootstrap: str, url: str) -> Iterator[str]:
    """Run a keeper on Kafka, which flushes every message: an answer that is kept survives a power cut."""
    settings = {
        "IPP_DATABASE_URL": url,
        "IPP_LOG_NAME": unique_name(),
        "IPP_KAFKA_BOOTSTRAP": bootstrap,
        "IPP_KAFKA_REPLICAS": "1",
    }
    with KeeperProcess(folder, settings).running() as address:
        yield address


def bare_append(stack: ExitStack, bootstrap: str) -> Callable[[], object]:
    """Return what appends a record as an inbox has it, and waits until it is acknowledged."""
    name = unique_name()
    kafka = KafkaConfig(topic=name, options={"bootstrap_servers": bootstrap}, replicas=1)
    config = LogConfig(name=name, partitions=1, database_url="", kafka=kafka)
    create_inbox(config)
    appender = open_appender(config, clock=CLOCK)
    stack.callback(appender.close)

    def append() -> object:
        round_, slot = uuid4().hex, uuid4().hex
        write = Write(slot_stream(round_, slot), 1, ZERO_PARENT, "sealed", os.urandom(SEALED_BYTES))
        commit = Commit(round_, os.urandom(32), os.urandom(16), (write,))
        return appender.append(0, frame(bytes(16), "", [encode_entry(commit)])).result(30)

    return append


def handing_in(house: RoundHouse, keeper: HttpKeeper) -> Callable[[], object]:
    """Return what hands in an answer for a rater whom nobody else uses at the moment."""
    raters: queue.Queue[Invited] = queue.Queue()
    for _ in range(ROUNDS):
        one = house.subject()
        for rater in one.raters(one.opens(peers=INVITED)):
            raters.put(rater)
    feedback = house.feedback(keeper)

    def send() -> object:
        rater = raters.get()
        result = feedback.send(hand_in(os.urandom(SEALED_BYTES)), rater=caller_of(rater.code))
        if result.outcome != "ACCEPTED":
            raise RuntimeError(msgspec.json.encode(result).decode())
        raters.put(rater)
        return result

    return send


def closing_s(house: RoundHouse, keeper: HttpKeeper, closer: Closer, *, people: int) -> float:
    """Return how long it takes from a round that is closing to its mirror, and until its key is gone."""
    one = house.subject()
    round_ = one.opens(peers=people)
    feedback = house.feedback(keeper)
    for number, rater in enumerate(one.raters(round_)):
        feedback.send(hand_in(sealed_for(one, rater, scale=number % 5 + 1)), rater=caller_of(rater.code))
    one.own("closeRound", roundId=round_)
    begun = time.perf_counter()
    if closer.turn():
        raise RuntimeError("a round could not be closed")
    took = time.perf_counter() - begun
    if one.round(round_).status != "CLOSED":
        raise RuntimeError("the round is not closed")
    return took


def closer_of(house: RoundHouse, stack: ExitStack, keeper: HttpClosingKeeper) -> Closer:
    house.vault.create_tables()
    mirror_keys = MirrorKeys(house.log.url, MasterKey(key=os.urandom(32)))
    stack.callback(mirror_keys.close)
    return Closer(house.closing_parts(mirror_keys, keeper))


def run(seconds: float, screen: Console) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    with ExitStack() as stack:
        url = stack.enter_context(postgres_database())
        bootstrap = stack.enter_context(kafka_bootstrap())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        address = stack.enter_context(keeper_process(folder, bootstrap, url))
        keeper = HttpKeeper(address, secret=SECRET)
        stack.callback(keeper.close)
        house = stack.enter_context(round_house(url, folder / "unused"))
        house = replace(house, handler=house.with_keeper(keeper), keeper=keeper)
        for name, work in (
            ("bare append", bare_append(stack, bootstrap)),
            ("handed in", handing_in(house, keeper)),
        ):
            measure(work, max(RATERS), WARM_S)
            for raters in RATERS:
                took = measure(work, raters, seconds)
                row = {"what": name, "raters": raters, "per_s": round(took.per_s, 1)}
                rows.append(row | {"p50_ms": took.p50_ms, "p99_ms": took.p99_ms})
                screen.print(f"[dim]{rows[-1]}[/dim]")
        closer = closer_of(
            house, stack, stack.enter_context(open_closing_keeper(address, secret=CLOSING_SECRET))
        )
        closer.turn()
        closings = {
            people: round(
                statistics.median(closing_s(house, keeper, closer, people=people) for _ in range(CLOSINGS)), 2
            )
            for people in SIZES
        }
    return {"rows": rows, "closing_s": closings}


def main() -> None:
    log_to_stderr()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="measured time for each row")
    chosen = parser.parse_args()
    found = run(chosen.seconds, Console(stderr=True))
    rates = {(row["what"], row["raters"]): row["per_s"] for row in found["rows"]}
    found["ratios"] = {
        f"handed in against a bare append, {raters} raters": round(
            rates["handed in", raters] / rates["bare append", raters], 2
        )
        for raters in RATERS
    }
    if chosen.json:
        json.dump(found, sys.stdout)
        return
    table = Table("", "raters", "per s", "p50 ms", "p99 ms", title="8,273 bytes each, flushed one by one")
    for row in found["rows"]:
        table.add_row(*(str(value) for value in row.values()))
    console = Console()
    console.print(table)
    for name, ratio in found["ratios"].items():
        console.print(f"{name}: {ratio} times")
    for people, took in found["closing_s"].items():
        console.print(f"closing a round of {people}: {took} s")


if __name__ == "__main__":
    main()
