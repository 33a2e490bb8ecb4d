"""What commands on feedback rounds need from the vault and the keeper before they are decided."""

from collections.abc import Callable
from typing import Final, Protocol

import msgspec
import structlog
from eventsourcing.persistence import EventStore
from msgspec.structs import replace

from events.catalog.employment import EmploymentEvent, ProfessionalRegistered
from events.catalog.portfolio.life import PortfolioOpened
from events.privacy.invitations import Invitations, Invitee, NewInvitation
from events.privacy.sealing import KeyDestroyedError, VaultUnreachableError
from events.streams import Stream
from kit.errors import UnavailableError
from rules.feedback.questions import Perspective
from rules.feedback.raters import same_address
from rules.kinds import Language
from rules.names import plain_name
from services.contexts.rounds.commands import FillSelfMirror, InviteRater, NamedRound, OpenRound
from services.contexts.rounds.decider import DECIDER as ROUNDS
from services.contexts.rounds.preparing import INVITATIONS_PER_QUARTER_DEFAULT
from services.contexts.rounds.state import FeedbackRound, Rounds
from services.decisions.command import Command, DecisionContext, stream_of
from services.decisions.decider import event_types_of
from services.decisions.feedback import LensVersion, RaterFound, RoundKey
from services.handling.loading import SubjectForgottenError, events_of, known_events, load

_EMPLOYMENT = event_types_of(EmploymentEvent)
_log = structlog.get_logger(__name__)
FindLens = Callable[[str, int, str], LensVersion | None]


NO_KEY: Final = RoundKey(public_key=b"", inbox="")
"""In place of the key while it is tried whether a round could open; never in an event."""


class MakesKeys(Protocol):
    """What is needed of the keeper here (services/feedback/keeper.py)."""

    def make_key(self, round_: str) -> RoundKey: ...


class RoundParts(msgspec.Struct, frozen=True, kw_only=True):
    """Where invitations are kept, and who makes the keys of rounds."""

    invitations: Invitations
    keeper: MakesKeys


