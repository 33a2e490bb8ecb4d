"""Commands of members on the goals that the team has together."""

from typing import ClassVar, Final

from typing_extensions import override

from rules.commands import Refusal
from services.contexts.team.members import NewOfTeam, OnThing
from services.decisions.validation import invalid, number_refusals, text_refusals

JOINT_GOAL_CHARS_MAX: Final = 500
ORIGINS_MAX: Final = 20
"""The most goals on offer that one joint goal grows from."""
PROGRESS_MAX: Final = 100


class AdoptJointGoal(NewOfTeam, frozen=True, kw_only=True):
    """Make a joint goal of goals that their owners offer to the team."""

    holds_words: ClassVar[bool] = True

    text: str
    from_goal_ids: tuple[str, ...]
    """Ids of offers (rules/team/goal_offers.py), not of the goals, which are their owners' alone."""

    @override
    def picked_goal_offers(self) -> tuple[str, ...]:
        return self.from_goal_ids

    @override
    def refusals(self) -> list[Refusal]:
        return [
            *text_refusals(self.text, "text", chars_max=JOINT_GOAL_CHARS_MAX, lines=True),
            *_origins_refusals(self.from_goal_ids),
        ]


class JointGoalChange(OnThing, frozen=True, kw_only=True):
    """A command on a joint goal."""

    joint_goal_id: str

    @override
    def thing(self) -> str:
        return self.joint_goal_id


class NoteJointGoalProgress(JointGoalChange, frozen=True, kw_only=True):
    """Note the estimate of a member, 0 to 100."""

    progress: int

    @override
    def refusals(self) -> list[Refusal]:
        return number_refusals(self.progress, "progress", lowest=0, highest=PROGRESS_MAX)


class ReachJointGoal(JointGoalChange, frozen=True, kw_only=True):
    pass


JointGoalCommand = AdoptJointGoal | NoteJointGoalProgress | ReachJointGoal


def _origins_refusals(origins: tuple[str, ...]) -> list[Refusal]:
    if not origins:
        nl = "Kies minstens één doel dat iemand aan het team aanbiedt."
        en = "Choose at least one goal that somebody offers to the team."
        return [invalid(("fromGoalIds",), nl=nl, en=en)]
    if len(origins) > ORIGINS_MAX:
        nl, en = f"Kies er hoogstens {ORIGINS_MAX}.", f"Choose {ORIGINS_MAX} at most."
        return [invalid(("fromGoalIds",), nl=nl, en=en)]
    return []
