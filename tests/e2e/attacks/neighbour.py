"""How long a colleague's read takes, undisturbed and while something is tried."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Final, NamedTuple

from deploy.demo.people import KNOWN
from tests.e2e.attacks.every import ATTACKS
from tests.e2e.attacks.target import ANSWER_S_MAX, PATH, Attack, Target
from tests.e2e.demo import Demo

PEOPLE: Final = str(len(KNOWN) + len(ATTACKS))
"""Each attack is another person's, so that none begins with an allowance that is used up."""
NEIGHBOUR: Final = "member"
READ: Final = "{ me { id displayName portfolio { id version talents { id strength } } } }"
PAUSE_S: Final = 0.1
"""So slow that a person's allowance (20 requests a second) lasts, however quick the reads are."""
READS_MIN: Final = 5
QUICK_S: Final = 0.005
"""A read that is quicker counts as this long: so much a busy machine adds by itself."""


class Reads(NamedTuple):
    median_s: float
    slowest_s: float


class Disturbance(NamedTuple):
    """A colleague's read undisturbed and disturbed, and how often the attack was answered in which way."""

    quiet: Reads
    disturbed: Reads
    answers: dict[str, int]

    @property
    def ratio(self) -> float:
        return self.disturbed.median_s / max(QUICK_S, self.quiet.median_s)


def neighbour(demo: Demo) -> Target:
    return Target(demo.url, demo.token(NEIGHBOUR))


def attacker(demo: Demo, attack: Attack) -> Target:
    """Return the gateway as a person and an address see it that no other attack uses."""
    number = [each.name for each in ATTACKS].index(attack.name)
    return Target(demo.url, demo.token(f"e{len(KNOWN) + number:04}"), f"127.0.1.{number + 1}")


def reads(target: Target, window_s: float) -> Reads:
    """Read again and again over one connection, as a person's screen does, for a time."""
    connection = HTTPConnection(target.host, target.port, timeout=ANSWER_S_MAX)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {target.token}"}
    body, taken = json.dumps({"query": READ}), list[float]()
    end_s = time.perf_counter() + window_s
    while time.perf_counter() < end_s or len(taken) < READS_MIN:
        begun_s = time.perf_counter()
        connection.request("POST", PATH, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200 or b'"errors"' in content:
            raise RuntimeError(f"{answer.status}: {content[:500]!r}")
        taken.append(time.perf_counter() - begun_s)
        time.sleep(PAUSE_S)
    connection.close()
    return Reads(statistics.median(taken), max(taken))


def disturbance(demo: Demo, attack: Attack, window_s: float) -> Disturbance:
    """Measure the read alone and then during an attack, each for a time."""
    reader, answers = neighbour(demo), dict[str, int]()
    quiet = reads(reader, window_s)
    with tried(attack, attacker(demo, attack), answers):
        disturbed = reads(reader, window_s)
    return Disturbance(quiet, disturbed, answers)


@contextmanager
def tried(attack: Attack, target: Target, answers: dict[str, int]) -> Iterator[None]:
    """Try an attack from its first answer until the end of the block, and fill in all its answers.

    It has a process of its own, or it would disturb the measuring.
    """
    command = [sys.executable, "-m", "tests.e2e.attacks"]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("a process without the pipes that were asked for")
        process.stdin.write(json.dumps({"name": attack.name, "target": target._asdict()}) + "\n")
        process.stdin.flush()
        process.stdout.readline()
        try:
            yield
        finally:
            said, _ = process.communicate()
            answers.update(json.loads(said))
