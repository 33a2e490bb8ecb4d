"""What the subscriptions of a process do together, so that a thousand of them cost little more than one."""

from gateway.errors import GatewayError
from gateway.limits.shared_results import SharedResults
from gateway.reading.callers import Caller
from gateway.reading.together import Together
from projections.views import releases


class Streams:
    """`callers` and `releases` are read for all who ask at one moment; `results` are executed for all."""

    __slots__ = ("callers", "releases", "results")

    def __init__(self) -> None:
        self.callers: Together[str, Caller | GatewayError] = Together()
        self.releases: Together[int, list[releases.Release]] = Together()
        """By the release that was seen last: those after it."""
        self.results = SharedResults()
