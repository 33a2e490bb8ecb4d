"""The demo's organisation comes into an installation of its own, and into no other's."""

import pytest

from deploy.demo.client import FillingError, Ground
from deploy.demo.people import KNOWN
from deploy.demo.seed import fill
from tests.services.house import NOW, found_in, opened

pytestmark = pytest.mark.postgres


def test_nobody_invented_comes_into_an_organisation_that_is_not_the_demos(database: str) -> None:
    with opened(database) as house, house.log.folding():
        found_in(house)  # by the administrator's name that the demo has too
        recorder = house.log.recorders[0]
        before = recorder.max_notification_id()
        ground = Ground(recorder=recorder, vault=house.vault, mapper=house.mapper)
        with pytest.raises(FillingError, match="another organisation"):
            fill(ground, count=len(KNOWN), today=NOW.date(), told=lambda *_: None)
        assert recorder.max_notification_id() == before
