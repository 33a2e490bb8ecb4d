"""The environment that tests and benchmarks start our programs in."""

import os

from kit.settings import PREFIX


def without_settings() -> dict[str, str]:
    """Return the variables of this process but our settings, which would be those of another program."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
