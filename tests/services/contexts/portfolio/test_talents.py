"""Commands on talents."""

import msgspec
import pytest

from events.catalog.employment import ProfessionalRegistered
from events.catalog.portfolio.life import PortfolioOpened
from events.catalog.portfolio.talents import TalentClaimed, TalentRevised, TalentSetAside
from rules.clusters import TermState
from rules.kinds import Language
from services.contexts.portfolio.life.commands import OpenPortfolio
from services.contexts.portfolio.talents.commands import (
    STORY_CHARS_MAX,
    TALENT_WORDS_CHARS_MAX,
    ClaimTalent,
    ReviseTalent,
    SetTalentAside,
    TalentName,
)
from services.contexts.portfolio.talents.decider import TALENTS_MAX
from services.decisions.command import DecisionContext, SharedTerm
from tests.spec import CONTEXT, NEW, given

REGISTERED = ProfessionalRegistered(name="Fenna Bakker", email="fenna@example.org")
OPENED = PortfolioOpened(language=Language.NL)
CALM = TalentClaimed(talent="calm", name="Rust brengen", strength=4, energy=2, use=1, story="Op straat.")
AT_WORK = (REGISTERED, OPENED)


def claim(
    words: str | None = "Rust brengen",
    *,
    term: str | None = None,
    strength: int = 4,
    energy: int = 2,
    use: int = 1,
) -> ClaimTalent:
    name = TalentName(own_words=words, term_id=term)
    return ClaimTalent(name=name, strength=strength, energy=energy, use=use)


def revise(
    talent: str = "calm", *, strength: int = 5, energy: int = 2, use: int = 1, story: str | None = None
) -> ReviseTalent:
    return ReviseTalent(talent_id=talent, strength=strength, energy=energy, use=use, story=story)


def test_who_works_here_opens_a_portfolio() -> None:
    given(REGISTERED).when(OpenPortfolio(language="NL")).then(PortfolioOpened(language=Language.NL))
    given(REGISTERED).when(OpenPortfolio(language="EN")).then(PortfolioOpened(language=Language.EN))


def test_who_is_not_registered_opens_none() -> None:
    given().when(OpenPortfolio(language="NL")).refused("WRONG_STATE")


def test_a_portfolio_is_opened_once() -> None:
    given(*AT_WORK).when(OpenPortfolio(language="EN")).refused("ALREADY_SO")


def test_a_talent_is_claimed_in_own_words_under_the_new_id() -> None:
    given(*AT_WORK).when(claim("  Rust   brengen ")).then(
        TalentClaimed(talent=NEW, name="Rust brengen", strength=4, energy=2, use=1, story=None)
    )


def test_an_empty_story_is_no_story() -> None:
    command = ClaimTalent(name=TalentName(own_words="Rust"), strength=1, energy=0, use=0, story="  ")
    given(*AT_WORK).when(command).then(TalentClaimed(talent=NEW, name="Rust", strength=1, energy=0, use=0))


def test_nothing_is_claimed_before_the_portfolio_is_open() -> None:
    given(REGISTERED).when(claim()).refused("WRONG_STATE")


@pytest.mark.parametrize("words", ["Rust brengen", "rust  BRENGEN", "\uff32ust brengen"])
def test_the_same_words_are_claimed_once_however_they_are_written(words: str) -> None:
    given(*AT_WORK, CALM).when(claim(words)).refused("ALREADY_SO", fields=["name.ownWords"])


def test_words_set_aside_may_be_claimed_again() -> None:
    again = TalentClaimed(talent=NEW, name="Rust brengen", strength=4, energy=2, use=1)
    given(*AT_WORK, CALM, TalentSetAside(talent="calm")).when(claim()).then(again)


def with_term(state: TermState = "ADOPTED", *, merged: frozenset[str] = frozenset()) -> DecisionContext:
    """The context of a decision, with the shared term `t`."""
    term = SharedTerm(term="t", nl="Kalm blijven", en="Staying calm", state=state, merged=merged)
    return msgspec.structs.replace(CONTEXT, terms={"t": term})


BY_TERM = TalentClaimed(
    talent=NEW, name="Kalm blijven", name_en="Staying calm", term="t", strength=4, energy=2, use=1
)


def test_a_talent_is_claimed_by_a_shared_word_and_keeps_how_it_read_then() -> None:
    given(*AT_WORK).when(claim(None, term="t"), with_term()).then(BY_TERM)
    assert claim(None, term="t").picked_terms() == ("t",)
    assert claim().picked_terms() == ()


def test_a_word_that_was_merged_is_claimed_as_the_one_it_reads_as() -> None:
    context = msgspec.structs.replace(CONTEXT, terms={"before": with_term().terms["t"]})
    given(*AT_WORK).when(claim(None, term="before"), context).then(BY_TERM)


def test_only_a_word_that_is_adopted_can_be_claimed() -> None:
    given(*AT_WORK).when(claim(None, term="calm")).refused("NOT_FOUND", fields=["name.termId"])
    for state in ("PROPOSED", "RETIRED"):
        given(*AT_WORK).when(claim(None, term="t"), with_term(state)).refused(
            "WRONG_STATE", fields=["name.termId"]
        )


