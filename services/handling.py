"""Handling one command: looked up, allowed, decided and appended, once however often it is sent."""

import random
import time
from collections.abc import Callable
from typing import Final, Protocol, TypeVar

import msgspec
import structlog
from eventsourcing.persistence import EventStore, PersistenceError

from events.codec import EventMapper, Recorded, UndecodableEventError
from events.log.outcomes import (
    Accepted,
    CommitTooLargeError,
    ConflictError,
    OutcomeUnknownError,
    Settled,
)
from events.log.recorder import LogRecorder
from events.log.streams import command_key, subject_of
from events.sealing import KeyDestroyedError, NoKeyError, VaultUnreachableError
from kit import metrics
from kit.clock import Clock
from kit.ids import derived_id
from rules.access import may_ask
from services import refusing
from services.contexts import decider_of
from services.deciding import Command, Ids, Refusal, RejectedError
from services.fingerprints import FingerprintKeys, fingerprint_of
from services.loading import Loaded, StreamNotUnderstoodError, SubjectForgottenError, load
from services.results import (
    Answer,
    Caller,
    CommandIdError,
    CommandResult,
    ForbiddenError,
    UnavailableError,
    canonical,
    refused,
    told,
    where,
)
from services.roles import RoleReader
from services.settling import Settler

__all__ = [
    "Caller",
    "CommandHandler",
    "CommandIdError",
    "CommandResult",
    "ForbiddenError",
    "UnavailableError",
]
# What callers of a handler need, in one place.

ATTEMPTS_MAX: Final = 10
BACKOFF_S_MAX: Final = 0.05

_log = structlog.get_logger(__name__)
_ended = metrics.counter("ipp_commands_total", "Commands by name and how they ended.", "command", "outcome")
_took = metrics.latency("ipp_command_seconds", "How long a command took, retries and verdict included.")
T = TypeVar("T")


class Vault(FingerprintKeys, Protocol):
    """What handling needs of events/vault.py."""

    def organisation(self) -> str | None: ...
    def person_for(self, claim_value: str) -> str | None: ...
    def person_for_or_new(self, claim_value: str) -> str: ...


class _Case(msgspec.Struct, frozen=True, kw_only=True):
    """One command on its way through."""

    command: Command
    command_id: str
    key: bytes
    by: str
    ids: Ids
    expected_version: int | None


