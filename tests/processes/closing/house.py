"""Rounds on a real log and a real vault, a keeper, and closers that can be made to crash at any step."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from eventsourcing.persistence import EventStore

from events.catalog.lenses import LensDrafted, LensPublished
from events.catalog.registry import Event
from events.catalog.rounds import (
    RaterInvited,
    RoundCancelled,
    RoundClosing,
    RoundOpened,
    RoundPrepared,
    SelfMirrorFilled,
)
from events.codec import EventMapper, Recorded
from events.log.recorder import LogRecorder
from events.privacy.invitations import Invitations, Invitee, NewInvitation
from events.privacy.mirror_keys import MirrorKeys
from events.privacy.vault import Vault
from events.streams import Stream
from kit.clock import Calendar, FixedClock
from kit.secrets import MasterKey
from processes.closing.closer import Closer, Parts
from processes.keeper.keeper import LocalKeeper
from rules.feedback.answers import Answer
from rules.feedback.questions import Perspective
from services.contexts.lenses.commands import lens_stream
from services.handling.loading import events_of
from tests.events.log.harness import LogUnderTest
from tests.events.log.inbox.memory import MemoryLog
from tests.processes.keeper.rounds import FLOORS, OPEN, PICK, RARE, SCALE, Rater, new, running

ZONE: Final = ZoneInfo("Europe/Amsterdam")
NOW: Final = datetime(2026, 11, 30, 12, tzinfo=UTC)
MASTER: Final = MasterKey(key=bytes(range(32)))


class CrashError(BaseException):
    """The process ends here. It is no Exception, so nothing that goes on after errors catches it."""


@dataclass
class CrashPlan:
    """Crashes at one of the calls that change something, before or after it is done."""

    at: int
    after: bool
    calls: int = 0

    def wrap(self, port: Any, *names: str) -> Any:
        return _Crashing(port, names, self)


class _Crashing:
    def __init__(self, port: Any, names: tuple[str, ...], plan: CrashPlan) -> None:
        self._port, self._names, self._plan = port, names, plan

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if name not in self._names:
            return found

        def called(*args: Any, **kwargs: Any) -> Any:
            plan = self._plan
            number, plan.calls = plan.calls, plan.calls + 1
            if number == plan.at and not plan.after:
                raise CrashError
            result = found(*args, **kwargs)
            if number == plan.at:
                raise CrashError
            return result

        return called


@dataclass(frozen=True)
class OneRound:
    """A round that is closing, or at `events` before it."""

    subject: str
    round: str
    raters: tuple[Rater, ...]


@dataclass
class ClosingHouse:
    log: LogUnderTest
    inbox: MemoryLog
    vault: Vault
    invitations: Invitations
    mirror_keys: MirrorKeys
    keeper: LocalKeeper
    folder: Path
    clock: FixedClock
    organisation: str
    lens: str

    @property
    def mapper(self) -> EventMapper:
        return EventMapper(self.vault)

    @property
    def recorder(self) -> LogRecorder:
        return self.log.recorders[0]

    def parts(self) -> Parts:
        return Parts(
            recorder=self.recorder,
            mapper=self.mapper,
            vault=self.vault,
            invitations=self.invitations,
            mirror_keys=self.mirror_keys,
            keeper=self.keeper,
            calendar=Calendar(clock=self.clock, zone=ZONE),
        )

    def closer(self, change: Callable[[Parts], Parts] = lambda parts: parts) -> Closer:
        return Closer(change(self.parts()))

    def crashing(self, plan: CrashPlan) -> Closer:
        return self.closer(
            lambda parts: replace(
                parts,
                recorder=plan.wrap(parts.recorder, "append"),
                keeper=plan.wrap(parts.keeper, "close", "destroy"),
                mirror_keys=plan.wrap(parts.mirror_keys, "keep"),
                invitations=plan.wrap(parts.invitations, "forget"),
            )
        )

    def events(self, stream: str) -> list[Recorded]:
        store: EventStore[str] = EventStore(self.mapper, self.recorder)
        return list(events_of(store, stream))

    def of_round(self, one: OneRound) -> list[Recorded]:
        return self.events(Stream("round", one.subject).name)

    def rows(self, one: OneRound) -> list[Recorded]:
        return self.events(Stream("submission", one.subject, one.round).name)

    def put(self, stream: str, *events: Event) -> None:
        version = len(self.events(stream))
        self.recorder.append(
            [
                self.mapper.to_stored_event(
                    Recorded(
                        stream=stream, version=version + number, event=event, at=self.clock.now(), by="t" * 32
                    )
                )
                for number, event in enumerate(events, start=1)
            ]
        )

    def opened(self, perspectives: dict[Perspective, int]) -> OneRound:
        """Open a round of a new person with these invited."""
        subject, round_ = self.vault.person_for_or_new(new()), new()
        invited = []
        raters = []
        for perspective, people in perspectives.items():
            for _ in range(people):
                invitation = new()
                invitee = Invitee(name="Anna", email=f"{invitation}@example.org")
                self.invitations.keep(
                    NewInvitation(
                        invitation=invitation,
                        round=round_,
                        subject=subject,
                        perspective=perspective,
                        on=date(2026, 11, 24),
                        invitee=invitee,
                    ),
                    asked_max=8,
                )
                (kept,) = (
                    one for one in self.invitations.of_rounds([round_]) if one.invitation == invitation
                )
                invited.append(RaterInvited(round=round_, invitation=invitation, perspective=perspective))
                raters.append(Rater(round_, perspective, slot=kept.slot))
        key = self.keeper.make_key(round_)
        closes_at = NOW + timedelta(days=14)
        self.put(
            Stream("round", subject).name,
            RoundPrepared(round=round_, lens=self.lens, lens_number=1, closes_at=closes_at),
            *invited,
            SelfMirrorFilled(round=round_, answers=(Answer(question=SCALE.question, scale=2),)),
            RoundOpened(
                round=round_,
                on=date(2026, 11, 24),
                policy="p" * 32,
                promise_version=1,
                floors=FLOORS,
                closes_at=closes_at,
                inbox=key.inbox,
                public_key=key.public_key,
            ),
        )
        return OneRound(subject, round_, tuple(raters))

    def begin_closing(self, one: OneRound) -> None:
        self.put(Stream("round", one.subject).name, RoundClosing(round=one.round, by_date=True))

    def cancel(self, one: OneRound) -> None:
        self.put(Stream("round", one.subject).name, RoundCancelled(round=one.round))

    def has_key(self, one: OneRound) -> bool:
        return (self.folder / f"{one.round}.key").exists()


@contextmanager
def opened_house(database: str, log: LogUnderTest, folder: Path) -> Iterator[ClosingHouse]:
    log.recorder()
    vault, invitations = Vault(database, MASTER), Invitations(database, MASTER)
    mirror_keys = MirrorKeys(database, MASTER)
    vault.create_tables()
    inbox, clock, lens = MemoryLog(), FixedClock(NOW), new()
    with running(folder, inbox, clock) as keeper:
        house = ClosingHouse(
            log=log,
            inbox=inbox,
            vault=vault,
            invitations=invitations,
            mirror_keys=mirror_keys,
            keeper=keeper,
            folder=folder,
            clock=clock,
            organisation=vault.organisation_or_new(),
            lens=lens,
        )
        house.put(
            lens_stream(house.organisation, lens),
            LensDrafted(number=1, nl="Lens", en="Lens", questions=(SCALE, RARE, PICK, OPEN)),
            LensPublished(number=1),
        )
        yield house
    mirror_keys.close()
    invitations.close()
    vault.close()
