"""The statements of the fold: two that write if the fence holds, and one that reads what the rule needs."""

from typing import Final, LiteralString

import psycopg

# %b: arrays are sent in binary; as text, each element would be escaped here and parsed by the server.
LOOK_UP: Final[LiteralString] = """
SELECT 'head', s.stream, e.digest, NULL::bytea, e.originator_version, 0
  FROM unnest(%b::text[]) s(stream) CROSS JOIN LATERAL (
    SELECT originator_version, digest FROM {events} WHERE originator_id = s.stream
    ORDER BY originator_version DESC LIMIT 1) e
UNION ALL
SELECT 'taken', c.subject, c.command, c.commit_id, c.ordinal, c.events
  FROM unnest(%b::bytea[], %b::text[]) a(command, subject) CROSS JOIN LATERAL (
    SELECT * FROM {commits} WHERE command = a.command AND subject = a.subject LIMIT 1) c
UNION ALL
SELECT 'refused', NULL, NULL, r.commit_id, 0, 0
  FROM unnest(%b::bytea[]) a(commit_id) CROSS JOIN LATERAL (
    SELECT commit_id FROM {refusals} WHERE commit_id = a.commit_id LIMIT 1) r
UNION ALL
SELECT 'count', c.subject, NULL, NULL, c.number, 0
  FROM unnest(%b::text[]) a(subject) CROSS JOIN LATERAL (
    SELECT subject, count(*) AS number FROM {commits} WHERE subject = a.subject GROUP BY subject) c
"""

# In both statements that write, every insert depends on `moved`: where the fence fails, nothing is changed.
_MOVED: Final[LiteralString] = """moved AS (
  UPDATE {positions} SET next_offset = %s, ordinal = %s, epoch = %s, record_digest = %s, halted = NULL,
    seen_at = clock_timestamp() WHERE partition = %s AND next_offset = %s"""
_WRITTEN: Final[LiteralString] = """written AS (
  INSERT INTO {events} (partition, originator_id, originator_version, topic, state, notification_id, digest)
  SELECT partition, a.* FROM moved, unnest(%b::text[], %b::bigint[], %b::text[], %b::bytea[], %b::bigint[],
    %b::bytea[]) a
)"""
_COMMITTED: Final[LiteralString] = """committed AS (
  INSERT INTO {commits} (partition, subject, command, commit_id, ordinal, events, record_offset, day,
    fingerprint, answer)
  SELECT partition, a.* FROM moved, """
_COMMITS: Final[LiteralString] = (
    "unnest(%b::text[], %b::bytea[], %b::bytea[], %b::bigint[], %b::bigint[],"
    " %b::bigint[], %b::bigint[], %b::bytea[], %b::bytea[])"
)
_NOTIFIED: Final[LiteralString] = """notified AS (
  SELECT count(pg_notify(channel, payload)) AS n
  FROM moved, unnest(%b::text[], %b::text[]) a(channel, payload)
)
SELECT count(*), (SELECT n FROM notified) FROM moved
"""

WRITE: Final[LiteralString] = (
    "WITH "
    + _MOVED
    + """ RETURNING partition
), """
    + _WRITTEN
    + ", "
    + _COMMITTED
    + _COMMITS
    + """ a
), refused AS (
  INSERT INTO {refusals} (partition, commit_id, verdict, record_offset, subject)
  SELECT partition, a.* FROM moved, unnest(%b::bytea[], %b::text[], %b::bigint[], %b::text[]) a
  ON CONFLICT DO NOTHING
), settled AS (
  INSERT INTO {settled} (partition, subject, command)
  SELECT partition, a.* FROM moved, unnest(%b::text[], %b::bytea[]) a ON CONFLICT DO NOTHING
), sealed AS (
  INSERT INTO {sealed} (partition, subject) SELECT partition, unnest(%b::text[]) FROM moved
), tracked AS (
  INSERT INTO {tracking} (partition, application_name, notification_id)
  SELECT partition, name, max(position) FROM moved, unnest(%b::text[], %b::bigint[]) a(name, position)
  GROUP BY partition, name
  ON CONFLICT (application_name) DO UPDATE SET notification_id = excluded.notification_id
), """
    + _NOTIFIED
)

# The same for commits that are all accepted if what they claim of the past is so (see `claims`). Its fence
# also demands that: no such command was accepted and no such attempt refused, the last event of each stream
# has this digest (none: ''), and each subject has so many commits.
ACCEPT: Final[LiteralString] = (
    "WITH asked(subject, command, commit_id, ordinal, events, record_offset, day, fingerprint, answer)"
    " AS MATERIALIZED (SELECT * FROM "
    + _COMMITS
    + """
), """
    + _MOVED
    + """
    AND NOT EXISTS (SELECT FROM asked a CROSS JOIN LATERAL (
      SELECT FROM {commits} WHERE command = a.command AND subject = a.subject LIMIT 1) c)
    AND NOT EXISTS (SELECT FROM asked a CROSS JOIN LATERAL (
      SELECT FROM {refusals} WHERE commit_id = a.commit_id LIMIT 1) r)
    AND NOT EXISTS (SELECT FROM unnest(%b::text[], %b::bytea[]) a(stream, digest) LEFT JOIN LATERAL (
        SELECT digest FROM {events} WHERE originator_id = a.stream
        ORDER BY originator_version DESC LIMIT 1) e ON true
      WHERE coalesce(e.digest, '') <> a.digest)
    AND NOT EXISTS (SELECT FROM unnest(%b::text[], %b::bigint[]) a(subject, number)
      WHERE (SELECT count(*) FROM {commits} WHERE subject = a.subject) <> a.number)
    RETURNING partition
), """
    + _WRITTEN
    + ", "
    + _COMMITTED
    + """asked a
), """
    + _NOTIFIED
)


def prepare_session(conn: psycopg.Connection) -> None:
    """Set a connection up for folding: commits do not wait for the disk, statements are planned once."""
    # Safe: after a crash of PostgreSQL the fold runs again from the position that survived.
    conn.execute("SET synchronous_commit = off")
    conn.execute("SET plan_cache_mode = force_generic_plan")
    # Otherwise a plan made while the tables are empty would scan whole tables for as long as it is kept.
    conn.execute("SET enable_seqscan = off")
