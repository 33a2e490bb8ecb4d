"""Commands on the catalogue of shared terms."""

import pytest

from events.catalog.catalogue import (
    TermAdopted,
    TermAligned,
    TermProposed,
    TermRetired,
    TermReworded,
    TermsMerged,
)
from services.contexts.catalogue.commands import (
    LABEL_CHARS_MAX,
    TERMS_MERGED_MAX,
    AdoptTerm,
    AlignTerm,
    Label,
    ListedTerm,
    LoadTerms,
    MergeTerms,
    ProposeTerm,
    RetireTerm,
    RewordTerm,
)
from services.contexts.catalogue.decider import PROPOSALS_MAX, TERMS_MAX, TERMS_OF_LISTS_MAX
from tests.spec import NEW, ORGANISATION, given

ESCO = "https://data.europa.eu/esco/skill/1f1d2ff8-c4c1-45b3-9812-e47aec84c1ac"
CALM = TermProposed(term="calm", nl="Kalm blijven", en="Staying calm", cluster="calm")
REST = TermProposed(term="rest", nl="Rust brengen", en="Bringing rest", cluster="calm")
BOTH = (CALM, TermAdopted(term="calm"), REST, TermAdopted(term="rest"))
MERGED = TermsMerged(terms=("rest",), into="calm")


def label(nl: str = "Doorvragen", en: str = "Asking further") -> Label:
    return Label(nl=nl, en=en)


def propose(nl: str = "Doorvragen", en: str = "Asking further", cluster: str = "making") -> ProposeTerm:
    return ProposeTerm(label=label(nl, en), cluster_id=cluster)


def merge(*terms: str, into: str = "calm") -> MergeTerms:
    return MergeTerms(term_ids=terms, into_id=into)


def proposals(count: int) -> list[TermProposed]:
    return [TermProposed(term=f"t{n}", nl=f"w{n}", en=f"e{n}", cluster="calm") for n in range(count)]


def test_anyone_proposes_a_word_in_both_languages() -> None:
    proposed = TermProposed(term=NEW, nl="Doorvragen", en="Asking further", cluster="making")
    given().when(propose("  Door vragen ", "Asking   further")).then(
        TermProposed(term=NEW, nl="Door vragen", en="Asking further", cluster="making")
    )
    given(*BOTH).when(propose()).then(proposed)


def test_a_word_that_is_there_is_not_proposed_again_in_either_language() -> None:
    given(CALM).when(propose("KALM  blijven")).refused("ALREADY_SO", fields=["label.nl"])
    given(CALM).when(propose(en="staying calm")).refused("ALREADY_SO", fields=["label.en"])
    given(*BOTH, MERGED).when(propose("Rust brengen")).refused("ALREADY_SO", fields=["label.nl"])


def test_who_proposes_a_word_is_not_on_the_log() -> None:
    assert not ProposeTerm.signed
    assert all(kind.signed for kind in (AdoptTerm, RewordTerm, MergeTerms, RetireTerm, AlignTerm))


def test_a_word_out_of_use_is_the_working_groups_to_take_up_again() -> None:
    retired = (CALM, TermRetired(term="calm"))
    given(*retired).when(propose("Kalm blijven")).refused("WRONG_STATE", fields=["label.nl"])
    given(*retired).when(AdoptTerm(term_id="calm")).then(TermAdopted(term="calm"))


def test_a_word_has_its_home_in_a_cluster_there_is() -> None:
    given().when(propose(cluster="luck")).refused("NOT_FOUND", fields=["clusterId"])


def test_proposals_that_wait_and_terms_are_not_without_end() -> None:
    given(*proposals(PROPOSALS_MAX)).when(propose()).refused("LIMIT_REACHED")
    retired = [TermRetired(term=f"t{n}") for n in range(TERMS_MAX)]
    given(*proposals(TERMS_MAX), *retired).when(propose()).refused("LIMIT_REACHED")


def test_a_proposal_is_adopted_once() -> None:
    given(CALM).when(AdoptTerm(term_id="calm")).then(TermAdopted(term="calm"))
    given(*BOTH).when(AdoptTerm(term_id="calm")).refused("ALREADY_SO")
    given(*BOTH, MERGED).when(AdoptTerm(term_id="rest")).refused("WRONG_STATE", fields=["termId"])
    given().when(AdoptTerm(term_id="calm")).refused("NOT_FOUND", fields=["termId"])


def test_a_word_in_use_is_reworded() -> None:
    reworded = TermReworded(term="calm", nl="Kalm zijn", en="Being calm")
    command = RewordTerm(term_id="calm", label=label("Kalm zijn", "Being calm"))
    given(CALM).when(command).then(reworded)
    given(*BOTH).when(command).then(reworded)
    given(*BOTH, reworded).when(command).refused("ALREADY_SO")
    given(*BOTH, TermRetired(term="calm")).when(command).then(reworded)
    given(*BOTH, MERGED).when(RewordTerm(term_id="rest", label=label())).refused("WRONG_STATE")
    given().when(command).refused("NOT_FOUND", fields=["termId"])


def test_its_own_words_may_change_a_little_and_another_ones_not_be_taken() -> None:
    own = RewordTerm(term_id="calm", label=label("kalm blijven", "Staying calm"))
    given(*BOTH).when(own).then(TermReworded(term="calm", nl="kalm blijven", en="Staying calm"))
    another = RewordTerm(term_id="calm", label=label("Rust brengen", "Bringing rest"))
    given(*BOTH).when(another).refused("ALREADY_SO", "ALREADY_SO", fields=["label.nl", "label.en"])
    # The labels of merged terms count as its own, so it can get one of those.
    taken = TermReworded(term="calm", nl="Rust brengen", en="Bringing rest")
    given(*BOTH, MERGED).when(another).then(taken)


