"""Handles one command: looks it up, checks the role, decides, and appends. A retry gets the first answer."""

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol
from uuid import UUID

import msgspec
from eventsourcing.persistence import EventStore

from events.codec import EventMapper
from events.log.recorder import LogRecorder
from events.streams import command_key
from kit import metrics
from kit.clock import Calendar
from kit.errors import ForbiddenError
from kit.ids import derived_id
from rules.access.decisions import may_ask
from rules.commands import CommandResult
from services.contexts.catalogue.state import Catalogue
from services.contexts.rounds.commands import InviteRater, OpenRound, RevokeInvitation
from services.decisions.command import Command
from services.decisions.refusals import NOT_FOUND, TOO_BUSY
from services.handling.attempts import Attempts, PreparedCommand
from services.handling.claims import Claims, ClaimVault
from services.handling.context.contexts import Contexts
from services.handling.context.lookups import Lookups
from services.handling.context.release_lookups import ReleaseLookups
from services.handling.context.round_lookups import NO_KEY, RoundLookups, RoundParts
from services.handling.fingerprints import FingerprintKeys
from services.handling.outcome_resolver import OutcomeResolver
from services.handling.person_states import PersonStates, StateKeys
from services.handling.read_ahead import AheadReader
from services.handling.registry import shown_name
from services.handling.rehearsal import Rehearsal
from services.handling.results import Caller, canonical, refused, result_of, unavailable_reported
from services.handling.roles import Holder, RoleReader
from services.handling.state_cache import StateCache

_ended = metrics.counter(
    "ipp_commands_total",
    "Commands and how they ended: by name, but for those about a person, which are counted as one.",
    "command",
    "outcome",
)
_took = metrics.latency("ipp_command_seconds", "How long a command took, retries and verdict included.")


class Vault(ClaimVault, FingerprintKeys, StateKeys, Protocol):
    """What the handler needs of events/privacy/vault.py."""

    def organisation(self) -> str | None: ...


