"""`Me.rounds` and `round`: feedback rounds, as their subject sees them."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Annotated, Final

import strawberry
from strawberry import UNSET

from gateway.api.lenses.lenses import LensVersion, Question, lens_version, question_shown
from gateway.api.root_fields import query
from gateway.api.rounds.answers import Answer, answer_of
from gateway.api.rounds.mirror import Mirror, mirror_of
from gateway.context import Context, Info
from gateway.errors import ErrorCode, GatewayError
from gateway.types.arguments import WaitFor
from gateway.types.enums import Perspective
from gateway.types.fields import field
from gateway.types.texts import LocalText
from projections.views import lenses
from projections.views import rounds as view
from rules.feedback.invitation import InvitedPerson
from rules.feedback.own_question import questions_of_round
from rules.feedback.questions import RoundFloors as Floors
from rules.names import plain_name

TOO_FEW: Final = LocalText(
    nl="Er antwoordden te weinig mensen om veilig iets te tonen. Wat zij schreven is nergens bewaard.",
    en="Too few people answered to show anything safely. What they wrote is kept nowhere.",
)
"""One reason for all: nobody answered, one did, or some did of every side."""
_CANCELLED: Final = {
    "owner": LocalText(
        nl="Je hebt deze ronde afgebroken. Wat er was ingestuurd, is onleesbaar.",
        en="You cancelled this round. What was handed in is unreadable.",
    ),
    "key_lost": LocalText(
        nl=(
            "De sleutel van deze ronde is verloren gegaan, dus niemand kan openen wat er was ingestuurd. Je "
            "mag een nieuwe ronde openen."
        ),
        en="The key of this round was lost, so nobody can open what was handed in. You may open another.",
    ),
    "not_opened": LocalText(
        nl="Deze ronde werd niet geopend voordat haar tijd om was. Wie je wilde vragen, is vergeten.",
        en="This round was not opened before its time was up. Whom you wanted to ask is forgotten.",
    ),
    "portfolio_closed": LocalText(
        nl="Deze ronde eindigde omdat je je portfolio sloot.",
        en="This round ended because you closed your portfolio.",
    ),
    "employment_ended": LocalText(
        nl="Deze ronde eindigde omdat je hier niet meer werkt.",
        en="This round ended because you don't work here any more.",
    ),
}
_RUNNING: Final = frozenset({"PREPARED", "OPEN", "CLOSING"})


@strawberry.enum(description="From preparing to the mirror.")
class RoundState(Enum):
    PREPARED = strawberry.enum_value("PREPARED", description="Nobody was mailed yet.")
    OPEN = strawberry.enum_value("OPEN", description="Raters hand in.")
    CLOSING = strawberry.enum_value(
        "CLOSING",
        description=("What is in is in: no extension, no cancelling, no answer any more. It takes seconds."),
    )
    CLOSED = strawberry.enum_value("CLOSED", description="It ended, with a mirror unless too few answered.")
    CANCELLED = strawberry.enum_value("CANCELLED", description="It ended without a mirror.")


@strawberry.type(description="Smallest numbers of people of a round, as they were when it opened.")
class RoundFloors:
    raters: int = strawberry.field(description="Answers from a perspective.")
    clients: int = strawberry.field(description="The same of CLIENT and PARTNER.")
    comments: int = strawberry.field(description="People who wrote, before a comment is shown.")


@strawberry.enum(description="What became of the last mail to somebody; nothing in it depends on answers.")
class InvitationMail(Enum):
    WAITING = strawberry.enum_value(
        "WAITING", description="Not sent yet. If it stays so for minutes, the mail server is down."
    )
    SENT = strawberry.enum_value(
        "SENT", description="A mail server took it, or it was sent twice without an answer of the server."
    )
    NOT_ACCEPTED = strawberry.enum_value(
        "NOT_ACCEPTED",
        description="The mail server says that nobody has this address. They get a letter instead.",
    )


@strawberry.type(
    description=("Somebody whom the subject asked. Whether they answered is not known, here or anywhere.")
)
class Invitation:
    id: strawberry.ID
    perspective: Perspective = strawberry.field(description="From which side they look.")
    name: str = strawberry.field(description="Of a colleague as HR has it, of an outsider as it was given.")
    email: str | None = strawberry.field(
        description="Of an outsider, to see typing errors; null for a letter, and for a colleague."
    )
    mail: InvitationMail | None = strawberry.field(
        description="Null until the round is open, and for somebody to whom no mail goes."
    )


@strawberry.type(
    description=(
        "A 360, opened by its subject; only its subject gets this type. Nothing in it, its version included, "
        "moves when a rater answers."
    )
)
class FeedbackRound:
    id: strawberry.ID
    version: int = strawberry.field(description="Of all rounds of the person, for `expectedVersion`.")
    state: RoundState = strawberry.field(description="How far it is.")
    own_question: str | None = strawberry.field(description="The subject's own question to the raters.")
    prepared_at: datetime = strawberry.field(description="When it was begun.")
    opened_at: datetime | None = strawberry.field(description="Null before.")
    closes_at: datetime = strawberry.field(description="Until then raters can hand in.")
    floors: RoundFloors | None = strawberry.field(description="Fixed when it opens; null before.")
    reminders: int = strawberry.field(description="How often everybody was reminded.")
    content: strawberry.Private[view.Round]
    person: strawberry.Private[str]

    @field(description="The questions, in the version that the round began with.")
    async def lens(self, info: Info) -> LensVersion:
        return lens_version(await _lens(info.context, self.content))

    @field(
        description=(
            "40 at most, in the order in which they were asked. Empty when the round is over: the vault "
            "forgets."
        )
    )
    async def invitations(self, info: Info) -> list[Invitation]:
        context = info.context
        if self.content.state not in _RUNNING or context.identity is None:
            return []
        bus = context.gateway.bus
        people = await bus.invited(self.content.round, identity=context.identity, role=context.role)
        return [_invitation(person) for person in _in_order(people, self.content.invitations)]

    @field(description="The subject's own answers; empty until they are given.")
    def self_answers(self) -> list[Answer]:
        return [answer_of(answer) for answer in self.content.own_answers]

    @field(description="Null until CLOSED, and where too few answered to show any.")
    async def mirror(self, info: Info) -> Mirror | None:
        found = await self._mirror(info.context)
        if found is None or not found.contents.blocks:
            return None
        return mirror_of(self.person, found, await _questions(info.context, self.content))

    @field(description="Why a round that is over has no mirror; null while it runs, and with a mirror.")
    async def why_no_mirror(self, info: Info) -> LocalText | None:
        if self.content.state == "CANCELLED":
            return _CANCELLED[self.content.cancelled_for or "owner"]
        if self.content.state != "CLOSED":
            return None
        found = await self._mirror(info.context)
        return None if found is not None and found.contents.blocks else TOO_FEW

    async def _mirror(self, context: Context) -> view.Mirror | None:
        if self.content.state != "CLOSED":
            return None
        return await context.loaders.mirrors.load((self.person, self.content.round))


def feedback_round(person: str, found: view.Round) -> FeedbackRound:
    """Return a round as its subject sees it."""
    return FeedbackRound(
        id=strawberry.ID(found.round),
        version=found.version,
        state=RoundState[found.state],
        own_question=found.own_question,
        prepared_at=found.prepared_at,
        opened_at=found.opened_at,
        closes_at=found.closes_at,
        floors=_floors(found.floors) if found.floors else None,
        reminders=found.reminders,
        content=found,
        person=person,
    )


async def rounds_of(context: Context, person: str) -> list[FeedbackRound]:
    """Return a person's rounds, the newest first."""
    found = await context.gateway.reader.subject(
        view.VIEW, person, lambda connection: view.rounds_of(connection, person)
    )
    return [feedback_round(person, each) for each in found]