class CommandHandler:
    """Safe from several threads. Both methods raise ForbiddenError, CommandIdError and UnavailableError."""

    def __init__(self, *, recorder: LogRecorder, vault: Vault, mapper: EventMapper, clock: Clock) -> None:
        self._recorder = recorder
        self._vault = vault
        self._mapper = mapper
        self._clock = clock
        self._store: EventStore[str] = EventStore(mapper, recorder)
        self._roles = RoleReader(self._store)
        self.settler = Settler(recorder)

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

    def fate(self, *, caller: Caller, command_id: str) -> CommandResult | None:
        """Say how a command of this caller ended, None when nothing is known of it."""
        command_id = canonical(command_id)
        key = command_key(caller.person, command_id)

        def look_up() -> CommandResult | None:
            self._require_role("command", caller)
            found = self._recorder.find_any(key)
            if found is not None:
                return told(command_id, found)
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
            return self._earlier(command, command_id, found)
        organisation = self._require_role(command.wire_name(), caller)
        case = _Case(
            command=command,
            command_id=command_id,
            key=key,
            by=caller.person,
            ids=Ids(
                new=derived_id(command.wire_name(), key.hex()),
                organisation=organisation,
                person=self._person(command, caller),
                today=self._clock.now().date(),
                professionals=frozenset(filter(self._roles.works_here, command.mentions())),
            ),
            expected_version=expected_version,
        )
        return self._decide_until_appended(case)

    def _require_role(self, field: str, caller: Caller) -> str:
        organisation = self._vault.organisation()
        if organisation is None:
            raise ForbiddenError("the organisation is not founded yet, so nobody holds a role")
        if not may_ask(field, caller.role, held=self._roles.held(caller.person, organisation=organisation)):
            raise ForbiddenError(f"{field} is not yours to ask in the role {caller.role.name}")
        return organisation

    def _person(self, command: Command, caller: Caller) -> str | None:
        claim = command.names_person()
        if claim is None:
            return caller.person
        return self._vault.person_for_or_new(claim) if command.makes_person else self._vault.person_for(claim)

    def _decide_until_appended(self, case: _Case) -> CommandResult:
        for attempt in range(ATTEMPTS_MAX):
            if attempt:
                time.sleep(random.uniform(0, BACKOFF_S_MAX))  # noqa: S311 - spreads retries, no secret
                if (found := self._recorder.find_any(case.key)) is not None:
                    return self._earlier(case.command, case.command_id, found)
            try:
                return self._decide_and_append(case)
            except ConflictError as lost:
                if lost.verdict == "settled":
                    return refused(case.command_id, refusing.SETTLED)
                if lost.verdict == "sealed":
                    return refused(case.command_id, refusing.NOT_THERE)
                _log.info("command.lost_race", command=case.command.wire_name(), verdict=lost.verdict)
        return refused(case.command_id, refusing.TOO_BUSY)

    def _decide_and_append(self, case: _Case) -> CommandResult:
        """Try once. Raises ConflictError when others were first."""
        command, streams = case.command, case.command.streams(case.ids)
        subject = subject_of(streams[0])
        try:
            loaded = load(self._store, decider_of(command), streams)
            if case.expected_version not in {None, loaded.version}:
                return self._refused_unless_done(case, refusing.CHANGED_MEANWHILE, version=loaded.version)
            recorded = self._decided(case, streams[0], loaded)
            stored = [self._mapper.to_stored_event(event) for event in recorded]
            fingerprint = fingerprint_of(command, subject, self._vault)
        except RejectedError as rejected:
            return self._refused_unless_done(case, *rejected.refusals)
        except (SubjectForgottenError, KeyDestroyedError):
            return refused(case.command_id, refusing.NOT_THERE)
        answer = Answer(version=loaded.version + len(stored), thing=command.thing(case.ids))
        try:
            accepted = self._recorder.append(
                stored,
                subject=subject,
                command=case.key,
                fingerprint=fingerprint,
                answer=msgspec.json.encode(answer),
            )
        except CommitTooLargeError:
            return refused(case.command_id, refusing.TOO_LARGE)
        except OutcomeUnknownError:
            self.settler.take(subject, case.key)
            return CommandResult(command_id=case.command_id, outcome="UNSETTLED")
        # Compared with what is at hand: a vault that goes away now must not make an acceptance a failure.
        same = accepted.fingerprint == fingerprint
        return (
            told(case.command_id, accepted) if same else refused(case.command_id, refusing.COMMAND_ID_REUSED)
        )

    def _refused_unless_done(
        self, case: _Case, *refusals: Refusal, version: int | None = None
    ) -> CommandResult:
        """
        Refuse, unless the state holds this very command's own effect, by another attempt.

        Both became visible in one transaction, so a look at the command after the state was read finds it.
        Nor is refused what is still on its way, and may be accepted yet.
        """
        if (found := self._recorder.find_any(case.key)) is not None:
            return self._earlier(case.command, case.command_id, found)
        if self.settler.knows(case.key):
            return CommandResult(command_id=case.command_id, outcome="UNSETTLED")
        return refused(case.command_id, *refusals, version=version)

    def _decided(self, case: _Case, stream: str, loaded: Loaded) -> list[Recorded]:
        events = decider_of(case.command).decide(case.command, loaded.state, case.ids)
        at = self._clock.now()
        return [
            Recorded(stream=stream, version=version, event=event, at=at, by=case.by)
            for version, event in enumerate(events, loaded.version + 1)
        ]

    def _earlier(self, command: Command, command_id: str, found: Accepted | Settled) -> CommandResult:
        if isinstance(found, Accepted):
            try:
                same = found.fingerprint == fingerprint_of(command, found.subject, self._vault)
            except (KeyDestroyedError, NoKeyError):
                return refused(command_id, refusing.NOT_THERE)
            if not same:
                return refused(command_id, refusing.COMMAND_ID_REUSED)
        return told(command_id, found)


def _available(work: Callable[[], T]) -> T:
    """Run what reads and appends; what is away or unreadable is one error to the outside."""
    try:
        return work()
    except (PersistenceError, VaultUnreachableError) as error:
        _log.warning("command.unavailable", reason=type(error).__name__)
        raise UnavailableError("the log or the vault can't be reached") from error
    except (UndecodableEventError, StreamNotUnderstoodError) as error:
        # Neither quotes content: they tell the stream, the version and the kind of event.
        _log.error("command.stream_unreadable", reason=str(error), where=where(error))
        raise UnavailableError("what this is about can't be read at the moment") from error
