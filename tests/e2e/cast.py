"""Three colleagues of the running demo, each a client of their own, and what they look for in an answer."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from kit.clock import Calendar, SystemClock
from kit.settings import Settings
from tests.e2e.asking import Someone
from tests.e2e.demo import Demo

TODAY: Final = Calendar(clock=SystemClock(), zone=Settings().zone).today()
TOMORROW: Final = TODAY + timedelta(days=1)
NEXT_MONTH: Final = (TODAY + timedelta(days=30)).isoformat()

SEEN: Final = "id kind owner { id displayName } title { nl } text link strength energy quadrant until"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Noor, whose portfolio it is; Sem, whom she opens something to; Mees, whom she does not."""

    noor: Someone
    sem: Someone
    mees: Someone
    ids: dict[str, str]
    team: str


def entity(id_: str) -> str:
    """Return the entity that an id names, whatever the type."""
    return id_.rpartition(":")[2]


async def three_new_colleagues(demo: Demo) -> Cast:
    feed = Someone(demo.url, demo.token("hr-feed"), "HR_FEED")
    done = []
    for number, name in (("noor", "Noor Jansen"), ("sem", "Sem Visscher"), ("mees", "Mees Çelik")):
        address = f"{number}@kade.example"
        done.append(await feed.done("registerProfessional", employeeNumber=number, name=name, email=address))
        team = {"teamKey": "kade", "on": TODAY.isoformat()}
        done.append(await feed.done("recordTeamJoined", employeeNumber=number, **team))
    noor, sem, mees = (Someone(demo.url, demo.token(it), "PROFESSIONAL") for it in ("noor", "sem", "mees"))
    waited = "query ($w: [Position!]) { me(waitFor: $w) { teams { id name } } }"
    me = (await noor.ask(waited, w=[it["command"]["position"] for it in done]))["me"]
    assert [team["name"] for team in me["teams"]] == ["Team Kade"]
    ids = {
        name: (await who.ask("{ me { asColleague { id } } }"))["me"]["asColleague"]["id"]
        for name, who in (("noor", noor), ("sem", sem), ("mees", mees))
    }
    # She finds him by the start of any word of his name.
    found = await noor.ask('{ colleagues(name: "vissch") { id displayName } }')
    assert found["colleagues"] == [{"id": ids["sem"], "displayName": "Sem Visscher"}]
    return Cast(noor=noor, sem=sem, mees=mees, ids=ids, team=me["teams"][0]["id"])


async def seen_by(someone: Someone, *after: dict[str, Any]) -> list[dict[str, Any]]:
    """What was opened to someone, once the views have passed what these answers name."""
    document = (
        "query ($w: [Position!]) { me(waitFor: $w) { sharedWithMe { edges { node { " + SEEN + " } } } } }"
    )
    answer = await someone.ask(document, w=[done["command"]["position"] for done in after])
    return [edge["node"] for edge in answer["me"]["sharedWithMe"]["edges"]]


def reasons(answer: dict[str, Any]) -> set[tuple[str, tuple[str, ...]]]:
    """The code and the field of each reason of refusal, which is there in both languages."""
    command = answer["command"]
    assert (command["outcome"], command["position"]) == ("REFUSED", None)
    for refusal in command["refusals"]:
        message = refusal["message"]
        assert message["nl"]
        assert message["en"]
        assert message["nl"] != message["en"]
    return {(refusal["code"], tuple(refusal["field"])) for refusal in command["refusals"]}
