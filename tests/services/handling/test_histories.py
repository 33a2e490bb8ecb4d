"""After any commands in any order, replaying the events gives the same state."""

from datetime import date
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from events.catalog.catalogue import TermsMerged
from events.catalog.registry import Event
from events.codec import EventMapper, Recorded
from kit.ids import derived_id
from rules.access.roles import GRANTABLE, NOT_IN_ONE_HAND, Role
from services.contexts.catalogue.commands import (
    AdoptTerm,
    AlignTerm,
    Label,
    MergeTerms,
    ProposeTerm,
    RetireTerm,
    RewordTerm,
)
from services.contexts.employment.commands import RecordTeamJoined, RegisterProfessional
from services.contexts.lenses.commands import (
    AddQuestion,
    DraftLens,
    DropQuestion,
    PilotLens,
    PublishLens,
    RewordQuestion,
    WithdrawLens,
    Words,
)
from services.contexts.policy.commands import GrantRole
from services.contexts.team.commands import CloseTeam, FormTeam, MoveTeam, ReopenTeam
from services.contexts.units.commands import CloseUnit, FormUnit, MoveUnit, ReopenUnit
from services.decisions.command import Command, DecisionContext
from services.decisions.refusals import RejectedError
from services.handling.registry import (
    MalformedCommandError,
    UnknownCommandError,
    command_names,
    decider_of,
    read_command,
)
from tests.events.examples import BY, MOMENT, SUBJECT
from tests.events.golden import OneKey
from tests.services.contexts.feedback_inputs import LENS_INPUTS, ROUND_INPUTS
from tests.services.contexts.further_inputs import ROLLOUT_AND_AUDIT_INPUTS
from tests.services.contexts.portfolio.cases import OWNERS_INPUTS
from tests.services.contexts.team.inputs import MEMBERS_INPUTS
from tests.spec import CONTEXT, ORGANISATION, SENDER, TODAY

pytestmark = pytest.mark.usefixtures("nothing_forgotten")

WORDS = st.sampled_from(["Rust", "rust ", "Moed", "Humor"])
KEYS = st.sampled_from(["a", "b", "c"])
THERE = 5
"""Terms that are proposed and adopted at the beginning."""


def term(number: int) -> str:
    return derived_id("proposeTerm", str(number))


TERMS = st.integers(0, THERE).map(term)
LABELS = st.builds(Label, nl=WORDS, en=st.sampled_from(["calm", "Courage", "Humour"]))
LENS = "a" * 32
TEXTS = st.builds(Words, nl=WORDS, en=st.sampled_from(["calm", "Courage", "Humour"]))
KINDS = st.sampled_from(["SCALE", "OPEN", "TALENT_PICK"])
QUESTIONS = st.integers(0, 8).map(lambda number: derived_id("addQuestion", str(number)))
ESCO = "https://data.europa.eu/esco/skill/1f1d2ff8-c4c1-45b3-9812-e47aec84c1ac"
MERGES = st.builds(
    MergeTerms, term_ids=st.lists(TERMS, min_size=1, max_size=2, unique=True).map(tuple), into_id=TERMS
)
ASKED: dict[str, st.SearchStrategy[Any]] = {
    "employment": st.one_of(
        st.builds(RegisterProfessional, employee_number=KEYS, name=WORDS, email=st.just("a@example.org")),
        st.builds(RecordTeamJoined, employee_number=KEYS, team_key=KEYS, on=st.just(date(2026, 1, 1))),
    ),
    "team": st.one_of(
        st.builds(FormTeam, team_key=st.just("t"), name=WORDS, unit_key=KEYS),
        st.builds(MoveTeam, team_key=st.just("t"), unit_key=KEYS),
        st.builds(CloseTeam, team_key=st.just("t")),
        st.builds(ReopenTeam, team_key=st.just("t")),
    ),
    "units": st.one_of(
        st.builds(FormUnit, unit_key=KEYS, name=WORDS, parent_key=st.none() | KEYS),
        st.builds(MoveUnit, unit_key=KEYS, parent_key=st.none() | KEYS),
        st.builds(CloseUnit, unit_key=KEYS),
        st.builds(ReopenUnit, unit_key=KEYS),
    ),
    "catalogue": st.one_of(
        st.builds(ProposeTerm, label=LABELS, cluster_id=st.sampled_from(["calm", "making", "luck"])),
        st.builds(AdoptTerm, term_id=TERMS),
        st.builds(RewordTerm, term_id=TERMS, label=LABELS),
        MERGES,
        st.builds(RetireTerm, term_id=TERMS),
        st.builds(AlignTerm, term_id=TERMS, esco=st.none() | st.just(ESCO)),
    ),
    "lens": st.one_of(
        st.builds(DraftLens, lens_id=st.none() | st.just(LENS), name=TEXTS),
        st.builds(
            AddQuestion, lens_id=st.just(LENS), kind=KINDS, text=TEXTS, perspectives=st.just(("PEER",))
        ),
        st.builds(RewordQuestion, lens_id=st.just(LENS), question_id=QUESTIONS, text=TEXTS),
        st.builds(DropQuestion, lens_id=st.just(LENS), question_id=QUESTIONS),
        st.builds(PilotLens, lens_id=st.just(LENS), on=st.just(TODAY), people=st.integers(1, 3)),
        st.builds(PublishLens, lens_id=st.just(LENS)),
        st.builds(WithdrawLens, lens_id=st.just(LENS), reason=WORDS),
    ),
    "policy": st.builds(
        GrantRole, role=st.sampled_from(sorted(GRANTABLE, key=lambda r: r.name)), subject=KEYS
    ),
}


