"""Privacy rule 5 on real stores: the inbox, backups, and what can be read anywhere in clear."""

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from events.catalog.rounds import FeedbackSubmitted
from events.log.assembly import create_inbox, open_inbox
from events.log.config import LogConfig
from events.log.record import Commit, unframe
from events.privacy.answers import SEALED_BYTES, AnswersSealError, info_of, open_answers
from events.privacy.mirror_keys import MirrorKeys
from events.privacy.vault import Vault
from events.streams import Stream
from processes.keeper.inboxes import Inboxes
from processes.keeper.keeper import KeyGoneError, LocalKeeper
from processes.keeper.key_store import KeyStore
from rules.feedback.questions import Perspective
from rules.feedback.rater_code import caller_of, shown
from services.feedback.keeper import HandIn
from tests.backends.postgres import fresh_database
from tests.privacy.story import HIDDEN, OUTSIDERS, OVERWRITTEN, SHOWN, TAKEN_BACK, Story
from tests.privacy.tables import every_table, forms_of, restored, tables_with, values_of
from tests.processes.keeper.rounds import terms

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]
VALUE_BYTES_MAX = 4_096
"""Longer values are answers as they were sealed, and records that hold them."""


def commits(story: Story, moment: str) -> list[tuple[dict[str, Any], Commit]]:
    rows = story.tables[moment][f"public.{story.inbox_table}"]
    return [
        (row, entry)
        for row in sorted(rows, key=lambda row: row["record_offset"])
        for entry in unframe(bytes(row["value"])).entries
        if isinstance(entry, Commit)
    ]


def test_rule_5_all_that_is_handed_in_has_one_size_one_day_and_no_writer(story: Story) -> None:
    answers = [(row, one) for row, one in commits(story, "closed") if one.writes]
    assert len(answers) == len(story.replies) == 8
    assert {len(write.state) for _, one in answers for write in one.writes} == {SEALED_BYTES}
    assert len({len(row["value"]) for row, _ in answers}) == 1
    assert {row["day"] for row in story.tables["closed"][f"public.{story.inbox_table}"]} == {0}
    assert {unframe(bytes(row["value"])).writer for row, _ in answers} == {""}
    assert {(one.fingerprint, one.answer) for _, one in answers} == {(b"", b"")}


def test_rule_5_rows_have_one_size_one_moment_and_one_cause(story: Story) -> None:
    house = story.house
    stream = Stream("submission", house.person(house.number), story.round).name
    rows = house.events(stream)
    assert len(rows) == len(story.raters)
    assert (
        len(
            {(len(one.event.row), one.at, one.by) for one in rows if isinstance(one.event, FeedbackSubmitted)}
        )
        == 1
    )
    stored = house.log.recorders[0].select_events(stream)
    assert len({len(one.state) for one in stored}) == 1


def test_rule_5_a_backup_from_the_middle_opens_no_answer(
    story: Story, postgres_url: str, tmp_path: Path
) -> None:
    house = story.house
    with fresh_database(postgres_url) as url:
        vault = Vault(url, house.vault._master)
        vault.create_tables()
        vault.close()
        config = LogConfig(
            name=story.inbox_table.removesuffix("_records"),
            partitions=1,
            database_url=url,
            append_timeout_s=8,
        )
        create_inbox(config)
        create_inbox(replace(config, name=house.log.name))
        restored(story.backup, url)
        inboxes = Inboxes(config_of=lambda _: config, create=create_inbox, open_inbox=open_inbox)
        keeper = LocalKeeper(keys=KeyStore(tmp_path), inboxes=inboxes, calendar=house.calendar)
        asked = terms(story.round, {Perspective.PEER: 6, Perspective.CLIENT: 2})
        with pytest.raises(KeyGoneError):
            keeper.close(asked)
        rater = story.raters[0].invitation
        sealed = bytes(SEALED_BYTES)
        handed_in = HandIn(round=story.round, slot=rater.slot, command=bytes(32), sealed=sealed)
        assert keeper.hand_in(handed_in) == "OVER"
        inboxes.close()
        assert keys_that_open(story, every_table(url), url) == []


