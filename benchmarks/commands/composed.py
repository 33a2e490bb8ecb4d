"""The stack of docker-compose.yml with an organisation in it: each process apart, and the log on Kafka."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.gateway.asking import numbers_of
from deploy.demo.people import ORGANISATION
from tests.compose.issuer import Issuer
from tests.compose.stack import Stack, make_ready, running

UNLIMITED: Final = Path(__file__).with_name("unlimited.yml")
APPLICATION: Final = ("gateway", "services", "journal", "views", "processes", "keeper")
RELEASE_EVERY_DAYS: Final = 366
"""A release in the middle of a round would be measured with it."""


class Composed(NamedTuple):
    """Where the stack answers, a token for each person, and the processes that work in its containers."""

    url: str
    tokens: list[str]
    application: tuple[int, ...]
    postgres: int
    broker: tuple[int, ...]


@contextmanager
def composed(people: int) -> Iterator[Composed]:
    """
    Start the stack with so many people, and leave nothing of it.

    Its engine must be of this machine, where the processes of containers can be seen. Raises NoStackError.
    """
    make_ready()
    with tempfile.TemporaryDirectory(prefix="ipp-bench-compose-") as folder:
        stack = Stack(Path(folder), UNLIMITED)
        issuer = Issuer(stack.keys)
        with running(stack):
            founding = ("python", "-m", "services", "found", "--name", ORGANISATION)
            stack.run_in("services", *founding, "--administrator", "administrator")
            stack.run_in("services", "python", "-m", "services", "terms")
            size = ("--people", str(people), "--release-every-days", str(RELEASE_EVERY_DAYS))
            stack.run_in("services", "python", "-m", "deploy.fill", *size)
            yield Composed(
                url=stack.url,
                tokens=[issuer.token(number) for number in numbers_of(people)],
                application=_processes(stack, *APPLICATION),
                postgres=_processes(stack, "postgres")[0],
                broker=_processes(stack, "kafka"),
            )


def _processes(stack: Stack, *services: str) -> tuple[int, ...]:
    found = [each["State"]["Pid"] for service in services for each in stack.containers(service)]
    return tuple(map(_at_work, found))


def _at_work(process: int) -> int:
    """Return what a container's first process has started, as an init or a script starts one program."""
    match Path(f"/proc/{process}/task/{process}/children").read_text().split():
        case [only]:
            return _at_work(int(only))
        case _:
            return process
