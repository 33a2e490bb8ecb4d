"""What a closing sends to the keeper, and the events that it becomes."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from events.catalog.registry import Event
from events.catalog.rounds import FeedbackSubmitted, MirrorReleased, RoundClosed, ShownBlock
from events.codec import Recorded
from events.privacy.invitations import Invitation
from events.streams import Stream
from kit.ids import derived_id
from processes.closing.ends import RoundToEnd
from processes.keeper.closing import ClosedRound, ClosingTerms
from rules.feedback.comments import signed_fragment
from rules.feedback.mirror import MirrorContents
from rules.feedback.own_question import questions_of_round
from services.decisions.feedback import LensVersion


class NotClosableError(Exception):
    """What the log says of a round is not enough to close it, although it is closing."""


def terms_of(ending: RoundToEnd, lens: LensVersion, *, invitations: Iterable[Invitation]) -> ClosingTerms:
    """
    Return the terms of a closing. Raises NotClosableError.

    All is from the log but the slots, which are those of the round's `invitations` in the vault. Which
    perspective somebody was asked from is what the log says.
    """
    found = ending.found
    if found.floors is None:
        raise NotClosableError("the round was never opened")
    return ClosingTerms(
        round=ending.round,
        questions=questions_of_round(lens.questions, round_=ending.round, own_question=found.own_question),
        form=lens.form,
        invited=dict(sorted(Counter(found.invitations.values()).items())),
        slots={
            one.slot: found.invitations[one.invitation]
            for one in sorted(invitations, key=lambda one: one.slot)
            if one.invitation in found.invitations
        },
        floors=found.floors,
        lead_attributed=found.attributed is not None,
        own=found.own_answers,
    )


def closing_events(
    ending: RoundToEnd, closed: ClosedRound, *, version: int, at: datetime, by: str, id_key: bytes
) -> list[Recorded]:
    """
    Return the events of a closing, the rows in a stream of their own.

    `version` is that of the person's stream of rounds, `at` the moment at which the round began to close.
    """
    rows = Stream("submission", ending.subject, ending.round).name
    rounds = Stream("round", ending.subject).name
    contents = _signed(closed.contents, ending.subject, id_key)
    of_round: tuple[Event, ...] = (
        RoundClosed(
            round=ending.round,
            blocks=tuple(
                ShownBlock(perspectives=block.perspectives, raters=block.raters) for block in contents.blocks
            ),
        ),
        MirrorReleased(round=ending.round, mirror=derived_id("mirror", closed.seed.hex()), contents=contents),
    )
    placed: list[tuple[str, int, Event]] = [
        (rows, number, FeedbackSubmitted(row=row)) for number, row in enumerate(closed.rows, start=1)
    ]
    placed += [(rounds, number, event) for number, event in enumerate(of_round, start=version + 1)]
    return [
        Recorded(stream=stream, version=number, event=event, at=at, by=by) for stream, number, event in placed
    ]


def _signed(contents: MirrorContents, subject: str, id_key: bytes) -> MirrorContents:
    """Return the mirror with ids of fragments that services recognise as made here."""
    return replace(
        contents,
        comments=tuple(
            replace(
                comments,
                fragments=tuple(
                    replace(one, fragment=signed_fragment(subject, one.fragment, key=id_key))
                    for one in comments.fragments
                ),
            )
            for comments in contents.comments
        ),
    )
