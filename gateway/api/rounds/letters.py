"""`invitationLetters` and `confirmLetters`: letters to raters who get no mail, printed by the adviser."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from collections.abc import Sequence
from datetime import datetime

import strawberry

from gateway.api.command_result import command_result
from gateway.api.root_fields import mutation, query
from gateway.api.rounds.letter_page import LetterFacts, letters_page
from gateway.api.sending import CommandInput, CommandPayload, send_command
from gateway.context import Context, Info
from gateway.errors import ErrorCode, GatewayError
from gateway.types.downloads import Download, download_of
from gateway.types.fields import field
from gateway.types.ids import refers_to
from rules.feedback.invitation import LETTERS_MAX
from rules.feedback.invitation import InvitationLetter as Letter

MEDIA_TYPE = "text/html;charset=utf-8"


@strawberry.type(description="A letter to somebody who was asked and gets no mail.")
class InvitationLetter:
    id: strawberry.ID = strawberry.field(description="For `confirmLetters`.")
    rater_name: str = strawberry.field(description="To whom it is to be handed.")
    closes_at: datetime = strawberry.field(description="Until then they can answer.")
    subject: strawberry.Private[str]

    @field(description="The person it is about, who must not get it in their hands.")
    async def subject_name(self, info: Info) -> str:
        return await info.context.loaders.names.load(self.subject) or ""


@strawberry.type(
    description=(
        "Letters to raters of open rounds who gave no address, or whose address no mail server accepted. "
        "Never one about the caller. Each is offered until `confirmLetters` says that it was printed, and "
        "never after that."
    )
)
class InvitationLetters:
    letters: list[InvitationLetter] = strawberry.field(
        description=f"Those that are due first; {LETTERS_MAX} at most, the next ones follow after these."
    )
    content: strawberry.Private[Sequence[Letter]]

    @field(
        description=(
            "All of `letters` in one file to print, a page of A4 each: whom it is about, until when, the "
            "code as text and as QR, and the promise in short. Null when there are none."
        )
    )
    async def file(self, info: Info) -> Download | None:
        if not self.content:
            return None
        return download_of(await _page(info.context, self.content), media_type=MEDIA_TYPE)


@strawberry.input(description="Letters that came out of the printer well.")
class ConfirmLettersInput(CommandInput):
    letter_ids: list[strawberry.ID] = refers_to(
        "InvitationLetter", description=f"From `invitationLetters`; {LETTERS_MAX} at most."
    )


@query(
    description=(
        "Letters to print for raters who get no mail. Asking changes nothing: a letter that did not come out "
        "of the printer is simply asked for again."
    )
)
async def invitation_letters(info: Info) -> InvitationLetters | None:
    context = info.context
    found = await context.gateway.bus.letters(identity=context.known_identity, role=context.role)
    letters = [
        InvitationLetter(
            id=strawberry.ID(one.invitation),
            rater_name=one.name,
            closes_at=one.closes_at,
            subject=one.subject,
        )
        for one in found
    ]
    return InvitationLetters(letters=letters, content=found)


@mutation(
    description=(
        "Say that letters were printed, so that their codes are not handed out again. An id that is no "
        "letter, or none any more, changes nothing."
    )
)
async def confirm_letters(info: Info, input: ConfirmLettersInput) -> CommandPayload:
    return CommandPayload(command=command_result(info, await send_command(info, input)))


async def _page(context: Context, letters: Sequence[Letter]) -> bytes:
    gateway = context.gateway
    if not gateway.public_url:
        message = "Letters need the address where raters reach this installation: IPP_PUBLIC_URL is not set."
        raise GatewayError(ErrorCode.UNAVAILABLE, message)
    names = await context.loaders.names.load_many([letter.subject for letter in letters])
    facts = [
        LetterFacts(
            letter=letter, subject_name=name or "", closes_at=gateway.calendar.local(letter.closes_at)
        )
        for letter, name in zip(letters, names, strict=True)
    ]
    return letters_page(facts, public_url=gateway.public_url, keeper=gateway.keeper).encode()
