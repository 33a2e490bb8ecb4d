"""Simulates a year of one portfolio, by the commands that its owner would send."""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from deploy.demo import words
from deploy.demo.client import PersonHistory
from deploy.demo.people import YEAR_DAYS

PARTS: Final = 6
"""Into how many parts a year is cut; the organisation's figures are made after each."""
PART_DAYS: Final = YEAR_DAYS // PARTS
_BANDS: Final = ("UP_TO_2", "FROM_2_TO_8", "FROM_2_TO_8", "FROM_8_TO_16")


class OwnTalents(NamedTuple):
    """Talents that somebody has for sure and shares with the team, and the energy that some of them give."""

    talents: Sequence[words.TalentWords] = ()
    energy: Mapping[str, int] = {}


def simulate_year(history: PersonHistory, rng: random.Random, *, own: OwnTalents) -> Iterator[None]:
    """
    Open the portfolio, fill it, revise it over the year, and share some of it in the last weeks.

    Yields when a part of the year is over. The caller says by `history.part_ends` how far the next may go.
    """
    history.send("openPortfolio", language="NL")
    history.send("writeProfileStatement", text=rng.choice(words.STATEMENTS))
    kept = _claim_talents(history, rng, own)
    counted = _sometimes(rng, 0.7)
    if counted:
        _consent(history, rng)
    yield
    _note_energy(history, rng, kept)
    passions = [
        history.send("namePassion", text=text) for text in rng.sample(words.PASSIONS, rng.randint(1, 2))
    ]
    yield
    evidence = _add_evidence(history, rng, kept)
    goals = _set_goals(history, rng)
    if not counted and (counted := _sometimes(rng, 0.6)):
        _consent(history, rng)
    yield
    notes = rng.sample(words.REFLECTIONS, len(words.REFLECTIONS))
    _reflect(history, rng, kept, notes)
    _talk(history, rng)
    _revise_talents(history, rng, kept)
    yield
    _grow(history, rng, goals)
    _reflect(history, rng, kept, notes)
    if len(passions) > 1 and _sometimes(rng, 0.4):
        history.send("letGoOfPassion", passionId=passions.pop())
    yield
    _share(history, rng, own=own, talents=kept, passions=passions, evidence=evidence, goals=goals)
    if _sometimes(rng, 0.3):
        history.correct_conversation(rng.choice(words.CORRECTIONS))
    if not counted and _sometimes(rng, 0.8):
        _consent(history, rng)  # so late that the newest release has something new to show, on any day


def _consent(history: PersonHistory, rng: random.Random) -> None:
    scopes = ["TALENTS", "ENERGY"] if _sometimes(rng, 0.7) else ["TALENTS"]
    history.send("giveInsightConsent", scopes=scopes, noticeVersion=1)


def _claim_talents(
    history: PersonHistory, rng: random.Random, own: OwnTalents
) -> list[tuple[str, dict[str, Any]]]:
    others = [talent for talent in words.TALENTS if talent not in own.talents]
    chosen = [*own.talents, *rng.sample(others, rng.randint(4, 6) - min(len(own.talents), 3))]
    kept = []
    for talent in chosen:
        numbers = _numbers(rng)
        numbers["energy"] = own.energy.get(talent.name, numbers["energy"])
        story = {"story": talent.story} if _sometimes(rng, 0.7) else {}
        term = history.terms.get(talent.name)
        name = {"ownWords": talent.name} if term is None else {"termId": term}
        kept.append((history.send("claimTalent", name=name, **numbers, **story), numbers))
        _some_days_later(history, rng, days=6)
    return kept


def _numbers(rng: random.Random) -> dict[str, int]:
    strength = rng.choices((1, 2, 3, 4, 5), weights=(1, 2, 4, 5, 3))[0]
    energy = rng.choices((-2, -1, 0, 1, 2), weights=(1, 2, 2, 5, 4))[0]
    return {
        "strength": strength,
        "energy": energy,
        "use": rng.choices((0, 1, 2, 3), weights=(1, 3, 4, 3))[0],
    }


def _note_energy(history: PersonHistory, rng: random.Random, kept: Sequence[tuple[str, Any]]) -> None:
    for kind, activities, count in (("GIVER", words.GIVERS, (2, 3)), ("DRAINER", words.DRAINERS, (1, 2))):
        for activity in rng.sample(activities, rng.randint(*count)):
            draws_on = [kept[0][0]] if kind == "GIVER" else []
            history.send(
                "noteEnergySource",
                kind=kind,
                activity=activity,
                hoursPerWeek=rng.choice(_BANDS),
                talentIds=draws_on,
            )
            _some_days_later(history, rng, days=4)


def _add_evidence(history: PersonHistory, rng: random.Random, kept: Sequence[tuple[str, Any]]) -> list[str]:
    added = []
    for kind, title, content in rng.sample(words.EVIDENCE, rng.randint(1, 3)):
        added.append(
            history.send("addEvidence", title=title, source={kind: content}, talentIds=[rng.choice(kept)[0]])
        )
        _some_days_later(history, rng, days=9)
    return added


