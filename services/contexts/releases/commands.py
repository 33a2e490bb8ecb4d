"""Commands on capability releases. Only a process sends them, and none says where in the log to cut."""

from datetime import date
from typing import ClassVar, Final

from typing_extensions import override

from events.streams import Stream
from kit.ids import derived_id
from rules.releases.model import ClusterRelease, CountBand, Held
from services.decisions.command import Command, DecisionContext

PART_BYTES_MAX: Final = 768 * 1024
"""The most of a release that goes into one commit; a record of the log holds 960 KiB."""


class ReleaseCommand(Command, frozen=True, kw_only=True):
    """
    A command on release number `epoch`, whose day is `on`.

    Its events have that day on the log, not the one on which they were appended: they have the same bytes
    from any process and at any time (privacy rule 17).
    """

    by_process: ClassVar[bool] = True

    epoch: int
    on: date

    @override
    def dated(self) -> date | None:
        return self.on

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (Stream("release", context.organisation).name,)

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return derived_id(context.organisation, "release", str(self.epoch))


class CutOffRelease(ReleaseCommand, frozen=True, kw_only=True):
    """
    Fix which events the next release counts: those accepted when this is decided.

    `new_layout` asks to lay the units out anew, on the tree of now.
    """

    weighs_releases: ClassVar[bool] = True

    new_layout: bool = False


class ReleaseCells(ReleaseCommand, frozen=True, kw_only=True):
    """Append a part of a release that does not fit one commit; PublishRelease makes it public."""

    clusters: tuple[ClusterRelease, ...]


class PublishRelease(ReleaseCommand, frozen=True, kw_only=True):
    """Make a release public. `clusters` are those that ReleaseCells did not append before."""

    clusters: tuple[ClusterRelease, ...]
    contributors: CountBand | None = None
    contributors_epoch: int | None = None


class HoldRelease(ReleaseCommand, frozen=True, kw_only=True):
    """Note that the release shows nothing new, and why."""

    reason: Held


AnyReleaseCommand = CutOffRelease | ReleaseCells | PublishRelease | HoldRelease
