"""What the services answer about invitations: to the rater who has one, and to the subject."""

from datetime import datetime

import msgspec

from rules.feedback.questions import Perspective


class RaterInvitation(msgspec.Struct, frozen=True, kw_only=True):
    """
    What the bearer of an invitation is asked, as it was frozen when the round opened.

    It is the same before and after handing in. `floor` and `comment_floor` are None for a LEAD who was asked
    alone (`attributed`). `info` is what answers are sealed with, under `public_key`.
    """

    subject: str
    round: str
    perspective: Perspective
    own_question: str | None
    lens: str
    lens_number: int
    attributed: bool
    floor: int | None
    comment_floor: int | None
    promise_version: int
    closes_at: datetime
    public_key: bytes
    info: bytes


class InvitedPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whom a subject asked; `email` of an outsider only, to see typing errors."""

    invitation: str
    perspective: Perspective
    name: str
    colleague: str | None = None
    email: str | None = None
