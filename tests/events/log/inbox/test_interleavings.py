"""
Every order in which keepers and closers may act on one inbox: the log decides, and all learn the same.

An actor decides on what the log holds, its record arrives at any later moment or never, and it learns its
outcome at any moment after deciding. Taking back and replacing are answers too; extending writes nothing.
"""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from typing import NamedTuple

import pytest

from events.log.acceptance import Outcome
from events.log.inbox.fold import Closed, InboxFold, closing_commit
from events.log.inbox.inbox import HandedIn
from events.log.record import encode_entry, frame
from tests.events.log.inbox.memory import GENERATION, MemoryLog

ROUND, SLOT, OTHER_SLOT = "a" * 32, "b" * 32, "c" * 32
NOT_LEARNED = "not learned"


class Actor(NamedTuple):
    """Hands in under a command, or without one closes with these terms."""

    name: str
    command: str = ""
    slot: str = SLOT

    @property
    def command_key(self) -> bytes:
        return sha256(self.command.encode()).digest()

    def commit_id(self) -> bytes:
        return sha256(self.name.encode()).digest()[:16]


class Progress(NamedTuple):
    """`record` is what was decided, b"" when there was nothing to send."""

    record: bytes | None = None
    arrived: bool = False
    learned: object = NOT_LEARNED


class World(NamedTuple):
    log: tuple[bytes, ...]
    actors: tuple[Progress, ...]


@cache
def fold_of(values: tuple[bytes, ...]) -> tuple[InboxFold, dict[bytes, Outcome]]:
    """Return the fold of a log, and the first verdict on each commit."""
    log, fold = MemoryLog(), InboxFold()
    log.values += values
    verdicts: dict[bytes, Outcome] = {}
    for record in log.records(0):
        for commit, outcome in fold.fold(record).items():
            verdicts.setdefault(commit, outcome)
    return fold, verdicts


def decided(actor: Actor, log: tuple[bytes, ...]) -> Progress:
    fold, _ = fold_of(log)
    if not actor.command:
        if (closed := fold.closed(ROUND)) is not None:
            return Progress(b"", learned=closed)
        commit = closing_commit(ROUND, commit=actor.commit_id(), terms=actor.name.encode())
        return Progress(frame(GENERATION, "", [encode_entry(commit)]))
    if fold.was_accepted(ROUND, actor.command_key):
        return Progress(b"", learned=HandedIn.KEPT)
    if fold.is_closed(ROUND):
        return Progress(b"", learned=HandedIn.OVER)
    handed_in = fold.next_commit(
        ROUND, actor.slot, command=actor.command_key, commit=actor.commit_id(), sealed=actor.name.encode()
    )
    assert handed_in is not None
    return Progress(frame(GENERATION, "", [encode_entry(handed_in)]))


def learned(actor: Actor, log: tuple[bytes, ...]) -> object:
    fold, verdicts = fold_of(log)
    if not actor.command:
        return fold.closed(ROUND)
    match verdicts.get(actor.commit_id()):
        case Outcome.ACCEPTED | Outcome.REPEAT:
            return HandedIn.KEPT
        case Outcome.SUBJECT_CLOSED:
            return HandedIn.OVER
        case None:
            return HandedIn.UNSETTLED
        case other:
            return other


def steps(world: World, actors: tuple[Actor, ...]) -> Iterator[World]:
    for index, (actor, progress) in enumerate(zip(actors, world.actors, strict=True)):
        log = world.log
        if progress.record is None:
            changed = [(log, decided(actor, log))]
        else:
            changed = []
            if progress.record and not progress.arrived:
                changed.append(((*log, progress.record), progress._replace(arrived=True)))
            if progress.learned is NOT_LEARNED:
                changed.append((log, progress._replace(learned=learned(actor, log))))
        for new_log, new in changed:
            yield World(new_log, (*world.actors[:index], new, *world.actors[index + 1 :]))


def check(world: World, actors: tuple[Actor, ...]) -> None:
    fold, verdicts = fold_of(world.log)
    closed = fold.closed(ROUND)
    accepted = Counter(actor.command for actor in actors if actor.command and _won(actor, verdicts))
    assert all(times == 1 for times in accepted.values()), "a command happens once"
    for actor, progress in zip(actors, world.actors, strict=True):
        match progress.learned:
            case HandedIn.KEPT:
                assert accepted[actor.command] == 1
            case HandedIn.OVER:
                assert closed is not None
                assert accepted[actor.command] == 0
            case Closed() as seen:
                assert seen == closed, "all closers see one set"
            case Outcome() as refused:
                assert refused is Outcome.SUPERSEDED, "it tries again"
                assert verdicts[actor.commit_id()] is refused
            case _:
                assert progress.learned in {NOT_LEARNED, HandedIn.UNSETTLED, None}
    if closed is not None:
        versions = Counter(actor.slot for actor in actors if actor.command and _won(actor, verdicts))
        assert {slot: kept.version for slot, kept in closed.kept.items()} == dict(versions), (
            "all that was kept"
        )


def _won(actor: Actor, verdicts: dict[bytes, Outcome]) -> bool:
    return verdicts.get(actor.commit_id()) is Outcome.ACCEPTED


def explored(actors: tuple[Actor, ...]) -> int:
    """Check every state that can be reached; an actor that crashes is one that takes no further step."""
    begin = World((), (Progress(),) * len(actors))
    seen, ahead = {begin}, [begin]
    while ahead:
        world = ahead.pop()
        check(world, actors)
        for after in steps(world, actors):
            key = after._replace(actors=tuple(map(_comparable, after.actors)))
            if key not in seen:
                seen.add(key)
                ahead.append(after)
    return len(seen)


def _comparable(progress: Progress) -> Progress:
    match progress.learned:
        case Closed() as closed:
            return progress._replace(learned=(closed.terms, closed.digest))
        case _:
            return progress


SCENARIOS = {
    "a retry by another keeper, and two closers": (
        Actor("first", command="1"),
        Actor("retry", command="1"),
        Actor("closer"),
        Actor("other closer"),
    ),
    "a replacement, and two closers": (
        Actor("first", command="1"),
        Actor("replacement", command="2"),
        Actor("closer"),
        Actor("other closer"),
    ),
    "three answers in one slot, and a closer": (
        Actor("first", command="1"),
        Actor("replacement", command="2"),
        Actor("taken back", command="3"),
        Actor("closer"),
    ),
    "two raters, a retry, and a closer": (
        Actor("first", command="1"),
        Actor("retry", command="1"),
        Actor("other rater", command="2", slot=OTHER_SLOT),
        Actor("closer"),
    ),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_whatever_the_order_all_learn_what_the_log_says(name: str) -> None:
    assert explored(SCENARIOS[name]) > 1_000