class CommandHandler:
    """
    Handles commands; safe from several threads.

    Its methods raise ForbiddenError, CommandIdError and NothingAppliedError.
    """

    def __init__(
        self,
        *,
        recorder: LogRecorder,
        vault: Vault,
        mapper: EventMapper,
        calendar: Calendar,
        rounds: RoundParts | None = None,
    ) -> None:
        self._recorder = recorder
        self._vault = vault
        self._calendar = calendar
        self._store: EventStore[str] = EventStore(mapper, recorder)
        self.person_states = PersonStates(vault)
        self._states = StateCache(self._store, persons=self.person_states)
        self._lookups = Lookups(self._states)
        self._roles = RoleReader(self._store, calendar)
        self._rounds = RoundLookups(
            self._store, parts=rounds, lens=self._lookups.lens, works_here=self._roles.works_here
        )
        self.releases = ReleaseLookups(self._store, self._states, positions=recorder.positions)
        self._claims = Claims(vault, self._roles)
        self._ahead = AheadReader(self._store, recorder, self._states, self._roles, calendar)
        self._contexts = self._contexts_on(self._store, self._roles, self._states)
        self.resolver = OutcomeResolver(recorder)
        self._attempts = Attempts(
            states=self._states,
            recorder=recorder,
            keys=vault,
            mapper=mapper,
            calendar=calendar,
            resolver=self.resolver,
        )

    def handle(
        self,
        command: Command,
        *,
        caller: Caller,
        command_id: str,
        expected_version: int | None = None,
    ) -> CommandResult:
        """
        Carry out a command of a person, or return why it is refused.

        An earlier result is looked up before role, version and decision, so a retry returns the first result.
        With UNSETTLED the command may still happen; `resolver` finds out.
        """
        command_id = canonical(command_id)
        with _took.time(), unavailable_reported():
            result = self._handle(command, caller, command_id, expected_version)
        _ended.labels(shown_name(type(command)), result.outcome).inc()
        return result

    def rehearsal(self, caller: Caller) -> Callable[[Command, str], CommandResult]:
        """
        Return a function that decides one command after the other, each as if those before were carried out.

        It takes a command and its id. Nothing is appended and nobody gets an id. Raises what `handle` does.
        """
        rehearsal = Rehearsal(self._store, self._attempts.decided)
        roles = RoleReader(rehearsal.store, self._calendar)
        claims = Claims(self._vault, roles)
        contexts = self._contexts_on(rehearsal.store, roles, rehearsal.states)

        def decide(command: Command, command_id: str) -> CommandResult:
            with unavailable_reported():
                if refusals := command.refusals():
                    return refused(command_id, *refusals)
                sender = self._allowed(command.wire_name(), caller)
                person = claims.rehearsed_person(command, sender=caller.person, new=rehearsal.persons)
                prepared = self._prepared(
                    command,
                    command_id,
                    caller.person,
                    sender_left=sender.left,
                    person=person,
                    contexts=contexts,
                )
                return rehearsal.decide(prepared)

        return decide

    def handle_for_process(self, command: Command, *, process: str, occasion: str) -> CommandResult:
        """
        Carry out a command of a process of this installation, such as what is due on a date.

        `occasion` identifies what is due and when: with the same occasion the command happens once. Raises
        ForbiddenError for a command that only a person may send.
        """
        if not command.by_process:
            raise ForbiddenError(f"a process may not send {command.wire_name()}")
        actor = derived_id("process", process)
        command_id = str(UUID(hex=derived_id("occasion", process, occasion), version=4))
        with unavailable_reported():
            result = self._handle_for_process(command, actor, command_id)
        _ended.labels(shown_name(type(command)), result.outcome).inc()
        return result

    def result_of(self, *, caller: Caller, command_id: str) -> CommandResult | None:
        """Return how a command of this caller ended; None if it is not known here."""
        command_id = canonical(command_id)
        key = command_key(caller.person, command_id)
        self.require_role("command", caller)
        with unavailable_reported():
            found = self._recorder.find_any(key)
        if found is not None:
            return result_of(command_id, found)
        if self.resolver.is_resolving(key):
            return CommandResult(command_id=command_id, outcome="UNSETTLED")
        return None

    def catalogue(self) -> Catalogue:
        """Return the catalogue of shared terms, as the log has it."""
        with unavailable_reported():
            return self._lookups.catalogue(self.organisation())

    def organisation(self) -> str:
        """Return the organisation's id. Raises ForbiddenError before it is founded."""
        organisation = self._vault.organisation()
        if organisation is None:
            raise ForbiddenError("the organisation is not founded yet, so nobody holds a role")
        return organisation

    def require_role(self, field: str, caller: Caller) -> str:
        """
        Return the organisation's id if the caller may use this root field.

        Raises ForbiddenError, and NothingAppliedError while the log or the vault can't say who holds a role.
        """
        with unavailable_reported():
            self._allowed(field, caller)
            return self.organisation()

    def _allowed(self, field: str, caller: Caller, store: EventStore[str] | None = None) -> Holder:
        """Return the caller's roles if the caller may use this root field. Raises ForbiddenError."""
        holder = self._roles.held(caller.person, organisation=self.organisation(), store=store)
        if not may_ask(field, caller.role, held=holder.roles):
            raise ForbiddenError(f"{field} is not yours to ask in the role {caller.role.name}")
        return holder

    def _handle(
        self, command: Command, caller: Caller, command_id: str, expected_version: int | None
    ) -> CommandResult:
        if refusals := command.refusals():
            return refused(command_id, *refusals)
        key = command_key(caller.person, command_id)
        ahead = self._ahead.read(command, key, sender=caller.person, organisation=self.organisation())
        if ahead.found is not None:
            return self._attempts.earlier_result(command, command_id, ahead.found, sender=caller.person)
        sender = self._allowed(command.wire_name(), caller, ahead.store)
        person = self._claims.person(command, sender=caller.person, expected_version=expected_version)
        prepared = self._prepared(
            command,
            command_id,
            caller.person,
            sender_left=sender.left,
            person=person,
            contexts=self._contexts,
        )
        prepared = msgspec.structs.replace(prepared, expected_version=expected_version, ahead=ahead)
        if not command.is_addressed(prepared.context):
            return refused(command_id, NOT_FOUND)
        if isinstance(command, InviteRater):
            return self._invite(command, prepared)
        if isinstance(command, OpenRound):
            return self._open(command, prepared)
        result = self._attempts.run(prepared)
        self._claims.note(command, person, result)
        if isinstance(command, RevokeInvitation) and result.outcome == "ACCEPTED":
            self._rounds.forget_invitation(command.invitation_id)
        return result

    def _invite(self, command: InviteRater, prepared: PreparedCommand) -> CommandResult:
        """
        Keep in the vault who is invited, then append; nothing is kept of one who is refused.

        Who is on the log was kept in the vault before. So when each attempt looks there after it loaded the
        round, a person is never invited twice by two requests at once.
        """
        if (refusal := self._attempts.refusal_of(prepared)) is not None:
            return refusal
        if (full := self._rounds.keep_invitation(command, prepared.context)) is not None:
            refusal = self._attempts.refusal_of(msgspec.structs.replace(prepared, context=full))
            return refusal or refused(prepared.command_id, TOO_BUSY)
        look_up = partial(self._rounds.added, command)
        return self._attempts.run(msgspec.structs.replace(prepared, look_up=look_up))

    def _open(self, command: OpenRound, prepared: PreparedCommand) -> CommandResult:
        """Have the round's key made, then append; no key is made for a round that can't open."""
        if (refusal := self._attempts.refusal_of(_with(prepared, round_key=NO_KEY))) is not None:
            return refusal
        return self._attempts.run(_with(prepared, round_key=self._rounds.make_key(command)))

    def _contexts_on(self, store: EventStore[str], roles: RoleReader, states: StateCache) -> Contexts:
        return Contexts(
            keys=self._vault,
            store=store,
            roles=roles,
            states=states,
            calendar=self._calendar,
            rounds=self._rounds,
            releases=self.releases,
        )

    def _prepared(
        self,
        command: Command,
        command_id: str,
        sender: str,
        *,
        sender_left: bool,
        person: str | None,
        contexts: Contexts,
    ) -> PreparedCommand:
        key = command_key(sender, command_id)
        context = contexts.of(
            command,
            key,
            organisation=self.organisation(),
            sender=sender,
            sender_left=sender_left,
            person=person,
        )
        return PreparedCommand(command=command, command_id=command_id, key=key, actor=sender, context=context)

    def _handle_for_process(self, command: Command, actor: str, command_id: str) -> CommandResult:
        key = command_key(actor, command_id)
        if (found := self._recorder.find_any(key)) is not None:
            return self._attempts.earlier_result(command, command_id, found, sender=actor)
        prepared = self._prepared(
            command, command_id, actor, sender_left=False, person=None, contexts=self._contexts
        )
        return self._attempts.run(prepared)


def _with(prepared: PreparedCommand, **changes: Any) -> PreparedCommand:
    context = msgspec.structs.replace(prepared.context, **changes)
    return msgspec.structs.replace(prepared, context=context)
