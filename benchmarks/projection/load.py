"""The events that are folded: a year of each portfolio, sealed, as commits in records of a log."""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from eventsourcing.persistence import StoredEvent

from events.catalog.employment import ProfessionalRegistered
from events.catalog.portfolio.life import PortfolioOpened
from events.catalog.portfolio.talents import TalentClaimed, TalentRevised
from events.catalog.registry import Event
from events.codec import EventMapper, Recorded
from events.log.record import ZERO_PARENT, Commit, Write, digest_of, encode_entry, frame, unframe
from events.streams import Stream
from kit.ids import new_id
from rules.kinds import Language
from tests.events.log.harness import LogUnderTest

JOINED: Final = 10
COMMITS_PER_RECORD: Final = 100
"""As group commit makes them under load."""
COMMITS_AT_ONCE: Final = 20 * COMMITS_PER_RECORD
"""More would wait in the client for longer than it waits for an acknowledgement."""
MOMENT: Final = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def events_of(count: int) -> Iterator[tuple[str, Event]]:
    """One year of a portfolio: registered, opened, then talents claimed and revised."""
    yield "employment", ProfessionalRegistered(name="Fatima de Vries", email="f.devries@example.org")
    yield "portfolio", PortfolioOpened(language=Language.NL)
    talents = [new_id() for _ in range(10)]
    for number in range(count - 2):
        talent, story = talents[number % 10], "Ik zie wat er onder een vraag ligt, en wacht." * 2
        if number < len(talents):
            yield (
                "portfolio",
                TalentClaimed(
                    talent=talent, name=f"talent {number}", strength=4, energy=2, use=1, story=story
                ),
            )
        else:
            yield "portfolio", TalentRevised(talent=talent, strength=3, energy=-1, use=2, story=story)


def commits_of(mapper: EventMapper, person: str, count: int) -> Iterator[Commit]:
    """Each event its own commit, as most commands are."""
    heads: dict[str, tuple[int, bytes]] = {}
    for category, event in events_of(count):
        stream = Stream(category, person).name
        before, parent = heads.get(stream, (0, ZERO_PARENT))
        recorded = Recorded(stream=stream, version=before + 1, event=event, at=MOMENT, by=person)
        stored: StoredEvent = mapper.to_stored_event(recorded)
        heads[stream] = (before + 1, digest_of(parent, stream, before + 1, stored.topic, stored.state))
        write = Write(stream, before + 1, parent, stored.topic, stored.state)
        yield Commit(person, uuid.uuid4().bytes * 2, uuid.uuid4().bytes, (write,))


def joined(commits: Sequence[Commit]) -> list[Commit]:
    """Join each person's events to commits of JOINED events, as a feed or an import makes them."""
    by_person: defaultdict[str, list[Write]] = defaultdict(list)
    for commit in commits:
        by_person[commit.subject] += commit.writes
    return [
        Commit(person, uuid.uuid4().bytes * 2, uuid.uuid4().bytes, tuple(writes[start : start + JOINED]))
        for person, writes in by_person.items()
        for start in range(0, len(writes), JOINED)
    ]


def fill(log: LogUnderTest, commits: Sequence[Commit]) -> None:
    """Append commits to a log that was just made, many to a record."""
    reader, appender = log.reader(), log.appender()
    genesis = reader.record_at(0, 0)
    assert genesis is not None  # noqa: S101 - the log was just made
    generation = unframe(genesis.value).generation
    for begun in range(0, len(commits), COMMITS_AT_ONCE):
        some = commits[begun : begun + COMMITS_AT_ONCE]
        sent = [
            appender.append(
                0, frame(generation, "", [encode_entry(c) for c in some[at : at + COMMITS_PER_RECORD]])
            )
            for at in range(0, len(some), COMMITS_PER_RECORD)
        ]
        for future in sent:
            future.result(60)
    appender.close()
    reader.close()