class RoundLookups:
    """
    Looks up lens, rater and key for a command on a round; safe from several threads.

    Its methods raise UnavailableError when the vault or the keeper is away, and what loading raises.
    """

    def __init__(
        self,
        store: EventStore[str],
        *,
        parts: RoundParts | None,
        lens: FindLens,
        works_here: Callable[[str], bool],
    ) -> None:
        self._store = store
        self._works_here = works_here
        self._parts_or_none = parts
        self._lens = lens

    def added(self, command: Command, context: DecisionContext) -> DecisionContext:
        """Return the context with what this command needs; that of any other command as it is."""
        if not isinstance(command, OpenRound | FillSelfMirror | InviteRater):
            return context
        found = self._round(command, context.person)
        if found is None:  # the decider refuses it
            return context
        if isinstance(command, InviteRater):
            return replace(context, rater=self._rater(command, found, context))
        lens = self._lens(found.lens, found.lens_number, context.organisation)
        context = replace(context, lens=lens)
        if not isinstance(command, OpenRound) or found.status != "PREPARED":
            return context
        return replace(context, raters_gone=self._gone(command.round_id, found))

    def make_key(self, command: OpenRound) -> RoundKey:
        """Have the keeper make the round's key, or return the one it made before."""
        return self._parts.keeper.make_key(command.round_id)

    def keep_invitation(self, command: InviteRater, context: DecisionContext) -> DecisionContext | None:
        """
        Keep in the vault who is invited, before it is on the log.

        Return None when it is kept. If others invited the same person meanwhile, up to the limit, return the
        context that says so.
        """
        invitee, rules = self._invitee(command, context), context.rules
        if invitee is None or context.person is None:
            return replace(context, professionals=frozenset())  # left meanwhile
        most = rules.invitations_per_quarter_max if rules else INVITATIONS_PER_QUARTER_DEFAULT
        new = NewInvitation(
            invitation=context.new,
            round=command.round_id,
            subject=context.person,
            perspective=Perspective[command.perspective],
            on=context.today,
            invitee=invitee,
        )
        if self._parts.invitations.keep(new, asked_max=most):
            return None
        return replace(context, rater=replace(context.rater or RaterFound(), asked=most))

    def forget_invitation(self, invitation: str) -> None:
        """Forget an invitation that was taken back; if the vault is away now, a job does it later."""
        try:
            self._parts.invitations.forget([invitation], give_back=True)
        except VaultUnreachableError:
            _log.warning("invitation.forgotten_later")

    @property
    def _parts(self) -> RoundParts:
        if self._parts_or_none is None:
            raise UnavailableError("feedback rounds are not set up in this process")
        return self._parts_or_none

    def _round(self, command: NamedRound, person: str | None) -> FeedbackRound | None:
        try:
            state: Rounds = load(self._store, ROUNDS, (stream_of("round", person),)).state
        except (SubjectForgottenError, KeyDestroyedError):
            return None
        return state.rounds.get(command.round_id)

    def _gone(self, round_: str, found: FeedbackRound) -> frozenset[str]:
        """Return the invitations of people who left, or of whom nothing is kept any more."""
        kept = {one.invitation.invitation: one.invitee for one in self._parts.invitations.of_round(round_)}
        return frozenset(
            invitation
            for invitation in found.invitations
            if (invitee := kept.get(invitation)) is None
            or (invitee.person is not None and not self._works_here(invitee.person))
        )

    def _rater(
        self, command: InviteRater, found: FeedbackRound, context: DecisionContext
    ) -> RaterFound | None:
        """Return what is known of the person; None for a colleague who does not work here."""
        invitee = self._invitee(command, context)
        if invitee is None:
            return None
        kept = self._parts.invitations.of_round(command.round_id)
        others = [
            other.invitee
            for other in kept
            if other.invitation.invitation in found.invitations and other.invitation.invitation != context.new
        ]
        return RaterFound(
            in_round=any(_is_same(invitee, other) for other in others),
            is_subject=self._is_subject(invitee, context),
            asked=self._parts.invitations.asked(invitee, context.today, except_for=context.new),
        )

    def _invitee(self, command: InviteRater, context: DecisionContext) -> Invitee | None:
        colleague, outsider = command.rater.colleague_id, command.rater.outsider
        if outsider is not None:
            return Invitee(
                name=" ".join(outsider.name.split()),
                email=outsider.email,
                language=Language[outsider.language],
            )
        if colleague is None or colleague not in context.professionals:
            return None
        facts = self._facts(colleague)
        if facts is None:
            return None
        return Invitee(
            name=facts.name, email=facts.email, language=self._language(colleague), person=colleague
        )

    def _is_subject(self, invitee: Invitee, context: DecisionContext) -> bool:
        facts = self._facts(context.person) if context.person is not None else None
        if facts is None or invitee.email is None:
            return False
        return same_address(invitee.email) == same_address(facts.email)

    def _facts(self, person: str) -> ProfessionalRegistered | None:
        """Return the last registration of a person."""
        facts = None
        try:
            for recorded in known_events(self._store, Stream("employment", person).name, _EMPLOYMENT):
                if isinstance(recorded.event, ProfessionalRegistered):
                    facts = recorded.event
        except (SubjectForgottenError, KeyDestroyedError):
            return None
        return facts

    def _language(self, person: str) -> Language:
        """Return the language a colleague opened the portfolio in; Dutch while they have none."""
        first = next(events_of(self._store, Stream("portfolio", person).name), None)
        opened = first.event if first is not None else None
        return opened.language if isinstance(opened, PortfolioOpened) else Language.NL


def _is_same(one: Invitee, other: Invitee) -> bool:
    """Whether two are the same person: by person, by address, or by name where neither has an address."""
    if one.person is not None and one.person == other.person:
        return True
    if one.email is not None and other.email is not None:
        return same_address(one.email) == same_address(other.email)
    return one.email is other.email is None and plain_name(one.name) == plain_name(other.name)
