"""Conversations, and the agreements made in them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, assert_never

import msgspec

from events.catalog.portfolio.conversations import (
    AgreementConfirmed,
    ConversationEvent,
    ConversationHeld,
    ConversationPlanned,
)
from projections.changes import Changes
from projections.table import Column, moment_columns, text_columns
from projections.views.profile.layout import ORDINAL, Past, if_past, newest_first, profile_table

CONVERSATIONS: Final = profile_table(
    "conversations",
    ORDINAL,
    *text_columns("conversation", "other"),
    Column(name="planned_for", type="date"),
    *moment_columns("planned_at"),
    Column(name="held_on", type="date", nullable=True),
    *moment_columns("held_at", nullable=True),
    key=("conversation",),
    indexes=(("other",),),
)
AGREEMENTS: Final = profile_table(
    "agreements",
    ORDINAL,
    Column(name="place", type="smallint"),
    *text_columns("agreement", "conversation"),
    Column(name="held_on", type="date"),
    *text_columns("text"),
    *moment_columns("made_at"),
    *moment_columns("confirmed_at", nullable=True),
    key=("agreement",),
    indexes=(("subject", "conversation"),),
)


class ConversationRow(msgspec.Struct, frozen=True, kw_only=True):
    conversation: str
    other: str
    planned_for: date
    planned_at: datetime
    held_on: date | None
    held_at: datetime | None


class AgreementRow(msgspec.Struct, frozen=True, kw_only=True):
    agreement: str
    conversation: str
    held_on: date
    text: str
    made_at: datetime
    confirmed_at: datetime | None


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """One agreement: all that the other party of the conversation may see of it."""

    agreement: str
    owner: str
    held_on: date
    text: str
    confirmed_at: datetime | None


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    conversation: str
    other: str
    planned_for: date
    held_on: date | None
    agreements: tuple[Agreement, ...] = ()


def fold_conversation(event: ConversationEvent, at: datetime, ordinal: int, changes: Changes) -> None:
    match event:
        case ConversationPlanned(conversation=conversation, other=other, planned_for=planned_for):
            changes.put(
                CONVERSATIONS,
                ordinal=ordinal,
                conversation=conversation,
                other=other,
                planned_for=planned_for,
                planned_at=at,
                held_on=None,
                held_at=None,
            )
        case ConversationHeld(conversation=conversation, held_on=held_on, agreements=agreements):
            changes.set(CONVERSATIONS, conversation=conversation, held_on=held_on, held_at=at)
            for place, made in enumerate(agreements):
                changes.put(
                    AGREEMENTS,
                    ordinal=ordinal,
                    place=place,
                    agreement=made.agreement,
                    conversation=conversation,
                    held_on=held_on,
                    text=made.text,
                    made_at=at,
                    confirmed_at=None,
                )
        case AgreementConfirmed(agreement=agreement):
            changes.set(AGREEMENTS, agreement=agreement, confirmed_at=at)
        case _:
            assert_never(event)


def conversations_at(
    person: str, rows: Sequence[ConversationRow], agreements: Sequence[AgreementRow], past: Past
) -> tuple[Conversation, ...]:
    made: dict[str, list[Agreement]] = defaultdict(list)
    for row in agreements:
        if past(row.made_at):
            agreement = Agreement(
                agreement=row.agreement,
                owner=person,
                held_on=row.held_on,
                text=row.text,
                confirmed_at=if_past(past, row.confirmed_at),
            )
            made[row.conversation].append(agreement)
    conversations = newest_first(
        Conversation(
            conversation=row.conversation,
            other=row.other,
            planned_for=row.planned_for,
            held_on=row.held_on if past(row.held_at) else None,
            agreements=tuple(made[row.conversation]),
        )
        for row in rows
        if past(row.planned_at)
    )
    by_day = sorted(conversations, key=lambda talk: talk.held_on or talk.planned_for, reverse=True)
    return tuple(sorted(by_day, key=lambda talk: talk.held_on is not None))
