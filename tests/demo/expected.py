"""What views should show, computed the slow way from the facts alone."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from events.catalog.employment import EmploymentEnded, ProfessionalRegistered, TeamJoined, TeamLeft
from projections.view import Fact
from projections.views.profile import Portfolio
from projections.views.shared import SharedItem
from rules.names import plain_name

Lives = Mapping[str, Sequence[Fact]]


def names(employment: Lives) -> dict[str, str]:
    """The names of who works here, by person."""
    found = {}
    for person, facts in employment.items():
        for fact in facts:
            match fact.recorded.event:
                case ProfessionalRegistered(name=name):
                    found[person] = name
                case EmploymentEnded():
                    found.pop(person, None)
                case _:
                    pass
    return found


def teams(employment: Lives) -> dict[str, set[str]]:
    """The teams that people are in, by person."""
    found = defaultdict[str, set[str]](set)
    for person, facts in employment.items():
        for fact in facts:
            match fact.recorded.event:
                case TeamJoined(team=team):
                    found[person].add(team)
                case TeamLeft(team=team):
                    found[person].discard(team)
                case _:
                    pass
    return found


def shared_with(
    viewer: str, portfolios: Mapping[str, Portfolio], employed: Mapping[str, str], today: date
) -> list[SharedItem]:
    """What others opened to someone by name: each item once, by owner's name."""
    found = []
    for owner, portfolio in portfolios.items():
        if owner not in employed or viewer not in employed or portfolio.state == "CLOSED":
            continue
        open_now = [it for it in portfolio.sharings if viewer in it.people and it.until >= today]
        for item, content in items(portfolio):
            of_item = [it for it in open_now if it.item == item]
            if not of_item:
                continue
            if not any(it.with_energy for it in of_item):
                content |= {"energy": None, "use": None}
            found.append(
                SharedItem(
                    sharing=min(it.sharing for it in of_item),
                    item=item,
                    kind=of_item[0].kind,
                    owner=owner,
                    owner_name=employed[owner],
                    until=max(it.until for it in of_item),
                    **content,
                )
            )
    return sorted(found, key=lambda it: (plain_name(it.owner_name), it.sharing))


def items(portfolio: Portfolio) -> Iterator[tuple[str, dict[str, Any]]]:
    """Everything that is there to be shared, and what it says."""
    if portfolio.statement:
        yield portfolio.statement.statement, _content(text=portfolio.statement.text)
    for talent in portfolio.talents:
        if talent.set_aside_at is None:
            numbers = {"strength": talent.strength, "energy": talent.energy, "use": talent.use}
            titles = {"title": talent.name, "title_en": talent.name_en if talent.term else None}
            yield talent.talent, _content(text=talent.story, term=talent.term, **titles, **numbers)
    for source in portfolio.energy_sources:
        yield source.source, _content(text=source.activity, source_kind=source.kind)
    for passion in portfolio.passions:
        yield passion.passion, _content(text=passion.text)
    for shown in portfolio.evidence:
        yield shown.evidence, _content(title=shown.title, text=shown.text, link=shown.link)
    for note in portfolio.reflections:
        yield note.reflection, _content(text=note.text)
    for goal in portfolio.goals:
        if goal.state != "LET_GO":
            yield goal.goal, _content(text=goal.text)


def _content(**content: Any) -> dict[str, Any]:
    said = ("title", "title_en", "term", "text", "link", "strength", "energy", "use", "source_kind")
    return dict.fromkeys(said) | content
