"""One allowed command on its way: decided and appended, again when others were first, until it has an end."""

import random
import time
from typing import Final

import msgspec
import structlog

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
from events.streams import Stream
from kit.clock import Calendar
from rules.commands import CommandResult, Refusal
from services.decisions import refusals
from services.decisions.command import Command, DecisionContext
from services.decisions.refusals import RejectedError
from services.handling.fingerprints import FingerprintKeys, fingerprint_of
from services.handling.loading import Loaded, SubjectForgottenError
from services.handling.outcome_resolver import OutcomeResolver
from services.handling.registry import decider_of
from services.handling.results import Answer, refused, result_of
from services.handling.state_cache import StateCache

ATTEMPTS_MAX: Final = 10
BACKOFF_S_MAX: Final = 0.05

_log = structlog.get_logger(__name__)


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One command: under which key it happens once, by whom, and with what ids it is decided."""

    command: Command
    command_id: str
    key: bytes
    by: str
    context: DecisionContext
    expected_version: int | None = None


class Attempts:
    """Safe from several threads."""

    def __init__(
        self,
        *,
        states: StateCache,
        recorder: LogRecorder,
        keys: FingerprintKeys,
        mapper: EventMapper,
        calendar: Calendar,
        settler: OutcomeResolver,
    ) -> None:
        self._states = states
        self._recorder = recorder
        self._keys = keys
        self._mapper = mapper
        self._calendar = calendar
        self._settler = settler

    def run(self, case: Case) -> CommandResult:
        """Decide and append, a bounded number of times."""
        for attempt in range(ATTEMPTS_MAX):
            if attempt:
                time.sleep(random.uniform(0, BACKOFF_S_MAX))  # noqa: S311 - spreads retries, no secret
                if (found := self._recorder.find_any(case.key)) is not None:
                    return self.earlier(case.command, case.command_id, found)
            try:
                return self._decide_and_append(case)
            except ConflictError as lost:
                if lost.outcome is Outcome.VOIDED:
                    return refused(case.command_id, refusals.SETTLED)
                if lost.outcome is Outcome.SUBJECT_CLOSED:
                    return refused(case.command_id, refusals.NOT_FOUND)
                _log.info("command.lost_race", command=case.command.wire_name(), outcome=lost.outcome.value)
        return refused(case.command_id, refusals.TOO_BUSY)

    def earlier(self, command: Command, command_id: str, found: Accepted | Voided) -> CommandResult:
        """Tell how the command ended when it was sent before, unless that was another request."""
        if isinstance(found, Accepted):
            try:
                same = found.fingerprint == fingerprint_of(command, found.subject, self._keys)
            except (KeyDestroyedError, NoKeyError):
                return refused(command_id, refusals.NOT_FOUND)
            if not same:
                return refused(command_id, refusals.COMMAND_ID_REUSED)
        return result_of(command_id, found)

    def _decide_and_append(self, case: Case) -> CommandResult:
        """Try once. Raises ConflictError when others were first."""
        command, streams = case.command, case.command.streams(case.context)
        subject = Stream.parse(streams[0]).subject
        # What was read in one stream must still be so when the log takes what is written to another. Named by
        # every command, so that it tells nobody which of them read several.
        seen = self._recorder.commits_of(subject)
        try:
            loaded = self._states.load(decider_of(command), streams)
            version = loaded.versions[streams[0]]
            if command.returns_version and case.expected_version not in {None, version}:
                return self._refused_unless_done(case, refusals.CHANGED_MEANWHILE, version=version)
            recorded = self._decided(case, loaded)
            stored = [self._mapper.to_stored_event(event) for event in recorded]
            fingerprint = fingerprint_of(command, subject, self._keys)
        except RejectedError as rejected:
            return self._refused_unless_done(case, *rejected.refusals)
        except (SubjectForgottenError, KeyDestroyedError):
            return refused(case.command_id, refusals.NOT_FOUND)
        version += sum(event.originator_id == streams[0] for event in stored)
        answer = Answer(
            version=version if command.returns_version else None, entity_id=command.entity_id(case.context)
        )
        try:
            accepted = self._recorder.append(
                stored,
                subject=subject,
                command=case.key,
                fingerprint=fingerprint,
                answer=msgspec.json.encode(answer),
                decided_on=seen,
            )
        except CommitTooLargeError:
            return refused(case.command_id, refusals.TOO_LARGE)
        except OutcomeUnknownError:
            self._settler.take(subject, case.key)
            return CommandResult(command_id=case.command_id, outcome="UNSETTLED")
        # Compared with what is at hand: a vault that goes away now must not make an acceptance a failure.
        same = accepted.fingerprint == fingerprint
        return (
            result_of(case.command_id, accepted)
            if same
            else refused(case.command_id, refusals.COMMAND_ID_REUSED)
        )

    def _refused_unless_done(
        self, case: Case, *refusals: Refusal, version: int | None = None
    ) -> CommandResult:
        """
        Refuse, unless the state holds this very command's own effect, by another attempt.

        Both became visible in one transaction, so a look at the command after the state was read finds it.
        Nor is refused what is still on its way, and may be accepted yet.
        """
        if (found := self._recorder.find_any(case.key)) is not None:
            return self.earlier(case.command, case.command_id, found)
        if self._settler.knows(case.key):
            return CommandResult(command_id=case.command_id, outcome="UNSETTLED")
        return refused(case.command_id, *refusals, version=version)

    def _decided(self, case: Case, loaded: Loaded) -> list[Recorded]:
        """Return what happens, each event at its place in the stream that its wire name begins with."""
        by = case.by if case.command.signed else case.context.organisation
        at, versions = self._calendar.local(self._calendar.now()), dict(loaded.versions)
        streams = {Stream.parse(stream).category: stream for stream in versions}
        recorded = []
        for event in decider_of(case.command).decide(case.command, loaded.state, case.context):
            stream = streams[category_of(type(event))]
            versions[stream] += 1
            recorded.append(Recorded(stream=stream, version=versions[stream], event=event, at=at, by=by))
        return recorded
