"""What a team's page shows, computed the slow way from the events that are known."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from events.catalog.employment import TeamJoined, TeamLeft
from events.catalog.portfolio.goals import GoalOfferedToTeam, GoalOfferTakenBack
from events.catalog.registry import Event
from events.catalog.team import (
    JointGoalAdopted,
    JointGoalProgressNoted,
    JointGoalReached,
    TeamSessionHeld,
    WorkHandedBack,
    WorkOffered,
    WorkOfferEnded,
    WorkTakenUp,
    WorkVolunteeredFor,
)
from events.catalog.teamwork import JointGoalWritten, TeamSessionWritten, WorkOfferWritten
from events.codec import Forgotten
from tests.projections.views.team.histories import PEOPLE, Happened

Row = tuple[Any, ...]


class Known:
    """The events that are known, by subject, and what follows from them for one team."""

    def __init__(self, happened: Sequence[Happened], team: str) -> None:
        self.team = team
        self.facts = [one for one in happened if one.subject == team]
        self.own = {person: remembered(happened, person) for person in PEOPLE}

    def still_there(self, person: str, seen: int) -> bool:
        member, left = False, 0
        for one in self.own[person]:
            match one.event:
                case TeamJoined(team=team) if team == self.team:
                    member = True
                case TeamLeft(team=team) if team == self.team:
                    member, left = False, one.version
                case _:
                    pass
        return member and left <= seen

    def words(self, author: str, thing: str) -> Event | None:
        found = None
        for one in self.own[author]:
            match one.event:
                case (
                    WorkOfferWritten(offer=name, team=team)
                    | JointGoalWritten(goal=name, team=team)
                    | TeamSessionWritten(session=name, team=team)
                ) if (name, team) == (thing, self.team):
                    found = one.event
                case _:
                    pass
        return found

    def on_offer(self) -> dict[str, tuple[str, str, str]]:
        """Owner, goal and wording of each goal on offer to the team by somebody in it, by the offer."""
        found: dict[tuple[str, str], tuple[str, str, str]] = {}
        for person in PEOPLE:
            goals: dict[str, GoalOfferedToTeam] = {}
            for one in self.own[person]:
                match one.event:
                    case GoalOfferedToTeam(goal=goal, offer=str()):
                        goals[goal] = one.event
                    case GoalOfferTakenBack(goal=goal):
                        goals.pop(goal, None)
                    case _:
                        pass
            if self.still_there(person, 10**9):
                found |= {
                    (offer.offer or "", goal): (person, goal, offer.wording)
                    for goal, offer in goals.items()
                    if offer.team == self.team
                }
        return {f"{offer} {goal}": shown for (offer, goal), shown in found.items()}


def remembered(happened: Sequence[Happened], person: str) -> list[Happened]:
    own = [one for one in happened if one.subject == person]
    gone = [index for index, one in enumerate(own) if isinstance(one.event, Forgotten)]
    return own[gone[-1] + 1 :] if gone else own


class Work:
    """One offer: what was said of it last, and who acts on it, each with the version of their last act."""

    def __init__(self) -> None:
        self.offered: tuple[int, WorkOffered] | None = None
        self.ended: tuple[int, str] | None = None
        self.volunteers: dict[str, tuple[int, int]] = {}
        self.takers: dict[str, tuple[int, int]] = {}


def works(known: Known) -> dict[str, Work]:
    found: dict[str, Work] = {}
    for one in known.facts:
        match one.event:
            case WorkOffered(offer=offer):
                work = found.setdefault(offer, Work())
                work.offered, work.ended = (one.version, one.event), None
            case WorkVolunteeredFor(offer=offer, by=by, seen=seen):
                found.setdefault(offer, Work()).volunteers[by] = (one.version, seen)
            case WorkTakenUp(offer=offer, by=by, seen=seen):
                found.setdefault(offer, Work()).takers[by] = (one.version, seen)
            case WorkHandedBack(offer=offer, by=by):
                found.setdefault(offer, Work()).volunteers.pop(by, None)
                found[offer].takers.pop(by, None)
            case WorkOfferEnded(offer=offer, reason=reason):
                work = found.setdefault(offer, Work())
                work.ended = (one.version, reason) if work.offered else None
            case _:
                pass
    return found


def there(known: Known, people: dict[str, tuple[int, int]]) -> tuple[str, ...]:
    return tuple(sorted(person for person, (_, seen) in people.items() if known.still_there(person, seen)))


def work_offers(known: Known, *, today: date, only_open: bool, in_the_year: bool) -> list[Row]:
    """The newest first; `in_the_year`: whether work that was taken up is not a year ago."""
    found, rows = works(known), []
    for offer, work in found.items():
        if work.offered is None:
            continue
        version, said = work.offered
        words, takers = known.words(said.by, offer), there(known, work.takers)
        author_there = known.still_there(said.by, said.seen)
        is_open = work.ended is None and said.until >= today and not takers and author_there
        if not isinstance(words, WorkOfferWritten) or not (is_open if only_open else takers or author_there):
            continue
        alike = {
            person
            for name, other in found.items()
            if name != offer and other.offered and set(other.offered[1].wanted) & set(said.wanted)
            for person in there(known, other.takers)
        }
        author = said.by if author_there else None
        people = (there(known, work.volunteers), takers, tuple(sorted(alike)) if in_the_year else ())
        rows.append((version, offer, words.title, author, *people))
    return [row[1:] for row in sorted(rows, reverse=True)]


def to_end(known: Known, *, today: date) -> set[Row]:
    return {
        (offer, tuple(sorted({work.offered[1].by, *work.takers})))
        for offer, work in works(known).items()
        if work.offered
        and work.ended is None
        and (
            work.offered[1].until < today
            or not (there(known, work.takers) or known.still_there(work.offered[1].by, work.offered[1].seen))
        )
    }


def notices(known: Known) -> set[Row]:
    rows: set[Row] = set()
    for offer, work in works(known).items():
        if work.offered is None:
            continue
        idle = {person: act for person, act in work.volunteers.items() if person not in work.takers}
        taken = [work.takers[person][0] for person in there(known, work.takers)]
        ends = [("TAKEN_UP", min(taken))] if taken else []
        if work.ended and work.ended[1] != "taken_up":
            ends.append(("LAPSED", work.ended[0]))
        for kind, version in ends:
            informed = there(known, {who: act for who, act in idle.items() if act[0] < version})
            if informed:
                rows.add((offer, version, kind, informed))
    return rows


def joint_goals(known: Known) -> list[Row]:
    adopted: dict[str, tuple[int, JointGoalAdopted]] = {}
    origins: dict[str, set[str]] = {}
    progress: dict[str, int | None] = {}
    reached: set[str] = set()
    for one in known.facts:
        match one.event:
            case JointGoalAdopted(goal=goal):
                adopted[goal], progress[goal] = (one.version, one.event), None
                origins.setdefault(goal, set()).update(one.event.origins)
                reached.discard(goal)
            case JointGoalProgressNoted(goal=goal, progress=noted) if goal in adopted:
                progress[goal] = noted
            case JointGoalReached(goal=goal) if goal in adopted:
                reached.add(goal)
            case _:
                pass
    on_offer, rows = known.on_offer(), []
    for goal, (version, said) in adopted.items():
        words = known.words(said.by, goal)
        text = words.text if isinstance(words, JointGoalWritten) else None
        shown = {row for key, row in on_offer.items() if key.split()[0] in origins[goal]}
        rows.append((goal in reached, -version, goal, text, progress[goal], shown))
    return [(row[2], row[3], row[4], row[0], row[5]) for row in sorted(rows, key=lambda row: row[:2])]


def sessions(known: Known) -> list[Row]:
    held: dict[str, tuple[date, int, str]] = {}
    for one in known.facts:
        if isinstance(one.event, TeamSessionHeld):
            held[one.event.session] = (one.event.held_on, one.version, one.event.by)
    rows = []
    for session, (held_on, version, author) in held.items():
        words = known.words(author, session)
        if isinstance(words, TeamSessionWritten):
            rows.append((held_on, version, session, words.agreements))
    return [row[2:] for row in sorted(rows, reverse=True)]