def test_the_same_talent_is_not_claimed_twice_whatever_it_was_called_then() -> None:
    again = claim(None, term="t")
    given(*AT_WORK, BY_TERM).when(again, with_term()).refused("ALREADY_SO", fields=["name.termId"])
    other = msgspec.structs.replace(BY_TERM, term="before", name="Rustig blijven", name_en="Keeping quiet")
    given(*AT_WORK, other).when(again, with_term(merged=frozenset({"before"}))).refused("ALREADY_SO")
    given(*AT_WORK, other).when(again, with_term()).then(BY_TERM)
    for words in ("kalm  Blijven", "STAYING calm"):
        own = msgspec.structs.replace(CALM, name=words)
        given(*AT_WORK, own).when(again, with_term()).refused("ALREADY_SO")
    given(*AT_WORK, BY_TERM).when(claim("staying calm")).refused("ALREADY_SO", fields=["name.ownWords"])
    given(*AT_WORK, BY_TERM).when(claim("Kalm blijven")).refused("ALREADY_SO", fields=["name.ownWords"])
    given(*AT_WORK, BY_TERM, TalentSetAside(talent=NEW)).when(again, with_term()).then(BY_TERM)


def test_all_reasons_are_told_at_once() -> None:
    given(REGISTERED).when(claim(None, term="calm")).refused("WRONG_STATE", "NOT_FOUND")


def test_a_portfolio_has_a_limit_that_set_aside_talents_do_not_count_for() -> None:
    many = [
        TalentClaimed(talent=str(n), name=str(n), strength=1, energy=0, use=0) for n in range(TALENTS_MAX)
    ]
    given(*AT_WORK, *many).when(claim()).refused("LIMIT_REACHED")
    claimed = TalentClaimed(talent=NEW, name="Rust brengen", strength=4, energy=2, use=1)
    given(*AT_WORK, *many, TalentSetAside(talent="7")).when(claim()).then(claimed)


def test_a_talent_is_revised_as_a_whole() -> None:
    given(*AT_WORK, CALM).when(revise()).then(TalentRevised(talent="calm", strength=5, energy=2, use=1))
    given(*AT_WORK, CALM).when(revise(story="Nu thuis.")).then(
        TalentRevised(talent="calm", strength=5, energy=2, use=1, story="Nu thuis.")
    )


def test_a_revision_that_changes_nothing_is_refused() -> None:
    given(*AT_WORK, CALM).when(revise(strength=4, story="Op straat.")).refused("ALREADY_SO")
    changed = TalentRevised(talent="calm", strength=5, energy=2, use=1)
    given(*AT_WORK, CALM, changed).when(revise()).refused("ALREADY_SO")


def test_a_talent_set_aside_is_not_revised() -> None:
    given(*AT_WORK, CALM, TalentSetAside(talent="calm")).when(revise()).refused("WRONG_STATE")


def test_a_talent_is_set_aside_once() -> None:
    given(*AT_WORK, CALM).when(SetTalentAside(talent_id="calm")).then(TalentSetAside(talent="calm"))
    aside = given(*AT_WORK, CALM, TalentSetAside(talent="calm"))
    aside.when(SetTalentAside(talent_id="calm")).refused("ALREADY_SO")


def test_an_unknown_talent_is_not_found() -> None:
    for command in (revise("other"), SetTalentAside(talent_id="other")):
        given(*AT_WORK, CALM).when(command).refused("NOT_FOUND", fields=["talentId"])
        given(REGISTERED).when(command).refused("WRONG_STATE", "NOT_FOUND", fields=["", "talentId"])


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (claim(strength=0), ["strength"]),
        (claim(strength=6), ["strength"]),
        (claim(energy=-3), ["energy"]),
        (claim(energy=3), ["energy"]),
        (claim(use=-1), ["use"]),
        (claim(use=4), ["use"]),
        (claim(""), ["name.ownWords"]),
        (claim("x" * (TALENT_WORDS_CHARS_MAX + 1)), ["name.ownWords"]),
        (claim("a\nb"), ["name.ownWords"]),
        (claim("a\x00b"), ["name.ownWords"]),
        (claim(None), ["name"]),
        (claim("\u200b\u200b"), ["name.ownWords"]),
        (claim("\u2800\u3164"), ["name.ownWords"]),
        (claim("words", term="term"), ["name"]),
        (revise(strength=9, energy=-7, use=5), ["strength", "energy", "use"]),
        (revise(story="x" * (STORY_CHARS_MAX + 1)), ["story"]),
        (revise(story="a\x00b"), ["story"]),
    ],
)
def test_input_out_of_range_is_refused_field_by_field(
    command: ClaimTalent | ReviseTalent, fields: list[str]
) -> None:
    refusals = command.refusals()
    assert {refusal.code for refusal in refusals} == {"INVALID_INPUT"}
    assert [".".join(refusal.field) for refusal in refusals] == fields
    assert all(refusal.nl and refusal.en and refusal.nl != refusal.en for refusal in refusals)


def test_a_story_may_have_several_lines_and_every_number_of_its_range() -> None:
    assert revise(story="Eerst dit.\n\nDan dat.").refusals() == []
    for strength in range(1, 6):
        for energy in range(-2, 3):
            for use in range(4):
                assert revise(strength=strength, energy=energy, use=use).refusals() == []
