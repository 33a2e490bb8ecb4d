"""Work: offered for a time, volunteered for, taken up, handed back; people act for themselves alone."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from events.catalog.registry import Event
from events.catalog.team import (
    TeamClosed,
    WorkHandedBack,
    WorkOffered,
    WorkOfferEnded,
    WorkTakenUp,
    WorkVolunteeredFor,
)
from rules.kinds import HoursBand
from rules.team.things import thing_id
from services.contexts.team.work.commands import (
    WANTED_MAX,
    EndWorkOffer,
    HandBackWork,
    OfferWork,
    TakeUpWork,
    VolunteerForWork,
)
from services.contexts.team.work.decider import OPEN_OFFERS_MAX, WORK_OFFER_DAYS_MAX
from services.decisions.command import Command, DecisionContext, Membership, SharedTerm
from tests.services.contexts.team.members import ME, NO_MEMBER, OTHER, SEEN, TEAM, TEAM_FORMED, THING, member
from tests.spec import COLLEAGUE, CONTEXT, NEW, SENDER, TODAY, given

TERM, MERGED = "4" * 32, "5" * 32
UNTIL = TODAY + timedelta(days=30)
OFFER = OfferWork(
    team_id=TEAM,
    title="Open dag",
    text="Wie doet mee?",
    until=UNTIL,
    wanted_term_ids=(MERGED, TERM),
    hours_per_week="UP_TO_2",
    from_day=TODAY,
)
WORDS = SharedTerm(term=TERM, nl="Plannen", en="Planning", state="ADOPTED", merged=frozenset({MERGED}))
KNOWN = replace(ME, terms={TERM: WORDS, MERGED: WORDS})
OFFERED = WorkOffered(
    offer=NEW,
    by=SENDER,
    seen=SEEN,
    until=UNTIL,
    wanted=(TERM,),
    hours_per_week=HoursBand.UP_TO_2,
    from_day=TODAY,
)
VOLUNTEER, TAKE, BACK = (kind(work_offer_id=THING) for kind in (VolunteerForWork, TakeUpWork, HandBackWork))
MINE = WorkVolunteeredFor(offer=NEW, by=SENDER, seen=SEEN)
THEIRS = WorkVolunteeredFor(offer=NEW, by=COLLEAGUE, seen=SEEN)
TAKEN = WorkTakenUp(offer=NEW, by=SENDER, seen=SEEN)
HANDED_BACK = WorkHandedBack(offer=NEW, by=SENDER)
WORK: tuple[Event, ...] = (TEAM_FORMED, OFFERED)


def test_a_member_offers_work_with_the_current_terms_that_it_asks_for() -> None:
    given(TEAM_FORMED).when(OFFER, KNOWN).then(OFFERED)
    bare = OfferWork(team_id=TEAM, title="Open dag", text="Wie?", until=TODAY)
    given(TEAM_FORMED).when(bare, ME).then(WorkOffered(offer=NEW, by=SENDER, seen=SEEN, until=TODAY))


def test_no_offer_is_open_for_ever_and_none_ends_before_it_begins() -> None:
    last = TODAY + timedelta(days=WORK_OFFER_DAYS_MAX)
    assert given(TEAM_FORMED).when(replace(OFFER, until=last), KNOWN).events()
    for until in (TODAY - timedelta(days=1), last + timedelta(days=1)):
        wrong = replace(OFFER, until=until, from_day=None)
        given(TEAM_FORMED).when(wrong, KNOWN).refused("INVALID_INPUT", fields=["until"])
    backwards = replace(OFFER, from_day=UNTIL + timedelta(days=1))
    given(TEAM_FORMED).when(backwards, KNOWN).refused("INVALID_INPUT", fields=["from"])


def test_it_asks_for_terms_that_can_be_picked() -> None:
    fields = ["wantedTermIds.0", "wantedTermIds.1"]
    given(TEAM_FORMED).when(OFFER, ME).refused("NOT_FOUND", "NOT_FOUND", fields=fields)
    proposed = replace(WORDS, state="PROPOSED")
    terms = replace(ME, terms={TERM: proposed, MERGED: WORDS})
    given(TEAM_FORMED).when(OFFER, terms).refused("WRONG_STATE", fields=["wantedTermIds.1"])


def test_input_that_can_not_be_is_refused_field_by_field() -> None:
    wrong = replace(OFFER, title="", text="x" * 2_001, wanted_term_ids=(TERM,) * (WANTED_MAX + 1))
    assert [refusal.field for refusal in wrong.refusals()] == [("title",), ("text",), ("wantedTermIds",)]


def test_a_team_has_so_many_offers_until_one_ends() -> None:
    full = [
        WorkOffered(offer=f"w{number}", by=SENDER, seen=1, until=UNTIL) for number in range(OPEN_OFFERS_MAX)
    ]
    given(TEAM_FORMED, *full).when(OFFER, KNOWN).refused("LIMIT_REACHED")
    ended = WorkOfferEnded(offer="w3", reason="day")
    given(TEAM_FORMED, *full, ended).when(OFFER, KNOWN).then(OFFERED)


def test_members_step_forward_each_for_oneself() -> None:
    given(*WORK).when(VOLUNTEER, ME).then(MINE)
    given(*WORK, MINE).when(VOLUNTEER, ME).refused("ALREADY_SO", fields=["workOfferId"])
    given(*WORK, MINE).when(VOLUNTEER, OTHER).then(THEIRS)


def test_a_volunteer_takes_the_work_up_and_nobody_else() -> None:
    given(*WORK).when(TAKE, ME).refused("WRONG_STATE", fields=["workOfferId"])
    given(*WORK, THEIRS).when(TAKE, ME).refused("WRONG_STATE", fields=["workOfferId"])
    given(*WORK, MINE).when(TAKE, ME).then(TAKEN)
    given(*WORK, MINE, TAKEN).when(TAKE, ME).refused("ALREADY_SO", fields=["workOfferId"])


def test_several_may_take_it_up_together() -> None:
    also = WorkTakenUp(offer=NEW, by=COLLEAGUE, seen=SEEN)
    given(*WORK, MINE, TAKEN).when(VOLUNTEER, OTHER).then(THEIRS)
    given(*WORK, MINE, TAKEN, THEIRS).when(TAKE, OTHER).then(also)


def test_who_took_it_up_or_stepped_forward_hands_it_back_and_may_come_again() -> None:
    given(*WORK).when(BACK, ME).refused("ALREADY_SO", fields=["workOfferId"])
    given(*WORK, MINE).when(BACK, ME).then(HANDED_BACK)
    given(*WORK, MINE, TAKEN).when(BACK, ME).then(HANDED_BACK)
    given(*WORK, MINE, TAKEN, HANDED_BACK).when(TAKE, ME).refused("WRONG_STATE", fields=["workOfferId"])
    given(*WORK, MINE, TAKEN, HANDED_BACK).when(VOLUNTEER, ME).then(MINE)


def test_leaving_the_team_ends_what_one_did_there_and_a_return_does_not_bring_it_back() -> None:
    returned = member(seen=6, left=SEEN + 1)
    again = WorkVolunteeredFor(offer=NEW, by=SENDER, seen=6)
    given(*WORK, MINE).when(TAKE, returned).refused("WRONG_STATE", fields=["workOfferId"])
    given(*WORK, MINE, TAKEN).when(BACK, returned).refused("ALREADY_SO", fields=["workOfferId"])
    given(*WORK, MINE).when(VOLUNTEER, returned).then(again)


@pytest.mark.parametrize("command", [VOLUNTEER, TAKE, BACK], ids=["volunteer", "take up", "hand back"])
def test_an_offer_that_is_over_changes_no_more(command: Command) -> None:
    ended = WorkOfferEnded(offer=NEW, reason="author_left")
    given(*WORK, MINE, ended).when(command, ME).refused("WRONG_STATE", fields=["workOfferId"])
    yesterday = replace(OFFERED, until=TODAY - timedelta(days=1))
    given(TEAM_FORMED, yesterday, MINE).when(command, ME).refused("WRONG_STATE", fields=["workOfferId"])
    given(*WORK, MINE, TeamClosed()).when(command, ME).refused("WRONG_STATE", fields=[""])


@pytest.mark.parametrize("command", [OFFER, VOLUNTEER, TAKE, BACK])
def test_who_is_no_member_finds_nothing(command: Command) -> None:
    for events in ((), WORK, (*WORK, MINE)):
        given(*events).when(command, NO_MEMBER).refused("NOT_FOUND", fields=[""])


def test_an_offer_that_the_team_does_not_have_is_not_found() -> None:
    for unknown in (thing_id(TEAM, "9" * 32), "nonsense", ""):
        command = VolunteerForWork(work_offer_id=unknown)
        given(*WORK).when(command, ME).refused("NOT_FOUND", fields=["workOfferId"])


END = EndWorkOffer(team=TEAM, offer=NEW, people=(SENDER, COLLEAGUE))
LAST_DAY = replace(OFFERED, until=TODAY)
PAST = replace(OFFERED, until=TODAY - timedelta(days=1))


def seen_by_process(**members: Membership) -> DecisionContext:
    people = {"me": SENDER, "other": COLLEAGUE}
    return replace(
        CONTEXT, sender="process", members={people[name]: member for name, member in members.items()}
    )


HERE = Membership(seen=9)
BOTH_HERE, AUTHOR_LEFT, NOBODY = seen_by_process(me=HERE, other=HERE), seen_by_process(other=HERE), CONTEXT


def test_an_offer_lapses_after_its_last_day() -> None:
    given(TEAM_FORMED, LAST_DAY, MINE).when(END, BOTH_HERE).refused("WRONG_STATE")
    lapsed = WorkOfferEnded(offer=NEW, reason="day")
    given(TEAM_FORMED, PAST, MINE).when(END, BOTH_HERE).then(lapsed)
    given(TEAM_FORMED, PAST, MINE, lapsed).when(END, BOTH_HERE).refused("ALREADY_SO")
    given(TEAM_FORMED).when(END, BOTH_HERE).refused("NOT_FOUND")


def test_work_that_somebody_took_up_does_not_lapse() -> None:
    taken = WorkTakenUp(offer=NEW, by=COLLEAGUE, seen=SEEN)
    done = WorkOfferEnded(offer=NEW, reason="taken_up")
    given(TEAM_FORMED, PAST, THEIRS, taken).when(END, BOTH_HERE).then(done)
    given(TEAM_FORMED, PAST, THEIRS, taken).when(END, NOBODY).then(WorkOfferEnded(offer=NEW, reason="day"))


def test_an_offer_ends_with_its_authors_leaving_unless_somebody_took_it_up() -> None:
    left = WorkOfferEnded(offer=NEW, reason="author_left")
    taken = WorkTakenUp(offer=NEW, by=COLLEAGUE, seen=SEEN)
    given(*WORK).when(END, BOTH_HERE).refused("WRONG_STATE")
    given(*WORK).when(END, AUTHOR_LEFT).then(left)
    given(*WORK, THEIRS, taken).when(END, AUTHOR_LEFT).refused("WRONG_STATE")
    given(*WORK, THEIRS, taken).when(END, NOBODY).then(left)
    returned = seen_by_process(me=Membership(seen=9, left=SEEN + 1))
    given(*WORK).when(END, returned).then(left)


def test_of_somebody_whom_the_process_did_not_name_it_is_not_assumed_that_they_left() -> None:
    taken = WorkTakenUp(offer=NEW, by="somebody", seen=SEEN)
    given(*WORK, taken).when(END, NOBODY).refused("WRONG_STATE")
    given(TEAM_FORMED, PAST, taken).when(END, NOBODY).then(WorkOfferEnded(offer=NEW, reason="taken_up"))
