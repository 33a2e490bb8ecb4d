"""The memberships of teams."""

from typing import Final

from events.catalog.employment import TeamJoined, TeamLeft
from events.catalog.registry import Event
from projections.changes import Changes
from projections.table import Column, text_columns
from projections.views.profile.layout import profile_table

MEMBERSHIPS: Final = profile_table(
    "memberships",
    *text_columns("team"),
    Column(name="joined_on", type="date"),
    key=("team",),
    indexes=(("team",),),
)


def fold_teams(event: Event, changes: Changes) -> None:
    match event:
        case TeamJoined(team=team, on=on):
            changes.put(MEMBERSHIPS, team=team, joined_on=on)
        case TeamLeft(team=team):
            changes.drop(MEMBERSHIPS, team=team)
        case _:
            pass
