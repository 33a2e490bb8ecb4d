"""The quadrant of a talent."""

from hypothesis import given
from hypothesis import strategies as st

from rules.quadrants import TalentQuadrant, quadrant_of


def test_the_words_of_the_profession_come_out() -> None:
    assert quadrant_of(strength=5, energy=2, use=3) is TalentQuadrant.IN_MY_STRENGTH
    assert quadrant_of(strength=4, energy=2, use=1) is TalentQuadrant.UNTAPPED
    assert quadrant_of(strength=4, energy=-1, use=3) is TalentQuadrant.CAN_BUT_DRAINS
    assert quadrant_of(strength=2, energy=1, use=0) is TalentQuadrant.CURIOUS
    assert quadrant_of(strength=2, energy=0, use=1) is TalentQuadrant.RATHER_NOT
    assert quadrant_of(strength=1, energy=-2, use=3) is TalentQuadrant.RATHER_NOT


def test_every_reading_in_range_has_a_quadrant_and_every_quadrant_a_reading() -> None:
    seen = {
        quadrant_of(strength=strength, energy=energy, use=use)
        for strength in range(1, 6)
        for energy in range(-2, 3)
        for use in range(4)
    }
    assert seen == set(TalentQuadrant)


@given(strength=st.integers(), energy=st.integers(), use=st.integers())
def test_it_is_total(strength: int, energy: int, use: int) -> None:
    assert quadrant_of(strength=strength, energy=energy, use=use) in TalentQuadrant


@given(strength=st.integers(1, 5), energy=st.integers(-2, 1), use=st.integers(0, 3))
def test_more_energy_never_turns_a_talent_into_one_that_drains(strength: int, energy: int, use: int) -> None:
    draining = {TalentQuadrant.CAN_BUT_DRAINS, TalentQuadrant.RATHER_NOT}
    if quadrant_of(strength=strength, energy=energy, use=use) not in draining:
        assert quadrant_of(strength=strength, energy=energy + 1, use=use) not in draining
