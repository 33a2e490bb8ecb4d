"""Insights, as their owner sees them."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import datetime

import strawberry
from strawberry import UNSET

from gateway.api.command_result import command_result
from gateway.api.portfolio.payloads import OwnersPayload
from gateway.api.portfolio.reads import changed_item
from gateway.api.portfolio.sharing import Shareable
from gateway.api.root_fields import mutation
from gateway.api.sending import CHANGED, CommandInput, send_command
from gateway.context import Info
from gateway.types.ids import refers_to
from projections.views import profile


@strawberry.type(description="An own conclusion from a mirror; private unless shared.")
class Insight(Shareable):
    round_id: strawberry.ID = refers_to("FeedbackRound", description="The round of the mirror.")
    question_id: strawberry.ID | None = refers_to(
        "Question", description="The question of the mirror that it is about; null: about the whole."
    )
    conclusion: str = strawberry.field(description="In the owner's words.")
    kept_at: datetime = strawberry.field(description="When it was kept.")


def insight_of(portfolio: profile.Portfolio, insight: profile.Insight) -> Insight:
    return Insight(
        id=strawberry.ID(insight.insight),
        portfolio=portfolio,
        round_id=strawberry.ID(insight.round),
        question_id=strawberry.ID(insight.question) if insight.question else None,
        conclusion=insight.conclusion,
        kept_at=insight.kept_at,
    )


@strawberry.input
class KeepMirrorInsightInput(CommandInput):
    round_id: strawberry.ID = strawberry.field(description="A closed round of the owner, with a mirror.")
    question_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="A question of that mirror; left out, it is about the whole."
    )
    conclusion: str = strawberry.field(description="In the owner's words, 1,000 characters at most.")


@strawberry.type
class InsightPayload(OwnersPayload):
    insight: Insight | None = strawberry.field(description=CHANGED)


@mutation(description="Keep a conclusion from a mirror. It may become a goal: see `SetGoalInput.insightIds`.")
async def keep_mirror_insight(info: Info, input: KeepMirrorInsightInput) -> InsightPayload:
    result = await send_command(info, input)
    portfolio, insight = await changed_item(
        info,
        result,
        lambda portfolio: portfolio.insights,
        lambda item: item.insight,
        insight_of,
        kind=Insight,
        parts=frozenset({"insights"}),
    )
    return InsightPayload(command=command_result(info, result), content=portfolio, insight=insight)
