"""What is known beyond the stream itself: when `verify` last ran, checkpoints, and the file to take away."""

from collections.abc import Callable, Iterable
from typing import Final

import msgspec
import structlog
from eventsourcing.persistence import EventStore

from events.catalog.checkpoints import CheckpointMade
from events.codec import Recorded
from events.log.audited_log import AuditedLog
from events.log.proof.bundle import MEDIA_TYPE, BundleError
from events.log.proof.checkpoints import CheckpointError
from events.log.proof.commits import EventOnLog
from events.log.proof.notes import NoteError, NoteSigner
from events.streams import Stream
from kit.clock import Clock
from kit.errors import BadRequestError
from rules.audit.answers import BundleSeen, CheckpointSeen, VerifyRun, ViewCheckSeen

FILE_BYTES_MAX: Final = 4 * 1024 * 1024
"""The largest file in an answer, which has it in base64 within its own limit of 8 MiB."""
_LATEST: Final = 3
"""Events of the checkpoints' stream that are looked at: the newest may be about keys."""
_log = structlog.get_logger(__name__)

MakeBundle = Callable[[Stream, str | None], BundleSeen | None]
"""Returns the signed evidence of a stream, with a checkpoint; None where none can be made."""


class Vouched(msgspec.Struct, frozen=True, kw_only=True):
    """
    The newest checkpoint, and what it says about the stream.

    `version` and `digest` are those of the stream's head on that day, if it was there. Not `fits`: the
    journal is not what was signed, so that something was rewritten since.
    """

    checkpoint: CheckpointSeen
    fits: bool
    version: int = 0
    digest: bytes = b""


class Evidence:
    """Reads what is known of the log beyond a stream; safe from several threads."""

    def __init__(self, log: AuditedLog, store: EventStore[str]) -> None:
        self._log, self._store = log, store

    def verify_run(self, partition: int) -> VerifyRun | None:
        """Return the last run of `verify`; None where it is not on record. Raises LogUnavailableError."""
        checked = self._log.last_check(partition)
        if checked is None:
            return None
        return VerifyRun(at=checked.checked_at, faults=len(checked.faults), whole=checked.whole)

    def view_checks(self, stream: Stream, accepted: Iterable[EventOnLog]) -> tuple[ViewCheckSeen, ...]:
        """Return when the views that show the stream were last compared, and what was found."""
        checks = self._log.view_checks(stream)
        partition = self._log.partition_of(stream)
        places = [(event.ordinal or 0, event.version) for event in accepted]
        return tuple(
            ViewCheckSeen(
                view=one.view,
                of_version=one.version,
                at=one.checked_at,
                equal=None
                if stream.subject in one.left_out
                else all(other.partition != partition for other in one.differences),
                version=max(
                    (version for ordinal, version in places if ordinal <= one.until[partition]), default=0
                ),
            )
            for one in checks
        )

    def newest(self, organisation: str) -> CheckpointSeen | None:
        """Return the newest checkpoint; None before the first."""
        stream = Stream("checkpoint", organisation).name
        for recorded in self._store.get(stream, desc=True, limit=_LATEST):
            if isinstance(recorded, Recorded) and isinstance(recorded.event, CheckpointMade):
                made = recorded.event
                return CheckpointSeen(id=made.checkpoint, on=made.day, note=made.note)
        return None

    def vouched(self, stream: Stream, organisation: str) -> Vouched | None:
        """Return what the newest checkpoint says; None before the first. Raises LogUnavailableError."""
        checkpoint = self.newest(organisation)
        if checkpoint is None:
            return None
        try:
            found = self._log.covering(stream, checkpoint.note)
        except (NoteError, CheckpointError):
            return Vouched(checkpoint=checkpoint, fits=False)
        if found.head is None:
            return Vouched(checkpoint=checkpoint, fits=found.fits)
        return Vouched(
            checkpoint=checkpoint, fits=found.fits, version=found.head.version, digest=found.head.digest
        )


def no_bundle(_stream: Stream, _note: str | None) -> BundleSeen | None:
    """Return that nothing is signed here."""
    return None


def bundles_of(log: AuditedLog, *, signer: NoteSigner, clock: Clock) -> MakeBundle:
    """Return what makes evidence bundles; none of a stream that does not verify, which its replay shows."""

    def make(stream: Stream, note: str | None) -> BundleSeen | None:
        try:
            file = log.bundle(stream, signer=signer, at=clock.now(), checkpoint=note)
        except (BundleError, NoteError, CheckpointError) as error:
            _log.warning("audit.no_bundle", kind=type(error).__name__)
            return None
        if len(file) > FILE_BYTES_MAX:
            raise BadRequestError(
                f"the evidence has {len(file):,} bytes and an answer holds {FILE_BYTES_MAX:,} at most; "
                "the operator can hand it over as a file"
            )
        return BundleSeen(media_type=MEDIA_TYPE.replace(" ", ""), file=file)

    return make
