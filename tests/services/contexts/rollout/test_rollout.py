"""The rollout: members go first in their own team, a team begins when it decides to, nobody is enrolled."""

import pytest
from msgspec.structs import replace

from events.catalog.registry import event_types
from events.catalog.rollout import (
    ExperienceShared,
    FrontRunnerSteppedForward,
    MaterialPublished,
    TeamInvitedByFrontRunner,
    TeamPaused,
    TeamStarted,
)
from events.catalog.teamwork import ExperienceWritten
from services.contexts.rollout.commands import (
    EXPERIENCE_CHARS_MAX,
    InviteTeam,
    OwnTeamCommand,
    PauseTeam,
    PublishMaterial,
    ShareExperience,
    StartTeam,
    StepForwardAsFrontRunner,
    Words,
)
from services.contexts.rollout.decider import MATERIALS_MAX
from services.contexts.teamwork.commands import WriteExperience
from services.decisions.command import DecisionContext
from services.handling.context.team_words import words_of
from tests.services.contexts.team.members import ME, NO_MEMBER, OTHER, TEAM
from tests.spec import COLLEAGUE, NEW, ORGANISATION, SENDER, given

STEP, INVITE, START, PAUSE = (
    kind(team_id=TEAM) for kind in (StepForwardAsFrontRunner, InviteTeam, StartTeam, PauseTeam)
)
STEPPED = FrontRunnerSteppedForward(team=TEAM, person=SENDER)
INVITED = TeamInvitedByFrontRunner(team=TEAM, person=SENDER)
STARTED, PAUSED = TeamStarted(team=TEAM), TeamPaused(team=TEAM)
TELL = ShareExperience(text=" Het werkt.\n")
MATERIAL = PublishMaterial(title=Words(nl="Begin", en="Start"), text=Words(nl="Zo.", en="So."))


def test_a_member_goes_first_invites_the_team_and_the_team_decides() -> None:
    given().when(STEP, ME).then(STEPPED)
    given(STEPPED).when(INVITE, ME).then(INVITED)
    given(STEPPED, INVITED).when(START, OTHER).then(STARTED)
    given(STARTED).when(PAUSE, OTHER).then(PAUSED)
    given(STARTED, PAUSED).when(START, ME).then(STARTED)


def test_a_team_starts_without_being_asked() -> None:
    given().when(START, ME).then(STARTED)


def test_several_go_first_and_each_for_oneself() -> None:
    given(STEPPED).when(STEP, OTHER).then(FrontRunnerSteppedForward(team=TEAM, person=COLLEAGUE))
    given(STEPPED).when(STEP, ME).refused("ALREADY_SO")


def test_only_a_front_runner_of_this_team_invites_it_once_and_before_it_started() -> None:
    elsewhere = FrontRunnerSteppedForward(team="9" * 32, person=SENDER)
    given(STEPPED).when(INVITE, OTHER).refused("WRONG_STATE")
    given(elsewhere).when(INVITE, ME).refused("WRONG_STATE")
    given(STEPPED, INVITED).when(INVITE, ME).refused("ALREADY_SO")
    for begun in ((STARTED,), (STARTED, PAUSED)):
        given(STEPPED, *begun).when(INVITE, ME).refused("WRONG_STATE")


def test_what_is_so_already_is_refused() -> None:
    given(STARTED).when(START, ME).refused("ALREADY_SO")
    given(STARTED, PAUSED).when(PAUSE, ME).refused("ALREADY_SO")
    for before in ((), (STEPPED, INVITED)):
        given(*before).when(PAUSE, ME).refused("WRONG_STATE")


@pytest.mark.parametrize("command", [STEP, INVITE, START, PAUSE, replace(TELL, team_id=TEAM)])
def test_a_team_of_others_is_not_there(command: OwnTeamCommand | ShareExperience) -> None:
    assert not command.is_addressed(NO_MEMBER)
    given(STEPPED).when(command, NO_MEMBER).refused("NOT_FOUND")
    assert command.weighed_members(SENDER) == (TEAM, (SENDER,))
    assert command.is_addressed(ME)


def test_somebody_tells_of_a_team_of_theirs_or_in_general() -> None:
    given().when(replace(TELL, team_id=TEAM), ME).then(
        ExperienceShared(experience=NEW, person=SENDER, team=TEAM)
    )
    assert TELL.is_addressed(NO_MEMBER)
    given().when(TELL, NO_MEMBER).then(ExperienceShared(experience=NEW, person=SENDER))


def test_the_words_of_an_experience_are_kept_in_the_stream_of_who_tells_it() -> None:
    written = words_of(TELL, ME)
    assert isinstance(written, WriteExperience)
    assert written.streams(ME) == (f"teamwork-{SENDER}",)
    given().when(written).then(ExperienceWritten(experience=NEW, text="Het werkt."))
    assert TELL.streams(ME) == (f"rollout-{ORGANISATION}",)


def test_who_left_tells_nothing_any_more() -> None:
    given().when(TELL, left()).refused("WRONG_STATE")


def left() -> DecisionContext:
    return replace(NO_MEMBER, sender_left=True)


def test_an_experience_says_something_and_not_too_much() -> None:
    for text in (" ", "x" * (EXPERIENCE_CHARS_MAX + 1)):
        (refusal,) = replace(TELL, text=text).refusals()
        assert (refusal.code, refusal.field) == ("INVALID_INPUT", ("text",))


def test_the_working_group_publishes_a_material_in_both_languages() -> None:
    linked = replace(MATERIAL, link="https://mee.example/begin")
    given().when(linked).then(
        MaterialPublished(
            material=NEW,
            title_nl="Begin",
            title_en="Start",
            text_nl="Zo.",
            text_en="So.",
            link="https://mee.example/begin",
        )
    )
    wrong = replace(MATERIAL, title=Words(nl=" ", en="Start"), link="http://mee.example")
    assert [refusal.field for refusal in wrong.refusals()] == [("title", "nl"), ("link",)]


def test_there_is_room_for_so_many_materials() -> None:
    one = MaterialPublished(material=NEW, title_nl="a", title_en="b", text_nl="c", text_en="d")
    given(*[one] * (MATERIALS_MAX - 1)).when(MATERIAL).then(
        replace(one, title_nl="Begin", title_en="Start", text_nl="Zo.", text_en="So.")
    )
    given(*[one] * MATERIALS_MAX).when(MATERIAL).refused("LIMIT_REACHED")


def test_no_event_enrols_anybody_and_no_input_names_another_person() -> None:
    assert not [name for name in event_types() if "enrol" in name]
    for kind in (StepForwardAsFrontRunner, InviteTeam, StartTeam, PauseTeam):
        assert kind.__struct_fields__ == ("team_id",)
    assert set(ShareExperience.__struct_fields__) == {"text", "team_id"}
