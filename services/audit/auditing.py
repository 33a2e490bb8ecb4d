"""Answers what auditors ask: the chain without any opening, contents only under one that is in force now."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, assert_never

from eventsourcing.persistence import EventStore

from events.codec import EventMapper
from events.log.acceptance import Outcome
from events.log.audited_log import AuditedLog
from events.log.faults import Fault, FaultKind, Place
from events.log.port import LogUnavailableError
from events.log.proof.commits import CommitOnLog
from kit.clock import Calendar
from kit.errors import UnavailableError
from rules.audit.answers import (
    AnyAnswer,
    AnyQuestion,
    BundleAsked,
    BundleSeen,
    CommitsAsked,
    CommitsPage,
    OpenedSeen,
    ReplayAsked,
    ReplaySeen,
    StateAsked,
    StateSeen,
    StreamsAsked,
    StreamSeen,
    VerificationAsked,
    VerificationSeen,
)
from rules.kinds import ItemKind
from rules.signed_ids import key_of_ids
from services.audit.evidence import Evidence, MakeBundle, Vouched, no_bundle
from services.audit.history import Opened, read_history
from services.audit.reading import Checked, StreamsRead
from services.audit.replays import Found, Replays
from services.audit.shown import commit_seen, fault_seen
from services.audit.state import folded, items_in
from services.audit.streams import Streams
from services.decisions.pseudonyms import Pseudonyms
from services.handling.results import unavailable_reported

FAULTS_MAX: Final = 100
"""The most faults in one answer."""


class Auditing:
    """
    Answers auditors; safe from several threads.

    Its methods raise RequestError: UNAVAILABLE when log or vault does not answer. `bundle` makes the signed
    file about a stream.
    """

    def __init__(
        self,
        *,
        log: AuditedLog,
        store: EventStore[str],
        mapper: EventMapper,
        calendar: Calendar,
        fingerprint_key: Callable[[str], bytes],
        bundle: MakeBundle = no_bundle,
        read: StreamsRead | None = None,
    ) -> None:
        self._log = log
        self._mapper = mapper
        self._calendar = calendar
        self._fingerprint_key = fingerprint_key
        self._evidence = Evidence(log, store)
        self._bundle = bundle
        self._streams = Streams(log)
        self._replays = Replays(store)
        self._read = read or StreamsRead(log, calendar)

    def answer(self, question: AnyQuestion, *, auditor: str, organisation: str) -> AnyAnswer | None:
        """Return the answer; None of what is not there, or not this auditor's."""
        with unavailable_reported():
            try:
                return self._answer(question, auditor=auditor, organisation=organisation)
            except LogUnavailableError as error:
                raise UnavailableError("the log can't be read now") from error

    def _answer(self, question: AnyQuestion, *, auditor: str, organisation: str) -> AnyAnswer | None:
        pseudonyms = Pseudonyms(key_of_ids(self._fingerprint_key(organisation)))
        if isinstance(question, StreamsAsked):
            return self._streams.page(question, pseudonyms)
        found = self._replays.find(
            question.replay,
            auditor=auditor,
            organisation=organisation,
            pseudonyms=pseudonyms,
            now=self._calendar.local(self._calendar.now()),
        )
        if found is None:
            return None
        match question:
            case ReplayAsked():
                return self._replay(found)
            case BundleAsked():
                return self._evidence_of(found, organisation)
            case CommitsAsked() | VerificationAsked() | StateAsked():
                return self._reading(question, found, organisation)
            case _:
                assert_never(question)

    def _evidence_of(self, found: Found, organisation: str) -> BundleSeen | None:
        """Return the file of a replay that its auditor finished; None before."""
        if not found.replay.finished:
            return None
        checkpoint = self._evidence.newest(organisation)
        return self._bundle(found.stream, checkpoint.note if checkpoint is not None else None)

    def _reading(
        self,
        question: CommitsAsked | VerificationAsked | StateAsked,
        found: Found,
        organisation: str,
    ) -> CommitsPage | VerificationSeen | StateSeen | None:
        """Return what is read in a replay; None when the replay is over."""
        if not found.replay.is_open(self._calendar.today()):
            return None
        checked = self._read.of(found.stream)
        match question:
            case CommitsAsked():
                return self._commits(question, found, checked)
            case VerificationAsked(version=version):
                seen = self._verification(version, found, checked, organisation)
                not_there = version is not None and seen.version < version and not seen.faults
                return None if not_there else seen
            case StateAsked(version=version):
                return self._state(version, found, checked)
            case _:
                assert_never(question)

    def _replay(self, found: Found) -> ReplaySeen:
        head = self._log.head(found.stream)
        return ReplaySeen(
            handle=found.replay.handle,
            owner=found.owner,
            stream=StreamSeen(
                id=found.replay.stream,
                kind=found.replay.kind,
                version=head.version if head is not None else 0,
                head=head.digest.hex() if head is not None else "",
            ),
            purpose=found.replay.purpose,
            started_at=found.started_at,
            last_day=found.replay.last_day,
            finished_at=found.finished_at,
            forgotten=found.forgotten,
            openings=found.openings,
            open_kinds=tuple(kind for kind in ItemKind if kind in found.open_kinds()),
        )

    def _commits(self, asked: CommitsAsked, found: Found, checked: Checked) -> CommitsPage:
        page = checked.page(after=asked.after, first=asked.first)
        history = self._history(found, checked, page)
        last = page[-1][0] if page else asked.after
        return CommitsPage(
            commits=tuple(
                commit_seen(number, commit, found=found, history=history) for number, commit in page
            ),
            more=last < len(checked.on_log.commits),
            openings=found.in_force,
            owner=found.owner,
        )

    def _history(
        self, found: Found, checked: Checked, page: Sequence[tuple[int, CommitOnLog]]
    ) -> dict[int, Opened]:
        """Return the events of a page in words; nothing is decoded while nothing is open."""
        if not found.in_force or found.forgotten:
            return {}
        last = max((event.version for _, commit in page for event in commit.events), default=0)
        events = checked.accepted(until=last)
        return {one.version: one for one in read_history(events, stream=found.stream, mapper=self._mapper)}

    def _verification(
        self, version: int | None, found: Found, checked: Checked, organisation: str
    ) -> VerificationSeen:
        commits = _until(checked.on_log.commits, version)
        accepted = list(checked.accepted(until=version))
        vouched = self._evidence.vouched(found.stream, organisation)
        faults = list(_faults(commits, checked, vouched))
        reached = accepted[-1].version if accepted else 0
        whole = [event.version for event in accepted] == list(range(1, reached + 1))
        return VerificationSeen(
            version=reached,
            head=accepted[-1].recomputed.hex() if accepted else "",
            valid=not faults and whole,
            commits=len(commits),
            not_accepted=sum(one.verdict is not Outcome.ACCEPTED for one in commits),
            faults=tuple(fault_seen(fault, found.stream) for fault in faults[:FAULTS_MAX]),
            verified_at=checked.at,
            verify_run=self._evidence.verify_run(checked.partition),
            view_checks=self._evidence.view_checks(found.stream, checked.accepted()),
            checkpoint=vouched.checkpoint if vouched and _covers(vouched, reached) else None,
        )

    def _state(self, version: int | None, found: Found, checked: Checked) -> StateSeen | None:
        """Return the state that the opened events describe; None while nothing is open."""
        if not found.in_force or found.forgotten:
            return None
        shown = self._opened(version, found, checked)
        return StateSeen(content=folded(shown, found.replay.kind), items=items_in(shown), owner=found.owner)

    def _opened(self, version: int | None, found: Found, checked: Checked) -> list[OpenedSeen]:
        history = read_history(checked.accepted(until=version), stream=found.stream, mapper=self._mapper)
        return [one.shown for one in history if one.shown is not None and found.opens(one.kind)]


