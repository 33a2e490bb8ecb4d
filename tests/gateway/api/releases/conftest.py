"""An organisation with a release that is out."""

import pytest

from tests.gateway.api.releases.given import filled
from tests.gateway.world import World


@pytest.fixture
def house(world: World) -> World:
    return filled(world)
