"""Requests of clients, over HTTP or in process: checked against the rate limit, read, and handled."""

import time
from collections.abc import Callable
from typing import Final, Protocol

from kit.errors import ForbiddenError, TooManyRequestsError, UnavailableError
from kit.rate_limit import RateLimiter
from rules.access.roles import Role
from rules.audit.answers import AnyAnswer, AnyQuestion, StreamsAsked
from rules.commands import CommandRequest, CommandResult
from rules.feedback.invitation import InvitationLetter, InvitedPerson, RaterInvitation
from services.handling.handler import CommandHandler
from services.handling.registry import read_command
from services.handling.results import Caller

CALLERS_MAX: Final = 10_000
"""How many callers' rates are remembered."""
UNLIMITED: Final = frozenset({Role.HR_FEED})
"""The HR system sends whole files. A caller who names this role but does not hold it is refused later."""
CONFIRM_LETTERS: Final = "confirmLetters"
LETTERS: Final = "invitationLetters"
AUDIT_STREAMS: Final = "auditStreams"
AUDIT_REPLAY: Final = "auditReplay"
AUDIT_PER_MINUTE_MAX: Final = 1_200
"""The most questions of one auditor a minute: a long replay asks for page after page."""


_NO_ROUNDS: Final = "feedback rounds are not set up in this process"


class Feedback(Protocol):
    """What raters ask (services/feedback/hand_in.py). It raises RequestError."""

    def send(self, request: CommandRequest, *, rater: str) -> CommandResult: ...
    def result_of(self, command_id: str, *, rater: str) -> CommandResult | None: ...
    def invitation(self, rater: str) -> RaterInvitation | None: ...


class Delivery(Protocol):
    """How invitations reach people (services/feedback/delivery.py). It raises RequestError."""

    def invited(self, subject: str, round_: str) -> list[InvitedPerson]: ...
    def letters(self, adviser: str) -> list[InvitationLetter]: ...
    def confirm_letters(self, request: CommandRequest, adviser: str) -> CommandResult: ...


class Auditing(Protocol):
    """What auditors ask (services/audit/auditing.py). It raises RequestError."""

    def answer(self, question: AnyQuestion, *, auditor: str, organisation: str) -> AnyAnswer | None: ...


class RequestHandler:
    """
    Safe from several threads. Its methods block, and raise RequestError when the request applied nothing.

    `person` is the caller's id; of a RATER it is what the code is called by (rules/feedback/rater_code.py).

    A caller may send `per_minute_max` commands a minute, because even a refused commit stays on the log.
    """

    def __init__(
        self,
        handler: CommandHandler,
        *,
        per_minute_max: int,
        feedback: Feedback | None = None,
        delivery: Delivery | None = None,
        auditing: Auditing | None = None,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._handler = handler
        self._feedback_or_none = feedback
        self._delivery_or_none = delivery
        self._auditing = auditing
        self._per_minute_max = per_minute_max
        self._limiter = RateLimiter(
            per_minute=per_minute_max, burst=per_minute_max, callers_max=CALLERS_MAX, now_s=now_s
        )
        self._auditors = RateLimiter(
            per_minute=AUDIT_PER_MINUTE_MAX,
            burst=AUDIT_PER_MINUTE_MAX,
            callers_max=CALLERS_MAX,
            now_s=now_s,
        )

    def send(self, request: CommandRequest, *, person: str, role: Role) -> CommandResult:
        """Carry out a command of a person in a role, or return why it is refused."""
        if role not in UNLIMITED:
            self._limit(person)
        if role is Role.RATER:
            return self._feedback.send(request, rater=person)
        if request.name == CONFIRM_LETTERS:
            self._handler.require_role(CONFIRM_LETTERS, Caller(person=person, role=role))
            return self._delivery.confirm_letters(request, person)
        return self._handler.handle(
            read_command(request.name, request.input),
            caller=Caller(person=person, role=role),
            command_id=request.command_id,
            expected_version=request.expected_version,
        )

    def result_of(self, command_id: str, *, person: str, role: Role) -> CommandResult | None:
        """Return how a command of this person ended; None if it is not known here."""
        if role is Role.RATER:
            return self._feedback.result_of(command_id, rater=person)
        return self._handler.result_of(caller=Caller(person=person, role=role), command_id=command_id)

    def invitation(self, *, person: str, role: Role) -> RaterInvitation | None:
        """Return what the rater with this code is asked; None when the invitation is over."""
        if role is not Role.RATER:
            raise ForbiddenError("an invitation is its rater's, who has the code")
        self._limit(person)
        return self._feedback.invitation(person)

    def invited(self, round_: str, *, person: str, role: Role) -> list[InvitedPerson]:
        """Return whom the caller asked in a round of their own; nobody for any other round."""
        self._handler.require_role("round", Caller(person=person, role=role))
        return self._delivery.invited(person, round_)

    def letters(self, *, person: str, role: Role) -> list[InvitationLetter]:
        """Return the letters to print for people who get no mail, to the confidential adviser."""
        self._handler.require_role(LETTERS, Caller(person=person, role=role))
        self._limit(person)
        return self._delivery.letters(person)

    def audit(self, question: AnyQuestion, *, person: str, role: Role) -> AnyAnswer | None:
        """Return what an auditor asks; None of what is not there, or not theirs."""
        field = AUDIT_STREAMS if isinstance(question, StreamsAsked) else AUDIT_REPLAY
        organisation = self._handler.require_role(field, Caller(person=person, role=role))
        if self._auditors.take(person):
            raise TooManyRequestsError(
                f"an auditor may ask {AUDIT_PER_MINUTE_MAX:,} times a minute: wait a little"
            )
        if self._auditing is None:
            raise UnavailableError("streams can't be replayed in this process")
        return self._auditing.answer(question, auditor=person, organisation=organisation)

    @property
    def _delivery(self) -> Delivery:
        if self._delivery_or_none is None:
            raise UnavailableError(_NO_ROUNDS)
        return self._delivery_or_none

    @property
    def _feedback(self) -> Feedback:
        if self._feedback_or_none is None:
            raise UnavailableError(_NO_ROUNDS)
        return self._feedback_or_none

    def _limit(self, person: str) -> None:
        if self._limiter.take(person):
            raise TooManyRequestsError(
                f"a person may send {self._per_minute_max} commands a minute: wait a little"
            )
