"""A year in the life of one portfolio, told by its owner through the real commands."""

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, Protocol

from deploy.demo import words

DAYS: Final = 365
NEW_SINCE_DAYS: Final = 60
"""What was shared this long ago is still open today."""
_BANDS: Final = ("UP_TO_2", "FROM_2_TO_8", "FROM_2_TO_8", "FROM_8_TO_16")


class Life(Protocol):
    """
    One person's way to act: `do` gives a command on a day and returns the id of what it made.

    `terms` are the words that everyone shares, by their Dutch form.
    """

    day: date
    last_day: date
    person: str
    team: str
    colleagues: Sequence[str]
    terms: Mapping[str, str]

    def do(self, name: str, /, **given: Any) -> str: ...
    def agreements_of(self, conversation: str) -> Sequence[str]: ...
    def confirm_by(self, colleague: str, agreement: str) -> None: ...
    def correct_conversation(self, text: str) -> None: ...


def live(life: Life, chance: random.Random, *, talents: Sequence[words.TalentWords] = ()) -> None:
    """Live a year: open the portfolio, fill it, grow, share the last weeks."""
    life.do("openPortfolio", language="NL")
    life.do("writeProfileStatement", text=chance.choice(words.STATEMENTS))
    kept = _claim_talents(life, chance, talents)
    _note_energy(life, chance, kept)
    passions = [
        life.do("namePassion", text=text) for text in chance.sample(words.PASSIONS, chance.randint(1, 2))
    ]
    _pass(life, chance, upto=0.2)
    evidence = _add_evidence(life, chance, kept)
    goals = _set_goals(life, chance)
    _pass(life, chance, upto=0.45)
    notes = chance.sample(words.REFLECTIONS, len(words.REFLECTIONS))
    _reflect(life, chance, kept, notes)
    _talk(life, chance)
    _revise_talents(life, chance, kept)
    _pass(life, chance, upto=0.7)
    _grow(life, chance, goals)
    _reflect(life, chance, kept, notes)
    if len(passions) > 1 and _sometimes(chance, 0.4):
        life.do("letGoOfPassion", passionId=passions.pop())
    _pass_to(life, life.last_day - timedelta(days=NEW_SINCE_DAYS - chance.randint(1, 30)))
    _share(life, chance, talents=kept, passions=passions, evidence=evidence, goals=goals)
    if _sometimes(chance, 0.6):
        scopes = ["TALENTS", "ENERGY"] if _sometimes(chance, 0.7) else ["TALENTS"]
        life.do("giveInsightConsent", scopes=scopes, noticeVersion=1)
    if _sometimes(chance, 0.3):
        life.correct_conversation(chance.choice(words.CORRECTIONS))


def _claim_talents(
    life: Life, chance: random.Random, talents: Sequence[words.TalentWords]
) -> list[tuple[str, dict[str, Any]]]:
    others = [talent for talent in words.TALENTS if talent not in talents]
    chosen = [*talents, *chance.sample(others, chance.randint(4, 6) - min(len(talents), 3))]
    kept = []
    for talent in chosen:
        numbers = _numbers(chance)
        story = {"story": talent.story} if _sometimes(chance, 0.7) else {}
        term = life.terms.get(talent.name)
        name = {"ownWords": talent.name} if term is None else {"termId": term}
        kept.append((life.do("claimTalent", name=name, **numbers, **story), numbers))
        _later(life, chance, days=6)
    return kept


def _numbers(chance: random.Random) -> dict[str, int]:
    strength = chance.choices((1, 2, 3, 4, 5), weights=(1, 2, 4, 5, 3))[0]
    energy = chance.choices((-2, -1, 0, 1, 2), weights=(1, 2, 2, 5, 4))[0]
    return {
        "strength": strength,
        "energy": energy,
        "use": chance.choices((0, 1, 2, 3), weights=(1, 3, 4, 3))[0],
    }


def _note_energy(life: Life, chance: random.Random, kept: Sequence[tuple[str, Any]]) -> None:
    for kind, activities, count in (("GIVER", words.GIVERS, (2, 3)), ("DRAINER", words.DRAINERS, (1, 2))):
        for activity in chance.sample(activities, chance.randint(*count)):
            draws_on = [kept[0][0]] if kind == "GIVER" else []
            life.do(
                "noteEnergySource",
                kind=kind,
                activity=activity,
                hoursPerWeek=chance.choice(_BANDS),
                talentIds=draws_on,
            )
            _later(life, chance, days=4)


def _add_evidence(life: Life, chance: random.Random, kept: Sequence[tuple[str, Any]]) -> list[str]:
    added = []
    for kind, title, content in chance.sample(words.EVIDENCE, chance.randint(1, 3)):
        added.append(
            life.do("addEvidence", title=title, source={kind: content}, talentIds=[chance.choice(kept)[0]])
        )
        _later(life, chance, days=9)
    return added


