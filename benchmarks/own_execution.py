"""`python -m benchmarks.own_execution`: a gateway that executes each event for each subscriber."""

import sys

from gateway import schema
from gateway.__main__ import main
from gateway.limits.spending import CountedExecutor

if __name__ == "__main__":
    vars(schema)["SharingExecutor"] = CountedExecutor
    sys.exit(main())