def _until(commits: Sequence[CommitOnLog], version: int | None) -> Sequence[CommitOnLog]:
    """Return the commits through the one that brought a version; all without one."""
    if version is None:
        return commits
    for index, commit in enumerate(commits):
        if commit.verdict is Outcome.ACCEPTED and any(one.version > version for one in commit.events):
            return commits[:index]
    return commits


def _covers(vouched: Vouched, version: int) -> bool:
    return vouched.fits and vouched.version >= version > 0


def _faults(commits: Sequence[CommitOnLog], checked: Checked, vouched: Vouched | None) -> Iterator[Fault]:
    """Yield what is wrong with the commits, with the log, and with it against the newest checkpoint."""
    for commit in commits:
        yield from commit.faults
    if checked.on_log.stopped is not None:
        yield checked.on_log.stopped
    if vouched is None:
        return
    there = {event.version: event.recomputed for event in checked.accepted()}
    # What was read may be a minute old: then it does not reach that version yet.
    if not vouched.fits or there.get(vouched.version, vouched.digest) != vouched.digest:
        yield _rewritten(checked, vouched)


def _rewritten(checked: Checked, vouched: Vouched) -> Fault:
    return Fault(
        kind=FaultKind.LOG_RESTORED,
        place=Place(generation="", partition=checked.partition, offset=0),
        nl=f"Dit is niet het logboek van het controlepunt van {vouched.checkpoint.on}.",
        en=f"This is not the log of the checkpoint of {vouched.checkpoint.on}.",
    )
