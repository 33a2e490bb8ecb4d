"""One small demo for the clients."""

from collections.abc import Iterator

import pytest

from tests.e2e.demo import Demo, running_demo


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("demo"), "--people", "10") as running:
        yield running
