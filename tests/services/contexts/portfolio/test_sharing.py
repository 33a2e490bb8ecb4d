"""Sharing items: started by the owner, and ended by the owner, by a change of the item, or by time."""

from datetime import timedelta
from typing import Any

import pytest

from events.catalog.employment import EmploymentEnded
from events.catalog.portfolio.energy import PassionLetGo
from events.catalog.portfolio.goals import GoalLetGo
from events.catalog.portfolio.life import PortfolioClosed, PortfolioPaused
from events.catalog.portfolio.sharing import ItemShared, ItemSharingEnded
from events.catalog.registry import Event
from rules.kinds import ItemKind
from services.contexts.portfolio.sharing.commands import PEOPLE_MAX, EndItemSharings
from services.contexts.portfolio.sharing.decider import SHARINGS_MAX
from services.contexts.portfolio.state import SHARING_DAYS_MAX_DEFAULT
from services.decisions.command import Command
from services.handling.registry import UnknownCommandError, command_names, read_command
from tests.services.contexts.portfolio.asked import policy
from tests.services.contexts.portfolio.cases import OWNERS_INPUTS
from tests.services.contexts.portfolio.home import CONSENT, DAY, HOME, OFFERED, SHARED
from tests.spec import COLLEAGUE, CONTEXT, NEW, ORGANISATION, PERSON, TODAY, decide, given

BY_NAME = {"people": [COLLEAGUE]}


def share(item: str = "youth", to: dict[str, Any] | None = None, days: int = 1, **more: Any) -> Command:
    until = (TODAY + timedelta(days=days)).isoformat()
    return read_command("shareItem", {"itemId": item, "with": to or BY_NAME, "until": until, **more})


def end(*sharings: str) -> Command:
    return EndItemSharings(owner=PERSON, sharing_ids=sharings)


def shared(item: str = "youth", sharing: str = "s", days: int = 1, **more: Any) -> ItemShared:
    fields = {"kind": "passion", "audience": "people", "people": (COLLEAGUE,), **more}
    return ItemShared(sharing=sharing, item=item, until=TODAY + timedelta(days=days), **fields)


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        ("me", "statement"),
        ("calm", "talent"),
        ("forms", "energy_source"),
        ("youth", "passion"),
        ("thanks", "evidence"),
        ("note", "reflection"),
        ("coach", "goal"),
    ],
)
def test_every_kind_of_item_is_shared_with_everyone_here(item: str, kind: Any) -> None:
    given(*HOME).when(share(item, {"organisation": True})).then(
        ItemShared(sharing=NEW, item=item, kind=kind, audience="organisation", until=TODAY + DAY)
    )


def test_a_conversation_is_anothers_too_and_is_not_shared() -> None:
    given(*HOME).when(share("talk")).refused("INVALID_INPUT", fields=["itemId"])


def test_energy_is_shown_with_a_talent_only() -> None:
    given(*HOME).when(share("youth", withEnergy=True)).refused("INVALID_INPUT", fields=["withEnergy"])


def test_people_are_named_once_and_work_here_and_are_not_oneself() -> None:
    given(*HOME).when(share(to={"people": [COLLEAGUE, COLLEAGUE]})).then(shared(sharing=NEW))
    given(*HOME).when(share(to={"people": [PERSON, COLLEAGUE, "x"]})).refused(
        "INVALID_INPUT", "NOT_FOUND", fields=["with.people.0", "with.people.2"]
    )
    assert share(to={"people": [COLLEAGUE, "x"]}).mentions() == (COLLEAGUE,)


@pytest.mark.parametrize(
    ("to", "field"),
    [
        ({"teamId": "kade", "organisation": True}, "with"),
        ({"organisation": False}, "with"),
        ({"people": []}, "with.people"),
        ({"people": [COLLEAGUE] * (PEOPLE_MAX + 1)}, "with.people"),
    ],
)
def test_an_audience_is_one_of_three(to: dict[str, Any], field: str) -> None:
    refusals = share(to=to).refusals()
    assert [(refusal.code, ".".join(refusal.field)) for refusal in refusals] == [("INVALID_INPUT", field)]


def test_no_audience_is_none_of_the_three() -> None:
    command = read_command("shareItem", {"itemId": "youth", "with": {}, "until": "2026-11-25"})
    assert [refusal.field for refusal in command.refusals()] == [("with",)]


@pytest.mark.parametrize("days", [0, -1])
def test_sharing_lasts_until_a_day_after_today(days: int) -> None:
    given(*HOME).when(share(days=days)).refused("INVALID_INPUT", fields=["until"])


