"""The tables of feedback rounds: what happened to a round, who was asked, and the mirror."""

from typing import Final

from projections.table import Column, Table, moment_columns, text_columns

VERSION: Final = 1


STREAMS: Final = Table(
    name=f"rounds_v{VERSION}_streams", columns=(Column(name="version", type="bigint"),), key=("subject",)
)
ROUNDS: Final = Table(
    name=f"rounds_v{VERSION}_rounds",
    columns=(
        *text_columns("round", "state", "lens"),
        Column(name="lens_number", type="integer"),
        *text_columns("own_question", nullable=True),
        *moment_columns("prepared_at", "closes_at"),
        *moment_columns("opened_at", "ended_at", nullable=True),
        *text_columns("cancelled_for", nullable=True),
        # frozen at opening
        *text_columns("policy", nullable=True),
        Column(name="promise_version", type="integer", nullable=True),
        Column(name="floors", type="jsonb", nullable=True),
        *text_columns("inbox", nullable=True),
        Column(name="public_key", type="bytea", nullable=True),
        *text_columns("attributed", nullable=True),
        # changed while it runs
        Column(name="own_answers", type="jsonb"),
        Column(name="reminders", type="integer"),
        Column(name="reminded_on", type="date", nullable=True),
    ),
    key=("round",),
    indexes=(("state", "closes_at"),),
)
# Without the person, who is in the vault only. A row stays when the round is over.
INVITATIONS: Final = Table(
    name=f"rounds_v{VERSION}_invitations",
    columns=(Column(name="ordinal", type="bigint"), *text_columns("invitation", "round", "perspective")),
    key=("invitation",),
    indexes=(("round",),),
)
# The contents without the words of raters, which are in the table of comments.
MIRRORS: Final = Table(
    name=f"rounds_v{VERSION}_mirrors",
    columns=(
        *text_columns("round", "mirror"),
        *moment_columns("released_at"),
        Column(name="contents", type="jsonb"),
    ),
    key=("round",),
)
# A fragment's text is deleted when it is masked.
COMMENTS: Final = Table(
    name=f"rounds_v{VERSION}_comments",
    columns=(
        *text_columns("fragment", "round"),
        Column(name="block", type="integer"),
        Column(name="place", type="integer"),
        *text_columns("text", nullable=True),
        *moment_columns("flagged_at", nullable=True),
        *text_columns("flagged_for", nullable=True),
        *moment_columns("masked_at", nullable=True),
    ),
    key=("fragment",),
    indexes=(("round",), ("flagged_at",)),
)
