"""`Team.goalsOnOffer`: personal goals that members offer to their team, in the wording meant for it."""

from collections.abc import Sequence
from datetime import datetime

import strawberry

from gateway.api.names import Colleague
from gateway.api.showing import record_shown
from gateway.api.team.energies import team_asked
from gateway.api.team.reads import read_team
from gateway.api.team.team_part import TeamPart
from gateway.context import Context, Info
from gateway.types.fields import field
from gateway.types.ids import GOAL_OFFER, refers_to
from projections.views import shared
from projections.views import team as view
from rules.kinds import ItemKind

GOALS_ASSUMED = 50
"""How many goals the cost of the list is measured with; those that there are count while it is made."""


@strawberry.type(description="A personal goal on offer, in the wording meant for the team.")
class GoalOnOffer:
    goal_id: strawberry.ID = refers_to(
        GOAL_OFFER, description="The goal on offer, as `adoptJointGoal` takes it."
    )
    owner: Colleague = strawberry.field(description="Whose it is.")
    text: str = strawberry.field(description="The owner's wording for the team.")
    offered_at: datetime = strawberry.field(description="When it was offered.")


@strawberry.type
class GoalsOnOfferPart(TeamPart):
    @field(
        description="Goals that their owners offer to the team, not yet adopted; the newest first.",
        items_max=GOALS_ASSUMED,
    )
    async def goals_on_offer(self, info: Info) -> list[GoalOnOffer]:
        team = self.content.team
        offers = await offers_of(info.context, team)
        known = await read_team(info.context, team, lambda connection: view.offered_goals(connection, team))
        return await shown_goals(info.context, offers, known)


async def offers_of(context: Context, team: str) -> Sequence[shared.OfferedGoal]:
    """
    Return the goals on offer to a team, newest first; they are shown as `shown_goals` returns them.

    Several calls at the same moment read once. Raises UNAVAILABLE, and PARKED.
    """
    return await context.loaders.offers.load(team_asked(context, team))


async def shown_goals(
    context: Context, offers: Sequence[shared.OfferedGoal], known: Sequence[view.OfferedGoal]
) -> list[GoalOnOffer]:
    """
    Return those of these goals that are part of no joint goal, once their owners' read logs say so.

    `known` has the ids that a team adopts them by. A goal from before there were such ids has its own id,
    which `adoptJointGoal` refuses with the reason.
    """
    adopted = {(one.owner, one.goal) for one in known if one.adopted}
    ids = {(one.owner, one.goal): one.offer for one in known}
    offers = [one for one in offers if (one.owner, one.goal) not in adopted]
    await record_shown(context, "TEAM_PAGE", [(one.owner, ItemKind.GOAL, one.goal) for one in offers])
    return [
        GoalOnOffer(
            goal_id=strawberry.ID(ids.get((one.owner, one.goal), one.goal)),
            owner=Colleague(id=strawberry.ID(one.owner), display_name=one.owner_name),
            text=one.wording,
            offered_at=one.offered_at,
        )
        for one in offers
    ]
