"""What an inbox does on every adapter: keep on the log's word, replace, close once, and say nothing more."""

import os
import threading
import uuid
from collections.abc import Callable

from events.log import assembly
from events.log.config import LogConfig
from events.log.inbox.fold import SLOT_VERSIONS_MAX
from events.log.inbox.inbox import HandedIn, Inbox
from events.log.port import LogRecord
from events.log.record import unframe

OpenInbox = Callable[[], Inbox]
SEALED_BYTES = 8_273


def new() -> str:
    return uuid.uuid4().hex


def sealed() -> bytes:
    return os.urandom(SEALED_BYTES)


def records_of(config: LogConfig) -> list[LogRecord]:
    reader, found = assembly.open_reader(config), list[LogRecord]()
    while more := reader.read({0: len(found)}, timeout_s=0.5):
        found += more
    reader.close()
    return found


def test_what_is_kept_last_is_what_counts(opened: OpenInbox) -> None:
    inbox, round_, slots = opened(), new(), [new(), new()]
    given = {slot: [sealed() for _ in range(3)] for slot in slots}
    for number in range(3):
        for slot in slots:
            kept = inbox.hand_in(round_, slot, command=os.urandom(32), sealed=given[slot][number])
            assert kept is HandedIn.KEPT
    closed = inbox.close_round(round_, terms=b"terms")
    assert inbox.answers_of(round_, closed) == {slot: given[slot][-1] for slot in slots}
    assert {kept.version for kept in closed.kept.values()} == {3}


def test_a_command_that_is_sent_again_is_kept_once(opened: OpenInbox) -> None:
    one, other, round_, slot, command = opened(), opened(), new(), new(), os.urandom(32)
    first = sealed()
    assert one.hand_in(round_, slot, command=command, sealed=first) is HandedIn.KEPT
    assert one.hand_in(round_, slot, command=command, sealed=sealed()) is HandedIn.KEPT
    assert other.hand_in(round_, slot, command=command, sealed=sealed()) is HandedIn.KEPT
    assert one.result_of(round_, command) is HandedIn.KEPT
    assert one.result_of(round_, os.urandom(32)) is None
    assert one.answers_of(round_, one.close_round(round_, terms=b"")) == {slot: first}


def test_a_late_answer_is_over_for_every_keeper(opened: OpenInbox, config: LogConfig) -> None:
    one, other, round_, slot = opened(), opened(), new(), new()
    assert one.hand_in(round_, slot, command=os.urandom(32), sealed=sealed()) is HandedIn.KEPT
    closed = one.close_round(round_, terms=b"first")
    assert other.close_round(round_, terms=b"second") == closed, "the first one counts"
    for inbox in (one, other, opened()):
        command = os.urandom(32)
        assert inbox.hand_in(round_, slot, command=command, sealed=sealed()) is HandedIn.OVER
        assert inbox.result_of(round_, command) is HandedIn.OVER
        assert inbox.close_round(round_, terms=b"third") == closed


def test_another_round_goes_on_after_one_is_closed(opened: OpenInbox) -> None:
    inbox, closed, other = opened(), new(), new()
    inbox.close_round(closed, terms=b"")
    assert inbox.hand_in(other, new(), command=os.urandom(32), sealed=sealed()) is HandedIn.KEPT


def test_a_slot_takes_so_many_versions_and_no_more(opened: OpenInbox, config: LogConfig) -> None:
    inbox, round_, slot = opened(), new(), new()
    for _ in range(SLOT_VERSIONS_MAX):
        assert inbox.hand_in(round_, slot, command=os.urandom(32), sealed=b"x") is HandedIn.KEPT
    length = len(records_of(config))
    assert inbox.hand_in(round_, slot, command=os.urandom(32), sealed=b"x") is HandedIn.LIMIT_REACHED
    assert inbox.hand_in(round_, new(), command=os.urandom(32), sealed=b"x") is HandedIn.KEPT
    assert len(records_of(config)) == length + 1, "nothing was sent for the full slot"


def test_all_that_is_handed_in_looks_alike_on_the_log(opened: OpenInbox, config: LogConfig) -> None:
    inbox, round_, slots = opened(), new(), [new() for _ in range(3)]
    for slot in slots * 4:
        assert inbox.hand_in(round_, slot, command=os.urandom(32), sealed=sealed()) is HandedIn.KEPT
    inbox.close_round(round_, terms=b"")
    genesis, *handed_in, _last = records_of(config)
    assert len(handed_in) == 12
    assert len({len(record.value) for record in handed_in}) == 1, "one size"
    assert {record.day for record in (genesis, *handed_in)} == {0}, "one time"
    frames = [unframe(record.value) for record in handed_in]
    assert {len(frame.entries) for frame in frames} == {1}, "one commit in a record"
    assert {frame.writer for frame in frames} == {""}


def test_keepers_that_race_for_one_slot_are_put_in_order_by_the_log(opened: OpenInbox) -> None:
    inboxes, round_, slot = [opened(), opened()], new(), new()
    ended: list[HandedIn] = []

    def give(inbox: Inbox) -> None:
        ended.extend(inbox.hand_in(round_, slot, command=os.urandom(32), sealed=sealed()) for _ in range(10))

    threads = [threading.Thread(target=give, args=(inbox,)) for inbox in inboxes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == [HandedIn.KEPT] * 20
    closings = [inbox.close_round(round_, terms=b"") for inbox in inboxes]
    assert closings[0] == closings[1]
    assert closings[0].kept[slot].version == 20


def test_a_restarted_keeper_knows_what_the_log_knows(opened: OpenInbox) -> None:
    before, round_, slot, command = opened(), new(), new(), os.urandom(32)
    assert before.hand_in(round_, slot, command=command, sealed=sealed()) is HandedIn.KEPT
    before.close()
    after = opened()
    assert after.result_of(round_, command) is HandedIn.KEPT
    assert after.hand_in(round_, slot, command=os.urandom(32), sealed=sealed()) is HandedIn.KEPT
    assert after.close_round(round_, terms=b"").kept[slot].version == 2


def test_a_forgotten_round_stays_closed(opened: OpenInbox) -> None:
    inbox, round_, slot, command = opened(), new(), new(), os.urandom(32)
    inbox.hand_in(round_, slot, command=command, sealed=sealed())
    inbox.close_round(round_, terms=b"")
    inbox.forget(round_)
    assert inbox.closed_rounds() == ()
    assert inbox.result_of(round_, command) is HandedIn.OVER
    assert inbox.hand_in(round_, slot, command=command, sealed=sealed()) is HandedIn.OVER
