"""Runs a prepared command: decides and appends, again after a lost race, until it has a result."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, time
from time import sleep
from typing import Final

import msgspec
import structlog
from eventsourcing.persistence import StoredEvent
from msgspec.structs import replace

from events.catalog.registry import category_of
from events.codec import EventMapper, Recorded
from events.log.acceptance import Outcome
from events.log.outcomes import (
    Accepted,
    CommitTooLargeError,
    ConflictError,
    OutcomeUnknownError,
    Voided,
)
from events.log.recorder import LogRecorder
from events.privacy.sealing import KeyDestroyedError, NoKeyError
from events.streams import Stream, command_key
from kit.clock import Calendar
from kit.ids import derived_id
from rules.commands import CommandResult, Refusal
from services.decisions import refusals
from services.decisions.command import Command, DecisionContext
from services.decisions.refusals import RejectedError
from services.handling.context.audit_lookups import audit_first
from services.handling.context.team_places import place_for
from services.handling.context.team_words import words_of
from services.handling.fingerprints import FingerprintKeys, Fingerprints, fingerprints_of
from services.handling.loading import Loaded, SubjectForgottenError
from services.handling.outcome_resolver import OutcomeResolver
from services.handling.read_ahead import ReadAhead
from services.handling.registry import decider_of, shown_name
from services.handling.results import Answer, NothingAppliedError, refused, result_of
from services.handling.state_cache import StateCache

ATTEMPTS_MAX: Final = 10
BACKOFF_S_MAX: Final = 0.05

_log = structlog.get_logger(__name__)


class PreparedCommand(msgspec.Struct, frozen=True, kw_only=True):
    """
    A command that its sender may send, with all that a decision needs.

    `key` is the key under which it happens once; `actor` is the id of the person or process that sent it.
    `look_up` renews the context after the state was loaded, in every attempt, where what is looked up must
    not be older than the state.
    """

    command: Command
    command_id: str
    key: bytes
    actor: str
    context: DecisionContext
    expected_version: int | None = None
    look_up: Callable[[DecisionContext], DecisionContext] | None = None
    ahead: ReadAhead | None = None
    """What was read before, for the first attempt."""


def going_first(
    prepared: PreparedCommand, recorded: Sequence[Recorded], loaded: Loaded
) -> PreparedCommand | None:
    """
    Return the command on another subject that must be accepted before these events are appended, if any.

    It places a team (docs/decisions/0014), keeps what the sender wrote (0016), or counts an audit (0020).
    """
    context = prepared.context
    command = (
        place_for(recorded, loaded.state)
        or audit_first(recorded, context)
        or words_of(prepared.command, context)
    )
    if command is None:
        return None
    name = derived_id(command.wire_name(), prepared.key.hex(), *command.names())
    return PreparedCommand(
        command=command,
        command_id=prepared.command_id,
        key=command_key(prepared.actor, name),
        actor=prepared.actor,
        context=context,
    )


def is_refused(result: CommandResult) -> bool:
    """Whether the command was refused for another reason than that it is so already."""
    return {refusal.code for refusal in result.refusals} not in (set(), {"ALREADY_SO"})


class Attempts:
    """Decides and appends commands, each several times if need be; safe from several threads."""

    def __init__(
        self,
        *,
        states: StateCache,
        recorder: LogRecorder,
        keys: FingerprintKeys,
        mapper: EventMapper,
        calendar: Calendar,
        resolver: OutcomeResolver,
    ) -> None:
        self._states = states
        self._recorder = recorder
        self._keys = keys
        self._mapper = mapper
        self._calendar = calendar
        self._resolver = resolver

    def run(self, prepared: PreparedCommand) -> CommandResult:
        """Decide and append, at most ATTEMPTS_MAX times; refuse with TOO_BUSY after that."""
        for attempt in range(ATTEMPTS_MAX):
            if attempt:
                sleep(random.uniform(0, BACKOFF_S_MAX))  # noqa: S311 - spreads retries, no secret
                if (found := self._recorder.find_any(prepared.key)) is not None:
                    return self._earlier_result(prepared, found)
            try:
                return self._decide_and_append(prepared)
            except ConflictError as lost:
                if lost.outcome is Outcome.VOIDED:
                    return refused(prepared.command_id, refusals.SETTLED)
                if lost.outcome is Outcome.SUBJECT_CLOSED:
                    return refused(prepared.command_id, refusals.NOT_FOUND)
                name = shown_name(type(prepared.command))
                _log.info("command.lost_race", command=name, outcome=lost.outcome.value)
        return refused(prepared.command_id, refusals.TOO_BUSY)

    def refusal_of(self, prepared: PreparedCommand) -> CommandResult | None:
        """Decide without appending; return the refusal, or None if the command would be accepted now."""
        try:
            self.decided(prepared, self._loaded(prepared))
        except RejectedError as rejected:
            return self._refused_unless_done(prepared, *rejected.refusals)
        except (SubjectForgottenError, KeyDestroyedError):
            return refused(prepared.command_id, refusals.NOT_FOUND)
        return None

    def earlier_result(
        self, command: Command, command_id: str, found: Accepted | Voided, *, sender: str
    ) -> CommandResult:
        """Return how an earlier attempt ended; refuse if that was another request under the same id."""
        if isinstance(found, Accepted):
            try:
                same = found.fingerprint in self._fingerprints(command, found.subject, sender)
            except (KeyDestroyedError, NoKeyError):
                return refused(command_id, refusals.NOT_FOUND)
            if not same:
                return refused(command_id, refusals.COMMAND_ID_REUSED)
        return result_of(command_id, found)

    def _earlier_result(self, prepared: PreparedCommand, found: Accepted | Voided) -> CommandResult:
        return self.earlier_result(prepared.command, prepared.command_id, found, sender=prepared.actor)

    def _fingerprints(self, command: Command, subject: str, sender: str) -> Fingerprints:
        """
        Return the fingerprints of a command; with words of the sender in it, made with the sender's key.

        With another's key, who has that could guess what was written after the sender was forgotten.
        """
        return fingerprints_of(command, sender if command.holds_words else subject, self._keys)

    def _decide_and_append(self, prepared: PreparedCommand) -> CommandResult:
        """Try once. Raises ConflictError when another commit was accepted first."""
        command, streams = prepared.command, prepared.command.streams(prepared.context)
        subject = Stream.parse(streams[0]).subject
        # What was read in one stream must still hold when the log accepts what is written to another. Every
        # command names it, so that the log does not reveal which commands read several streams.
        seen = (prepared.ahead or self._recorder).commits_of(subject)
        try:
            loaded = self._loaded(prepared)
            if prepared.look_up is not None:
                prepared = replace(prepared, context=prepared.look_up(prepared.context))
            version = loaded.versions[streams[0]]
            if command.returns_version and prepared.expected_version not in {None, version}:
                return self._refused_unless_done(prepared, refusals.CHANGED_MEANWHILE, version=version)
            recorded = self.decided(prepared, loaded)
            if (first := going_first(prepared, recorded, loaded)) is not None:
                self._run_first(first)
            stored = [self._mapper.to_stored_event(event) for event in recorded]
            fingerprints = self._fingerprints(command, subject, prepared.actor)
        except RejectedError as rejected:
            return self._refused_unless_done(prepared, *rejected.refusals)
        except (SubjectForgottenError, KeyDestroyedError):
            return refused(prepared.command_id, refusals.NOT_FOUND)
        version += sum(event.originator_id == streams[0] for event in stored)
        answer = Answer(
            version=version if command.returns_version else None,
            entity_id=command.entity_id(prepared.context),
        )
        return self._append(
            prepared, stored, subject=subject, answer=answer, fingerprints=fingerprints, decided_on=seen
        )

    def _loaded(self, prepared: PreparedCommand) -> Loaded:
        command, ahead = prepared.command, prepared.ahead
        streams = command.streams(prepared.context)
        return self._states.load(decider_of(command), streams, store=ahead.store if ahead else None)

    def _run_first(self, first: PreparedCommand) -> None:
        """Have accepted what goes first. Raises RejectedError and NothingAppliedError."""
        result = self.run(first)
        if result.outcome == "UNSETTLED":  # whether it happened makes no difference: it is sent again
            raise NothingAppliedError("what goes before this can't be decided at the moment")
        if is_refused(result):
            raise RejectedError(*result.refusals)

    def _append(
        self,
        prepared: PreparedCommand,
        stored: list[StoredEvent],
        *,
        subject: str,
        answer: Answer,
        fingerprints: Fingerprints,
        decided_on: int,
    ) -> CommandResult:
        try:
            accepted = self._recorder.append(
                stored,
                subject=subject,
                command=prepared.key,
                fingerprint=fingerprints.now,
                answer=msgspec.json.encode(answer),
                decided_on=decided_on,
            )
        except CommitTooLargeError:
            return refused(prepared.command_id, refusals.TOO_LARGE)
        except OutcomeUnknownError:
            self._resolver.resolve_later(subject, prepared.key)
            return CommandResult(command_id=prepared.command_id, outcome="UNSETTLED")
        # Compared with those made above: asking the vault again could fail after an acceptance.
        if accepted.fingerprint not in fingerprints:
            return refused(prepared.command_id, refusals.COMMAND_ID_REUSED)
        return result_of(prepared.command_id, accepted)

    def _refused_unless_done(
        self, prepared: PreparedCommand, *refusals: Refusal, version: int | None = None
    ) -> CommandResult:
        """
        Refuse, unless the refusal is due to this very command: another attempt of it was accepted meanwhile.

        An accepted command and its events become visible in one transaction, so looking it up after the state
        was read finds it. A command whose outcome is not known yet is not refused either.
        """
        if (found := self._recorder.find_any(prepared.key)) is not None:
            return self._earlier_result(prepared, found)
        if self._resolver.is_resolving(prepared.key):
            return CommandResult(command_id=prepared.command_id, outcome="UNSETTLED")
        return refused(prepared.command_id, *refusals, version=version)

    def decided(self, prepared: PreparedCommand, loaded: Loaded) -> list[Recorded]:
        """Return the new events, each in the stream of its category at that stream's next version."""
        actor = prepared.actor if prepared.command.signed else prepared.context.organisation
        at, versions = self._moment(prepared.command), dict(loaded.versions)
        streams = {Stream.parse(name).category: name for name in versions}
        decide = decider_of(prepared.command).decide
        recorded = []
        for event in decide(prepared.command, loaded.state, prepared.context):
            stream = streams[category_of(type(event))]
            versions[stream] += 1
            recorded.append(Recorded(stream=stream, version=versions[stream], event=event, at=at, by=actor))
        return recorded

    def _moment(self, command: Command) -> datetime:
        """Return the moment that the events have: now, or the beginning of a day that the command fixes."""
        day = command.dated()
        if day is None:
            return self._calendar.local(self._calendar.now())
        return datetime.combine(day, time.min, tzinfo=self._calendar.zone)
