"""Old shapes read as new ones, through as many steps as there are."""

from events.catalog.registry import event_types
from events.upcasting import UPCASTS, Upcast, upcast

STEPS = {
    "a.moved.v1": Upcast(to="a.moved.v2", change=lambda content: {"where": content["place"]}),
    "a.moved.v2": Upcast(to="a.went.v1", change=lambda content: {**content, "far": False}),
}


def test_an_old_shape_becomes_the_newest() -> None:
    assert upcast("a.moved.v1", {"place": "x"}, STEPS) == ("a.went.v1", {"where": "x", "far": False})
    assert upcast("a.moved.v2", {"where": "x"}, STEPS) == ("a.went.v1", {"where": "x", "far": False})


def test_a_unit_that_was_moved_has_its_parent() -> None:
    assert upcast("units.unit-moved.v1", {"unit": "u", "parent": "p"}) == (
        "units.unit-moved.v2",
        {"unit": "u", "parent": "p"},
    )


def test_what_has_no_step_stays_as_it_is() -> None:
    assert upcast("a.went.v1", {"where": "x"}, STEPS) == ("a.went.v1", {"where": "x"})


def test_every_upcast_of_ours_ends_at_a_known_event() -> None:
    for step in UPCASTS.values():
        name, seen = step.to, set[str]()
        while name in UPCASTS:
            assert name not in seen, "upcasts go round in a circle"
            seen.add(name)
            name = UPCASTS[name].to
        assert name in event_types()
