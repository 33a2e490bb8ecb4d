"""A view worker in a process of its own, to be killed and frozen."""

import os
import sys

from events.codec import EventMapper
from kit.lifecycle import Stop
from tests.projections.keys import NoKeys
from tests.projections.witness import make_worker


def main() -> None:
    url, log_name, lease_s = sys.argv[1:4]
    worker = make_worker(url, log_name, EventMapper(NoKeys()), lease_s=float(lease_s), name=str(os.getpid()))
    with Stop().on_signals() as stop:
        worker.run(stop)


if __name__ == "__main__":
    main()
