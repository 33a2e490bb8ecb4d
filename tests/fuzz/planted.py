"""A colleague whose portfolio nobody else may see or change, with words that are found wherever they leak."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from kit.clock import Calendar, SystemClock
from kit.settings import Settings
from tests.e2e.asking import Someone
from tests.e2e.demo import Demo

TEAM_KEY: Final = "kade"
ALL_OF_IT: Final = """query ($waitFor: [Position!]) { me(waitFor: $waitFor) { id portfolio {
  version state statement { id text writtenAt sharings { id } }
  talents(withSetAside: true) { id name { nl } story strength energy use sharings { id } history { at } }
  energySources { id activity kind hoursPerWeek talentIds } passions { id text sharings { id until } }
  evidence { id kind title text link } reflections { id text aboutIds }
  goals { id text horizon state progress offeredAs offeredTo { id } }
  conversations { id plannedFor heldOn with { id } agreements { id text confirmedAt } }
  insightConsent { scopes } timeline(first: 100) { edges { node { id fact summary { nl } } } } } } }"""


class Words:
    """Makes texts that occur nowhere else, and knows them all."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def __call__(self, what: str) -> str:
        self.made.append(f"kanarie-{uuid4().hex}")
        return f"{what} {self.made[-1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """`words` are what nobody else may see, `ids` those of all items, sharings and talks of `portfolio`."""

    token: str
    words: Sequence[str]
    ids: Sequence[str]
    positions: Sequence[str]
    portfolio: Mapping[str, Any]


def ids_in(answer: object) -> list[str]:
    """Return every id that occurs in an answer, and the entity that it names."""
    match answer:
        case Mapping():
            found = answer.get("id")
            own = [found, found.rpartition(":")[2]] if isinstance(found, str) else []
            return own + [each for value in answer.values() for each in ids_in(value)]
        case list():
            return [found for value in answer for found in ids_in(value)]
        case _:
            return []


def plant(demo: Demo) -> Colleague:
    """Register a new member of the owner's team, who fills a portfolio and shows of it a bit to `member`."""
    return asyncio.run(_plant(demo))


async def _plant(demo: Demo) -> Colleague:
    number = f"planted-{uuid4().hex}"
    feed = Someone(demo.url, demo.token("hr-feed"), "HR_FEED")
    registered = [
        await feed.done(
            "registerProfessional", employeeNumber=number, name="Kanarie Jansen", email="k@example.org"
        ),
        await feed.done("recordTeamJoined", employeeNumber=number, teamKey=TEAM_KEY, on="2026-01-01"),
    ]
    token = demo.token(number)
    someone = Someone(demo.url, token, "PROFESSIONAL")
    await someone.ask(ALL_OF_IT, waitFor=[one["command"]["position"] for one in registered])
    member = Someone(demo.url, demo.token("member"), "PROFESSIONAL")
    other = (await member.ask("{ me { id } }"))["me"]["id"]
    words = Words()
    positions = await _fill(someone, words, only_to=other)
    portfolio = await someone.ask(ALL_OF_IT, waitFor=positions)
    assert all(word in str(portfolio) for word in words.made), "what is planted can be seen by its owner"
    return Colleague(
        token=token,
        words=words.made,
        ids=sorted(set(ids_in(portfolio))),
        positions=positions,
        portfolio=portfolio,
    )


async def _fill(someone: Someone, words: Words, *, only_to: str) -> list[str]:
    today = Calendar(clock=SystemClock(), zone=Settings().zone).today()
    positions = []

    async def do(name: str, shown: str = "", /, **fields: Any) -> dict[str, Any]:
        answer = await someone.done(name, shown, **fields)
        positions.append(answer["command"]["position"])
        return answer

    await do("openPortfolio", language="NL")
    await do("writeProfileStatement", text=words("Wie ik ben"))
    numbers = {"strength": 4, "energy": -2, "use": 3}
    name = {"ownWords": words("Talent")}
    claimed = await do("claimTalent", "talent { id }", name=name, story=words("Verhaal"), **numbers)
    await do("noteEnergySource", kind="DRAINER", activity=words("Kost"), hoursPerWeek="OVER_16")
    passion = (await do("namePassion", "passion { id }", text=words("Passie")))["passion"]
    await do("addEvidence", title=words("Bewijs"), source={"story": words("Hoe het ging")})
    await do("writeReflection", text=words("Vandaag"), aboutIds=[claimed["talent"]["id"]])
    await do("setGoal", text=words("Doel"), horizon=str(today + timedelta(days=90)))
    planned = await do(
        "planConversation", "conversation { id }", withId=only_to, plannedFor=str(today + timedelta(days=1))
    )
    await do(
        "recordConversation",
        conversationId=planned["conversation"]["id"],
        heldOn=str(today),
        agreements=[words("Afspraak")],
    )
    until = str(today + timedelta(days=30))
    await do("shareItem", itemId=passion["id"], until=until, **{"with": {"people": [only_to]}})
    return positions[-1:]
