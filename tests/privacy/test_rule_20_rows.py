"""Privacy rule 20: what one rater said is in no view, so that nothing that reads views can export it."""

from events.catalog.registry import event_types
from events.catalog.rounds import FeedbackSubmitted, MirrorReleased
from events.codec import PERSON_CATEGORIES
from projections.registry import find_views
from tests.privacy.story import Story
from tests.privacy.tables import values_of

ROWS = "submission"


def test_rule_20_no_view_reads_the_rows_of_raters() -> None:
    assert find_views() != ()
    assert [view.name for view in find_views() if ROWS in view.categories] == []
    assert [view.name for view in find_views() if "round" in view.categories] == ["rounds"]


def test_rule_20_a_row_is_sealed_for_the_recomputation_inside_of_what_the_persons_key_opens() -> None:
    of_rows = [kind for name, kind in event_types().items() if name.startswith(f"{ROWS}.")]
    assert of_rows == [FeedbackSubmitted]
    assert FeedbackSubmitted.__struct_fields__ == ("row",)
    assert FeedbackSubmitted.__annotations__["row"] is bytes
    assert ROWS in PERSON_CATEGORIES


def test_rule_20_views_have_the_mirror_and_no_row(story: Story) -> None:
    house = story.house
    person = house.person(house.number)
    stored = (one.event for one in house.events(f"{ROWS}-{person}-{story.round}"))
    rows = [event.row for event in stored if isinstance(event, FeedbackSubmitted)]
    assert len(rows) == len(story.raters)
    views = {name: found for name, found in story.tables["closed"].items() if name.startswith("views.")}
    values = {value for found in views.values() for row in found for value in values_of(row)}
    assert not values & set(rows)
    assert any(isinstance(one.event, MirrorReleased) for one in house.events(f"round-{person}"))