def lived(commands: list[Command]) -> tuple[list[Event], list[Any]]:
    """Decide the commands one after the other; return the events and the state after each."""
    decider = decider_of(commands[0])
    state = decider.initial
    history: list[Event] = []
    states = []
    for number, command in enumerate(commands):
        person = getattr(command, "subject", "p")
        context = DecisionContext(
            new=derived_id(command.wire_name(), str(number)),
            organisation=ORGANISATION,
            sender=SENDER,
            person=person,
            id_key=bytes(32),
            today=TODAY,
            now=CONTEXT.now,
        )
        try:
            events = decider.decide(command, state, context)
        except RejectedError:
            continue
        assert events, "an accepted command makes something happen"
        for event in events:
            state = decider.evolve(state, event)
            history.append(event)
            states.append(state)
        with pytest.raises(RejectedError):  # what has just been done is not done again
            decider.decide(command, state, context)
    return history, states


@pytest.mark.parametrize("category", ASKED)
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_every_prefix_replays_to_the_same_state(category: str, data: st.DataObject) -> None:
    commands = data.draw(st.lists(ASKED[category], min_size=1, max_size=14))
    history, states = lived(commands)
    decider, mapper = decider_of(commands[0]), EventMapper(OneKey())
    state = decider.initial
    for version, event in enumerate(history, 1):
        # As a stream is read: every event through its bytes.
        before = Recorded(stream=f"portfolio-{SUBJECT}", version=version, event=event, at=MOMENT, by=BY)
        read = mapper.to_domain_event(mapper.to_stored_event(before))
        assert isinstance(read.event, decider.reads)
        state = decider.evolve(state, read.event)
        assert state == states[version - 1]


@settings(max_examples=80, deadline=None)
@given(commands=st.lists(ASKED["policy"], min_size=1, max_size=30))
def test_roles_that_conflict_never_come_into_one_hand(commands: list[Command]) -> None:
    _, states = lived(commands)
    for state in states:
        for person in {grant.person for grant in state.grants.values()}:
            assert not any(pair <= state.held(person, over=frozenset()) for pair in NOT_IN_ONE_HAND)


@settings(max_examples=80, deadline=None)
@given(commands=st.lists(ASKED["units"], min_size=1, max_size=20))
def test_units_are_always_a_tree_and_no_open_one_is_under_a_closed_one(commands: list[Command]) -> None:
    _, states = lived(commands)
    for state in states:
        for unit, known in state.all.items():
            assert known.closed or known.parent is None or state.open(known.parent) is not None
            above, seen = unit, set[str]()
            while (parent := state.all[above].parent) is not None:
                assert above not in seen
                seen.add(above)
                above = parent


BEGUN: list[Command] = [
    *(
        ProposeTerm(label=Label(nl=f"Woord {chr(97 + n)}", en=f"Word {chr(97 + n)}"), cluster_id="calm")
        for n in range(THERE)
    ),
    *(AdoptTerm(term_id=term(n)) for n in range(THERE)),
]
MERGED_TWICE: list[int] = []


