"""`lensQuality`: how the questions of a lens work, in words over many rounds; never what was answered."""

from typing import Annotated, Final

import strawberry

from gateway.api.lenses.lenses import Question, question_shown
from gateway.api.root_fields import query
from gateway.context import Info
from gateway.reading.view_reader import check_organisation_not_parked
from gateway.types.enums import Portion
from projections.views import lenses, quality
from rules.feedback.lens_versions import lens_and_number
from rules.feedback.quality import ROUNDS_MIN, SUBMISSIONS_MIN
from rules.feedback.questions import QUESTIONS_MAX

_RESTS_ON: Final = f"Null until it rests on {ROUNDS_MIN} rounds and {SUBMISSIONS_MIN} submissions."


@strawberry.type(description="How a question works, over closed rounds.")
class QuestionQuality:
    question: Question = strawberry.field(description="The question.")
    answered: Portion | None = strawberry.field(
        description=f"The part of those asked who answered it. {_RESTS_ON}"
    )
    not_seen: Portion | None = strawberry.field(
        description=(
            "The part of those asked who said that they had not seen it; null also where that can't be "
            f"said. {_RESTS_ON}"
        )
    )


@query(
    description=(
        "How the questions of a version are answered, never what. Each figure moves only when "
        f"{ROUNDS_MIN} rounds and {SUBMISSIONS_MIN} submissions are new. Null for no such version."
    ),
    items_max=QUESTIONS_MAX,
)
async def lens_quality(
    info: Info,
    lens_version_id: Annotated[
        strawberry.ID, strawberry.argument(description="The version, from `lenses` or `lensDrafts`.")
    ],
) -> list[QuestionQuality] | None:
    named = lens_and_number(lens_version_id)
    if named is None:
        return None
    async with info.context.gateway.reader.connection() as connection:
        await check_organisation_not_parked(connection, lenses.VIEW, quality.VIEW)
        version = (await lenses.of_lenses(connection, [named[0]])).get(named)
        if version is None:
            return None
        figures = await quality.measured(connection, [one.question for one in version.questions])
    return [
        QuestionQuality(
            question=question_shown(question),
            answered=figure.answered if (figure := figures.get(question.question)) else None,
            not_seen=figure.not_seen if figure else None,
        )
        for question in version.questions
    ]
