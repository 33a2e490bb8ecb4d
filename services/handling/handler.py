"""Handling one command: looked up, allowed, decided and appended, once however often it is sent."""

from collections.abc import Callable
from typing import Protocol, TypeVar
from uuid import UUID

import structlog
from eventsourcing.persistence import EventStore, PersistenceError

from events.codec import EventMapper, UndecodableEventError
from events.log.recorder import LogRecorder
from events.privacy.sealing import VaultUnreachableError
from events.streams import Stream, command_key
from kit import metrics
from kit.clock import Calendar
from kit.errors import ForbiddenError
from kit.ids import derived_id
from kit.telemetry import traceback_summary
from rules.access.decisions import may_ask
from rules.commands import CommandResult
from services.contexts.catalogue.decider import DECIDER as CATALOGUE
from services.contexts.catalogue.state import Catalogue
from services.decisions.command import Command, DecisionContext, SharedTerm
from services.handling.attempts import Attempts, Case
from services.handling.fingerprints import FingerprintKeys
from services.handling.loading import StreamNotUnderstoodError
from services.handling.outcome_resolver import OutcomeResolver
from services.handling.results import (
    Caller,
    NothingAppliedError,
    canonical,
    refused,
    result_of,
)
from services.handling.roles import RoleReader
from services.handling.state_cache import StateCache

_log = structlog.get_logger(__name__)
_ended = metrics.counter("ipp_commands_total", "Commands by name and how they ended.", "command", "outcome")
_took = metrics.latency("ipp_command_seconds", "How long a command took, retries and verdict included.")
T = TypeVar("T")


class Vault(FingerprintKeys, Protocol):
    """What handling needs of events/privacy/vault.py."""

    def organisation(self) -> str | None: ...
    def person_for(self, claim_value: str) -> str | None: ...
    def person_for_or_new(self, claim_value: str) -> str: ...


