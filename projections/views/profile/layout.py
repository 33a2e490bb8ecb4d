"""The tables of a portfolio: what was said stays with its moment, so that any moment can be read."""

from typing import Final

from projections.table import Column, Table

VERSION: Final = 4

_ORDINAL: Final = Column(name="ordinal", type="bigint")
_AT: Final = Column(name="at", type="timestamptz")
_TALENTS: Final = Column(name="talents", type="jsonb")


def _text(*names: str, nullable: bool = False) -> tuple[Column, ...]:
    return tuple(Column(name=name, type="text", nullable=nullable) for name in names)


def _moments(*names: str, nullable: bool = False) -> tuple[Column, ...]:
    return tuple(Column(name=name, type="timestamptz", nullable=nullable) for name in names)


def _table(
    name: str, *columns: Column, key: tuple[str, ...], indexes: tuple[tuple[str, ...], ...] = ()
) -> Table:
    return Table(name=f"profile_v{VERSION}_{name}", columns=columns, key=("subject", *key), indexes=indexes)


# One row a fact: which version the portfolio had at a moment.
VERSIONS: Final = _table("versions", Column(name="version", type="bigint"), _AT, key=("version",))
# The language comes with the opening only.
STANDINGS: Final = _table(
    "standings", _ORDINAL, _AT, *_text("state"), *_text("language", nullable=True), key=("ordinal",)
)
STATEMENTS: Final = _table(
    "statements", _ORDINAL, *_text("statement", "text"), *_moments("written_at"), key=("ordinal",)
)
TALENTS: Final = _table(
    "talents",
    _ORDINAL,
    *_text("talent", "name"),
    *_text("name_en", "term", nullable=True),
    *_moments("claimed_at"),
    *_moments("set_aside_at", nullable=True),
    key=("talent",),
)
READINGS: Final = _table(
    "readings",
    _ORDINAL,
    *_text("talent"),
    _AT,
    Column(name="strength", type="smallint"),
    Column(name="energy", type="smallint"),
    Column(name="use", type="smallint"),
    *_text("story", nullable=True),
    key=("ordinal",),
)
ENERGY_SOURCES: Final = _table(
    "energy_sources",
    _ORDINAL,
    *_text("source", "kind", "activity", "hours_per_week"),
    _TALENTS,
    *_moments("noted_at"),
    *_moments("removed_at", nullable=True),
    key=("source",),
)
PASSIONS: Final = _table(
    "passions",
    _ORDINAL,
    *_text("passion", "text"),
    *_moments("named_at"),
    *_moments("let_go_at", nullable=True),
    key=("passion",),
)
EVIDENCE: Final = _table(
    "evidence",
    _ORDINAL,
    *_text("evidence", "kind", "title"),
    *_text("link", "text", nullable=True),
    _TALENTS,
    *_moments("added_at"),
    *_moments("withdrawn_at", nullable=True),
    key=("evidence",),
)
REFLECTIONS: Final = _table(
    "reflections",
    _ORDINAL,
    *_text("reflection", "text"),
    Column(name="about", type="jsonb"),
    *_moments("written_at"),
    key=("reflection",),
)
GOALS: Final = _table(
    "goals",
    _ORDINAL,
    *_text("goal", "text"),
    Column(name="horizon", type="date", nullable=True),
    Column(name="insights", type="jsonb"),
    *_moments("set_at"),
    key=("goal",),
)
# What a fact says anew of a goal, and nothing else of it: a fold knows no more.
GOAL_CHANGES: Final = _table(
    "goal_changes", _ORDINAL, *_text("goal"), _AT, Column(name="changed", type="jsonb"), key=("ordinal",)
)
CONVERSATIONS: Final = _table(
    "conversations",
    _ORDINAL,
    *_text("conversation", "other"),
    Column(name="planned_for", type="date"),
    *_moments("planned_at"),
    Column(name="held_on", type="date", nullable=True),
    *_moments("held_at", nullable=True),
    key=("conversation",),
    indexes=(("other",),),
)
AGREEMENTS: Final = _table(
    "agreements",
    _ORDINAL,
    Column(name="place", type="smallint"),
    *_text("agreement", "conversation"),
    Column(name="held_on", type="date"),
    *_text("text"),
    *_moments("made_at"),
    *_moments("confirmed_at", nullable=True),
    key=("agreement",),
    indexes=(("subject", "conversation"),),
)
SHARINGS: Final = _table(
    "sharings",
    _ORDINAL,
    *_text("sharing", "item", "kind", "audience"),
    Column(name="people", type="jsonb"),
    *_text("team", nullable=True),
    Column(name="with_energy", type="boolean"),
    Column(name="until", type="date"),
    *_moments("shared_at"),
    *_moments("ended_at", nullable=True),
    key=("sharing",),
    # For what time ends: the open ones by their last day.
    indexes=(("ended_at", "until"),),
)
# No scopes: withdrawn.
CONSENTS: Final = _table(
    "consents",
    _ORDINAL,
    _AT,
    Column(name="scopes", type="jsonb", nullable=True),
    Column(name="notice_version", type="integer", nullable=True),
    key=("ordinal",),
)
MEMBERSHIPS: Final = _table(
    "memberships", *_text("team"), Column(name="joined_on", type="date"), key=("team",), indexes=(("team",),)
)

ALL: Final = (
    *(VERSIONS, STANDINGS, STATEMENTS, TALENTS, READINGS, ENERGY_SOURCES, PASSIONS, EVIDENCE, REFLECTIONS),
    *(GOALS, GOAL_CHANGES, CONVERSATIONS, AGREEMENTS, SHARINGS, CONSENTS, MEMBERSHIPS),
)
