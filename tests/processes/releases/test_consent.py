"""
Who withdraws their consent is in no new figure, as if they had never given it (privacy rule 18, B5).

Two equal organisations with one difference: in one, a person consented for a while. The condition for equal
bytes: no figure that was made while they were counted is still shown, because each was made anew since. One
that was not (too few people came or went, rule 16) stays as it was, with its older date.
"""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from events.catalog.portfolio.sharing import InsightConsentGiven, InsightConsentWithdrawn
from rules.releases.model import Release
from tests.backends.postgres import fresh_database
from tests.processes.releases.house import BOTH, ReleaseHouse, release_house

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]
Two = tuple[ReleaseHouse, ReleaseHouse]


@pytest.fixture
def two(postgres_url: str) -> Iterator[Two]:
    with ExitStack() as stack:
        urls = [stack.enter_context(fresh_database(postgres_url)) for _ in range(2)]
        one, other = (stack.enter_context(release_house(url)) for url in urls)
        yield one, other


def person_in(house: ReleaseHouse) -> str:
    """Somebody who claims every term and consents to nothing."""
    return house.join(house.teams[2], terms=house.terms, scopes=None)


def consents(house: ReleaseHouse, person: str) -> None:
    house.put((f"portfolio-{person}", InsightConsentGiven(scopes=BOTH, notice_version=1)))


def withdraws(house: ReleaseHouse, person: str) -> None:
    house.put((f"portfolio-{person}", InsightConsentWithdrawn()))


def many_come(house: ReleaseHouse) -> None:
    for number in range(60):
        house.join(house.teams[number % len(house.teams)])


def published(house: ReleaseHouse) -> Release:
    house.released()
    return house.state().releases[-1]


def test_consent_that_was_given_and_withdrawn_between_two_releases_leaves_no_trace(two: Two) -> None:
    consenting, never = two
    persons = [person_in(house) for house in two]
    assert published(consenting) == published(never)
    consents(consenting, persons[0])
    withdraws(consenting, persons[0])
    for house in two:
        many_come(house)
    assert published(consenting) == published(never)
    assert [r.event for r in consenting.stream()][-4:] == [r.event for r in never.stream()][-4:]


def test_rule_18_the_next_release_after_a_withdrawal_equals_one_without_the_person_where_all_is_made_anew(
    two: Two,
) -> None:
    consenting, never = two
    persons = [person_in(house) for house in two]
    consents(consenting, persons[0])
    counted, not_counted = published(consenting), published(never)
    assert counted != not_counted, "the figures on the log differ by the person while they are counted"
    withdraws(consenting, persons[0])
    for house in two:
        many_come(house)
    after, without = published(consenting), published(never)
    assert {region.epoch for of in after.clusters for region in of.regions} == {2}, "all was made anew"
    assert after.clusters == without.clusters


def test_a_figure_that_is_not_made_anew_stays_with_its_older_date(two: Two) -> None:
    consenting, _ = two
    person = person_in(consenting)
    consents(consenting, person)
    first = published(consenting)
    withdraws(consenting, person)
    assert published(consenting).held is not None
    assert {region.epoch for of in first.clusters for region in of.regions} == {1}
