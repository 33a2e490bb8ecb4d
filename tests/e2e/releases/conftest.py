"""A demo in which releases come out, and a gateway apart from it."""

from collections.abc import Iterator

import pytest

from tests.e2e.demo import Demo
from tests.e2e.releases.releasing import Gateway, Releases, releases_of

PING_S = 0.25


@pytest.fixture(scope="package")
def releases(demo: Demo) -> Iterator[Releases]:
    with releases_of(demo) as found:
        found.come_out()
        yield found


@pytest.fixture(scope="module")
def gateway(demo: Demo) -> Iterator[Gateway]:
    with Gateway(demo, IPP_STREAM_PING_S=str(PING_S)).running() as running:
        yield running
