"""Privacy rules 1 and 2: which perspectives are shown, over every vector of sizes."""

from collections import defaultdict
from itertools import product

import pytest

from rules.feedback.merging import Group, Grouping, group
from rules.feedback.mirror import CountBand
from rules.feedback.questions import Perspective, RoundFloors

P = Perspective
FLOORS = RoundFloors(raters=3, clients=5, comments=3)
SETS = [
    ((P.PEER, P.REPORT), 9),
    ((P.PEER, P.LEAD, P.REPORT), 8),
    ((P.PEER, P.CLIENT, P.PARTNER), 8),
    ((P.PEER, P.REPORT, P.CLIENT, P.PARTNER), 7),
]
Sizes = dict[Perspective, int]


def grouped(sizes: Sizes, *, lead_attributed: bool = False, floors: RoundFloors = FLOORS) -> Grouping:
    return group(sizes, invited=sizes, floors=floors, lead_attributed=lead_attributed)


def vectors(invited: tuple[Perspective, ...], most: int) -> list[Sizes]:
    return [dict(zip(invited, sizes, strict=True)) for sizes in product(range(most + 1), repeat=len(invited))]


def shown_of(sizes: Sizes) -> tuple[tuple[Group, CountBand | None], ...]:
    """Return all that the subject sees of the sizes: the blocks and their bands."""
    return tuple((block, block.band(people_in(block, sizes))) for block in grouped(sizes).shown)


def people_in(block: Group, sizes: Sizes) -> int:
    return sum(sizes[one] for one in block.perspectives)


@pytest.mark.parametrize(("invited", "most"), SETS)
def test_rule_1_no_block_rests_on_fewer_than_the_highest_floor_in_it(
    invited: tuple[Perspective, ...], most: int
) -> None:
    for sizes in vectors(invited, most):
        for block in grouped(sizes).shown:
            needed = max(FLOORS.of(one) for one in block.perspectives)
            assert block.floor == needed
            assert people_in(block, sizes) >= needed


@pytest.mark.parametrize(("invited", "most"), SETS)
def test_rule_2_each_perspective_is_in_one_block_or_left_out(
    invited: tuple[Perspective, ...], most: int
) -> None:
    for sizes in vectors(invited, most):
        found = grouped(sizes)
        named = [one for block in found.shown for one in block.perspectives] + list(found.left_out)
        assert sorted(named) == sorted(invited)


@pytest.mark.parametrize(("invited", "most"), SETS)
def test_rule_2_what_is_shown_never_determines_how_many_of_a_hidden_group_answered(
    invited: tuple[Perspective, ...], most: int
) -> None:
    possible: dict[object, dict[Perspective, set[int]]] = defaultdict(lambda: defaultdict(set))
    for sizes in vectors(invited, most):
        alone = {one for block in grouped(sizes).shown if not block.merged for one in block.perspectives}
        for one in set(invited) - alone:
            possible[shown_of(sizes)][one].add(sizes[one])
    assert possible
    for view in possible.values():
        assert all(len(numbers) > 1 for numbers in view.values())


def test_a_floor_of_two_would_determine_it_so_it_is_refused() -> None:
    with pytest.raises(ValueError, match="protects nobody"):
        grouped({P.PEER: 2}, floors=RoundFloors(raters=2, clients=5, comments=3))


def test_rule_3_a_lead_asked_alone_is_a_block_of_one_and_in_no_other() -> None:
    found = grouped({P.LEAD: 1, P.PEER: 2, P.REPORT: 1}, lead_attributed=True)
    lead, together = found.shown
    assert (lead.perspectives, lead.attributed, lead.band(1)) == ((P.LEAD,), True, CountBand(low=1, high=1))
    assert (together.perspectives, together.merged) == ((P.PEER, P.REPORT), True)


def test_rule_3_two_leads_have_the_floor_of_everybody() -> None:
    assert grouped({P.LEAD: 2, P.PEER: 3}).left_out == (P.LEAD,)


def test_a_merged_block_says_its_floor_or_more() -> None:
    (block,) = grouped({P.PEER: 2, P.CLIENT: 4}).shown
    assert block.band(6) == CountBand(low=5)


def test_a_block_whose_floor_is_higher_than_its_band_begins_at_the_floor() -> None:
    floors = RoundFloors(raters=4, clients=6, comments=3)
    (block,) = grouped({P.CLIENT: 6}, floors=floors).shown
    assert block.band(6) == CountBand(low=6, high=7)
