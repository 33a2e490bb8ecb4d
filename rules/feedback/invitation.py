"""What the services answer about invitations: to raters, to subjects, and to the confidential adviser."""

from datetime import datetime
from typing import Final, Literal

import msgspec

from rules.feedback.questions import Perspective
from rules.kinds import Language

LETTERS_MAX: Final = 40
"""Letters in one file; the next ones follow when these were printed."""
MailOutcome = Literal["WAITING", "SENT", "NOT_ACCEPTED"]
"""Of the last mail to somebody: not sent yet, taken by a mail server, or refused because of the address."""


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
    """
    Somebody whom a subject asked; `email` of an outsider only, to see typing errors.

    `mail` is None before the round opens, and of somebody to whom no mail goes.
    """

    invitation: str
    perspective: Perspective
    name: str
    colleague: str | None = None
    email: str | None = None
    mail: MailOutcome | None = None


class InvitationLetter(msgspec.Struct, frozen=True, kw_only=True):
    """
    A letter to somebody who gets no mail, with their code, for the confidential adviser to print.

    `floor` is None for somebody who is asked alone from their side (`attributed`).
    """

    invitation: str
    subject: str
    name: str
    language: Language
    code: str
    closes_at: datetime
    attributed: bool
    floor: int | None
    promise_version: int