@pytest.mark.parametrize(("events", "days"), [((), SHARING_DAYS_MAX_DEFAULT), ((policy(30),), 30)])
def test_sharing_lasts_as_long_as_the_policy_lets_it(events: tuple[Event, ...], days: int) -> None:
    given(*HOME, *events).when(share(days=days)).then(shared(sharing=NEW, days=days))
    given(*HOME, *events).when(share(days=days + 1)).refused("LIMIT_REACHED", fields=["until"])
    assert share().streams(CONTEXT)[2] == f"policy-{ORGANISATION}"


def test_one_item_is_open_to_one_audience_once() -> None:
    there = given(*HOME, shared(days=9))
    there.when(share(days=20)).refused("ALREADY_SO", fields=["with"])
    there.when(share(to={"organisation": True})).then(
        ItemShared(
            sharing=NEW, item="youth", kind=ItemKind.PASSION, audience="organisation", until=TODAY + DAY
        )
    )
    over = given(*HOME, shared(days=-1))  # its day is past, though no process ended it yet
    over.when(share()).then(shared(sharing=NEW))


def test_so_much_is_open_at_most_as_ends_in_one_commit() -> None:
    many = [shared(sharing=str(number), people=(str(number),)) for number in range(SHARINGS_MAX - 1)]
    given(*HOME, *many).when(share()).refused("LIMIT_REACHED", fields=[""])
    given(*HOME, *many, ItemSharingEnded(sharing="7", reason="owner")).when(share()).then(shared(sharing=NEW))


def test_who_left_shares_nothing_more() -> None:
    given(*HOME, EmploymentEnded(on=TODAY)).when(share()).refused("WRONG_STATE")


def test_what_is_let_go_is_open_to_nobody_any_more() -> None:
    more = (shared(sharing="a"), shared(sharing="b", audience="organisation", people=()))
    given(*HOME, *more).when(read_command("letGoOfPassion", {"passionId": "youth"})).then(
        PassionLetGo(passion="youth"),
        ItemSharingEnded(sharing="a", reason="item_gone"),
        ItemSharingEnded(sharing="b", reason="item_gone"),
    )
    goal = shared("coach", sharing="g", kind="goal")
    ended = decide((*HOME, goal), read_command("letGoOfGoal", {"goalId": "coach"}))
    assert ended == (GoalLetGo(goal="coach"), ItemSharingEnded(sharing="g", reason="item_gone"))


def test_closing_ends_whatever_others_have_of_it() -> None:
    events = decide((*HOME, OFFERED, shared()), read_command("closePortfolio", {"forGood": True}))
    assert events[0] == PortfolioClosed()
    assert [getattr(event, "reason", None) for event in events[1:3]] == ["portfolio_closed"] * 2
    assert [type(event).__name__ for event in events[3:]] == ["GoalOfferTakenBack", "InsightConsentWithdrawn"]


def test_a_process_ends_what_is_over_and_nothing_else() -> None:
    past, today = shared(sharing="past", days=-1), shared(sharing="today", days=0, people=("p",))
    there = (*HOME, past, today)
    given(*there).when(end("past", "today", "open", "x")).then(ItemSharingEnded(sharing="past", reason="day"))
    given(*there).when(end("today")).refused("WRONG_STATE", fields=["sharingIds"])
    given(*there).when(end("x")).refused("NOT_FOUND", fields=["sharingIds"])
    ended = ItemSharingEnded(sharing="past", reason="owner")
    given(*there, ended).when(end("past")).refused("ALREADY_SO", fields=["sharingIds"])


@pytest.mark.parametrize("event", [PortfolioPaused(), PortfolioClosed()])
def test_a_process_is_not_held_up_by_a_portfolio_at_rest(event: Event) -> None:
    past = shared(sharing="past", days=-1)
    given(*HOME, past, event).when(end("past")).then(ItemSharingEnded(sharing="past", reason="day"))


def test_what_a_process_asks_nobody_else_can() -> None:
    assert EndItemSharings.by_process
    assert "endItemSharings" not in command_names()
    with pytest.raises(UnknownCommandError):
        read_command("endItemSharings", {"owner": PERSON, "sharingIds": ["open"]})
    assert end("open").streams(CONTEXT) == (f"portfolio-{PERSON}",)


def test_consent_to_be_counted_is_narrowed_by_giving_it_again() -> None:
    command = read_command("giveInsightConsent", OWNERS_INPUTS["giveInsightConsent"])
    wider = decide(HOME, command)
    narrowed = read_command("giveInsightConsent", {"scopes": ["TALENTS"], "noticeVersion": 1})
    given(*HOME, *wider).when(narrowed).then(CONSENT)


def test_the_talent_at_hand_is_shared_with_one_colleague() -> None:
    given(*HOME).when(share("calm")).refused("ALREADY_SO", fields=["with"])
    assert SHARED.people == (COLLEAGUE,)
