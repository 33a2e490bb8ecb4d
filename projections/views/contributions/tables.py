"""The tables of the contributions: each fact that counts in a release, with its ordinal in the partition."""

from typing import Final

from projections.table import Column, Table, text_columns

VERSION: Final = 1
_ORDINAL: Final = Column(name="ordinal", type="bigint")


def _table(name: str, *columns: Column, key: tuple[str, ...]) -> Table:
    return Table(name=f"contributions_v{VERSION}_{name}", columns=columns, key=("subject", *key))


# Registered here, or left.
EMPLOYMENTS: Final = _table(
    "employments", _ORDINAL, Column(name="works_here", type="boolean"), key=("ordinal",)
)
# A team joined on a day; without a day, left.
MEMBERSHIPS: Final = _table(
    "memberships",
    *text_columns("team"),
    _ORDINAL,
    Column(name="joined_on", type="date", nullable=True),
    key=("team", "ordinal"),
)
PORTFOLIOS: Final = _table("portfolios", _ORDINAL, Column(name="is_open", type="boolean"), key=("ordinal",))
# Agreed to be counted for these; for neither, consent was withdrawn.
CONSENTS: Final = _table(
    "consents",
    _ORDINAL,
    Column(name="talents", type="boolean"),
    Column(name="energy", type="boolean"),
    key=("ordinal",),
)
# A talent claimed by a term of the catalogue; own words never count, so they have no row.
CLAIMS: Final = _table(
    "claims",
    *text_columns("talent"),
    _ORDINAL,
    *text_columns("term"),
    Column(name="set_aside_at", type="bigint", nullable=True),
    key=("talent",),
)
# An event about a talent does not say whether it has a term, so own words have readings too; none is counted.
READINGS: Final = _table(
    "readings",
    *text_columns("talent"),
    _ORDINAL,
    Column(name="strength", type="smallint"),
    Column(name="energy", type="smallint"),
    key=("talent", "ordinal"),
)
# A talent that was opened to the whole organisation through a day, and where the log says that it ended.
SHARINGS: Final = _table(
    "sharings",
    *text_columns("sharing"),
    *text_columns("talent"),
    _ORDINAL,
    Column(name="until", type="date"),
    Column(name="ended_at", type="bigint", nullable=True),
    key=("sharing",),
)
TERMS: Final = _table("terms", *text_columns("term"), _ORDINAL, *text_columns("cluster"), key=("term",))
TERM_STATES: Final = _table(
    "term_states",
    *text_columns("term"),
    _ORDINAL,
    *text_columns("state"),
    *text_columns("merged_into", nullable=True),
    key=("term", "ordinal"),
)
# Units and teams: under what, and whether closed. At the top without a parent.
PLACES: Final = _table(
    "places", *text_columns("unit"), _ORDINAL, *text_columns("parent", nullable=True), key=("unit", "ordinal")
)
CLOSINGS: Final = _table(
    "closings",
    *text_columns("unit"),
    _ORDINAL,
    Column(name="is_closed", type="boolean"),
    key=("unit", "ordinal"),
)
# All that is left of somebody: that they were forgotten, so that a figure may not come out again.
FORGOTTEN: Final = _table("forgotten", key=())

TABLES: Final = (
    EMPLOYMENTS,
    MEMBERSHIPS,
    PORTFOLIOS,
    CONSENTS,
    CLAIMS,
    READINGS,
    SHARINGS,
    TERMS,
    TERM_STATES,
    PLACES,
    CLOSINGS,
    FORGOTTEN,
)