class CommandHandler:
    """Safe from several threads. Raises ForbiddenError, CommandIdError and NothingAppliedError."""

    def __init__(
        self, *, recorder: LogRecorder, vault: Vault, mapper: EventMapper, calendar: Calendar
    ) -> None:
        self._recorder = recorder
        self._vault = vault
        self._calendar = calendar
        store: EventStore[str] = EventStore(mapper, recorder)
        self._states = StateCache(store)
        self._roles = RoleReader(store, self._states)
        self.settler = OutcomeResolver(recorder)
        self._attempts = Attempts(
            states=self._states,
            recorder=recorder,
            keys=vault,
            mapper=mapper,
            calendar=calendar,
            settler=self.settler,
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
        Carry a command out, or say why not.

        The command is looked up before role, version and decision, so that a retry gets the first answer.
        UNSETTLED: it may still happen; the settler finds out.
        """
        command_id = canonical(command_id)
        with _took.time():
            result = _available(lambda: self._handle(command, caller, command_id, expected_version))
        _ended.labels(command.wire_name(), result.outcome).inc()
        return result

    def handle_for_process(self, command: Command, *, process: str, occasion: str) -> CommandResult:
        """
        Carry out what time has brought about, for a process of this installation.

        `occasion` says what and when, so that the same one happens once however often it is met. Raises
        NothingAppliedError, and ForbiddenError for a command that is a person's to give.
        """
        if not command.by_process:
            raise ForbiddenError(f"{command.wire_name()} is not a process's to give")
        by = derived_id("process", process)
        command_id = str(UUID(hex=derived_id("occasion", process, occasion), version=4))

        def work() -> CommandResult:
            key = command_key(by, command_id)
            if (found := self._recorder.find_any(key)) is not None:
                return self._attempts.earlier(command, command_id, found)
            organisation = self.organisation()
            return self._attempts.run(
                self._case(command, command_id, key=key, by=by, person=None, organisation=organisation)
            )

        result = _available(work)
        _ended.labels(command.wire_name(), result.outcome).inc()
        return result

    def result_of(self, *, caller: Caller, command_id: str) -> CommandResult | None:
        """Say how a command of this caller ended, None when nothing is known of it."""
        command_id = canonical(command_id)
        key = command_key(caller.person, command_id)

        def look_up() -> CommandResult | None:
            self.require_role("command", caller)
            found = self._recorder.find_any(key)
            if found is not None:
                return result_of(command_id, found)
            if self.settler.knows(key):
                return CommandResult(command_id=command_id, outcome="UNSETTLED")
            return None

        return _available(look_up)

    def _handle(
        self, command: Command, caller: Caller, command_id: str, expected_version: int | None
    ) -> CommandResult:
        if refusals := command.refusals():
            return refused(command_id, *refusals)
        key = command_key(caller.person, command_id)
        if (found := self._recorder.find_any(key)) is not None:
            return self._attempts.earlier(command, command_id, found)
        organisation = self.require_role(command.wire_name(), caller)
        case = self._case(
            command,
            command_id,
            key=key,
            by=caller.person,
            person=self._person(command, caller),
            organisation=organisation,
            expected_version=expected_version,
        )
        return self._attempts.run(case)

    def _case(
        self,
        command: Command,
        command_id: str,
        *,
        key: bytes,
        by: str,
        person: str | None,
        organisation: str,
        expected_version: int | None = None,
    ) -> Case:
        context = DecisionContext(
            new=derived_id(command.wire_name(), key.hex()),
            organisation=organisation,
            person=person,
            today=self._calendar.today(),
            professionals=frozenset(filter(self._roles.works_here, command.mentions())),
            terms=self._terms(command, organisation),
        )
        return Case(
            command=command,
            command_id=command_id,
            key=key,
            by=by,
            context=context,
            expected_version=expected_version,
        )

    def _terms(self, command: Command, organisation: str) -> dict[str, SharedTerm]:
        """Return the shared words that a command picks, as far as they are there."""
        if not (picked := command.picked_terms()):
            return {}
        catalogue = self._catalogue(organisation)
        found = {term: catalogue.shared_term(term) for term in picked}
        return {name: term for name, term in found.items() if term is not None}

    def catalogue(self) -> Catalogue:
        """Return the catalogue as the log has it. Raises ForbiddenError and NothingAppliedError."""
        return _available(lambda: self._catalogue(self.organisation()))

    def _catalogue(self, organisation: str) -> Catalogue:
        catalogue: Catalogue = self._states.load(CATALOGUE, (Stream("catalogue", organisation).name,)).state
        return catalogue

    def organisation(self) -> str:
        """Return the organisation's id. Raises ForbiddenError before it is founded."""
        organisation = self._vault.organisation()
        if organisation is None:
            raise ForbiddenError("the organisation is not founded yet, so nobody holds a role")
        return organisation

    def require_role(self, field: str, caller: Caller) -> str:
        """Return the organisation, in which the caller may ask `field`. Raises ForbiddenError."""
        organisation = self.organisation()
        held = self._roles.held(caller.person, organisation=organisation, today=self._calendar.today())
        if not may_ask(field, caller.role, held=held):
            raise ForbiddenError(f"{field} is not yours to ask in the role {caller.role.name}")
        return organisation

    def _person(self, command: Command, caller: Caller) -> str | None:
        claim = command.person_claim()
        if claim is None:
            return caller.person
        return (
            self._vault.person_for_or_new(claim) if command.creates_person else self._vault.person_for(claim)
        )


def _available(work: Callable[[], T]) -> T:
    """Run what reads and appends; what is away or unreadable is one error to the outside."""
    try:
        return work()
    except (PersistenceError, VaultUnreachableError) as error:
        _log.warning("command.unavailable", reason=type(error).__name__)
        raise NothingAppliedError("the log or the vault can't be reached") from error
    except (UndecodableEventError, StreamNotUnderstoodError) as error:
        # Neither quotes content: they tell the stream, the version and the kind of event.
        _log.error("command.stream_unreadable", reason=str(error), where=traceback_summary(error))
        raise NothingAppliedError("what this is about can't be read at the moment") from error
