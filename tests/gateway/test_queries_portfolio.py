"""A portfolio as its owner finds it, now and at any moment, in as many statements whatever its size."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from events.catalog import portfolio as p
from events.catalog.employment import EmploymentEnded, TeamJoined
from events.catalog.policy import Floors, OrganisationFounded, PolicyAdopted
from events.catalog.team import TeamFormed
from gateway.context import Context
from gateway.positions import Place
from projections.views import directory, profile, timeline
from rules.access import DAYS_AFTER_LEAVING_DEFAULT
from rules.agreements import agreement_id
from rules.timeline import entry_id
from tests.gateway.house import NOW, SCHEMA
from tests.gateway.world import COLLEAGUE, ORGANISATION, OWNER, TODAY, World, day_after

pytestmark = pytest.mark.postgres
TALENT, SOURCE, PASSION, EVIDENCE = "1" * 32, "2" * 32, "3" * 32, "4" * 32
REFLECTION, GOAL, CONVERSATION, TEAM = "5" * 32, "6" * 32, "7" * 32, "8" * 32
STATEMENT, UNIT = "e" * 32, "c" * 32
AGREEMENT = agreement_id(OWNER, "1" * 32)
HISTORY = (
    "query ($first: Int! = 50, $after: String, $oldest: Boolean! = false, $from: DateTime, $until: DateTime,"
    " $asOf: DateTime) { me { portfolio(asOf: $asOf) {"
    " timeline(first: $first, after: $after, oldestFirst: $oldest, from: $from, until: $until) {"
    " edges { node { id at version fact summary { nl en } itemId correction } }"
    " pageInfo { hasNextPage endCursor } } } } }"
)


def claimed(talent: str = TALENT, name: str = "Luisteren", use: int = 3) -> p.TalentClaimed:
    return p.TalentClaimed(talent=talent, name=name, strength=4, energy=2, use=use)


def shared(sharing: str, item: str, **to: Any) -> p.ItemShared:
    return p.ItemShared(sharing=sharing, item=item, kind="talent", until=day_after(int(sharing[0])), **to)


def mine(world: World, selection: str, *, as_of: str | None = None) -> Any:
    document = f"query ($asOf: DateTime) {{ me {{ portfolio(asOf: $asOf) {{ {selection} }} }} }}"
    answer = asyncio.run(world.ask(document, asOf=as_of))
    assert "errors" not in answer, answer
    return answer["data"]["me"]["portfolio"]


def test_nothing_is_there_until_it_is_opened(world: World) -> None:
    world.registered(OWNER, "Fenna de Boer")
    assert mine(world, "id") is None


def test_every_item_comes_as_its_owner_said_it(world: World) -> None:
    portfolio = world.opened()
    world.happened(
        portfolio,
        p.ProfileStatementWritten(statement=STATEMENT, text="Ik ben er."),
        claimed(),
        p.EnergySourceNoted(
            source=SOURCE,
            kind="drainer",
            activity="Verslagen",
            hours_per_week="from_2_to_8",
            talents=(TALENT,),
        ),
        p.PassionNamed(passion=PASSION, text="Buiten werken"),
        p.EvidenceAdded(evidence=EVIDENCE, kind="story", title="De buurt", text="Zo.", talents=(TALENT,)),
        p.ReflectionWritten(reflection=REFLECTION, text="Rust helpt.", about=(TALENT,)),
        p.GoalSet(goal=GOAL, text="Trainen", horizon=day_after(90)),
        p.GoalProgressNoted(goal=GOAL, progress=40),
        p.InsightConsentGiven(scopes=("energy", "talents"), notice_version=3),
    )
    selection = (
        "version state statement { text }"
        " talents { name { nl en } quadrant evidence { title } history { strength } setAside"
        " sharings { id } }"
        " energySources { kind activity hoursPerWeek talentIds } passions { id text }"
        " evidence { kind title text link talentIds } reflections { text aboutIds }"
        " goals { text horizon state progress insightIds offeredTo { id } offeredAs }"
        " insightConsent { scopes noticeVersion }"
    )
    assert mine(world, selection) == {
        "version": 10,
        "state": "OPEN",
        "statement": {"text": "Ik ben er."},
        "talents": [
            {
                "name": {"nl": "Luisteren", "en": "Luisteren"},
                "quadrant": "IN_MY_STRENGTH",
                "evidence": [{"title": "De buurt"}],
                "history": [{"strength": 4}],
                "setAside": False,
                "sharings": [],
            }
        ],
        "energySources": [
            {
                "kind": "DRAINER",
                "activity": "Verslagen",
                "hoursPerWeek": "FROM_2_TO_8",
                "talentIds": [TALENT],
            }
        ],
        "passions": [{"id": PASSION, "text": "Buiten werken"}],
        "evidence": [
            {"kind": "STORY", "title": "De buurt", "text": "Zo.", "link": None, "talentIds": [TALENT]}
        ],
        "reflections": [{"text": "Rust helpt.", "aboutIds": [TALENT]}],
        "goals": [
            {
                "text": "Trainen",
                "horizon": day_after(90).isoformat(),
                "state": "OPEN",
                "progress": 40,
                "insightIds": [],
                "offeredTo": None,
                "offeredAs": None,
            }
        ],
        "insightConsent": {"scopes": ["TALENTS", "ENERGY"], "noticeVersion": 3},
    }


def test_talents_stand_by_quadrant_then_by_name_and_those_set_aside_are_asked_for(world: World) -> None:
    portfolio = world.opened()
    ids = [f"{number:032x}" for number in range(16, 20)]
    world.happened(portfolio, claimed(ids[0], "Zingen"), claimed(ids[1], "Aandacht", use=0))
    world.happened(portfolio, claimed(ids[2], "bellen"), claimed(ids[3], "Wachten"))
    world.happened(portfolio, p.TalentSetAside(talent=ids[3]))
    names = [talent["name"]["nl"] for talent in mine(world, "talents { name { nl } }")["talents"]]
    assert names == ["bellen", "Zingen", "Aandacht"]
    everything = mine(world, "talents(withSetAside: true) { name { nl } setAside }")["talents"]
    assert {"name": {"nl": "Wachten"}, "setAside": True} in everything


def test_the_past_is_as_it_was_and_what_came_later_is_not_in_it(world: World) -> None:
    portfolio = world.opened()
    then = world.happened(portfolio, claimed()).isoformat()
    world.happened(portfolio, p.TalentRevised(talent=TALENT, strength=5, energy=-2, use=1))
    world.happened(portfolio, p.PassionNamed(passion=PASSION, text="Buiten"))
    selection = (
        "version talents { strength history { strength } } passions { id }"
        " timeline { edges { node { fact } } }"
    )
    was = mine(world, selection, as_of=then)
    assert (was["version"], was["passions"]) == (2, [])
    assert was["talents"] == [{"strength": 4, "history": [{"strength": 4}]}]
    assert [e["node"]["fact"] for e in was["timeline"]["edges"]] == ["TalentClaimed", "PortfolioOpened"]
    now = mine(world, selection)
    assert now["talents"] == [{"strength": 5, "history": [{"strength": 4}, {"strength": 5}]}]
    assert mine(world, "id", as_of=(NOW - timedelta(days=400)).isoformat()) is None


def test_a_moment_still_to_come_is_now(world: World) -> None:
    world.happened(world.opened(), claimed())
    selection = "version timeline { edges { node { version } } } energyBalance { month }"
    assert mine(world, selection, as_of="9999-12-31T23:59:59.999999Z") == mine(world, selection)


def test_sharings_name_whom_they_are_open_to_and_until_when(world: World) -> None:
    portfolio = world.opened()
    world.registered("f" * 32, "Álex Bos")
    world.happened(f"team-{TEAM}", TeamFormed(name="Noord", unit=UNIT))
    world.happened(
        portfolio,
        claimed(),
        shared("9" * 32, TALENT, audience="organisation"),
        shared("2" * 32, TALENT, audience="people", people=(COLLEAGUE, "0" * 32, "f" * 32)),
        shared("3" * 32, TALENT, audience="team", team=TEAM, with_energy=True),
    )
    selection = "id kind visibility withEnergy people { displayName } team { id name parentId }"
    found = mine(world, f"sharings {{ {selection} }} talents {{ sharings {{ {selection} }} }}")
    named, team, organisation = found["sharings"]
    assert named["people"] == [{"displayName": "Álex Bos"}, {"displayName": "Bo Aerts"}]
    assert (named["kind"], named["visibility"], named["team"]) == ("TALENT", "CHOSEN", None)
    assert team["team"] == {"id": TEAM, "name": "Noord", "parentId": UNIT}
    assert (team["visibility"], team["withEnergy"], team["people"]) == ("TEAM", True, [])
    assert organisation["visibility"] == "ORGANISATION"
    assert found["talents"] == [{"sharings": found["sharings"]}]


def test_a_goal_on_offer_names_the_team(world: World) -> None:
    portfolio = world.opened()
    world.happened(f"team-{TEAM}", TeamFormed(name="Noord", unit=UNIT))
    world.happened(portfolio, p.GoalSet(goal=GOAL, text="Trainen"))
    world.happened(portfolio, p.GoalOfferedToTeam(goal=GOAL, team=TEAM, wording="Samen trainen"))
    (goal,) = mine(world, "goals { offeredTo { id name } offeredAs }")["goals"]
    assert goal == {"offeredTo": {"id": TEAM, "name": "Noord"}, "offeredAs": "Samen trainen"}


def test_an_agreement_waits_for_the_other_party_and_nobody_else(world: World) -> None:
    portfolio = world.opened()
    made = p.AgreementMade(agreement=AGREEMENT, text="Wij bellen")
    world.happened(
        portfolio, p.ConversationPlanned(conversation=CONVERSATION, other=COLLEAGUE, planned_for=TODAY)
    )
    world.happened(
        portfolio, p.ConversationHeld(conversation=CONVERSATION, held_on=TODAY, agreements=(made,))
    )
    ask = "{ me { agreementsToConfirm { id text heldOn owner { id displayName } confirmedAt } } }"

    def waiting(name: str) -> Any:
        return asyncio.run(world.ask(ask, name=name))["data"]["me"]["agreementsToConfirm"]

    owner = {"id": OWNER, "displayName": "Fenna de Boer"}
    assert waiting("colleague") == [
        {
            "id": AGREEMENT,
            "text": "Wij bellen",
            "heldOn": TODAY.isoformat(),
            "owner": owner,
            "confirmedAt": None,
        }
    ]
    assert waiting("owner") == []
    world.happened(portfolio, p.AgreementConfirmed(agreement=AGREEMENT))
    assert waiting("colleague") == []
    (talk,) = mine(world, "conversations { with { displayName } heldOn agreements { text confirmedAt } }")[
        "conversations"
    ]
    assert talk["with"] == {"displayName": "Bo Aerts"}
    assert talk["agreements"][0]["confirmedAt"] is not None


def history(world: World, **variables: Any) -> Any:
    answer = asyncio.run(world.ask(HISTORY, **variables))
    assert "errors" not in answer, answer
    return answer["data"]["me"]["portfolio"]["timeline"]


@pytest.mark.parametrize("oldest", [True, False])
def test_the_timeline_is_paged_without_loss_or_repeat(world: World, *, oldest: bool) -> None:
    portfolio = world.opened()
    world.happened(portfolio, *(claimed(f"{number:032x}", f"Talent {number}") for number in range(16, 22)))
    told: list[int] = []
    after = None
    while True:
        page = history(world, first=3, after=after, oldest=oldest)
        told += [edge["node"]["version"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert told == sorted(range(1, 8), reverse=not oldest)


def test_a_fact_says_what_happened_in_words_and_what_was_set_right(world: World) -> None:
    portfolio = world.opened()
    world.happened(portfolio, claimed(), p.CorrectionRecorded(version=2, text="Het was samen met Bo."))
    _, entry, opened = [edge["node"] for edge in history(world)["edges"]]
    assert entry["id"] == entry_id(OWNER, 2)
    assert (entry["fact"], entry["itemId"]) == ("TalentClaimed", TALENT)
    assert "Luisteren" in entry["summary"]["nl"]
    assert entry["summary"]["nl"] != entry["summary"]["en"]
    assert entry["correction"] == "Het was samen met Bo."
    assert opened["correction"] is None


def test_a_part_of_the_timeline_lies_between_two_moments(world: World) -> None:
    portfolio = world.opened()
    begin = world.happened(portfolio, claimed())
    end = world.happened(portfolio, p.PassionNamed(passion=PASSION, text="Buiten"))
    within = {"from": begin.isoformat(), "until": end.isoformat()}
    assert [e["node"]["fact"] for e in history(world, **within)["edges"]] == ["TalentClaimed"]


def noted(source: str, kind: Any, hours: Any) -> p.EnergySourceNoted:
    return p.EnergySourceNoted(source=source, kind=kind, activity="Bellen", hours_per_week=hours)


def test_the_energy_balance_is_drawn_up_at_the_end_of_each_month_and_now(world: World) -> None:
    portfolio = world.opened()
    october = NOW.replace(month=10, day=31, hour=23)
    world.happened(portfolio, noted("1" * 32, "giver", "from_2_to_8"), at=october)
    world.happened(portfolio, noted("2" * 32, "drainer", "over_16"), at=october)
    world.happened(portfolio, noted("3" * 32, "giver", "from_2_to_8"), at=NOW.replace(day=2))
    world.happened(portfolio, p.EnergySourceRemoved(source="2" * 32), at=NOW.replace(day=3))
    selection = "energyBalance(months: 3) { month giverHoursPerWeek drainerHoursPerWeek }"
    september, then, now = mine(world, selection)["energyBalance"]
    nothing = {"giverHoursPerWeek": None, "drainerHoursPerWeek": None}
    assert september == {"month": "2026-09-01", **nothing}
    assert then == {
        "month": "2026-10-01",
        "giverHoursPerWeek": "FROM_2_TO_8",
        "drainerHoursPerWeek": "OVER_16",
    }
    assert now == {"month": "2026-11-01", "giverHoursPerWeek": "FROM_8_TO_16", "drainerHoursPerWeek": None}
    (of_then,) = mine(world, selection.replace("3", "1"), as_of=october.isoformat())["energyBalance"]
    assert of_then == then


@pytest.mark.parametrize("months", [0, 37])
def test_an_energy_balance_has_1_to_36_months(world: World, months: int) -> None:
    world.opened()
    document = f"{{ me {{ portfolio {{ energyBalance(months: {months}) {{ month }} }} }} }}"
    assert asyncio.run(world.codes(document)) == ["LIMIT_EXCEEDED"]


def test_names_are_read_together_however_many_items_there_are(world: World) -> None:
    portfolio = world.opened()
    selection = "sharings { people { displayName } } talents { sharings { people { displayName } } }"

    def connections_for(items: int) -> int:
        for number in range(items):
            item = f"{world.connections * 100 + number:032x}"
            opening = p.ItemShared(
                sharing=item,
                item=item,
                kind="talent",
                audience="people",
                people=(COLLEAGUE,),
                until=day_after(9),
            )
            world.happened(portfolio, claimed(item), opening)
        before = world.connections
        mine(world, selection)
        return world.connections - before

    few = connections_for(2)
    assert connections_for(10) == few


def test_the_subscription_tells_the_same_facts_as_the_timeline(world: World) -> None:
    portfolio = world.opened()
    fact = "id at version fact summary { nl en } itemId correction"
    document = (
        f"subscription ($after: Position) {{ portfolioChanged(after: $after)"
        f" {{ position version facts {{ {fact} }} }} }}"
    )

    async def told(after: str, count: int) -> list[Any]:
        context = Context(world.gateway)
        await context.authenticate({"authorization": f"Bearer {world.issuer.token('owner')}"})
        results: Any = await SCHEMA.stream(document, variable_values={"after": after}, context_value=context)
        async with asyncio.timeout(20):
            changes = [(await anext(results)).data["portfolioChanged"] for _ in range(count)]
        await results.aclose()
        return changes

    world.happened(portfolio, claimed(), p.CorrectionRecorded(version=2, text="Met Bo."))
    begin = world.positions.write(Place(generation="f" * 32, partition=0, ordinal=1))
    changes = asyncio.run(told(begin, 2))
    assert [change["version"] for change in changes] == [1, 3]
    facts = [fact for change in changes for fact in change["facts"]]
    assert facts == [edge["node"] for edge in history(world, oldest=True)["edges"]]
    assert facts[1]["correction"] == "Met Bo."
    assert asyncio.run(told(changes[0]["position"], 1)) == changes[1:]


@pytest.mark.parametrize(
    ("view", "selection"),
    [
        (profile.VIEW, "portfolio { id }"),
        (timeline.VIEW, "portfolio { timeline { edges { cursor } } }"),
        (directory.VIEW, "displayName"),
    ],
)
def test_what_waits_for_repair_is_not_shown_as_it_was(world: World, view: Any, selection: str) -> None:
    world.opened()
    world.parked(view, OWNER)
    document = f"{{ me {{ {selection} }} }}"
    assert asyncio.run(world.codes(document)) == ["PARKED"]


def test_a_colleague_waiting_for_repair_hides_a_name_and_no_more(world: World) -> None:
    portfolio = world.opened()
    world.happened(portfolio, claimed(), shared("2" * 32, TALENT, audience="people", people=(COLLEAGUE,)))
    world.parked(directory.VIEW, COLLEAGUE)
    assert mine(world, "sharings { people { displayName } }") == {"sharings": [{"people": []}]}


def adopted(days: int) -> PolicyAdopted:
    floors = Floors(raters=3, clients=5, comments=3, organisation=5, energy=10, change=5)
    return PolicyAdopted(
        policy="b" * 32,
        floors=floors,
        release_every_days=90,
        months_between_rounds=6,
        invitations_per_quarter_max=8,
        sharing_days_max=365,
        portfolio_days_after_leaving=days,
        read_log_months=24,
    )


@pytest.mark.parametrize(("policy", "days"), [(None, DAYS_AFTER_LEAVING_DEFAULT), (adopted(14), 14)])
def test_who_left_keeps_the_portfolio_for_as_long_as_the_policy_says(
    world: World, policy: PolicyAdopted | None, days: int
) -> None:
    world.opened()
    world.happened(f"policy-{ORGANISATION}", OrganisationFounded(name="Kade"))
    if policy is not None:
        world.happened(f"policy-{ORGANISATION}", policy)
    world.happened(f"employment-{OWNER}", EmploymentEnded(on=TODAY))
    world.clock.advance(timedelta(days=days))
    assert mine(world, "state") == {"state": "OPEN"}
    world.clock.advance(timedelta(days=1))
    assert asyncio.run(world.codes("{ me { id } }")) == ["FORBIDDEN"]


def test_teams_are_those_one_is_in(world: World) -> None:
    world.opened()
    world.happened(f"team-{TEAM}", TeamFormed(name="Noord", unit=UNIT))
    world.happened(f"employment-{OWNER}", TeamJoined(team=TEAM, on=TODAY))
    answer = asyncio.run(world.ask("{ me { teams { id name version } } }"))
    assert answer["data"]["me"]["teams"] == [{"id": TEAM, "name": "Noord", "version": 1}]


def test_the_language_is_that_of_the_portfolio_and_dutch_before_there_is_one(world: World) -> None:
    ask = "{ viewer { language displayName role roles } }"
    world.registered(OWNER, "Fenna de Boer")
    assert asyncio.run(world.ask(ask))["data"]["viewer"]["language"] == "NL"
    world.happened(f"portfolio-{OWNER}", p.PortfolioOpened(language="en"))
    assert asyncio.run(world.ask(ask))["data"]["viewer"] == {
        "language": "EN",
        "displayName": "Fenna de Boer",
        "role": "PROFESSIONAL",
        "roles": ["PROFESSIONAL"],
    }