@settings(max_examples=80, deadline=None)
@given(commands=st.lists(st.one_of(MERGES, MERGES, ASKED["catalogue"]), min_size=4, max_size=30))
@example(commands=[MergeTerms(term_ids=(term(n),), into_id=term(n + 1)) for n in range(2)])
def test_a_merged_term_reads_as_one_that_was_not_merged_and_no_two_in_use_read_alike(
    commands: list[Command],
) -> None:
    history, states = lived([*BEGUN, *commands])
    merged: set[str] = set()
    for event, state in zip(history, states, strict=True):
        if isinstance(event, TermsMerged):
            MERGED_TWICE.append(len(merged & set(event.terms)))
            merged.update(event.terms)
        for found in state.terms.values():
            assert (found.state == "MERGED") is (found.into is not None)
            assert found.into is None or state.terms[found.into].state != "MERGED"
        for place in range(2):
            words = [it.same[place] for it in state.terms.values() if it.state != "MERGED"]
            assert len(set(words)) == len(words)


def test_terms_were_merged_that_others_had_been_merged_into() -> None:
    assert sum(MERGED_TWICE) > 0


RECORD = {"policyId": "0" * 32, "promiseVersion": 1, "decidedOn": "2026-09-01", "document": "0" * 64}


def test_every_command_is_read_from_the_json_of_its_input() -> None:
    given_by_name: dict[str, dict[str, Any]] = {
        **OWNERS_INPUTS,
        **MEMBERS_INPUTS,
        "registerProfessional": {"employeeNumber": "e", "name": "n", "email": "a@b.c"},
        "recordTeamJoined": {"employeeNumber": "e", "teamKey": "t", "on": "2026-09-01"},
        "formUnit": {"unitKey": "u", "name": "n", "parentKey": None},
        "formTeam": {"teamKey": "t", "name": "n", "unitKey": "u"},
        "recordTeamLeft": {"employeeNumber": "e", "teamKey": "t", "on": "2026-09-01"},
        "recordEmploymentEnded": {"employeeNumber": "e", "on": "2026-09-01"},
        "renameUnit": {"unitKey": "u", "name": "n"},
        "moveUnit": {"unitKey": "u", "parentKey": "p"},
        **{name: {"unitKey": "u"} for name in ("closeUnit", "reopenUnit")},
        "renameTeam": {"teamKey": "t", "name": "n"},
        "moveTeam": {"teamKey": "t", "unitKey": "u"},
        **{name: {"teamKey": "t"} for name in ("closeTeam", "reopenTeam")},
        "grantRole": {"role": "HR", "subject": "s"},
        "withdrawRole": {"roleGrantId": "g"},
        "adoptPolicy": {
            "floors": {},
            "releaseEveryDays": 91,
            "sharingDaysMax": 365,
            "portfolioDaysAfterLeaving": 90,
        },
        "proposeTerm": {"label": {"nl": "n", "en": "e"}, "clusterId": "calm"},
        "adoptTerm": {"termId": "t"},
        "rewordTerm": {"termId": "t", "label": {"nl": "n", "en": "e"}},
        "mergeTerms": {"termIds": ["t"], "intoId": "u"},
        "retireTerm": {"termId": "t"},
        "alignTerm": {"termId": "t"},
        **LENS_INPUTS,
        **ROUND_INPUTS,
        **ROLLOUT_AND_AUDIT_INPUTS,
        "recordDpia": RECORD,
        "withdrawWorksCouncilConsent": {name: RECORD[name] for name in RECORD if name != "promiseVersion"},
        "recordWorksCouncilConsent": RECORD,
    }
    assert set(given_by_name) == set(command_names())
    for name, content in given_by_name.items():
        command = read_command(name, content)
        assert (command.wire_name(), command.refusals()) == (name, [])
        with pytest.raises(MalformedCommandError):
            read_command(name, {**content, "salary": 1})
    joined = read_command("recordTeamJoined", given_by_name["recordTeamJoined"])
    assert isinstance(joined, RecordTeamJoined)
    assert joined.on == date(2026, 9, 1)
    granted = read_command("grantRole", given_by_name["grantRole"])
    assert isinstance(granted, GrantRole)
    assert granted.role is Role.HR


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("openPortfolio", {"language": "FR"}),
        ("openPortfolio", {}),
        ("openPortfolio", []),
        ("claimTalent", {"name": "Rust", "strength": 1, "energy": 0, "use": 1}),
        ("setTalentAside", {"talentId": 5}),
        ("recordTeamJoined", {"employeeNumber": "e", "teamKey": "t", "on": "yesterday"}),
        ("grantRole", {"role": "KING", "subject": "s"}),
    ],
)
def test_what_has_not_the_shape_of_a_command_is_malformed(name: str, content: Any) -> None:
    with pytest.raises(MalformedCommandError):
        read_command(name, content)


def test_a_command_nobody_knows_names_those_there_are() -> None:
    with pytest.raises(UnknownCommandError, match="claimTalent"):
        read_command("rankPeople", {})
