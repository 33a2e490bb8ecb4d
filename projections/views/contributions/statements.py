"""The statements that read a basis: of each thing, the newest fact at or before the cut-off counts."""

from typing import Final

from projections.views.contributions.tables import (
    CLAIMS,
    CLOSINGS,
    CONSENTS,
    EMPLOYMENTS,
    MEMBERSHIPS,
    PLACES,
    PORTFOLIOS,
    READINGS,
    SHARINGS,
    TERM_STATES,
    TERMS,
)

HOLDER_STRENGTH_MIN: Final = 3
"""From this strength on, somebody who has a talent counts as a holder of its term."""

CUT_OFF: Final = "(%(positions)s::bigint[])[{0}partition + 1]"
_PAST: Final = f"ordinal <= {CUT_OFF.format('')}"


def _newest(table: str, thing: str, *facts: str) -> str:
    """Select the newest facts of each thing."""
    columns = ", ".join((thing, *facts))
    return f"SELECT DISTINCT ON ({thing}) {columns} FROM {table} WHERE {_PAST} ORDER BY {thing}, ordinal DESC"


_PEOPLE: Final = f"""
    employed AS MATERIALIZED (
        SELECT subject FROM ({_newest(EMPLOYMENTS.served, "subject", "works_here")}) e WHERE works_here),
    opened AS (
        SELECT subject FROM ({_newest(PORTFOLIOS.served, "subject", "is_open")}) p WHERE is_open),
    contributors AS MATERIALIZED (
        SELECT subject, energy
        FROM ({_newest(CONSENTS.served, "subject", "talents", "energy")}) c
        JOIN employed USING (subject) JOIN opened USING (subject) WHERE talents)
"""
_WORDS: Final = f"""
    states AS MATERIALIZED ({_newest(TERM_STATES.served, "term", "state", "merged_into")})
"""
_CLAIMED: Final = f"""
    claimed AS (SELECT subject, talent, term FROM {CLAIMS.served}
        WHERE {_PAST} AND (set_aside_at IS NULL OR set_aside_at > {CUT_OFF.format("")}))
"""

# Who works here; the team that each joined first, by day and then id; whether they are counted, for what.
PEOPLE: Final = f"""
    WITH {_PEOPLE},
    first_teams AS (
        SELECT DISTINCT ON (subject) subject, team
        FROM ({_newest(MEMBERSHIPS.served, "subject, team", "joined_on")}) m
        WHERE joined_on IS NOT NULL ORDER BY subject, joined_on, team COLLATE "C")
    SELECT subject, team, c.subject IS NOT NULL
    FROM employed LEFT JOIN first_teams USING (subject) LEFT JOIN contributors c USING (subject)
    ORDER BY subject COLLATE "C"
"""

# The terms in use with their clusters. A merged term counts as the one that it was merged into.
COUNTED_TERMS: Final = f"""
    WITH {_WORDS}
    SELECT term, cluster FROM states JOIN {TERMS.served} USING (term) WHERE state = 'ADOPTED'
    ORDER BY term COLLATE "C"
"""

# By term in use, its holders, each with the energy of it, null where that is not to be counted.
HOLDERS: Final = f"""
    WITH {_PEOPLE}, {_WORDS}, {_CLAIMED},
    readings AS ({_newest(READINGS.served, "subject, talent", "strength", "energy")})
    SELECT kept.term, array_agg(claimed.subject ORDER BY claimed.subject COLLATE "C", talent),
           array_agg(CASE WHEN contributors.energy THEN readings.energy END
                     ORDER BY claimed.subject COLLATE "C", talent)
    FROM claimed JOIN contributors USING (subject)
    JOIN readings USING (subject, talent)
    JOIN states asked ON asked.term = claimed.term
    JOIN states kept ON kept.term = coalesce(asked.merged_into, asked.term)
    WHERE kept.state = 'ADOPTED' AND readings.strength >= {HOLDER_STRENGTH_MIN}
    GROUP BY kept.term ORDER BY kept.term COLLATE "C"
"""

# By cluster, who opened a talent of it to the whole organisation: a name is shown, the term in use or not.
FINDABLE: Final = f"""
    WITH {_PEOPLE}, {_WORDS}, {_CLAIMED}
    SELECT t.cluster, array_agg(DISTINCT claimed.subject)
    FROM {SHARINGS.served} s JOIN claimed ON (claimed.subject, claimed.talent) = (s.subject, s.talent)
    JOIN employed ON employed.subject = s.subject JOIN opened ON opened.subject = s.subject
    LEFT JOIN states asked ON asked.term = claimed.term
    JOIN {TERMS.served} t ON t.term = coalesce(asked.merged_into, claimed.term)
    WHERE s.ordinal <= {CUT_OFF.format("s.")} AND s.until >= %(on)s
        AND (s.ended_at IS NULL OR s.ended_at > {CUT_OFF.format("s.")})
    GROUP BY t.cluster ORDER BY t.cluster
"""

PLACED: Final = f"""
    SELECT unit, parent, coalesce(is_closed, false)
    FROM ({_newest(PLACES.served, "unit", "parent")}) p
    LEFT JOIN ({_newest(CLOSINGS.served, "unit", "is_closed")}) c USING (unit)
"""
