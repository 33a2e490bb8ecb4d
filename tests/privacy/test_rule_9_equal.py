"""
Privacy rule 9: nothing that subject and raters get depends on who has answered (A10, A14).

Here below the gateway: all tables, what services answer, and the mails that a mail server took.
"""

from collections import Counter
from email.message import EmailMessage

import msgspec
import pytest

from rules.feedback.rater_code import shown
from tests.privacy.story import Story
from tests.privacy.tables import without_workers

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]


def test_rule_9_handing_in_replacing_and_taking_back_change_the_inbox_and_no_other_table(
    story: Story,
) -> None:
    before, after = (without_workers(story.tables[moment]) for moment in ("open", "answered"))
    changed = [table for table in before.keys() | after.keys() if before.get(table) != after.get(table)]
    assert changed == [f"public.{story.inbox_table}"]


def test_rule_9_the_subject_gets_the_same_bytes_before_and_after_answers(story: Story) -> None:
    assert len(story.polls["open"]) > len(story.raters), "a refusal about each rater is among them"
    assert story.polls["open"] == story.polls["answered"]


def test_rule_9_each_rater_is_shown_the_same_before_and_after_answers(story: Story) -> None:
    assert story.rater_pages["open"] == story.rater_pages["answered"]


def test_rule_9_every_hand_in_has_the_same_reply(story: Story) -> None:
    replies = {msgspec.structs.replace(reply, command_id="") for reply in story.replies}
    assert [(one.outcome, one.version, one.position) for one in replies] == [("ACCEPTED", None, None)]


def test_rule_9_mails_are_equal_for_all_but_for_name_and_code(story: Story) -> None:
    people = {one.invitee.email: one for one in story.raters if one.invitee.email}
    seen: dict[str, set[str]] = {}
    for mail in story.mails:
        address = next(email for email in people if email in str(mail["To"]))
        name, code = people[address].invitee.name, shown(people[address].code)
        seen.setdefault(kind_of(mail), set()).add(
            content_of(mail).replace(name, "NAME").replace(code, "CODE")
        )
    assert {kind: len(contents) for kind, contents in seen.items()} == {"invitation": 1, "reminder": 1}


def test_rule_9_everybody_with_an_address_gets_every_mail_whether_they_answered_or_not(story: Story) -> None:
    sent = Counter((str(mail["To"]).partition("<")[2].strip("<>"), kind_of(mail)) for mail in story.mails)
    addresses = {one.invitee.email for one in story.raters if one.invitee.email}
    assert sent == dict.fromkeys(((one, kind) for one in addresses for kind in ("invitation", "reminder")), 1)


def kind_of(mail: EmailMessage) -> str:
    return "reminder" if "erinnering" in str(mail["Subject"]) else "invitation"


def content_of(mail: EmailMessage) -> str:
    """Return the whole mail but for the Message-ID, which is another one for each."""
    headers = [f"{name}: {value}" for name, value in mail.items() if name not in {"Message-ID", "X-Peer"}]
    return "\n".join([*headers, mail.get_content()]).replace(str(mail["To"]), "TO")
