"""Comments that a subject asks the confidential adviser about, and masking them."""

# ruff: noqa: A002 - arguments are called as in GraphQL

import strawberry

from gateway.api.command_result import command_result
from gateway.api.root_fields import mutation, query
from gateway.api.sending import CommandInput, CommandPayload, send_command
from gateway.context import Info
from projections.views import rounds as view
from rules.feedback.comments import comment_id


@strawberry.type(description="A comment that its subject flagged, and nothing around it.")
class FlaggedComment:
    id: strawberry.ID
    text: str = strawberry.field(description="What somebody wrote.")
    reason: str = strawberry.field(description="Why the subject asks to look at it.")


@strawberry.input
class FlagCommentInput(CommandInput):
    comment_id: strawberry.ID = strawberry.field(description="The fragment, from the caller's own mirror.")
    reason: str = strawberry.field(description="For the confidential adviser, who reads it with the comment.")


@strawberry.input
class MaskCommentInput(CommandInput):
    comment_id: strawberry.ID = strawberry.field(
        description="The comment that its subject flagged, or whose id its subject handed over."
    )
    reason: str = strawberry.field(description="Why, for the log.")


@mutation(description="Ask the confidential adviser to look at a comment, who may mask it.")
async def flag_comment(info: Info, input: FlagCommentInput) -> CommandPayload:
    return CommandPayload(command=command_result(info, await send_command(info, input)))


@mutation(
    description=(
        "Make a comment unreadable for good, at the request of its subject or of the person who wrote it."
    )
)
async def mask_comment(info: Info, input: MaskCommentInput) -> CommandPayload:
    return CommandPayload(command=command_result(info, await send_command(info, input)))


@query(
    description="Comments that subjects flagged and that are not masked, the longest waiting first.",
    items_max=view.FLAGGED_MAX,
)
async def flagged_comments(info: Info) -> list[FlaggedComment] | None:
    await info.context.check_fresh(view.VIEW)
    async with info.context.gateway.reader.connection() as connection:
        found = await view.flagged_fragments(connection)
    return [
        FlaggedComment(
            id=strawberry.ID(comment_id(one.subject, one.fragment)), text=one.text, reason=one.reason
        )
        for one in found
    ]
