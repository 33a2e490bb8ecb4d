"""Items of a portfolio as their owner sees them, all but talents, goals and conversations."""

from datetime import datetime
from enum import Enum

import strawberry

from gateway.queries.sharing import Shareable
from gateway.scalars import Url
from projections.views import profile


@strawberry.enum(description="Energiegever, energievreter.")
class EnergySourceKind(Enum):
    GIVER = "GIVER"
    DRAINER = "DRAINER"


@strawberry.enum(description="Hours in a usual working week.")
class HoursBand(Enum):
    UP_TO_2 = "UP_TO_2"
    FROM_2_TO_8 = "FROM_2_TO_8"
    FROM_8_TO_16 = "FROM_8_TO_16"
    OVER_16 = "OVER_16"


@strawberry.enum(description="What a piece of evidence consists of.")
class EvidenceKind(Enum):
    LINK = "LINK"
    BADGE = "BADGE"
    STORY = "STORY"


@strawberry.type(description="Who am I as a professional, in own words.")
class ProfileStatement(Shareable):
    text: str
    written_at: datetime


@strawberry.type(description="A concrete activity from the working week that gives or costs energy.")
class EnergySource(Shareable):
    kind: EnergySourceKind
    activity: str
    hours_per_week: HoursBand
    talent_ids: list[strawberry.ID]


@strawberry.type(description="What I want more of.")
class Passion(Shareable):
    text: str
    named_at: datetime


@strawberry.type(description="What shows it: the `text` of a STORY, the `link` of a LINK or BADGE.")
class Evidence(Shareable):
    kind: EvidenceKind
    title: str
    text: str | None
    link: Url | None
    talent_ids: list[strawberry.ID]
    added_at: datetime


@strawberry.type(description="A note about items, or about nothing in particular; private unless shared.")
class Reflection(Shareable):
    text: str
    about_ids: list[strawberry.ID]
    written_at: datetime


def statement_of(portfolio: profile.Portfolio) -> ProfileStatement | None:
    read = portfolio.statement
    if read is None:
        return None
    return ProfileStatement(
        id=strawberry.ID(read.statement), portfolio=portfolio, text=read.text, written_at=read.written_at
    )


def energy_source_of(portfolio: profile.Portfolio, read: profile.EnergySource) -> EnergySource:
    return EnergySource(
        id=strawberry.ID(read.source),
        portfolio=portfolio,
        kind=EnergySourceKind[read.kind.upper()],
        activity=read.activity,
        hours_per_week=HoursBand[read.hours_per_week.upper()],
        talent_ids=[strawberry.ID(talent) for talent in read.talents],
    )


def passion_of(portfolio: profile.Portfolio, read: profile.Passion) -> Passion:
    return Passion(
        id=strawberry.ID(read.passion), portfolio=portfolio, text=read.text, named_at=read.named_at
    )


def evidence_of(portfolio: profile.Portfolio, read: profile.Evidence) -> Evidence:
    return Evidence(
        id=strawberry.ID(read.evidence),
        portfolio=portfolio,
        kind=EvidenceKind[read.kind.upper()],
        title=read.title,
        text=read.text,
        link=Url(read.link) if read.link else None,
        talent_ids=[strawberry.ID(talent) for talent in read.talents],
        added_at=read.added_at,
    )


def reflection_of(portfolio: profile.Portfolio, read: profile.Reflection) -> Reflection:
    return Reflection(
        id=strawberry.ID(read.reflection),
        portfolio=portfolio,
        text=read.text,
        about_ids=[strawberry.ID(item) for item in read.about],
        written_at=read.written_at,
    )
