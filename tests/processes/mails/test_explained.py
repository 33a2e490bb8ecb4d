"""Each notice ends with the page that explains it, in the language of its reader."""

from datetime import date

import pytest

from events.privacy.notices import NoticeKind
from processes.mails.notice_wording import NoticeFacts, notice_text
from processes.mails.notices import EXPLAINED, page_of
from rules.kinds import ItemKind, Language
from tests.explained import HERE, title_at

ABOUT_RELEASES = {NoticeKind.RELEASE_OUT, NoticeKind.RELEASE_HELD}


def test_every_notice_to_colleagues_and_to_hr_is_explained() -> None:
    assert set(NoticeKind) - set(EXPLAINED) == {NoticeKind.CHECKPOINT}, "says itself what it is for"


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", EXPLAINED)
def test_a_notice_ends_with_a_page_that_is_served(kind: NoticeKind, language: Language) -> None:
    facts = NoticeFacts(
        name="Fenna",
        on=date(2026, 11, 24),
        link=HERE,
        explained=page_of(kind, language, public_url=HERE),
        language=language,
        item=ItemKind.TALENT,
        audience=("Team Kade",),
    )
    *_, words, address = notice_text(kind, facts).body.rstrip().splitlines()
    assert words.endswith(":")
    assert address.endswith({Language.NL: "#in-het-nederlands", Language.EN: "#in-english"}[language])
    about = "What the organisation is good at"
    staff = "Your portfolio and the organisation: three questions"
    assert title_at(address) == (about if kind in ABOUT_RELEASES else staff)
