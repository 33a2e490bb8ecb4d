"""Evidence and reflections."""

from datetime import datetime
from typing import Final, assert_never

import msgspec

from events.catalog.portfolio.evidence import (
    EvidenceAdded,
    EvidenceEvent,
    EvidenceWithdrawn,
    ReflectionWritten,
)
from projections.changes import Changes, as_json
from projections.table import Column, moment_columns, text_columns
from projections.views.profile.layout import ORDINAL, TALENT_IDS, profile_table
from rules.kinds import EvidenceKind

EVIDENCE: Final = profile_table(
    "evidence",
    ORDINAL,
    *text_columns("evidence", "kind", "title"),
    *text_columns("link", "text", nullable=True),
    TALENT_IDS,
    *moment_columns("added_at"),
    *moment_columns("withdrawn_at", nullable=True),
    key=("evidence",),
)
REFLECTIONS: Final = profile_table(
    "reflections",
    ORDINAL,
    *text_columns("reflection", "text"),
    Column(name="about", type="jsonb"),
    *moment_columns("written_at"),
    key=("reflection",),
)


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A story has `text`; a link or badge has `link`."""

    evidence: str
    kind: EvidenceKind
    title: str
    link: str | None
    text: str | None
    talents: tuple[str, ...]
    added_at: datetime
    withdrawn_at: datetime | None = None


class Reflection(msgspec.Struct, frozen=True, kw_only=True):
    reflection: str
    text: str
    about: tuple[str, ...]
    written_at: datetime


def fold_evidence(event: EvidenceEvent, at: datetime, ordinal: int, changes: Changes) -> None:
    match event:
        case EvidenceAdded():
            changes.put(
                EVIDENCE,
                ordinal=ordinal,
                evidence=event.evidence,
                kind=event.kind,
                title=event.title,
                link=event.link,
                text=event.text,
                talents=as_json(event.talents),
                added_at=at,
                withdrawn_at=None,
            )
        case ReflectionWritten(reflection=reflection, text=text, about=about):
            written = {"about": as_json(about), "written_at": at}
            changes.put(REFLECTIONS, ordinal=ordinal, reflection=reflection, text=text, **written)
        case EvidenceWithdrawn(evidence=evidence):
            changes.set(EVIDENCE, evidence=evidence, withdrawn_at=at)
        case _:
            assert_never(event)
