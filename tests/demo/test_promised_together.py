"""The demo's teams, releases and audits are as the README promises them."""

from collections import Counter
from typing import Any, get_args

import pytest

from events.catalog import access, releases, team, units
from rules.releases.model import Held
from tests.demo.organisation import Organisation

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(600)]


def of_kind(whole: Organisation, *kinds: type) -> list[Any]:
    return [fact.recorded.event for fact in whole.facts if isinstance(fact.recorded.event, kinds)]


def test_there_are_joint_goals_and_work_that_was_taken_up_lapsed_or_is_open(whole: Organisation) -> None:
    assert of_kind(whole, team.JointGoalAdopted)
    offered = {offer.offer for offer in of_kind(whole, team.WorkOffered)}
    taken_up = {each.offer for each in of_kind(whole, team.WorkTakenUp)}
    assert taken_up
    assert {each.offer for each in of_kind(whole, team.WorkVolunteeredFor)} - taken_up
    assert taken_up < offered


def test_there_are_six_releases_of_which_some_are_held_because_too_few_came_or_went(
    whole: Organisation,
) -> None:
    assert [each.epoch for each in of_kind(whole, releases.ReleaseCutOff)] == [1, 2, 3, 4, 5, 6]
    published = [each.epoch for each in of_kind(whole, releases.CapabilityReleased)]
    held = of_kind(whole, releases.ReleaseHeld)
    assert {each.reason for each in held} == {Held.UNCHANGED}
    assert sorted([*published, *(each.epoch for each in held)]) == [1, 2, 3, 4, 5, 6]
    assert 6 in published, "it is what a reader of the demo sees first, and has a trend"


def test_the_newest_release_shows_some_figures_and_keeps_others_back(whole: Organisation) -> None:
    newest = [each.of for each in of_kind(whole, releases.CapabilityCellsReleased) if each.epoch == 6]
    shown = [cell for of in newest for cell in of.cells if not cell.rest]
    places = of_kind(whole, team.TeamFormed, units.UnitFormed)
    assert len(newest) > 1
    assert 0 < len(shown) < len(newest) * len(places)


def test_one_portfolio_was_opened_to_an_auditor_by_its_owner_and_one_on_a_ground(
    whole: Organisation,
) -> None:
    kinds = Counter(type(each) for each in of_kind(whole, *get_args(access.AccessEvent)))
    assert kinds == {access.AuditReplayStarted: 2, access.AuditAccessGranted: 1, access.AuditGroundNoticed: 1}
