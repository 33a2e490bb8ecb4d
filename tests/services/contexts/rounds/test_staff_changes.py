"""
What changes of staff do to a round that is open (what-users-ask.md, A18), a row for each.

Perspective and attribution stay as they were at opening; a rater's code works until closing; the subject is
told nothing. A subject who leaves has an open round closed, so that what raters wrote is not lost.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest

from events.catalog.registry import Event
from events.catalog.rounds import RoundCancelled, RoundClosing
from events.privacy.invitations import Invited
from rules.access.roles import Role
from rules.feedback.invitation import RaterInvitation
from rules.feedback.rater_code import caller_of
from services.contexts.rounds.state import RoundStatus
from tests.backends.postgres import fresh_database
from tests.services.round_house import RoundHouse, hand_in, round_house, sealed_for

pytestmark = pytest.mark.postgres
ON = "2026-11-20"


@pytest.fixture(scope="module")
def organisation(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoundHouse]:
    folder: Path = tmp_path_factory.mktemp("keys")
    with fresh_database(postgres_url) as url, round_house(url, folder) as house:
        done = house.feed("formTeam", teamKey="dok", name="Team Dok", unitKey="north")
        assert done.outcome == "ACCEPTED"
        yield house


@dataclass
class Round:
    """An open round with three peers and one lead, of whom all but the lead are in team Kade."""

    organisation: RoundHouse
    lead: str = field(default_factory=lambda: f"lead-{uuid4().hex}")
    peers: list[str] = field(default_factory=lambda: [f"peer-{uuid4().hex}" for _ in range(3)])

    def __post_init__(self) -> None:
        self.house = self.organisation.subject()
        self.round = self.house.prepared()
        self.house.invites(self.round, *self.peers)
        (self.lead_invitation,) = self.house.invites(self.round, self.lead, perspective="LEAD")
        for number in (self.house.number, *self.peers):
            self.feed("recordTeamJoined", employeeNumber=number, teamKey="kade", on=ON)
        for number in (self.peers[0], self.lead):
            self.house.accepted(number, Role.PROFESSIONAL, "openPortfolio", language="NL")
        self.house.own("openRound", roundId=self.round)

    def feed(self, name: str, **given: str) -> None:
        done = self.house.feed(name, **given)
        assert done.outcome == "ACCEPTED", done

    def changes_team(self, number: str) -> None:
        if number != self.lead:
            self.feed("recordTeamLeft", employeeNumber=number, teamKey="kade", on=ON)
        self.feed("recordTeamJoined", employeeNumber=number, teamKey="dok", on=ON)

    def leaves(self, number: str) -> None:
        self.feed("recordEmploymentEnded", employeeNumber=number, on=ON)

    def becomes_lead(self, number: str) -> None:
        """HR reports no leads; what can change is the roles of a person, here that of HR."""
        self.house.accepted("administrator", Role.ADMINISTRATOR, "grantRole", role="HR", subject=number)

    def pauses(self, number: str) -> None:
        self.house.accepted(number, Role.PROFESSIONAL, "pausePortfolio")

    def closes_portfolio(self, number: str) -> None:
        self.house.accepted(number, Role.PROFESSIONAL, "closePortfolio", forGood=True)

    @property
    def events(self) -> list[Event]:
        stream = f"round-{self.house.person(self.house.number)}"
        return [recorded.event for recorded in self.house.events(stream)]

    @property
    def raters(self) -> list[Invited]:
        return self.house.raters(self.round)

    def shown(self) -> dict[str, RaterInvitation | None]:
        feedback = self.house.feedback()
        return {one.invitation.invitation: feedback.invitation(caller_of(one.code)) for one in self.raters}


Change = Callable[[Round, str], None]
CHANGES: tuple[Change, ...] = (Round.changes_team, Round.leaves, Round.becomes_lead, Round.pauses)
NAMES = [change.__name__ for change in CHANGES]


@pytest.mark.parametrize("who", ["rater", "lead"])
@pytest.mark.parametrize("change", CHANGES, ids=NAMES)
def test_a_change_of_a_rater_or_lead_changes_nothing_about_the_round(
    organisation: RoundHouse, change: Change, who: str
) -> None:
    open_round = Round(organisation)
    number = open_round.lead if who == "lead" else open_round.peers[0]
    before, events, invited = open_round.shown(), open_round.events, _invited(open_round)
    change(open_round, number)
    assert open_round.shown() == before
    assert open_round.events == events, "the subject is told nothing"
    assert _invited(open_round) == invited
    attributed = before[open_round.lead_invitation]
    assert attributed is not None
    assert attributed.attributed
    _check_codes_work(open_round)
    open_round.house.own("closeRound", roundId=open_round.round)
    assert set(open_round.shown().values()) == {None}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (Round.changes_team, "OPEN"),
        (Round.becomes_lead, "OPEN"),
        (Round.pauses, "OPEN"),
        (Round.leaves, "CLOSING"),
        (Round.closes_portfolio, "CANCELLED"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_change_of_the_subject_leaves_the_round_in_this_state(
    organisation: RoundHouse, change: Change, status: RoundStatus
) -> None:
    open_round = Round(organisation)
    before, events = open_round.shown(), open_round.events
    change(open_round, open_round.house.number)
    assert open_round.house.round(open_round.round).status == status
    if status == "OPEN":
        assert (open_round.shown(), open_round.events) == (before, events)
        _check_codes_work(open_round)
    else:
        assert set(open_round.shown().values()) == {None}
        assert len(open_round.events) == len(events) + 1


def test_a_subject_who_leaves_closes_the_round_in_the_same_commit(organisation: RoundHouse) -> None:
    open_round = Round(organisation)
    _check_codes_work(open_round)
    open_round.leaves(open_round.house.number)
    assert open_round.events[-1] == RoundClosing(round=open_round.round, by_leaving=True)
    person = open_round.house.person(open_round.house.number)
    last = open_round.house.events(f"employment-{person}")[-1]
    assert open_round.house.events(f"round-{person}")[-1].at == last.at


def test_a_prepared_round_of_somebody_who_leaves_is_cancelled(organisation: RoundHouse) -> None:
    house = organisation.subject()
    round_ = house.prepared()
    house.invites(round_, f"peer-{uuid4().hex}")
    house.feed("recordEmploymentEnded", employeeNumber=house.number, on=ON)
    stream = f"round-{house.person(house.number)}"
    assert house.events(stream)[-1].event == RoundCancelled(round=round_, reason="employment_ended")


def test_a_round_that_is_closing_is_left_alone_by_leaving_and_by_closing_the_portfolio(
    organisation: RoundHouse,
) -> None:
    for change in (Round.leaves, Round.closes_portfolio):
        closing = Round(organisation)
        closing.house.own("closeRound", roundId=closing.round)
        events = closing.events
        change(closing, closing.house.number)
        assert closing.events == events


def test_before_opening_somebody_who_left_is_to_be_taken_off_the_list(organisation: RoundHouse) -> None:
    house = organisation.subject()
    round_ = house.prepared()
    number = f"peer-{uuid4().hex}"
    (gone,) = house.invites(round_, number)
    house.invites(round_, *(f"peer-{uuid4().hex}" for _ in range(3)))
    house.feed("recordEmploymentEnded", employeeNumber=number, on=ON)
    refused = house.owner("openRound", roundId=round_)
    assert house.codes(refused) == ["RATER_NOT_AVAILABLE"]
    house.own("revokeInvitation", roundId=round_, invitationId=gone)
    assert house.own("openRound", roundId=round_) == round_


def test_whose_person_is_not_kept_any_more_is_to_be_taken_off_the_list(organisation: RoundHouse) -> None:
    house = organisation.subject()
    round_ = house.prepared()
    (lost,) = house.invites(round_, f"peer-{uuid4().hex}")
    house.invites(round_, *(f"peer-{uuid4().hex}" for _ in range(3)))
    house.invitations.forget([lost], give_back=False)
    assert house.codes(house.owner("openRound", roundId=round_)) == ["RATER_NOT_AVAILABLE"]


def _invited(open_round: Round) -> object:
    house = open_round.house
    person = house.person(house.number)
    return house.requests().invited(open_round.round, person=person, role=Role.PROFESSIONAL)


def _check_codes_work(open_round: Round) -> None:
    requests = open_round.house.requests()
    for rater in open_round.raters:
        request = hand_in(sealed_for(open_round.house, rater))
        result = requests.send(request, person=caller_of(rater.code), role=Role.RATER)
        assert result.outcome == "ACCEPTED"
