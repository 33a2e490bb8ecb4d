"""The check of a chain from its first event to a version."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache

import strawberry
from msgspec.structs import replace

from gateway.api.audit.asking import asked
from gateway.api.audit.commits import AuditFault, fault
from gateway.api.checkpoints.checkpoints import Checkpoint
from gateway.context import Context
from gateway.types.scalars import Digest
from gateway.types.texts import LocalText
from projections.registry import find_views
from rules.audit.answers import CheckpointSeen, VerificationAsked, VerificationSeen, VerifyRun, ViewCheckSeen


@strawberry.type(
    description=(
        "The last time that the operator's check applied the whole rule to the partition, all its streams "
        "together."
    )
)
class AuditVerifyRun:
    at: datetime = strawberry.field(description="When it ran.")
    faults: int = strawberry.field(description="How many faults it found; 0 when all agreed.")
    whole: bool = strawberry.field(
        description="Whether it reached the end of what was folded then, or ended at what it found."
    )


@strawberry.type(
    description=(
        "The last time that the operator's check folded the journal again and compared every row of a view "
        "with it, up to a version of this stream."
    )
)
class AuditViewCheck:
    view: str = strawberry.field(description="The view by name; all of them show something of such a stream.")
    at: datetime = strawberry.field(description="When it ran.")
    equal: bool | None = strawberry.field(
        description=(
            "Whether all rows agreed that come from this part of the log, all its streams together; null "
            "where this stream's were left out, since they wait for repair."
        )
    )
    version: int = strawberry.field(
        description="The stream's last version that was compared; later ones came since, and 0 is none."
    )


@strawberry.type(description="The chain from its first event to a version.")
class AuditVerification:
    version: int = strawberry.field(description="The version it reaches.")
    head: Digest | None = strawberry.field(description="The digest there; null when nothing can be read.")
    valid: bool = strawberry.field(
        description="Every event is there once, in order, as its digest says, and the journal agrees."
    )
    commits: int = strawberry.field(description="Commits that name the stream, up to there.")
    not_accepted: int = strawberry.field(description="Those among them that do not count.")
    faults: list[AuditFault] = strawberry.field(description="Empty when valid; 100 at most.")
    verified_at: datetime = strawberry.field(
        description="When it was read from the log: what was read serves further questions for a minute."
    )
    view_equal: bool | None = strawberry.field(
        description=(
            "Folded again, against the views as served: what the last check of each found, up to the "
            "version in `viewChecks`, which names the views that were ever compared. Null where none was, or "
            "where one left this stream out. A check of a view that an update replaced does not count."
        )
    )
    view_checks: list[AuditViewCheck] = strawberry.field(
        description="The last check of each view; empty when it is not on record that one ran."
    )
    verify_run: AuditVerifyRun | None = strawberry.field(
        description="Null when it is not on record that this check ran."
    )
    checkpoint: Checkpoint | None = strawberry.field(
        description="The newest checkpoint, if it covers this version. Compare it with the one you kept."
    )
    complete: LocalText = strawberry.field(
        description="On whose word it is complete: a checkpoint's that covers it, or the operator's alone."
    )


async def verification_of(context: Context, replay: str, version: int | None) -> AuditVerification | None:
    """Return the check up to a version; None for one that is not there, and when the replay is over."""
    found = await asked(context, VerificationAsked(replay=replay, version=version), VerificationSeen)
    if found is None:
        return None
    # After an update another version of a view may be served here, which was not compared yet.
    served = [one for one in found.view_checks if _served().get(one.view) == one.of_version]
    found = replace(found, view_checks=tuple(served))
    return AuditVerification(
        version=found.version,
        head=Digest(found.head) if found.head else None,
        valid=found.valid,
        commits=found.commits,
        not_accepted=found.not_accepted,
        faults=[fault(one) for one in found.faults],
        verified_at=found.verified_at,
        view_equal=found.view_equal,
        view_checks=[_view_check(one) for one in found.view_checks],
        verify_run=_run(found.verify_run),
        checkpoint=_checkpoint(found.checkpoint),
        complete=_complete(found),
    )


def _run(found: VerifyRun | None) -> AuditVerifyRun | None:
    return AuditVerifyRun(at=found.at, faults=found.faults, whole=found.whole) if found is not None else None


@cache
def _served() -> Mapping[str, int]:
    """Return the version of each view that this program serves."""
    return {view.name: view.version for view in find_views()}


def _view_check(found: ViewCheckSeen) -> AuditViewCheck:
    return AuditViewCheck(view=found.view, at=found.at, equal=found.equal, version=found.version)


def _checkpoint(found: CheckpointSeen | None) -> Checkpoint | None:
    if found is None:
        return None
    return Checkpoint(id=strawberry.ID(found.id), on=found.on, note=found.note)


def _complete(found: VerificationSeen) -> LocalText:
    if found.checkpoint is None:
        return LocalText(nl="Volledig op het woord van de beheerder.", en="Complete on the operator's word.")
    return LocalText(
        nl=f"Volledig volgens het controlepunt van {found.checkpoint.on}.",
        en=f"Complete by the checkpoint of {found.checkpoint.on}.",
    )
