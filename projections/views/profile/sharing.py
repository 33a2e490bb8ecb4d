"""Which items are shared with whom, and the consent to be counted anonymously."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, assert_never

import msgspec

from events.catalog.portfolio.sharing import (
    InsightConsentGiven,
    InsightConsentWithdrawn,
    ItemShared,
    ItemSharingEnded,
    SharingEvent,
)
from projections.changes import Changes, as_json
from projections.table import Column, moment_columns, text_columns
from projections.views.profile.layout import AT, ORDINAL, Past, profile_table
from rules.kinds import Audience, InsightScope, ItemKind

SHARINGS: Final = profile_table(
    "sharings",
    ORDINAL,
    *text_columns("sharing", "item", "kind", "audience"),
    Column(name="people", type="jsonb"),
    *text_columns("team", nullable=True),
    Column(name="with_energy", type="boolean"),
    Column(name="until", type="date"),
    *moment_columns("shared_at"),
    *moment_columns("ended_at", nullable=True),
    key=("sharing",),
    # Finds open sharings by their last day.
    indexes=(("ended_at", "until"),),
)
# Without scopes: consent was withdrawn.
CONSENTS: Final = profile_table(
    "consents",
    ORDINAL,
    AT,
    Column(name="scopes", type="jsonb", nullable=True),
    Column(name="notice_version", type="integer", nullable=True),
    key=("ordinal",),
)


class Sharing(msgspec.Struct, frozen=True, kw_only=True):
    """One opening of one item. `until` is its last day; it is ended soon after that."""

    sharing: str
    item: str
    kind: ItemKind
    audience: Audience
    people: tuple[str, ...]
    team: str | None
    with_energy: bool
    until: date
    shared_at: datetime
    ended_at: datetime | None = None


class ConsentRow(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime
    scopes: tuple[InsightScope, ...] | None
    notice_version: int | None


class InsightConsent(msgspec.Struct, frozen=True, kw_only=True):
    scopes: tuple[InsightScope, ...]
    since: datetime
    notice_version: int


def fold_sharing(event: SharingEvent, at: datetime, ordinal: int, changes: Changes) -> None:
    match event:
        case ItemShared():
            changes.put(
                SHARINGS,
                ordinal=ordinal,
                sharing=event.sharing,
                item=event.item,
                kind=event.kind,
                audience=event.audience,
                people=as_json(event.people),
                team=event.team,
                with_energy=event.with_energy,
                until=event.until,
                shared_at=at,
                ended_at=None,
            )
        case ItemSharingEnded(sharing=sharing):
            changes.set(SHARINGS, sharing=sharing, ended_at=at)
        case InsightConsentGiven(scopes=scopes, notice_version=notice):
            given = {"scopes": as_json(scopes), "notice_version": notice}
            changes.put(CONSENTS, ordinal=ordinal, at=at, **given)
        case InsightConsentWithdrawn():
            changes.put(CONSENTS, ordinal=ordinal, at=at, scopes=None, notice_version=None)
        case _:
            assert_never(event)


def consent_at(rows: Sequence[ConsentRow], past: Past) -> InsightConsent | None:
    last = next((row for row in rows if past(row.at)), None)
    if last is None or last.scopes is None or last.notice_version is None:
        return None
    return InsightConsent(scopes=last.scopes, since=last.at, notice_version=last.notice_version)
