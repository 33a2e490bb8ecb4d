"""Plans the changes of units and teams: formed, renamed, moved, closed, opened again, as units.csv says."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from processes.hr_feed.files import UNITS, Unit
from processes.hr_feed.rows import parents_first
from processes.hr_feed.steps import Found, KnownPlace, OrganisationSnapshot


class TreePlanner:
    """Adds the steps for units and teams to what was found."""

    def __init__(self, snapshot: OrganisationSnapshot, found: Found) -> None:
        self._snapshot = snapshot
        self._found = found
        self._closing: list[Unit] = []
        self._parents = {
            there: known.parent
            for all_open in (snapshot.units, snapshot.teams)
            for there, known in all_open.items()
        }
        """Of every unit and team that will be open, by id."""

    def changes(self, rows: Sequence[Unit]) -> None:
        """Form, open again, rename and move units and teams: parents first, teams last."""
        keys = {row.key for row in rows if not row.is_team and not row.closed}
        for row in parents_first(rows, self._found.problems):
            if row.closed:
                self._closing.append(row)
            elif row.parent_key and row.parent_key not in keys and not self._is_open(row.parent_key):
                nl = f"Er is geen eenheid {row.parent_key!r}."
                self._found.problem(
                    UNITS, row.line, "parent_key", nl, f"There is no unit {row.parent_key!r}."
                )
            else:
                self._change(row)

    def closings(self) -> None:
        """
        Close what is open and marked as closed: teams first, then units from the leaves up.

        A unit is not closed over teams or units that stay open: these would be in no listing any more.
        """
        teams = [row for row in self._closing if row.is_team]
        units = [row for row in self._closing if not row.is_team]
        below = Counter(self._parents.values())
        for row in [*teams, *reversed(units)]:
            there = self._id(row)
            kind, field = ("Team", "teamKey") if row.is_team else ("Unit", "unitKey")
            if there not in self._parents:
                self._found.unchanged += 1
            elif below[there]:
                nl = f"Hieronder staan nog teams of eenheden die open zijn ({below[there]})."
                en = f"There are teams or units below this one that are open ({below[there]})."
                self._found.problem(UNITS, row.line, "closed", nl, en)
            else:
                below[self._parents.pop(there)] -= 1
                self._found.step(UNITS, row.line, f"close{kind}", row.key, {field: row.key})

    def _change(self, row: Unit) -> None:
        there, parent = self._id(row), self._parent(row)
        kind, field = ("Team", "teamKey") if row.is_team else ("Unit", "unitKey")
        above = "unitKey" if row.is_team else "parentKey"
        current, is_closed = self._current(row)
        self._parents[there] = parent
        formed: dict[str, Any] = {field: row.key, "name": row.name}
        if row.parent_key:
            formed[above] = row.parent_key
        if current is None:
            self._found.step(UNITS, row.line, f"form{kind}", row.key, formed)
            return
        steps = len(self._found.steps)
        # What is closed is moved first: it is only opened again in a place that is open.
        if current.parent != parent:
            moved = {field: row.key, above: row.parent_key}
            self._found.step(UNITS, row.line, f"move{kind}", row.key, moved)
        if is_closed:
            self._found.step(UNITS, row.line, f"reopen{kind}", row.key, {field: row.key})
        if current.name != " ".join(row.name.split()):
            renamed = {field: row.key, "name": row.name}
            self._found.step(UNITS, row.line, f"rename{kind}", row.key, renamed)
        if current.key is None:  # formed by a program of before: forming it again, as it is, records the key
            self._found.step(UNITS, row.line, f"form{kind}", row.key, formed)
        self._found.unchanged += len(self._found.steps) == steps

    def _current(self, row: Unit) -> tuple[KnownPlace | None, bool]:
        """Return the current name and parent of a unit or team, if there is one, and whether it is closed."""
        there, known = self._id(row), self._snapshot
        all_open, all_closed = (
            (known.teams, known.closed_teams) if row.is_team else (known.units, known.closed_units)
        )
        return all_open.get(there) or all_closed.get(there), there in all_closed

    def _id(self, row: Unit) -> str:
        return self._snapshot.team_id(row.key) if row.is_team else self._snapshot.unit_id(row.key)

    def _parent(self, row: Unit) -> str | None:
        return self._snapshot.unit_id(row.parent_key) if row.parent_key else None

    def _is_open(self, unit_key: str) -> bool:
        return self._snapshot.unit_id(unit_key) in self._snapshot.units
