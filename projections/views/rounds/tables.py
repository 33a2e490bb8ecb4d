"""The tables of feedback rounds: what happened to a round, who was asked, and the mirror."""

from typing import Final

from projections.table import Column, Table

VERSION: Final = 1


def _text(*names: str, nullable: bool = False) -> tuple[Column, ...]:
    return tuple(Column(name=name, type="text", nullable=nullable) for name in names)


def _moments(*names: str, nullable: bool = False) -> tuple[Column, ...]:
    return tuple(Column(name=name, type="timestamptz", nullable=nullable) for name in names)


STREAMS: Final = Table(
    name=f"rounds_v{VERSION}_streams", columns=(Column(name="version", type="bigint"),), key=("subject",)
)
ROUNDS: Final = Table(
    name=f"rounds_v{VERSION}_rounds",
    columns=(
        *_text("round", "state", "lens"),
        Column(name="lens_number", type="integer"),
        *_text("own_question", nullable=True),
        *_moments("prepared_at", "closes_at"),
        *_moments("opened_at", "ended_at", nullable=True),
        *_text("cancelled_for", nullable=True),
        # frozen at opening
        *_text("policy", nullable=True),
        Column(name="promise_version", type="integer", nullable=True),
        Column(name="floors", type="jsonb", nullable=True),
        *_text("inbox", nullable=True),
        Column(name="public_key", type="bytea", nullable=True),
        *_text("attributed", nullable=True),
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
    columns=(Column(name="ordinal", type="bigint"), *_text("invitation", "round", "perspective")),
    key=("invitation",),
    indexes=(("round",),),
)
# The contents without the words of raters, which are in the table of comments.
MIRRORS: Final = Table(
    name=f"rounds_v{VERSION}_mirrors",
    columns=(*_text("round", "mirror"), *_moments("released_at"), Column(name="contents", type="jsonb")),
    key=("round",),
)
# A fragment's text is deleted when it is masked.
COMMENTS: Final = Table(
    name=f"rounds_v{VERSION}_comments",
    columns=(
        *_text("fragment", "round"),
        Column(name="block", type="integer"),
        Column(name="place", type="integer"),
        *_text("text", nullable=True),
        *_moments("flagged_at", nullable=True),
        *_text("flagged_for", nullable=True),
        *_moments("masked_at", nullable=True),
    ),
    key=("fragment",),
    indexes=(("round",), ("flagged_at",)),
)
