"""A change of the tree has a line in both languages."""

from typing import get_args

import pytest

from rules.units import UnitChangeKind, unit_change_summary


def plain(line: str) -> str:
    """With < and > for the quotation marks."""
    return line.replace("\u2018", "<").replace("\u2019", ">")


@pytest.mark.parametrize(
    ("kind", "nl", "en"),
    [
        ("formed", "Afdeling <Jeugd> gevormd onder <Zorg>", "Unit <Jeugd> formed under <Zorg>"),
        ("renamed", "Afdeling <Kind> heet nu <Jeugd>", "Unit <Kind> is now called <Jeugd>"),
        ("moved", "Afdeling <Jeugd> verplaatst onder <Zorg>", "Unit <Jeugd> moved under <Zorg>"),
        ("closed", "Afdeling <Jeugd> gesloten", "Unit <Jeugd> closed"),
        ("reopened", "Afdeling <Jeugd> weer geopend", "Unit <Jeugd> opened again"),
    ],
)
def test_a_units_change_is_told(kind: UnitChangeKind, nl: str, en: str) -> None:
    said = unit_change_summary(kind, is_team=False, name="Jeugd", before="Kind", parent="Zorg")
    assert (plain(said.nl), plain(said.en)) == (nl, en)


def test_a_team_stands_in_its_unit_and_a_unit_at_the_top_in_none() -> None:
    team = unit_change_summary("formed", is_team=True, name="Noord", before=None, parent="Jeugd")
    lines = ("Team <Noord> gevormd in <Jeugd>", "Team <Noord> formed in <Jeugd>")
    assert (plain(team.nl), plain(team.en)) == lines
    top = unit_change_summary("formed", is_team=False, name="Zorg", before=None, parent=None)
    assert (plain(top.nl), plain(top.en)) == ("Afdeling <Zorg> gevormd", "Unit <Zorg> formed")
    moved = unit_change_summary("moved", is_team=False, name="Zorg", before=None, parent=None)
    assert (plain(moved.nl), plain(moved.en)) == (
        "Afdeling <Zorg> verplaatst naar de top",
        "Unit <Zorg> moved to the top",
    )


@pytest.mark.parametrize("kind", get_args(UnitChangeKind))
def test_a_name_is_not_read_as_a_form(kind: UnitChangeKind) -> None:
    said = unit_change_summary(kind, is_team=False, name="{name}", before="{before}", parent="{x}")
    assert "{name}" in said.nl
