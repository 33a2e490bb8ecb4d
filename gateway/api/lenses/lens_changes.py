"""The mutations with which the working group makes lenses."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import date

import strawberry
from strawberry import UNSET

from gateway.api.command_result import CommandResult, command_result
from gateway.api.lenses.lenses import LensVersion, lens_version
from gateway.api.root_fields import mutation
from gateway.api.sending import CommandInput, can_show_result, send_command
from gateway.context import Info
from gateway.types.enums import LensForm, Perspective, QuestionKind
from gateway.types.texts import LocalTextInput
from projections.views import lenses as view
from rules import commands
from rules.feedback.lens_versions import LensState


@strawberry.input(description="A new lens, or the next version of one.")
class DraftLensInput(CommandInput):
    lens_id: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description="The lens that gets a next version, with the last one's questions; left out: a new lens.",
    )
    name: LocalTextInput = strawberry.field(description="What people choose it by.")
    form: LensForm | None = strawberry.field(
        default=UNSET, description="Of a new lens, STANDARD when left out. It never changes."
    )


@strawberry.input(description="A question at the end of the draft.")
class AddQuestionInput(CommandInput):
    lens_id: strawberry.ID = strawberry.field(description="The lens, which has a draft.")
    kind: QuestionKind = strawberry.field(description="How it is answered.")
    text: LocalTextInput = strawberry.field(description="What people read; short in an easy lens.")
    perspectives: list[Perspective] = strawberry.field(description="The sides that are asked it.")


@strawberry.input(description="Other words for a question of the draft.")
class RewordQuestionInput(CommandInput):
    lens_id: strawberry.ID = strawberry.field(description="The lens, which has a draft.")
    question_id: strawberry.ID = strawberry.field(description="The question.")
    text: LocalTextInput = strawberry.field(description="What people read from now on.")


@strawberry.input(description="A question that leaves the draft.")
class DropQuestionInput(CommandInput):
    lens_id: strawberry.ID = strawberry.field(description="The lens, which has a draft.")
    question_id: strawberry.ID = strawberry.field(description="The question.")


@strawberry.input(description="A trial of the draft with people.")
class PilotLensInput(CommandInput):
    lens_id: strawberry.ID = strawberry.field(description="The lens, which has a draft.")
    on: date = strawberry.field(description="The day of the trial.")
    people: int = strawberry.field(description="How many people took part, 1 at least.")
    clients: int = strawberry.field(
        default=0, description="How many of them were clients; an easy lens needs 2 at least."
    )
    findings: str | None = strawberry.field(
        default=UNSET, description="What came out, for the working group; name nobody."
    )


@strawberry.input(description="The draft to be published.")
class PublishLensInput(CommandInput):
    lens_id: strawberry.ID = strawberry.field(description="The lens, which has a draft.")


@strawberry.input(description="A lens that nobody is to use any more.")
class WithdrawLensInput(CommandInput):
    lens_id: strawberry.ID = strawberry.field(description="The lens.")
    reason: str = strawberry.field(description="Why, for the log.")


@strawberry.type(description="How the command ended, and the version of the lens that it was about.")
class LensPayload:
    command: CommandResult = strawberry.field(description="How the command ended.")
    lens: LensVersion | None = strawberry.field(description="Null when the view has not seen it yet.")


@mutation(description="A new lens, or the next version of one.")
async def draft_lens(info: Info, input: DraftLensInput) -> LensPayload:
    return await _payload(info, await send_command(info, input))


@mutation(description="Adds a question at the end of the draft.")
async def add_question(info: Info, input: AddQuestionInput) -> LensPayload:
    return await _payload(info, await send_command(info, input))


@mutation(description="Gives a question of the draft other words.")
async def reword_question(info: Info, input: RewordQuestionInput) -> LensPayload:
    return await _payload(info, await send_command(info, input))


@mutation(description="Takes a question out of the draft.")
async def drop_question(info: Info, input: DropQuestionInput) -> LensPayload:
    return await _payload(info, await send_command(info, input))


@mutation(
    description="Records that people tried the draft; after a changed question it is to be tried again."
)
async def pilot_lens(info: Info, input: PilotLensInput) -> LensPayload:
    return await _payload(info, await send_command(info, input))


@mutation(description="By another member than the one who recorded its pilot.")
async def publish_lens(info: Info, input: PublishLensInput) -> LensPayload:
    return await _payload(info, await send_command(info, input))


@mutation(description="Nobody can use its published versions any more; without one, its draft is given up.")
async def withdraw_lens(info: Info, input: WithdrawLensInput) -> LensPayload:
    return await _payload(info, await send_command(info, input), state=LensState.WITHDRAWN)


async def _payload(
    info: Info, result: commands.CommandResult, *, state: LensState | None = None
) -> LensPayload:
    """Return the payload with the lens's newest version, or the newest one in a state."""
    seen = await can_show_result(info, result, view.VIEW)
    versions = await _versions_of(info, result.entity_id) if seen and result.entity_id else []
    newest = max(
        (version for version in versions if state in {None, version.state}),
        key=lambda version: version.number,
        default=None,
    )
    return LensPayload(command=command_result(info, result), lens=lens_version(newest) if newest else None)


async def _versions_of(info: Info, lens: str) -> list[view.LensVersion]:
    async with info.context.gateway.reader.connection() as connection:
        return list((await view.of_lenses(connection, [lens])).values())