def _set_goals(life: Life, chance: random.Random) -> list[tuple[str, str]]:
    goals = []
    for text, sharper in chance.sample(words.GOALS, chance.randint(2, 3)):
        horizon = life.last_day + timedelta(days=chance.randint(30, 200))
        goals.append((life.do("setGoal", text=text, horizon=horizon.isoformat()), sharper))
        _later(life, chance, days=5)
    return goals


def _reflect(life: Life, chance: random.Random, kept: Sequence[tuple[str, Any]], notes: list[str]) -> None:
    """Write one or two notes that were not written before."""
    for _ in range(chance.randint(1, 2)):
        about = [chance.choice(kept)[0]] if _sometimes(chance, 0.6) else []
        life.do("writeReflection", text=notes.pop(), aboutIds=about)
        _later(life, chance, days=12)


def _talk(life: Life, chance: random.Random) -> None:
    other = chance.choice(life.colleagues)
    planned = life.day + timedelta(days=chance.randint(3, 14))
    conversation = life.do("planConversation", withId=other, plannedFor=planned.isoformat())
    _pass_to(life, planned)
    agreed = chance.sample(words.AGREEMENTS, chance.randint(1, 2))
    life.do("recordConversation", conversationId=conversation, heldOn=life.day.isoformat(), agreements=agreed)
    for number, agreement in enumerate(life.agreements_of(conversation)):
        if number == 0 or _sometimes(chance, 0.5):
            life.confirm_by(other, agreement)


def _revise_talents(life: Life, chance: random.Random, kept: list[tuple[str, dict[str, Any]]]) -> None:
    for place, (talent, numbers) in enumerate(kept):
        if _sometimes(chance, 0.5):
            strength = min(5, numbers["strength"] + 1)
            grown = {"strength": strength, "energy": numbers["energy"], "use": min(3, numbers["use"] + 1)}
            if grown != numbers:
                life.do("reviseTalent", talentId=talent, **grown)
                kept[place] = talent, grown
                _later(life, chance, days=8)
    if len(kept) > 4 and _sometimes(chance, 0.3):  # noqa: PLR2004 - keeps a few
        talent, _ = kept.pop()
        life.do("setTalentAside", talentId=talent)


def _grow(life: Life, chance: random.Random, goals: list[tuple[str, str]]) -> None:
    for place, (goal, sharper) in reversed(list(enumerate(goals))):
        life.do("noteGoalProgress", goalId=goal, progress=chance.choice((10, 25, 40, 60)))
        _later(life, chance, days=7)
        match chance.choices(("sharpen", "reach", "let go", "go on"), weights=(3, 2, 1, 4))[0]:
            case "sharpen":
                life.do("sharpenGoal", goalId=goal, text=sharper)
            case "reach":
                life.do("reachGoal", goalId=goal)
                goals.pop(place)
            case "let go":
                life.do("letGoOfGoal", goalId=goal)
                goals.pop(place)
            case _:
                pass


def _share(
    life: Life,
    chance: random.Random,
    *,
    talents: Sequence[tuple[str, Any]],
    passions: Sequence[str],
    evidence: Sequence[str],
    goals: Sequence[tuple[str, str]],
) -> None:
    until = (life.last_day + timedelta(days=chance.randint(60, 200))).isoformat()
    for talent, _ in chance.sample(talents, min(len(talents), chance.randint(2, 4))):
        life.do(
            "shareItem",
            itemId=talent,
            until=until,
            withEnergy=_sometimes(chance, 0.6),
            **{"with": {"teamId": life.team}},
        )
    # The first of a team is the one whom tokens name: there is something for them to see.
    others = chance.sample(life.colleagues, min(len(life.colleagues), chance.randint(1, 3)))
    named = list(dict.fromkeys((life.colleagues[0], *others)))
    for item in (talents[0][0], *passions[:1], *evidence[:1]):
        life.do("shareItem", itemId=item, until=until, **{"with": {"people": named}})
    if _sometimes(chance, 0.25):
        life.do("shareItem", itemId=talents[-1][0], until=until, **{"with": {"organisation": True}})
    if goals and _sometimes(chance, 0.4):
        wording = chance.choice(words.OFFERS)
        life.do("offerGoalToTeam", goalId=goals[0][0], teamId=life.team, offeredAs=wording)
    _later(life, chance, days=10)


def _sometimes(chance: random.Random, part: float) -> bool:
    return chance.random() < part


def _later(life: Life, chance: random.Random, *, days: int) -> None:
    _pass_to(life, life.day + timedelta(days=chance.randint(1, days)))


def _pass(life: Life, chance: random.Random, *, upto: float) -> None:
    """Let time go on to about that part of the year."""
    first = life.last_day - timedelta(days=DAYS)
    _pass_to(life, first + timedelta(days=int(DAYS * upto) + chance.randint(0, 15)))


def _pass_to(life: Life, day: date) -> None:
    life.day = min(max(life.day, day), life.last_day)
