"""`lenses` and `lensDrafts`: the question sets of feedback rounds."""

from datetime import date, datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from gateway.api.root_fields import query
from gateway.context import Context, Info
from gateway.reading.view_reader import check_organisation_not_parked
from gateway.types.enums import LensForm, LensState, Perspective, QuestionKind
from gateway.types.fields import field
from gateway.types.ids import LENS, refers_to
from gateway.types.scalars import Position
from gateway.types.texts import LocalText
from projections.views import lenses as view
from rules.access.lenses import SEE_FINDINGS
from rules.feedback import questions as rules
from rules.feedback.lens_versions import minutes_to_answer, version_id

LENSES_ASSUMED = 30
"""Versions that the cost of a list is measured with; the list itself has no limit."""

WaitFor = Annotated[
    list[Position] | None, strawberry.argument(description="Positions of your commands that it has to show.")
]


@strawberry.type(description="What is asked, and who is asked it.")
class Question:
    id: strawberry.ID = strawberry.field(description="Of this question in this version.")
    kind: QuestionKind = strawberry.field(description="How it is answered.")
    text: LocalText = strawberry.field(description="What people read.")
    perspectives: list[Perspective] = strawberry.field(description="The sides that are asked it.")


@strawberry.type(description="A trial of the questions with people.")
class LensPilot:
    on: date = strawberry.field(description="The day of the trial.")
    people: int = strawberry.field(description="How many people took part.")
    clients: int = strawberry.field(description="How many of them were clients.")
    outdated: bool = strawberry.field(
        description="True when a question was changed after it, so that it no longer counts."
    )
    found: strawberry.Private[str | None]

    @field(description="What came out. Only the working group reads it; null for all others.")
    def findings(self, info: Info) -> str | None:
        return self.found if info.context.role in SEE_FINDINGS else None


@strawberry.type(description="A set of questions made by the working group.")
class LensVersion:
    id: strawberry.ID = strawberry.field(description="Of this version; a round is prepared with it.")
    lens_id: strawberry.ID = refers_to(LENS, description="Of the lens, the same in all its versions.")
    version: int = strawberry.field(description="Of the lens's stream, for `expectedVersion`.")
    name: LocalText = strawberry.field(description="What people choose it by.")
    number: int = strawberry.field(description="1, 2, 3 … of this lens.")
    state: LensState = strawberry.field(description="Whether it is in the making, in use, or out of use.")
    form: LensForm = strawberry.field(description="How it looks; the same in all versions of a lens.")
    minutes: int = strawberry.field(description="About so long to answer.")
    questions: list[Question] = strawberry.field(description="In the order in which they are asked.")
    pilots: list[LensPilot] = strawberry.field(description="In the order in which they were recorded.")
    published_at: datetime | None = strawberry.field(description="Null until it is published.")


def lens_version(found: view.LensVersion) -> LensVersion:
    """Return a version as it is shown."""
    return LensVersion(
        id=strawberry.ID(version_id(found.lens, found.number)),
        lens_id=strawberry.ID(found.lens),
        version=found.version,
        name=LocalText(nl=found.nl, en=found.en),
        number=found.number,
        state=found.state,
        form=found.form,
        minutes=minutes_to_answer(found.questions),
        questions=[question_shown(question) for question in found.questions],
        pilots=[_pilot(pilot) for pilot in found.pilots],
        published_at=found.published_at,
    )


def question_shown(question: rules.Question) -> Question:
    """Return a question as it is shown."""
    return Question(
        id=strawberry.ID(question.question),
        kind=question.kind,
        text=LocalText(nl=question.nl, en=question.en),
        perspectives=list(question.perspectives),
    )


def _pilot(pilot: view.Pilot) -> LensPilot:
    return LensPilot(
        on=pilot.on_day,
        people=pilot.people,
        clients=pilot.clients,
        outdated=pilot.outdated,
        found=pilot.findings,
    )


async def lens_version_of(context: Context, lens: str, number: int) -> LensVersion | None:
    """Return the version that a round uses, whatever became of it; None if the view has not seen it yet."""
    found = await context.loaders.lenses.load((lens, number))
    return lens_version(found) if found else None


@query(description="The newest published version of each lens, by name.", items_max=LENSES_ASSUMED)
async def lenses(info: Info, wait_for: WaitFor = UNSET) -> list[LensVersion] | None:
    await info.wait_for(wait_for, view.VIEW)
    async with info.context.gateway.reader.connection() as connection:
        await check_organisation_not_parked(connection, view.VIEW)
        found = await view.offered(connection)
    return [lens_version(version) for version in found]


@query(description="Drafts, pilots and withdrawn versions, by name.", items_max=LENSES_ASSUMED)
async def lens_drafts(info: Info, wait_for: WaitFor = UNSET) -> list[LensVersion] | None:
    await info.wait_for(wait_for, view.VIEW)
    async with info.context.gateway.reader.connection() as connection:
        await check_organisation_not_parked(connection, view.VIEW)
        found = await view.not_published(connection)
    return [lens_version(version) for version in found]
