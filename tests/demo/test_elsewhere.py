"""The demo's organisation comes into an installation of its own, and into no other's."""

import pytest

from deploy.demo.client import DemoServices, SeedingError
from deploy.demo.people import KNOWN
from deploy.demo.seed import seed
from tests.services.house import NOW, found_in, opened

pytestmark = pytest.mark.postgres


def test_nobody_invented_comes_into_an_organisation_that_is_not_the_demos(database: str) -> None:
    with opened(database) as house, house.log.folding():
        found_in(house)  # by the administrator's name that the demo has too
        recorder = house.log.recorders[0]
        before = recorder.max_notification_id()
        services = DemoServices(recorder=recorder, vault=house.vault, mapper=house.mapper)
        with pytest.raises(SeedingError, match="another organisation"):
            seed(services, count=len(KNOWN), today=NOW.date(), on_progress=lambda *_: None)
        assert recorder.max_notification_id() == before
