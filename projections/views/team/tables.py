"""The tables of what a team has together. What lies in different partitions is joined when read."""

from typing import Final

from projections.table import Column, Table

VERSION: Final = 1


def _text(*names: str, nullable: bool = False) -> tuple[Column, ...]:
    return tuple(Column(name=name, type="text", nullable=nullable) for name in names)


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
    *_text("offer", "author"),
    *_version("seen", "version"),
    Column(name="wanted", type="jsonb"),
    *_text("hours_per_week", nullable=True),
    Column(name="from_day", type="date", nullable=True),
    Column(name="until", type="date"),
    Column(name="ended_on", type="date", nullable=True),
    Column(name="ended_version", type="bigint", nullable=True),
    *_text("ended_for", nullable=True),
    key=("offer",),
)
VOLUNTEERS: Final = _table(
    "volunteers", *_text("offer", "person"), *_version("seen", "version"), key=("offer", "person")
)
TAKERS: Final = _table(
    "takers",
    *_text("offer", "person"),
    *_version("seen", "version"),
    Column(name="taken_on", type="date"),
    key=("offer", "person"),
)
JOINT_GOALS: Final = _table(
    "joint_goals",
    *_text("goal", "author"),
    *_version("version"),
    Column(name="adopted_on", type="date"),
    Column(name="progress", type="smallint", nullable=True),
    Column(name="reached", type="boolean"),
    key=("goal",),
)
ORIGINS: Final = _table("origins", *_text("goal", "offer"), key=("goal", "offer"), indexes=(("offer",),))
SESSIONS: Final = _table(
    "sessions",
    *_text("session", "author"),
    *_version("version"),
    Column(name="held_on", type="date"),
    key=("session",),
)

# Of a person. Words are shown only if the team's stream has the fact that they belong to.
WORDS: Final = _table(
    "words",
    *_text("team", "thing"),
    *_text("title", "text", nullable=True),
    Column(name="agreements", type="jsonb", nullable=True),
    key=("team", "thing"),
)
GOALS_ON_OFFER: Final = _table(
    "goals_on_offer",
    *_text("goal", "team", "offer", "wording"),
    Column(name="offered_at", type="timestamptz"),
    key=("goal",),
    indexes=(("offer",), ("team",)),
)
MEMBERS: Final = _table("members", *_text("team"), key=("team",))
LEAVINGS: Final = _table("leavings", *_text("team"), *_version("version"), key=("team",))
"""The last leaving of each team: what somebody did there before is over, also after a return."""
