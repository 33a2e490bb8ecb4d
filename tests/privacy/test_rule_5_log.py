"""
Privacy rule 5 on a real log and vault: rounds closed by two closers at once, of whom one comes too late.

The commit that was refused stays on the log, and the attacker compares it. `IPP_TEST_CLOSINGS_ON_LOG` is the
number of rounds.
"""

import os
import random
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from eventsourcing.persistence import StoredEvent

from events.catalog.lenses import LensDrafted, LensPublished
from events.log.port import LogAppender, LogRecord
from events.log.record import Commit, unframe
from events.privacy.answers import info_of, seal_answers
from events.streams import Stream, command_key
from rules.commands import CommandResult
from rules.feedback.answers import HandedIn, fill_up, read_handed_in
from rules.feedback.questions import LensForm, Perspective
from services.contexts.lenses.commands import lens_stream
from services.feedback.keeper import HandIn
from tests.backends.postgres import fresh_database
from tests.events.log.harness import LogUnderTest, unique_name
from tests.privacy.attack.attacker import puzzles
from tests.privacy.attack.evidence import Evidence, Invited, Played, Request, Said
from tests.privacy.attack.guessing import Scores
from tests.privacy.attack.leaks import Leak, RowOrder
from tests.privacy.attack.simulation import answers_of
from tests.privacy.attack.small_rounds import QUESTIONS
from tests.processes.closing.house import ClosingHouse, OneRound, opened_house
from tests.processes.keeper.rounds import new

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(7_200)]
CLOSINGS = int(os.environ.get("IPP_TEST_CLOSINGS_ON_LOG", "14"))
PEER = Perspective.PEER


@pytest.fixture(scope="module")
def house(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClosingHouse]:
    folder: Path = tmp_path_factory.mktemp("keeper")
    with fresh_database(postgres_url) as url:
        log = LogUnderTest(url=url, name=unique_name(), partitions=3)
        log.create()
        with log.folding(), opened_house(url, log, folder) as bare:
            house = replace(bare, lens=new())
            house.put(
                lens_stream(house.organisation, house.lens),
                LensDrafted(number=1, nl="Lens", en="Lens", questions=QUESTIONS),
                LensPublished(number=1),
            )
            yield house
        log.drop()


class TooLate:
    """An appender that sends nothing before another closer is done."""

    blocks = True

    def __init__(self, appender: LogAppender, house: ClosingHouse) -> None:
        self._appender, self._house = appender, house

    def append(self, partition: int, record: bytes) -> "Future[int]":
        self._house.closer().turn()
        return self._appender.append(partition, record)

    def close(self) -> None:
        self._appender.close()


def played(house: ClosingHouse, chance: random.Random, leak: Leak) -> Played:
    one = house.opened({PEER: 7})
    start = len(house.inbox.values)
    evidence, last = begun(house, one), {}
    for invited in chance.sample(evidence.invited, chance.randint(4, 7)):
        house.clock.advance(timedelta(minutes=chance.randint(1, 300)))
        last[invited.invitation.invitation] = hands_in(house, evidence, invited, chance)
    slots = {asked.invitation: slot_of(evidence, asked.invitation) for asked in evidence.requests}
    arrivals = {slots[asked.invitation]: asked.at for asked in evidence.requests}
    house.begin_closing(one)
    with leak.making_mirrors(arrivals):
        closed_by_two(house)
    mirror_key = house.mirror_keys.key_of(one.round)
    assert mirror_key is not None
    evidence.attempts = attempts_of(house, one)
    evidence.mirror_keys = [mirror_key] * len(evidence.attempts)
    evidence.attempted_at = [house.clock.now()] * len(evidence.attempts)
    evidence.inbox = house.inbox.records(start)
    return Played(evidence=evidence, said={name: Said(answers=said(one)) for name, one in last.items()})


