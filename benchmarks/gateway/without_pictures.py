"""The gateway's program with no picture of a portfolio kept, so that each read makes its own."""

import sys

from gateway.__main__ import main
from gateway.reading import pictures

pictures.PICTURES_BYTES_MAX = 0  # type: ignore[misc]

if __name__ == "__main__":
    sys.exit(main())