def keys_that_open(story: Story, rows: Any, url: str) -> list[bytes]:
    """Return the round's key, of each 32 bytes in any table and of what the vault opens, if it is there."""
    house = story.house
    _, one = commits(story, "answered")[0]
    sealed = one.writes[0].state
    public_key = house.round(story.round).public_key
    assert public_key is not None
    x = public_key[1:33]
    vault, mirror_keys = Vault(url, house.vault._master), MirrorKeys(url, house.vault._master)
    opened = list(vault.keys_of(row["subject"] for row in rows["public.vault_keys"]).values())
    assert opened
    assert mirror_keys.key_of(story.round) is None
    vault.close()
    mirror_keys.close()
    values = [value for found in rows.values() for row in found for value in values_of(row)]
    short = {value for value in values if 32 <= len(value) <= VALUE_BYTES_MAX}
    tried = {value[at : at + 32] for value in short for at in range(len(value) - 31)} | set(opened)
    assert len(tried) > 1_000
    fitting = [key for key in tried if x_of(key) == x]
    for key in opened:
        with pytest.raises(AnswersSealError):
            open_answers(key, info_of(story.round, Perspective.PEER), sealed)
    return fitting


def x_of(key: bytes) -> bytes:
    """Return the first half of the public point of a number; nothing if it is no private key."""
    try:
        private = ec.derive_private_key(int.from_bytes(key), ec.SECP256R1())
    except ValueError:
        return b""
    return private.public_key().public_numbers().x.to_bytes(32)


def credentials(story: Story) -> list[str]:
    return [form for one in story.raters for form in (one.code, shown(one.code))]


def test_rule_5_no_code_name_or_answer_is_in_clear_in_any_table_or_record(story: Story) -> None:
    people = [*OUTSIDERS, *(email for email in OUTSIDERS.values() if email)]
    answers = [HIDDEN, OVERWRITTEN, TAKEN_BACK]
    for moment, rows in story.tables.items():
        for word in (*credentials(story), *people, *answers):
            assert tables_with(word, rows) == set(), moment
        mirrors = {table for text in SHOWN for table in tables_with(text, rows)}
        assert all(table.startswith("views.") for table in mirrors), moment
        assert bool(mirrors) == (moment == "closed"), "only the mirror's view has them, after closing"


def test_rule_5_a_slot_is_in_the_vault_and_in_the_inbox_and_nowhere_else(story: Story) -> None:
    allowed = {"public.vault_invitations", f"public.{story.inbox_table}"}
    for rows in story.tables.values():
        assert {table for one in story.raters for table in tables_with(one.invitation.slot, rows)} <= allowed


def test_rule_5_no_event_has_what_a_rater_alone_knows_even_when_it_is_opened(story: Story) -> None:
    house = story.house
    streams = {row["originator_id"] for row in story.tables["closed"][f"public.{house.log.name}_events"]}
    opened = "\n".join(str(recorded) for stream in streams for recorded in house.events(stream))
    slots = [one.invitation.slot for one in story.raters]
    hidden = [*credentials(story), *slots, *OUTSIDERS, HIDDEN, OVERWRITTEN, TAKEN_BACK]
    assert [word for word in hidden if word in opened] == []
    assert all(text in opened for text in SHOWN), "the mirror was opened"


def test_rule_5_no_log_line_or_metric_names_anything_of_a_round(story: Story) -> None:
    said = "\n".join(story.log_lines).encode() + story.metrics
    invitations = [word for one in story.raters for word in (one.invitation.invitation, one.invitation.slot)]
    callers = [caller_of(one.code) for one in story.raters]
    people = [*OUTSIDERS, *(email for email in OUTSIDERS.values() if email)]
    answers = [*SHOWN, HIDDEN, OVERWRITTEN, TAKEN_BACK]
    words = [*credentials(story), *invitations, *callers, *people, *answers, story.round]
    assert [word for word in words for form in forms_of(word) if form in said] == []
    assert b"ipp_hand_ins_total" in said


def test_rule_5_nothing_of_raters_is_left_in_the_vault_but_how_often_they_were_asked(story: Story) -> None:
    rows = story.tables["closed"]
    assert rows["public.vault_invitations"] == rows["public.vault_mails"] == []
    assert len(rows["public.vault_asked"]) == 7, "who has no address can't be told from others"
    assert list(story.folder.glob("*.key")) == []


@pytest.mark.parametrize("before", range(4))
def test_the_search_finds_a_word_in_every_form(before: int) -> None:
    hidden = b"x" * before + HIDDEN.encode() + b"x"
    for value in (hidden, hidden.hex().encode(), base64.b64encode(hidden)):
        assert tables_with(HIDDEN, {"a.table": [{"value": value}]}) == {"a.table"}
