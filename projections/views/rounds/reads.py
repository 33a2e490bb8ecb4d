"""Reads of feedback rounds: of their subject, of the confidential adviser, and of processes."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final, Literal, TypeVar

import msgspec
import psycopg

from events.catalog.rounds import CancelReason
from kit.postgres.rows import rows
from projections.parking import parked_in
from projections.views.rounds.fold import VIEW
from projections.views.rounds.tables import COMMENTS, INVITATIONS, MIRRORS, ROUNDS, STREAMS
from rules.feedback.answers import Answer
from rules.feedback.mirror import MirrorContents
from rules.feedback.questions import Perspective, RoundFloors

RoundState = Literal["PREPARED", "OPEN", "CLOSING", "CLOSED", "CANCELLED"]
FLAGGED_MAX: Final = 200
"""Flagged fragments returned at once, the oldest first; others follow as these are masked."""
T = TypeVar("T")


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation that was not taken back; the person is in the vault only."""

    invitation: str
    perspective: Perspective


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """
    A feedback round; `version` is that of the person's stream of rounds.

    What was frozen at opening is None before. `invitations` are still there when the round is over.
    """

    round: str
    version: int
    state: RoundState
    lens: str
    lens_number: int
    own_question: str | None
    prepared_at: datetime
    closes_at: datetime
    opened_at: datetime | None
    ended_at: datetime | None
    cancelled_for: CancelReason | None
    policy: str | None
    promise_version: int | None
    floors: RoundFloors | None
    attributed: str | None
    own_answers: tuple[Answer, ...]
    reminders: int
    reminded_on: date | None
    invitations: tuple[Invitation, ...]


