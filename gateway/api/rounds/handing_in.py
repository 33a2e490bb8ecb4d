"""`submitFeedback`: handing in, replacing and taking back, which all get the same reply."""

# ruff: noqa: A002 - arguments are called as in GraphQL

import base64

import strawberry
from strawberry import UNSET

from events.privacy.answers import seal_answers
from gateway.api.command_result import command_result
from gateway.api.root_fields import mutation
from gateway.api.rounds.answers import AnswersInput, given_answers
from gateway.api.rounds.raters import found_invitation, lens_asked
from gateway.api.sending import CommandPayload, UnversionedInput
from gateway.context import Context, Info
from gateway.errors import ErrorCode, GatewayError
from gateway.types.scalars import Bytes
from rules import commands
from rules.feedback.answers import AnswersTooLongError, HandedIn, check_answers, fill_up
from rules.texts import LocalLine


@strawberry.input(description="How it is handed in. The reply is the same either way.", one_of=True)
class FeedbackInput:
    sealed: Bytes | None = strawberry.field(
        default=UNSET,
        description=(
            "Locked in the browser with `RoundKey`: the encapsulated key, then the ciphertext; always of the "
            "same size."
        ),
    )
    plain: AnswersInput | None = strawberry.field(
        default=UNSET,
        description=(
            "Locked at the gateway, which reads them in passing: for a client that can't do it itself, and "
            "whose page says so before the first question."
        ),
    )


@strawberry.input(description="What the bearer of an invitation hands in.")
class SubmitFeedbackInput(UnversionedInput):
    feedback: FeedbackInput = strawberry.field(description="The answers, all of them.")


@mutation(
    description=(
        "Hands in the whole of the answers; again replaces them, and `takeBack` takes them back, until "
        "closing. ACCEPTED means kept, on the word of the log: it will be counted, and nobody can read it "
        "back. The answer never says whether it was the first. Declining is handing in nothing. What proves "
        "not to fit the lens when opened counts as not given."
    )
)
async def submit_feedback(info: Info, input: SubmitFeedbackInput) -> CommandPayload:
    result = await _handed_in(info.context, str(input.command_id), input.feedback)
    return CommandPayload(command=command_result(info, result))


async def _handed_in(context: Context, command_id: str, feedback: FeedbackInput) -> commands.CommandResult:
    if context.identity is None:
        raise GatewayError(ErrorCode.UNAUTHENTICATED, "This needs the code of an invitation.")
    if isinstance(feedback.plain, AnswersInput):
        sealed = await _sealed(context, feedback.plain)
        if isinstance(sealed, list):
            return commands.CommandResult(command_id=command_id, outcome="REFUSED", refusals=tuple(sealed))
    else:
        sealed = feedback.sealed or Bytes("")
    request = commands.CommandRequest(name="submitFeedback", command_id=command_id, input={"sealed": sealed})
    return await context.gateway.bus.send(request, identity=context.identity, role=context.role)


async def _sealed(context: Context, plain: AnswersInput) -> Bytes | list[commands.Refusal]:
    """Seal answers as a browser would, or return what is wrong with them: nobody else can read them."""
    found = await found_invitation(context)
    if found is None:
        return Bytes("")  # the services refuse it, in their words for an invitation that is over
    lens = await lens_asked(context, found)
    given = given_answers(plain.answers)
    _, faults = check_answers(given, questions=lens.questions, form=lens.form, perspective=found.perspective)
    if refusals := [_refusal(("answers", str(fault.place)), fault.line) for fault in faults]:
        return refusals
    if plain.take_back is bool(given):
        return [_refusal(("takeBack",) if plain.take_back else ("answers",), _EITHER)]
    try:
        filled = fill_up(HandedIn(answers=given, take_back=plain.take_back, helped=plain.helped))
    except AnswersTooLongError:
        return [_refusal(("answers",), _TOO_LONG)]
    return Bytes(base64.b64encode(seal_answers(found.public_key, found.info, filled)).decode())


def _refusal(field: tuple[str, ...], line: LocalLine) -> commands.Refusal:
    where = ("feedback", "plain", *field)
    return commands.Refusal(code="INVALID_INPUT", nl=line.nl, en=line.en, field=where)


_EITHER = LocalLine(
    nl="Geef minstens één antwoord, of neem alles terug: dan zonder antwoorden.",
    en="Give one answer at least, or take everything back: then without answers.",
)
_TOO_LONG = LocalLine(
    nl="Alles samen is te lang. Maak je teksten korter.",
    en="All together is too long. Please shorten your texts.",
)
