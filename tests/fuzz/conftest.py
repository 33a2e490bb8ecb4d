"""One demo for all fuzzing, without the limits of what one person may ask, and the colleague in it."""

from collections.abc import Iterator

import pytest

from tests.e2e.demo import START_S_MAX, Demo, running_demo
from tests.fuzz.planted import Colleague, plant

UNLIMITED = "1000000000"


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    limits = dict.fromkeys(
        ("IPP_REQUESTS_PER_MINUTE_MAX", "IPP_REQUESTS_BURST_MAX", "IPP_COMMANDS_PER_MINUTE_MAX"), UNLIMITED
    )
    folder = tmp_path_factory.mktemp("fuzzed")
    with running_demo(folder, "--people", "10", start_s_max=START_S_MAX, **limits) as running:
        yield running


@pytest.fixture(scope="package")
def colleague(demo: Demo) -> Colleague:
    return plant(demo)
