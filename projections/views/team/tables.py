"""The tables of what a team has together. What lies in different partitions is joined when read."""

from typing import Final

from projections.table import Column, Table, text_columns

VERSION: Final = 1


def _version(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name=name, type="bigint") for name in names)


def _table(
    name: str, *columns: Column, key: tuple[str, ...], indexes: tuple[tuple[str, ...], ...] = ()
) -> Table:
    return Table(name=f"team_v{VERSION}_{name}", columns=columns, key=("subject", *key), indexes=indexes)


# Of a team. `seen` is the version of a person's employment stream that an act was decided on; `version` is
# that of the team's stream.
WORK_OFFERS: Final = _table(
    "work_offers",
    *text_columns("offer", "author"),
    *_version("seen", "version"),
    Column(name="wanted", type="jsonb"),
    *text_columns("hours_per_week", nullable=True),
    Column(name="from_day", type="date", nullable=True),
    Column(name="until", type="date"),
    Column(name="ended_on", type="date", nullable=True),
    Column(name="ended_version", type="bigint", nullable=True),
    *text_columns("ended_for", nullable=True),
    key=("offer",),
)
VOLUNTEERS: Final = _table(
    "volunteers", *text_columns("offer", "person"), *_version("seen", "version"), key=("offer", "person")
)
TAKERS: Final = _table(
    "takers",
    *text_columns("offer", "person"),
    *_version("seen", "version"),
    Column(name="taken_on", type="date"),
    key=("offer", "person"),
)
JOINT_GOALS: Final = _table(
    "joint_goals",
    *text_columns("goal", "author"),
    *_version("version"),
    Column(name="adopted_on", type="date"),
    Column(name="progress", type="smallint", nullable=True),
    Column(name="reached", type="boolean"),
    key=("goal",),
)
ORIGINS: Final = _table(
    "origins", *text_columns("goal", "offer"), key=("goal", "offer"), indexes=(("offer",),)
)
SESSIONS: Final = _table(
    "sessions",
    *text_columns("session", "author"),
    *_version("version"),
    Column(name="held_on", type="date"),
    key=("session",),
)

# Of a person. Words are shown only if the team's stream has the fact that they belong to.
WORDS: Final = _table(
    "words",
    *text_columns("team", "thing"),
    *text_columns("title", "text", nullable=True),
    Column(name="agreements", type="jsonb", nullable=True),
    key=("team", "thing"),
)
GOALS_ON_OFFER: Final = _table(
    "goals_on_offer",
    *text_columns("goal", "team", "offer", "wording"),
    Column(name="offered_at", type="timestamptz"),
    key=("goal",),
    indexes=(("offer",), ("team",)),
)
MEMBERS: Final = _table("members", *text_columns("team"), key=("team",))
LEAVINGS: Final = _table("leavings", *text_columns("team"), *_version("version"), key=("team",))
"""The last leaving of each team: what somebody did there before is over, also after a return."""
