"""What a kind is stored as, in events and rows, never changes; kinds may be added."""

from enum import StrEnum

import pytest

from rules import kinds


@pytest.mark.parametrize(
    ("kind", "stored"),
    [
        (kinds.Language, ["nl", "en"]),
        (kinds.EnergySourceKind, ["giver", "drainer"]),
        (kinds.HoursBand, ["up_to_2", "from_2_to_8", "from_8_to_16", "over_16"]),
        (kinds.EvidenceKind, ["link", "badge", "story"]),
        (
            kinds.ItemKind,
            [
                *("statement", "talent", "energy_source", "passion", "evidence", "reflection", "goal"),
                *("conversation", "insight"),
            ],
        ),
        (kinds.InsightScope, ["talents", "energy"]),
    ],
)
def test_a_kind_is_stored_under_its_name_in_lower_case(kind: type[StrEnum], stored: list[str]) -> None:
    assert [member.value for member in kind] == stored
    assert [member.name for member in kind] == [word.upper() for word in stored]