async def round_by_id(context: Context, person: str, round_: str) -> FeedbackRound | None:
    """Return one of a person's rounds; None if that person has no such round."""
    found = await context.gateway.reader.subject(
        view.VIEW, person, lambda connection: view.round_of(connection, person, round_)
    )
    return feedback_round(person, found) if found else None


@query(description="One of the caller's own rounds.")
async def round(  # noqa: A001 - as in GraphQL
    info: Info,
    id: Annotated[strawberry.ID, strawberry.argument(description="The round.")],
    wait_for: WaitFor = UNSET,
) -> FeedbackRound | None:
    await info.wait_for(wait_for, view.VIEW)
    return await round_by_id(info.context, info.context.person, id)


async def _lens(context: Context, found: view.Round) -> lenses.LensVersion:
    lens = await context.loaders.lenses.load((found.lens, found.lens_number))
    if lens is None:
        raise GatewayError(ErrorCode.NOT_YET, "The questions are not there yet; try again.")
    return lens


async def _questions(context: Context, found: view.Round) -> dict[str, Question]:
    lens = await _lens(context, found)
    every = questions_of_round(lens.questions, round_=found.round, own_question=found.own_question)
    return {question.question: question_shown(question) for question in every}


def _floors(floors: Floors) -> RoundFloors:
    return RoundFloors(raters=floors.raters, clients=floors.clients, comments=floors.comments)


def _in_order(people: Sequence[InvitedPerson], invitations: Sequence[view.Invitation]) -> list[InvitedPerson]:
    """Return people in the order in which they were invited; those whom the view has not seen yet last."""
    places = {one.invitation: place for place, one in enumerate(invitations)}
    return sorted(people, key=lambda one: (places.get(one.invitation, len(places)), plain_name(one.name)))


def _invitation(person: InvitedPerson) -> Invitation:
    return Invitation(
        id=strawberry.ID(person.invitation),
        perspective=person.perspective,
        name=person.name,
        email=person.email,
        mail=InvitationMail[person.mail] if person.mail else None,
    )
