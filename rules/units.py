"""The lines for changes of the organisation's tree: what was formed, renamed, moved, closed, opened again."""

from collections.abc import Mapping
from typing import Final, Literal

from rules.texts import LocalLine, quoted

UnitChangeKind = Literal["formed", "renamed", "moved", "closed", "reopened"]

_LINES: Final[Mapping[UnitChangeKind, tuple[str, str]]] = {
    "formed": ("{what}{name} gevormd{under}", "{what}{name} formed{under}"),
    "renamed": ("{what}{before} heet nu{name}", "{what}{before} is now called{name}"),
    "moved": ("{what}{name} verplaatst{under}", "{what}{name} moved{under}"),
    "closed": ("{what}{name} gesloten", "{what}{name} closed"),
    "reopened": ("{what}{name} weer geopend", "{what}{name} opened again"),
}


def unit_change_summary(
    kind: UnitChangeKind, *, is_team: bool, name: str, before: str | None, parent: str | None
) -> LocalLine:
    """Return the line of a change: `name` since then, `before` until then, `parent` is the parent's name."""
    nl, en = _LINES[kind]
    names = {"name": quoted(name), "before": quoted(before)}
    under_nl, under_en = ("onder", "under") if not is_team else ("in", "in")
    top_nl, top_en = (" naar de top", " to the top") if kind == "moved" else ("", "")
    where_nl = f" {under_nl}{quoted(parent)}" if parent else top_nl
    where_en = f" {under_en}{quoted(parent)}" if parent else top_en
    return LocalLine(
        nl=nl.format(what="Team" if is_team else "Afdeling", under=where_nl, **names),
        en=en.format(what="Team" if is_team else "Unit", under=where_en, **names),
    )
