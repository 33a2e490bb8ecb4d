"""Conversations and what was agreed in them."""

from datetime import date, datetime

import strawberry
from strawberry import Info

from gateway.context import Context
from gateway.fields import field
from gateway.queries.people import Colleague, colleague
from projections.views import profile


@strawberry.type(
    description="What was agreed in a conversation; all of it that the other party sees, and confirms."
)
class Agreement:
    id: strawberry.ID
    held_on: date
    text: str
    confirmed_at: datetime | None
    by: strawberry.Private[str]

    @field()
    async def owner(self, info: Info[Context, None]) -> Colleague:
        return await colleague(info.context, self.by)


@strawberry.type(description="Planned and recorded by its owner.")
class Conversation:
    id: strawberry.ID
    planned_for: date
    held_on: date | None = strawberry.field(description="Null until held.")
    agreements: list[Agreement]
    other: strawberry.Private[str]

    @field(name="with")
    async def with_(self, info: Info[Context, None]) -> Colleague:
        return await colleague(info.context, self.other)


def agreement_of(read: profile.Agreement) -> Agreement:
    return Agreement(
        id=strawberry.ID(read.agreement),
        held_on=read.held_on,
        text=read.text,
        confirmed_at=read.confirmed_at,
        by=read.owner,
    )


def conversation_of(read: profile.Conversation) -> Conversation:
    return Conversation(
        id=strawberry.ID(read.conversation),
        planned_for=read.planned_for,
        held_on=read.held_on,
        agreements=[agreement_of(agreement) for agreement in read.agreements],
        other=read.other,
    )
