from hypothesis import given
from hypothesis import strategies as st

from kit.ids import derived_id, is_id, new_id


def test_random_ids_have_the_form_of_an_id_and_differ() -> None:
    made = {new_id() for _ in range(100)}
    assert len(made) == 100
    assert all(is_id(one) for one in made)


def test_a_derived_id_is_the_same_for_ever() -> None:
    # Golden: ids of teams and units in existing logs are made so.
    assert derived_id("org", "team", "noord") == "55a7a77062d18522855e8fa4eaa3bc02"


@given(st.lists(st.text()), st.lists(st.text()))
def test_other_parts_make_another_id(one: list[str], other: list[str]) -> None:
    assert (derived_id(*one) == derived_id(*other)) == (one == other)


def test_a_derived_id_is_a_uuid_of_version_8() -> None:
    made = derived_id("a")
    assert is_id(made)
    assert made[12] == "8"
    assert made[16] in "89ab"


def test_nothing_but_32_lower_case_hexadecimal_digits_is_an_id() -> None:
    for text in ("", "a" * 31, "a" * 33, "A" * 32, "g" * 32, "a" * 32 + "\n", "٣" * 32):
        assert not is_id(text)
