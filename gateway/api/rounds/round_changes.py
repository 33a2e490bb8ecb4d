"""The mutations with which a subject runs a feedback round."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import datetime

import strawberry
from strawberry import UNSET

from gateway.api.command_result import command_result
from gateway.api.root_fields import mutation
from gateway.api.rounds.answers import AnswerInput
from gateway.api.rounds.rounds import FeedbackRound, round_by_id
from gateway.api.sending import CHANGED, CommandInput, CommandPayload, can_show_result, send_command
from gateway.context import Info
from gateway.types.enums import Language, Perspective
from projections.views import rounds as view
from rules import commands

ROUND_ID = "The round, one of the caller's own."


@strawberry.input
class PrepareRoundInput(CommandInput):
    lens_version_id: strawberry.ID = strawberry.field(
        description="The questions: a published version of a lens."
    )
    closes_at: datetime = strawberry.field(description="The end, 1 to 60 days ahead.")
    own_question: str | None = strawberry.field(
        default=UNSET,
        description="An own question to all, 600 characters at most; none when left out.",
    )


@strawberry.input(
    description=(
        "Somebody without an account; never a PEER or REPORT. Without an address, a letter with a code is "
        "printed by the confidential adviser, never by the subject."
    )
)
class OutsiderInput:
    name: str = strawberry.field(description="As it is to be in the mail or the letter.")
    email: str | None = strawberry.field(default=UNSET, description="The address; left out for a letter.")
    language: Language = strawberry.field(default=Language.NL, description="Of the mail or the letter.")


@strawberry.input(description="Whom to ask.", one_of=True)
class RaterInput:
    colleague_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="Somebody who works here."
    )
    outsider: OutsiderInput | None = strawberry.field(default=UNSET, description="Somebody else.")


@strawberry.input
class InviteRaterInput(CommandInput):
    round_id: strawberry.ID = strawberry.field(description=ROUND_ID)
    perspective: Perspective = strawberry.field(description="From which side they look; not SELF.")
    rater: RaterInput = strawberry.field(description="Whom to ask.")


@strawberry.input
class RevokeInvitationInput(CommandInput):
    round_id: strawberry.ID = strawberry.field(description=ROUND_ID)
    invitation_id: strawberry.ID = strawberry.field(description="An invitation of this round.")


@strawberry.input
class OpenRoundInput(CommandInput):
    round_id: strawberry.ID = strawberry.field(description=ROUND_ID)


@strawberry.input
class FillSelfMirrorInput(CommandInput):
    round_id: strawberry.ID = strawberry.field(description=ROUND_ID)
    answers: list[AnswerInput] = strawberry.field(
        description="All of the own answers; they replace those given before."
    )


@strawberry.input
class ExtendRoundInput(CommandInput):
    round_id: strawberry.ID = strawberry.field(description=ROUND_ID)
    closes_at: datetime = strawberry.field(
        description="A later end; of an open round 90 days after its opening at most."
    )


@strawberry.input
class RemindRatersInput(CommandInput):
    round_id: strawberry.ID = strawberry.field(description=ROUND_ID)


@strawberry.input
class CloseRoundInput(CommandInput):
    round_id: strawberry.ID = strawberry.field(description=ROUND_ID)


@strawberry.input
class CancelRoundInput(CommandInput):
    round_id: strawberry.ID = strawberry.field(description=ROUND_ID)


@strawberry.type
class RoundPayload(CommandPayload):
    round: FeedbackRound | None = strawberry.field(description=CHANGED)


@mutation(description="Begin a round; nobody is mailed before it opens.")
async def prepare_round(info: Info, input: PrepareRoundInput) -> RoundPayload:
    return await _payload(info, await send_command(info, input))


@mutation(
    description=(
        "Put somebody on the list of a round that is not open yet. Nobody is asked more often in a quarter "
        "than the policy allows."
    )
)
async def invite_rater(info: Info, input: InviteRaterInput) -> RoundPayload:
    return await _payload(info, await send_command(info, input))


@mutation(description="Take somebody off the list, before the round opens.")
async def revoke_invitation(info: Info, input: RevokeInvitationInput) -> RoundPayload:
    return await _payload(info, await send_command(info, input))


@mutation(description="Fix questions, floors, policy, invitations and attribution, and send the mails.")
async def open_round(info: Info, input: OpenRoundInput) -> RoundPayload:
    return await _payload(info, await send_command(info, input))


@mutation(description="Give the own answers, before the round closes.")
async def fill_self_mirror(info: Info, input: FillSelfMirrorInput) -> RoundPayload:
    return await _payload(info, await send_command(info, input))


@mutation(description="Give raters more time.")
async def extend_round(info: Info, input: ExtendRoundInput) -> RoundPayload:
    return await _payload(info, await send_command(info, input))


@mutation(
    description="Remind everybody who was invited, since nobody knows who answered; 3 times, once a day."
)
async def remind_raters(info: Info, input: RemindRatersInput) -> RoundPayload:
    return await _payload(info, await send_command(info, input))


@mutation(description="Close a round before its date. It is CLOSING for some seconds.")
async def close_round(info: Info, input: CloseRoundInput) -> RoundPayload:
    return await _payload(info, await send_command(info, input))


@mutation(
    description=(
        "Make what was handed in unreadable. A round that had opened still counts for the time between two "
        "rounds."
    )
)
async def cancel_round(info: Info, input: CancelRoundInput) -> RoundPayload:
    return await _payload(info, await send_command(info, input))


async def _payload(info: Info, result: commands.CommandResult) -> RoundPayload:
    seen = await can_show_result(info, result, view.VIEW)
    found = None
    if seen and result.entity_id is not None:
        found = await round_by_id(info.context, info.context.person, result.entity_id)
    return RoundPayload(command=command_result(info, result), round=found)
