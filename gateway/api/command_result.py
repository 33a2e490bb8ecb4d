"""How a command ended: the part that the payload of every mutation has."""

from enum import Enum
from uuid import UUID

import strawberry

from gateway.context import Info
from gateway.types.scalars import Position
from gateway.types.texts import LocalText
from rules import commands


@strawberry.enum(description="How a command ended.")
class CommandOutcome(Enum):
    ACCEPTED = strawberry.enum_value(
        "ACCEPTED", description="It happened and is kept for good, at `position`."
    )
    REFUSED = strawberry.enum_value(
        "REFUSED",
        description=(
            "This request applied nothing; `refusals` say why, in words for a screen. "
            "It is not kept: sent again, the command is decided anew."
        ),
    )
    UNSETTLED = strawberry.enum_value(
        "UNSETTLED",
        description=(
            "Not known yet, and not a failure. The service goes on finding out from the log, until it is "
            "started anew. Ask `command(id:)`; where that stays null, send the same `commandId` again. "
            "From then on only ACCEPTED and the refusal SETTLED are final."
        ),
    )


@strawberry.enum(
    description=(
        "What a client may want to act on; `message` says which limit, state or rule. "
        "May grow: treat an unknown code by its message."
    )
)
class RefusalCode(Enum):
    INVALID_INPUT = strawberry.enum_value(
        "INVALID_INPUT",
        description="Missing, malformed, out of range, too long, a day that lies wrong.",
    )
    TOO_LARGE = strawberry.enum_value(
        "TOO_LARGE", description="The whole change is too large for one commit."
    )
    NOT_FOUND = strawberry.enum_value(
        "NOT_FOUND", description="Not there, or not there for you: the two look alike."
    )
    CHANGED_MEANWHILE = strawberry.enum_value(
        "CHANGED_MEANWHILE",
        description="`expectedVersion` is no longer the version: load, show, ask again.",
    )
    TOO_BUSY = strawberry.enum_value(
        "TOO_BUSY", description="Other changes kept coming first: send it again."
    )
    SETTLED = strawberry.enum_value(
        "SETTLED",
        description="It was UNSETTLED, and the log now holds that it did not happen and never will.",
    )
    COMMAND_ID_REUSED = strawberry.enum_value(
        "COMMAND_ID_REUSED", description="This `commandId` came with another input before."
    )
    ALREADY_SO = strawberry.enum_value("ALREADY_SO", description="It is already so.")
    WRONG_STATE = strawberry.enum_value(
        "WRONG_STATE",
        description=(
            "The state of a thing does not allow it: paused, opened, closing, published, "
            "no longer on offer, not adopted."
        ),
    )
    LIMIT_REACHED = strawberry.enum_value(
        "LIMIT_REACHED",
        description="A limit of the policy, rounds per half year and invitations per quarter among them.",
    )
    NOT_CONSENTED = strawberry.enum_value(
        "NOT_CONSENTED",
        description=(
            "Policy, DPIA or works-council consent is missing, "
            "or names another version of the promise to raters."
        ),
    )
    SECOND_MEMBER_NEEDED = strawberry.enum_value(
        "SECOND_MEMBER_NEEDED", description="A second member of the working group has to do this."
    )
    TOO_FEW_RATERS = strawberry.enum_value(
        "TOO_FEW_RATERS",
        description=(
            "Only one person was invited from a perspective other than LEAD, or no perspective can "
            "reach its smallest number."
        ),
    )
    RATER_NOT_AVAILABLE = strawberry.enum_value(
        "RATER_NOT_AVAILABLE",
        description=(
            "PEER and REPORT are registered professionals; nobody is invited more often than the "
            "policy allows."
        ),
    )
    INVITATION_OVER = strawberry.enum_value(
        "INVITATION_OVER",
        description="The round is closing or over, or the invitation was taken back. One code for all.",
    )
    FLOOR_TOO_LOW = strawberry.enum_value(
        "FLOOR_TOO_LOW",
        description=(
            "A smallest number of people is below what the product allows, or lower than the works "
            "council agreed to."
        ),
    )
    CONFIRMATION_NEEDED = strawberry.enum_value(
        "CONFIRMATION_NEEDED",
        description="It may be a mistake: it happens only when the input confirms it, in the named field.",
    )
    ROLES_CONFLICT = strawberry.enum_value(
        "ROLES_CONFLICT",
        description=(
            "Roles that may not be in one hand, such as auditor and privacy officer; or a role for oneself."
        ),
    )


@strawberry.type(description="A reason why a command was not carried out, fit to show.")
class Refusal:
    code: RefusalCode = strawberry.field(description="What kind of reason it is.")
    message: LocalText = strawberry.field(description="The reason, in words for the person.")
    field: list[str] = strawberry.field(
        description='Path into `input`, such as ["name", "ownWords"]; empty when it concerns the whole.'
    )


@strawberry.type(description="How one command ended.")
class CommandResult:
    command_id: UUID = strawberry.field(description="The id that the client gave it.")
    outcome: CommandOutcome = strawberry.field(description="Whether it happened.")
    position: Position | None = strawberry.field(
        description="Give it to the next query as `waitFor`. Null unless accepted."
    )
    version: int | None = strawberry.field(
        description=(
            "The version now, for the next `expectedVersion`: after acceptance, or the one that made "
            "CHANGED_MEANWHILE. Null when what was changed is another person's."
        )
    )
    refusals: list[Refusal] = strawberry.field(
        description="Empty unless refused. All reasons at once, so that a form can mark all its fields."
    )


def command_result(info: Info, result: commands.CommandResult) -> CommandResult:
    """Return what a client is shown of how a command ended."""
    position_cipher = info.context.gateway.position_cipher
    return CommandResult(
        command_id=UUID(result.command_id),
        outcome=CommandOutcome[result.outcome],
        position=position_cipher.encode(result.position) if result.position else None,
        version=result.version,
        refusals=[
            Refusal(
                code=RefusalCode[refusal.code],
                message=LocalText(nl=refusal.nl, en=refusal.en),
                field=list(refusal.field),
            )
            for refusal in result.refusals
        ],
    )
