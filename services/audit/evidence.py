"""What is known beyond the stream itself: when `verify` last ran, and the signed file to take away."""

from collections.abc import Callable
from typing import Final

import msgspec
import structlog

from events.log.audited_log import AuditedLog
from events.log.proof.bundle import MEDIA_TYPE, BundleError
from events.log.proof.notes import NoteSigner
from events.streams import Stream
from kit.clock import Clock
from kit.errors import BadRequestError
from rules.audit.answers import BundleSeen, CheckpointSeen, VerifyRun

FILE_BYTES_MAX: Final = 4 * 1024 * 1024
"""The largest file in an answer, which has it in base64 within its own limit of 8 MiB."""
_log = structlog.get_logger(__name__)


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """
    What is known of the partition of a stream.

    Without a `checkpoint` that covers it, an answer says "complete on the operator's word"; `verify_run` is
    None where it is not on record that `verify` ran.
    """

    verify_run: VerifyRun | None = None
    checkpoint: CheckpointSeen | None = None


FindProof = Callable[[int, int], Proof]
"""Returns what is known of a partition through an ordinal."""
MakeBundle = Callable[[Stream], BundleSeen | None]
"""Returns the signed evidence of a stream; None where none can be made."""


def no_bundle(_stream: Stream) -> BundleSeen | None:
    """Return that nothing is signed here."""
    return None


def proof_of(log: AuditedLog) -> FindProof:
    """Return what reads when `verify` last ran. Checkpoints are not looked up yet."""

    def find(partition: int, _ordinal: int) -> Proof:
        checked = log.last_check(partition)
        if checked is None:
            return Proof()
        run = VerifyRun(at=checked.checked_at, faults=len(checked.faults), whole=checked.whole)
        return Proof(verify_run=run)

    return find


def bundles_of(log: AuditedLog, *, signer: NoteSigner, clock: Clock) -> MakeBundle:
    """Return what makes evidence bundles; none of a stream that does not verify, which its replay shows."""

    def make(stream: Stream) -> BundleSeen | None:
        try:
            file = log.bundle(stream, signer=signer, at=clock.now())
        except BundleError:
            _log.warning("audit.no_bundle")
            return None
        if len(file) > FILE_BYTES_MAX:
            raise BadRequestError(
                f"the evidence has {len(file):,} bytes and an answer holds {FILE_BYTES_MAX:,} at most; "
                "the operator can hand it over as a file"
            )
        return BundleSeen(media_type=MEDIA_TYPE.replace(" ", ""), file=file)

    return make