class ShownFragment(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wrote; `text` is None when the confidential adviser masked it."""

    fragment: str
    text: str | None
    flagged: bool


class Mirror(msgspec.Struct, frozen=True, kw_only=True):
    """
    The mirror of a round. The fragments of its comments are apart, because some may be masked since.

    `fragments` has those of each of `contents.comments`, in the same order.
    """

    round: str
    mirror: str
    released_at: datetime
    contents: MirrorContents
    fragments: tuple[tuple[ShownFragment, ...], ...]


class FlaggedFragment(msgspec.Struct, frozen=True, kw_only=True):
    """A fragment that its subject asks the confidential adviser to look at, and why."""

    subject: str
    fragment: str
    text: str
    reason: str


class RoundInBrief(msgspec.Struct, frozen=True, kw_only=True):
    """What a job needs to know of a round."""

    subject: str
    round: str
    state: RoundState
    opened_at: datetime | None
    closes_at: datetime


class RoundToMail(msgspec.Struct, frozen=True, kw_only=True):
    """A round whose raters get mails: it is open, or its key was lost (`key_lost_at`)."""

    subject: str
    round: str
    key_lost_at: datetime | None
    closes_at: datetime
    reminders: int
    invitations: tuple[Invitation, ...]


_INVITED: Final = f"""
    SELECT coalesce(jsonb_agg(jsonb_build_object('invitation', i.invitation, 'perspective', i.perspective)
        ORDER BY i.ordinal), '[]')
    FROM {INVITATIONS.served} i WHERE i.round = r.round
"""
_ROUND_COLUMNS: Final = ", ".join(
    f"r.{name}" for name in Round.__struct_fields__ if name not in {"version", "invitations"}
)
_ROUNDS: Final = f"""
    SELECT {_ROUND_COLUMNS}, s.version, ({_INVITED}) AS invitations
    FROM {ROUNDS.served} r JOIN {STREAMS.served} s USING (subject)
    WHERE r.subject = %(person)s AND (%(round)s::text IS NULL OR r.round = %(round)s)
    ORDER BY r.prepared_at DESC, r.round
"""

_TO_MAIL: Final = f"""
    SELECT r.subject, r.round, r.closes_at, r.reminders, ({_INVITED}) AS invitations,
           CASE WHEN r.state = 'CANCELLED' THEN r.ended_at END AS key_lost_at
    FROM {ROUNDS.served} r
    WHERE r.state = 'OPEN'
       OR (r.state = 'CANCELLED' AND r.cancelled_for = 'key_lost' AND r.ended_at > %(lost_since)s)
    ORDER BY r.round
"""


async def rounds_of(connection: psycopg.AsyncConnection, person: str) -> list[Round]:
    """Return a person's rounds, the newest first."""
    return await rows(connection, Round, _ROUNDS, person=person, round=None)


async def round_of(connection: psycopg.AsyncConnection, person: str, round_: str) -> Round | None:
    """Return one of a person's rounds; None if that person has no such round."""
    found = await rows(connection, Round, _ROUNDS, person=person, round=round_)
    return found[0] if found else None


class _Fragment(ShownFragment, frozen=True, kw_only=True):
    block: int


class _Mirror(msgspec.Struct, frozen=True, kw_only=True):
    round: str
    mirror: str
    released_at: datetime
    contents: MirrorContents
    fragments: tuple[_Fragment, ...]


_FRAGMENTS: Final = f"""
    SELECT coalesce(jsonb_agg(jsonb_build_object('fragment', c.fragment, 'text', c.text, 'block', c.block,
        'flagged', c.flagged_at IS NOT NULL) ORDER BY c.block, c.place), '[]')
    FROM {COMMENTS.served} c WHERE c.round = m.round
"""
_MIRRORS: Final = f"""
    SELECT m.round, m.mirror, m.released_at, m.contents, ({_FRAGMENTS}) AS fragments
    FROM {MIRRORS.served} m WHERE m.subject = %(person)s AND m.round = ANY(%(rounds)s)
"""


async def mirrors_of(
    connection: psycopg.AsyncConnection, person: str, rounds: Sequence[str]
) -> dict[str, Mirror]:
    """Return the mirrors of these rounds of a person, by round, without what is masked by now."""
    found = await rows(connection, _Mirror, _MIRRORS, person=person, rounds=list(rounds))
    return {row.round: _mirror(row) for row in found}


async def place_of_mirror(connection: psycopg.AsyncConnection, mirror: str) -> tuple[str, str] | None:
    """Return whose mirror this is, and of which round; None if there is none."""
    statement = f"SELECT subject, round FROM {MIRRORS.served} WHERE mirror = %s"
    return await (await connection.execute(statement.encode(), (mirror,))).fetchone()


def _mirror(row: _Mirror) -> Mirror:
    fragments: list[list[ShownFragment]] = [[] for _ in row.contents.comments]
    for one in row.fragments:
        fragments[one.block].append(ShownFragment(fragment=one.fragment, text=one.text, flagged=one.flagged))
    return Mirror(
        round=row.round,
        mirror=row.mirror,
        released_at=row.released_at,
        contents=row.contents,
        fragments=tuple(tuple(block) for block in fragments),
    )


# Nothing of a parked subject is shown: the event that could not be folded may have masked a fragment.
_FLAGGED: Final = f"""
    SELECT c.subject, c.fragment, c.text, c.flagged_for AS reason FROM {COMMENTS.served} c
    WHERE c.flagged_at IS NOT NULL AND c.text IS NOT NULL AND c.subject NOT IN ({parked_in(VIEW)})
    ORDER BY c.flagged_at, c.fragment LIMIT {FLAGGED_MAX}
"""


async def flagged_fragments(connection: psycopg.AsyncConnection) -> list[FlaggedFragment]:
    """Return the fragments that subjects flagged and that are not masked, the longest waiting first."""
    return await rows(connection, FlaggedFragment, _FLAGGED)


_BRIEF_COLUMNS: Final = ", ".join(RoundInBrief.__struct_fields__)
_DUE: Final = f"""
    SELECT {_BRIEF_COLUMNS} FROM {ROUNDS.served}
    WHERE state IN ('OPEN', 'PREPARED') AND closes_at <= %(now)s ORDER BY closes_at, round LIMIT %(limit)s
"""
_IN_STATES: Final = f"""
    SELECT {_BRIEF_COLUMNS} FROM {ROUNDS.served}
    WHERE state = ANY(%(states)s) AND (%(after)s::text IS NULL OR round COLLATE "C" > %(after)s)
    ORDER BY round COLLATE "C" LIMIT %(limit)s
"""


async def rounds_due(connection: psycopg.AsyncConnection, now: datetime, limit: int) -> list[RoundInBrief]:
    """Return rounds, open or never opened, whose time is up, the longest overdue first."""
    return await rows(connection, RoundInBrief, _DUE, now=now, limit=limit)


async def rounds_in(
    connection: psycopg.AsyncConnection,
    states: Collection[RoundState],
    *,
    after: str | None = None,
    limit: int,
) -> list[RoundInBrief]:
    """Return a page of the rounds of everybody in these states, by id; `after`: the last one before."""
    return await rows(connection, RoundInBrief, _IN_STATES, states=list(states), after=after, limit=limit)


async def rounds_to_mail(connection: psycopg.AsyncConnection, *, lost_since: datetime) -> list[RoundToMail]:
    """Return the rounds that are open, and those whose key was lost since a moment."""
    return await rows(connection, RoundToMail, _TO_MAIL, lost_since=lost_since)
