"""The lines for changes of the organisation's tree: a unit or team formed, renamed, moved or closed."""

from collections.abc import Mapping
from typing import Final, Literal

from rules.texts import LocalLine, quoted

UnitChangeKind = Literal["formed", "renamed", "moved", "closed"]

_LINES: Final[Mapping[UnitChangeKind, tuple[str, str]]] = {
    "formed": ("{what}{name} gevormd{under}", "{what}{name} formed{under}"),
    "renamed": ("{what}{before} heet nu{name}", "{what}{before} is now called{name}"),
    "moved": ("{what}{name} verplaatst{under}", "{what}{name} moved{under}"),
    "closed": ("{what}{name} gesloten", "{what}{name} closed"),
}


def unit_change_summary(
    kind: UnitChangeKind, *, is_team: bool, name: str, before: str | None, parent: str | None
) -> LocalLine:
    """Return the line of a change: `name` since then, `before` until then, `parent` is the parent's name."""
    nl, en = _LINES[kind]
    names = {"name": quoted(name), "before": quoted(before)}
    under_nl, under_en = ("onder", "under") if not is_team else ("in", "in")
    return LocalLine(
        nl=nl.format(what="Team" if is_team else "Afdeling", under=_where(under_nl, parent), **names),
        en=en.format(what="Team" if is_team else "Unit", under=_where(under_en, parent), **names),
    )


def _where(word: str, parent: str | None) -> str:
    return f" {word}{quoted(parent)}" if parent else ""
