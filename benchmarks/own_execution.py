"""`python -m benchmarks.own_execution`: a gateway that executes each event for each subscriber."""

import sys

from gateway import schema
from gateway.__main__ import main
from gateway.limits.spending import CountedExecutor

if __name__ == "__main__":
    schema.SharingExecutor = CountedExecutor  # type: ignore[assignment,misc]
    sys.exit(main())
