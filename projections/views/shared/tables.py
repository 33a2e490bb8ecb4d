"""The tables of what people open to others: people and their teams, items, sharings and offers."""

from typing import Final

from projections.table import Column, Copied, Table, moment_columns, text_columns

VERSION: Final = 7


def _numbers(*names: str, nullable: bool = False) -> tuple[Column, ...]:
    return tuple(Column(name=name, type="smallint", nullable=nullable) for name in names)


# Who works here now. An owner and a viewer may be in different partitions: joined when read.
EMPLOYED: Final = Table(
    name=f"shared_v{VERSION}_employed",
    columns=text_columns("name", "plain_name"),
    key=("subject",),
    indexes=(('plain_name COLLATE "C"', 'subject COLLATE "C"'),),
)
# When somebody was there or not there any more: who works here, without a team, and who is in a team. What
# was shared before a leaving stays closed on return, and a moment of the past has those who were there then.
PRESENCES: Final = Table(
    name=f"shared_v{VERSION}_presences",
    columns=(
        Column(name="version", type="bigint"),
        *text_columns("team", nullable=True),
        Column(name="there", type="boolean"),
        *moment_columns("recorded_at"),
    ),
    key=("subject", "version"),
)
# Who is in which team. The moment is that of the last report: HR may correct the day of joining.
MEMBERSHIPS: Final = Table(
    name=f"shared_v{VERSION}_memberships",
    columns=(*text_columns("team"), *moment_columns("recorded_at")),
    key=("subject", "team"),
    indexes=(("team",),),
)
# The open portfolios: nothing of a closed one is shown, whatever its other rows say.
PORTFOLIOS: Final = Table(name=f"shared_v{VERSION}_portfolios", columns=(), key=("subject",))
ITEMS: Final = Table(
    name=f"shared_v{VERSION}_items",
    columns=(
        *text_columns("item", "kind"),
        *text_columns("title", "title_en", "term", "text", "link", nullable=True),
        *_numbers("strength", "energy", "use", nullable=True),
        *text_columns("source_kind", nullable=True),
    ),
    key=("subject", "item"),
)
# What an owner said of a talent, each time: which of it another may know of is decided when read, so that
# the moment of a change that they may not see is not shown either.
READINGS: Final = Table(
    name=f"shared_v{VERSION}_readings",
    columns=(
        Column(name="version", type="bigint"),
        *text_columns("talent"),
        *moment_columns("said_at"),
        *text_columns("text", nullable=True),
        *_numbers("strength", "energy", "use"),
    ),
    key=("subject", "version"),
    indexes=(("subject", "talent"),),
)
# All that was ever shared, for a moment of the past.
SHARINGS: Final = Table(
    name=f"shared_v{VERSION}_sharings",
    columns=(
        *text_columns("sharing", "item", "audience"),
        *text_columns("team", nullable=True),
        Column(name="with_energy", type="boolean"),
        Column(name="until", type="date"),
        *moment_columns("opened_at"),
        *moment_columns("ended_at", nullable=True),
    ),
    key=("subject", "sharing"),
)
# What is open to whom, until the sharing ends: to each person by name, a team, or TO_ALL. Name and term are
# here for the indexes, which have the order of pages: what a page costs depends on its size, and not on the
# length of the list.
OPEN: Final = Table(
    name=f"shared_v{VERSION}_open",
    columns=(
        *text_columns("item", "whom", "sharing"),
        Column(name="with_energy", type="boolean"),
        Column(name="until", type="date"),
        *moment_columns("opened_at"),
    ),
    key=("subject", "whom", "item", "sharing"),
    indexes=(
        ("whom", 'plain_name COLLATE "C"', 'sharing COLLATE "C"'),
        ("whom", "term", 'plain_name COLLATE "C"', 'subject COLLATE "C"'),
    ),
    copied=(
        Copied(column=Column(name="plain_name", type="text", nullable=True), source=EMPLOYED),
        Copied(column=Column(name="term", type="text", nullable=True), source=ITEMS),
    ),
)
TO_ALL: Final = "organisation"
"""To whom something is open that is open to the whole organisation; no person or team has such an id."""
# Goals on offer to a team, in the wording for it.
OFFERS: Final = Table(
    name=f"shared_v{VERSION}_offers",
    columns=(*text_columns("goal", "team", "wording"), *moment_columns("offered_at")),
    key=("subject", "goal"),
    indexes=(("team",),),
)