def test_words_are_merged_into_one_that_is_adopted() -> None:
    given(*BOTH).when(merge("rest", "rest")).then(MERGED)
    given(*BOTH).when(merge("calm")).refused("INVALID_INPUT", fields=["intoId"])
    given(CALM, *BOTH[2:]).when(merge("rest")).refused("WRONG_STATE", fields=["intoId"])
    given(*BOTH).when(merge("rest", into="luck")).refused("NOT_FOUND", fields=["intoId"])
    given(*BOTH).when(merge("rest", "luck")).refused("NOT_FOUND", fields=["termIds.1"])
    given(*BOTH, MERGED).when(merge("rest")).refused("WRONG_STATE", fields=["termIds.0"])


def test_what_was_merged_into_a_word_goes_along_when_that_is_merged() -> None:
    third = TermProposed(term="ease", nl="Gemak", en="Ease", cluster="calm")
    history = (*BOTH, third, TermAdopted(term="ease"), MERGED)
    given(*history).when(merge("calm", into="ease")).then(TermsMerged(terms=("calm", "rest"), into="ease"))


def test_a_word_is_retired_proposed_or_adopted() -> None:
    retired = TermRetired(term="calm")
    given(CALM).when(RetireTerm(term_id="calm")).then(retired)
    given(*BOTH).when(RetireTerm(term_id="calm")).then(retired)
    given(*BOTH, retired).when(RetireTerm(term_id="calm")).refused("ALREADY_SO")
    given(*BOTH, MERGED).when(RetireTerm(term_id="rest")).refused("WRONG_STATE", fields=["termId"])
    given().when(RetireTerm(term_id="calm")).refused("NOT_FOUND", fields=["termId"])


def test_a_word_is_aligned_with_esco_and_set_apart_again() -> None:
    aligned = TermAligned(term="calm", esco=ESCO)
    given(CALM).when(AlignTerm(term_id="calm", esco=ESCO)).then(aligned)
    given(CALM, aligned).when(AlignTerm(term_id="calm", esco=ESCO)).refused("ALREADY_SO")
    given(CALM, aligned).when(AlignTerm(term_id="calm", esco=None)).then(TermAligned(term="calm"))
    given(*BOTH, MERGED).when(AlignTerm(term_id="rest", esco=ESCO)).refused("WRONG_STATE")
    given().when(AlignTerm(term_id="rest", esco=ESCO)).refused("NOT_FOUND", fields=["termId"])


def test_a_list_is_loaded_but_for_what_is_there() -> None:
    new = ListedTerm(label=label(), cluster="making", esco=ESCO)
    known_nl = ListedTerm(label=label("kalm blijven", "Other"), cluster="calm")
    known_en = ListedTerm(label=label("Anders", "STAYING CALM"), cluster="calm")
    term = new.term(ORGANISATION)
    load = LoadTerms(terms=(known_nl, new, known_en, new), list_name="esco")
    loaded = (
        TermProposed(term=term, nl="Doorvragen", en="Asking further", cluster="making", list="esco"),
        TermAdopted(term=term),
        TermAligned(term=term, esco=ESCO),
    )
    given(*BOTH).when(load).then(*loaded)
    given(*BOTH, *loaded).when(load).refused("ALREADY_SO")
    one = LoadTerms(terms=(new,), list_name="esco")
    given(*proposals(TERMS_OF_LISTS_MAX)).when(one).refused("LIMIT_REACHED")
    given(*proposals(TERMS_OF_LISTS_MAX - 1)).when(one).then(*loaded)


def test_a_proposal_that_a_list_has_as_well_is_adopted_by_it() -> None:
    load = LoadTerms(terms=(ListedTerm(label=label("kalm blijven", "staying calm"), cluster="making"),))
    given(CALM).when(load).then(TermAdopted(term="calm"))
    for over in (TermAdopted(term="calm"), TermRetired(term="calm")):
        given(CALM, over).when(load).refused("ALREADY_SO")


def test_a_word_of_a_list_keeps_its_id_whatever_became_of_its_words() -> None:
    listed = ListedTerm(label=label(), cluster="making")
    term = listed.term(ORGANISATION)
    assert ListedTerm(label=label("DOORVRAGEN ", "Other"), cluster="calm").term(ORGANISATION) == term
    history = (TermProposed(term=term, nl="Vragen", en="Asking", cluster="making"), TermAdopted(term=term))
    given(*history).when(LoadTerms(terms=(listed,))).refused("ALREADY_SO")


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (propose(" ", "x\n"), ["label.nl", "label.en"]),
        (RewordTerm(term_id="t", label=label("x" * (LABEL_CHARS_MAX + 1))), ["label.nl"]),
        (merge(), ["termIds"]),
        (merge(*"t" * (TERMS_MERGED_MAX + 1)), ["termIds"]),
        (propose("\u200b", "123"), ["label.nl", "label.en"]),
        (propose("\u202eLuisteren", "Listening\ue000"), ["label.nl", "label.en"]),
        (AlignTerm(term_id="t", esco="https://example.org/esco/skill/1"), ["esco"]),
        (AlignTerm(term_id="t", esco=ESCO.upper()), ["esco"]),
    ],
)
def test_input_that_can_not_be_is_refused_field_by_field(
    command: ProposeTerm | RewordTerm | MergeTerms | AlignTerm, fields: list[str]
) -> None:
    assert [".".join(refusal.field) for refusal in command.refusals()] == fields