def _set_goals(history: PersonHistory, rng: random.Random) -> list[tuple[str, str]]:
    goals = []
    for text, sharper in rng.sample(words.GOALS, rng.randint(2, 3)):
        horizon = history.last_day + timedelta(days=rng.randint(30, 200))
        goals.append((history.send("setGoal", text=text, horizon=horizon.isoformat()), sharper))
        _some_days_later(history, rng, days=5)
    return goals


def _reflect(
    history: PersonHistory, rng: random.Random, kept: Sequence[tuple[str, Any]], notes: list[str]
) -> None:
    """Write one or two reflections, each of them new."""
    for _ in range(rng.randint(1, 2)):
        about = [rng.choice(kept)[0]] if _sometimes(rng, 0.6) else []
        history.send("writeReflection", text=notes.pop(), aboutIds=about)
        _some_days_later(history, rng, days=12)


def _talk(history: PersonHistory, rng: random.Random) -> None:
    other = rng.choice(history.colleagues)
    planned = history.day + timedelta(days=rng.randint(3, 14))
    conversation = history.send("planConversation", withId=other, plannedFor=planned.isoformat())
    _go_to(history, planned)
    agreed = rng.sample(words.AGREEMENTS, rng.randint(1, 2))
    history.send(
        "recordConversation", conversationId=conversation, heldOn=history.day.isoformat(), agreements=agreed
    )
    for number, agreement in enumerate(history.agreements_of(conversation)):
        if number == 0 or _sometimes(rng, 0.5):
            history.confirm_by(other, agreement)


def _revise_talents(
    history: PersonHistory, rng: random.Random, kept: list[tuple[str, dict[str, Any]]]
) -> None:
    for place, (talent, numbers) in enumerate(kept):
        if _sometimes(rng, 0.5):
            strength = min(5, numbers["strength"] + 1)
            grown = {"strength": strength, "energy": numbers["energy"], "use": min(3, numbers["use"] + 1)}
            if grown != numbers:
                history.send("reviseTalent", talentId=talent, **grown)
                kept[place] = talent, grown
                _some_days_later(history, rng, days=8)
    if len(kept) > 4 and _sometimes(rng, 0.3):  # noqa: PLR2004 - keeps a few
        talent, _ = kept.pop()
        history.send("setTalentAside", talentId=talent)


def _grow(history: PersonHistory, rng: random.Random, goals: list[tuple[str, str]]) -> None:
    for place, (goal, sharper) in reversed(list(enumerate(goals))):
        history.send("noteGoalProgress", goalId=goal, progress=rng.choice((10, 25, 40, 60)))
        _some_days_later(history, rng, days=7)
        match rng.choices(("sharpen", "reach", "let go", "go on"), weights=(3, 2, 1, 4))[0]:
            case "sharpen":
                history.send("sharpenGoal", goalId=goal, text=sharper)
            case "reach":
                history.send("reachGoal", goalId=goal)
                goals.pop(place)
            case "let go":
                history.send("letGoOfGoal", goalId=goal)
                goals.pop(place)
            case _:
                pass


def _share(
    history: PersonHistory,
    rng: random.Random,
    *,
    own: OwnTalents,
    talents: Sequence[tuple[str, Any]],
    passions: Sequence[str],
    evidence: Sequence[str],
    goals: Sequence[tuple[str, str]],
) -> None:
    until = (history.last_day + timedelta(days=rng.randint(60, 200))).isoformat()
    shown = talents[: len(own.talents)]
    others = talents[len(own.talents) :]
    for place, (talent, _) in enumerate([*shown, *rng.sample(others, min(len(others), rng.randint(2, 4)))]):
        history.send(
            "shareItem",
            itemId=talent,
            until=until,
            withEnergy=place < len(shown) or _sometimes(rng, 0.6),
            **{"with": {"teamId": history.team}},
        )
    # The first colleague of a team has a token, and so has something to see.
    chosen = rng.sample(history.colleagues, min(len(history.colleagues), rng.randint(1, 3)))
    named = list(dict.fromkeys((history.colleagues[0], *chosen)))
    for item in (talents[0][0], *passions[:1], *evidence[:1]):
        history.send("shareItem", itemId=item, until=until, **{"with": {"people": named}})
    if _sometimes(rng, 0.25):
        history.send("shareItem", itemId=talents[-1][0], until=until, **{"with": {"organisation": True}})
    if goals and _sometimes(rng, 0.4):
        wording = rng.choice(words.OFFERS)
        history.send("offerGoalToTeam", goalId=goals[0][0], teamId=history.team, offeredAs=wording)
    _some_days_later(history, rng, days=10)


def _sometimes(rng: random.Random, part: float) -> bool:
    return rng.random() < part


def _some_days_later(history: PersonHistory, rng: random.Random, *, days: int) -> None:
    _go_to(history, history.day + timedelta(days=rng.randint(1, days)))


def _go_to(history: PersonHistory, day: date) -> None:
    history.day = min(max(history.day, day), history.part_ends)
