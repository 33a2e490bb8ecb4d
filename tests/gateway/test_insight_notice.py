"""What an owner is to read before agreeing to be counted, where the client asks for consent."""

import pytest

from rules.pages import NOTICE_VERSION
from tests.explained import title_at
from tests.gateway.world import World

pytestmark = pytest.mark.postgres


def test_it_is_named_with_its_version_and_served_in_both_languages(world: World) -> None:
    world.opened()
    notice = world.mine("insightNotice { version page { nl en } }")["insightNotice"]
    assert notice["version"] == NOTICE_VERSION
    assert notice["page"]["nl"] != notice["page"]["en"]
    for address in notice["page"].values():
        assert title_at(address) == "Your portfolio and the organisation: three questions"