def begun(house: ClosingHouse, one: OneRound) -> Evidence:
    invitations = house.invitations.of_round(one.round)
    return Evidence(
        round=one.round,
        subject=one.subject,
        questions=QUESTIONS,
        person_key=house.vault.key_of(one.subject),
        invited=[Invited(invitation=kept.invitation, code=kept.code) for kept in invitations],
        mails={kept.invitation.invitation: [b"the same"] for kept in invitations},
    )


def slot_of(evidence: Evidence, invitation: str) -> str:
    return next(o.invitation.slot for o in evidence.invited if o.invitation.invitation == invitation)


def hands_in(house: ClosingHouse, evidence: Evidence, one: Invited, chance: random.Random) -> HandedIn:
    invitation, command_id = one.invitation, new()
    handed_in = answers_of(chance, invitation.perspective)
    info = info_of(invitation.round, invitation.perspective)
    key = house.keeper.make_key(invitation.round)
    sealed = seal_answers(key.public_key, info, fill_up(handed_in))
    command = command_key(invitation.invitation, command_id)
    outcome = house.keeper.hand_in(
        HandIn(round=invitation.round, slot=invitation.slot, command=command, sealed=sealed)
    )
    assert outcome == "KEPT"
    evidence.requests.append(
        Request(
            at=house.clock.now(),
            invitation=invitation.invitation,
            command_id=command_id,
            content_bytes=len(sealed),
            reply=msgspec.json.encode(CommandResult(command_id="", outcome="ACCEPTED")),
        )
    )
    return handed_in


def said(handed_in: HandedIn) -> Any:
    return read_handed_in(fill_up(handed_in), questions=QUESTIONS, form=LensForm.STANDARD, perspective=PEER)


def closed_by_two(house: ClosingHouse) -> None:
    recorder = house.log.recorder(wrap=lambda appender: TooLate(appender, house))
    assert house.closer(lambda parts: replace(parts, recorder=recorder)).turn() == ()
    house.log.recorders.remove(recorder)
    recorder.writer.close()
    recorder.datastore.close()


def attempts_of(house: ClosingHouse, one: OneRound) -> list[list[StoredEvent]]:
    """Return what each commit with rows of the round has, accepted or not, in the order of the log."""
    rows = Stream("submission", one.subject, one.round).name
    return [
        [StoredEvent(w.stream, w.version, w.topic, w.state) for w in commit.writes]
        for record in records_of(house.log)
        for commit in unframe(record.value).entries
        if isinstance(commit, Commit) and any(write.stream == rows for write in commit.writes)
    ]


def records_of(log: LogUnderTest) -> list[LogRecord]:
    reader = log.reader()
    found: list[LogRecord] = []
    after = dict.fromkeys(range(log.partitions), 0)
    try:
        while records := reader.read(after, timeout_s=0):
            found += records
            after |= {record.partition: record.offset + 1 for record in records}
    finally:
        reader.close()
    return found


def beyond(house: ClosingHouse, *, leak: Leak, seed: int) -> dict[str, int]:
    chance = random.Random(seed)  # noqa: S311 - what people answer
    scores = Scores()
    for _ in range(CLOSINGS):
        one = played(house, chance, leak)
        attempts = one.evidence.attempts
        assert len(attempts) == 2, "the one that came too late is on the log as well"
        assert attempts[0] == attempts[1]
        for kind, puzzle in puzzles(one, chance):
            if kind == "rows":
                scores.add(puzzle, chance)
    return scores.beyond(strategies=len(scores.right))


def test_rule_5_on_a_real_log_no_strategy_finds_the_writer_and_two_closers_write_the_same(
    house: ClosingHouse,
) -> None:
    seen = beyond(house, leak=Leak(), seed=1)
    if seen:  # as in test_rule_5_attacker
        assert seen.keys() & beyond(house, leak=Leak(), seed=2).keys() == set()


def test_rule_5_on_a_real_log_an_order_of_rows_that_follows_handing_in_is_found(house: ClosingHouse) -> None:
    assert "most place ~ most first moment" in beyond(house, leak=RowOrder(), seed=3)
