"""A portfolio made from its history the slow way: fact by fact, each changing the one so far."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from msgspec.structs import replace

from events.catalog.portfolio.conversations import AgreementConfirmed, ConversationHeld, ConversationPlanned
from events.catalog.portfolio.energy import EnergySourceNoted, EnergySourceRemoved, PassionLetGo, PassionNamed
from events.catalog.portfolio.evidence import EvidenceAdded, EvidenceWithdrawn, ReflectionWritten
from events.catalog.portfolio.goals import (
    GoalLetGo,
    GoalOfferedToTeam,
    GoalOfferTakenBack,
    GoalProgressNoted,
    GoalReached,
    GoalSet,
    GoalSharpened,
)
from events.catalog.portfolio.insights import MirrorInsightKept
from events.catalog.portfolio.life import (
    PortfolioClosed,
    PortfolioOpened,
    PortfolioPaused,
    PortfolioResumed,
    ProfileStatementWritten,
)
from events.catalog.portfolio.sharing import (
    InsightConsentGiven,
    InsightConsentWithdrawn,
    ItemShared,
    ItemSharingEnded,
)
from events.catalog.portfolio.talents import TalentClaimed, TalentRevised, TalentSetAside
from events.codec import Recorded
from projections.view import Fact
from projections.views import profile


def expected_portfolio(
    person: str, facts: Sequence[Fact], moment: datetime | None
) -> profile.Portfolio | None:
    """Return the portfolio that the facts up to a moment make, each changing the one so far."""
    portfolio: profile.Portfolio | None = None
    for fact in facts:
        if moment is not None and fact.recorded.at > moment:
            break
        portfolio = _after(person, portfolio, fact.recorded)
    if portfolio is None:
        return None
    oldest_first = portfolio.sharings[::-1]
    return replace(
        portfolio,
        talents=tuple(sorted(portfolio.talents, key=lambda it: (it.name.casefold(), it.talent))),
        goals=tuple(sorted(portfolio.goals, key=lambda it: it.state != "OPEN")),
        sharings=tuple(sorted(oldest_first, key=lambda it: it.until)),
        conversations=(
            *sorted((it for it in portfolio.conversations if not it.held_on), key=_day, reverse=True),
            *sorted((it for it in portfolio.conversations if it.held_on), key=_day, reverse=True),
        ),
        energy_history=portfolio.energy_history[::-1],
    )


def _day(talk: profile.Conversation) -> date:
    return talk.held_on or talk.planned_for


def _after(person: str, before: profile.Portfolio | None, recorded: Recorded) -> profile.Portfolio:
    event, at = recorded.event, recorded.at
    if isinstance(event, PortfolioOpened):
        return profile.Portfolio(
            person=person, version=recorded.version, state="OPEN", language=event.language, opened_at=at
        )
    assert before is not None
    portfolio = replace(before, version=recorded.version)
    for change in (_whole, _begun, _changed, _talked, _gone):
        portfolio = replace(portfolio, **change(portfolio, event, at))
    return portfolio


def _whole(  # noqa: PLR0911 - one for each fact
    _: profile.Portfolio, event: Any, at: datetime
) -> dict[str, Any]:
    match event:
        case PortfolioPaused():
            return {"state": "PAUSED"}
        case PortfolioResumed():
            return {"state": "OPEN"}
        case PortfolioClosed():
            return {"state": "CLOSED"}
        case ProfileStatementWritten(statement=statement, text=text):
            return {"statement": profile.Statement(statement=statement, text=text, written_at=at)}
        case InsightConsentGiven(scopes=scopes, notice_version=version):
            given = profile.InsightConsent(scopes=scopes, since=at, notice_version=version)
            return {"insight_consent": given}
        case InsightConsentWithdrawn():
            return {"insight_consent": None}
        case _:
            return {}


def _fields(event: Any) -> dict[str, Any]:
    return {name: getattr(event, name) for name in event.__struct_fields__}


def _begun(  # noqa: PLR0911 - one for each kind of item
    now: profile.Portfolio, event: Any, at: datetime
) -> dict[str, Any]:
    match event:
        case TalentClaimed():
            said = _fields(event) | {"name_en": event.name_en or event.name}
            talent = profile.Talent(**said, claimed_at=at, set_aside_at=None)
            return {"talents": (replace(talent, history=(_reading(event, at),)), *now.talents)}
        case EnergySourceNoted():
            source = profile.EnergySource(**_fields(event), noted_at=at)
            history = (source, *now.energy_history)
            return {"energy_sources": (source, *now.energy_sources), "energy_history": history}
        case PassionNamed():
            return {"passions": (profile.Passion(**_fields(event), named_at=at), *now.passions)}
        case EvidenceAdded():
            return {"evidence": (profile.Evidence(**_fields(event), added_at=at), *now.evidence)}
        case ReflectionWritten():
            reflection = profile.Reflection(**_fields(event), written_at=at)
            return {"reflections": (reflection, *now.reflections)}
        case MirrorInsightKept():
            return {"insights": (profile.Insight(**_fields(event), kept_at=at), *now.insights)}
        case GoalSet():
            return {"goals": (profile.Goal(**_fields(event), set_at=at), *now.goals)}
        case ConversationPlanned():
            talk = profile.Conversation(**_fields(event), held_on=None)
            return {"conversations": (talk, *now.conversations)}
        case ItemShared():
            return {"sharings": (profile.Sharing(**_fields(event), shared_at=at), *now.sharings)}
        case _:
            return {}


def _reading(event: TalentClaimed | TalentRevised, at: datetime) -> profile.Reading:
    numbers = {"strength": event.strength, "energy": event.energy, "use": event.use}
    return profile.Reading(talent=event.talent, at=at, **numbers, story=event.story)


def _changed(now: profile.Portfolio, event: Any, at: datetime) -> dict[str, Any]:
    match event:
        case TalentRevised(talent=name):
            (talent,) = (it for it in now.talents if it.talent == name)
            history = (*talent.history, _reading(event, at))
            revised = replace(talent, **_fields(event), history=history)
            return {"talents": tuple(revised if it is talent else it for it in now.talents)}
        case GoalSharpened():
            change: dict[str, Any] = {"text": event.text, "horizon": event.horizon}
        case GoalProgressNoted():
            change = {"progress": event.progress}
        case GoalReached():
            change = {"state": "REACHED"}
        case GoalLetGo():
            change = {"state": "LET_GO"}
        case GoalOfferedToTeam():
            change = {"offered_team": event.team, "offered_as": event.wording, "offer": event.offer}
        case GoalOfferTakenBack():
            change = {"offered_team": None, "offered_as": None, "offer": None}
        case _:
            return {}
    return {"goals": tuple(replace(it, **change) if it.goal == event.goal else it for it in now.goals)}


def _talked(now: profile.Portfolio, event: Any, at: datetime) -> dict[str, Any]:
    match event:
        case ConversationHeld(conversation=name, held_on=held_on, agreements=agreements):
            made = tuple(
                profile.Agreement(
                    agreement=it.agreement, owner=now.person, held_on=held_on, text=it.text, confirmed_at=None
                )
                for it in agreements
            )
            change = {name: {"held_on": held_on, "agreements": made}}
        case AgreementConfirmed(agreement=agreement):
            change = {
                it.conversation: {
                    "agreements": tuple(
                        replace(one, confirmed_at=at) if one.agreement == agreement else one
                        for one in it.agreements
                    )
                }
                for it in now.conversations
            }
        case _:
            return {}
    talks = tuple(replace(it, **change.get(it.conversation, {})) for it in now.conversations)
    return {"conversations": talks}


def _gone(now: profile.Portfolio, event: Any, at: datetime) -> dict[str, Any]:
    match event:
        case TalentSetAside(talent=name):
            aside = [replace(it, set_aside_at=at) if it.talent == name else it for it in now.talents]
            return {"talents": tuple(aside)}
        case EnergySourceRemoved(source=name):
            ever = [replace(it, removed_at=at) if it.source == name else it for it in now.energy_history]
            kept = tuple(it for it in now.energy_sources if it.source != name)
            return {"energy_sources": kept, "energy_history": tuple(ever)}
        case PassionLetGo(passion=name):
            return {"passions": tuple(it for it in now.passions if it.passion != name)}
        case EvidenceWithdrawn(evidence=name):
            return {"evidence": tuple(it for it in now.evidence if it.evidence != name)}
        case ItemSharingEnded(sharing=name):
            return {"sharings": tuple(it for it in now.sharings if it.sharing != name)}
        case _:
            return {}
