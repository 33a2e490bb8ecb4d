"""A portfolio as its owner finds it, now and at any moment, in as many statements whatever its size."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from events.catalog.employment import EmploymentEnded, TeamJoined
from events.catalog.policy import Floors, OrganisationFounded, PolicyAdopted
from events.catalog.portfolio.conversations import (
    AgreementConfirmed,
    AgreementMade,
    ConversationHeld,
    ConversationPlanned,
)
from events.catalog.portfolio.energy import EnergySourceNoted, PassionNamed
from events.catalog.portfolio.evidence import EvidenceAdded, ReflectionWritten
from events.catalog.portfolio.goals import GoalOfferedToTeam, GoalProgressNoted, GoalReached, GoalSet
from events.catalog.portfolio.life import PortfolioOpened, ProfileStatementWritten
from events.catalog.portfolio.sharing import InsightConsentGiven, ItemShared
from events.catalog.portfolio.talents import TalentSetAside
from events.catalog.team import TeamFormed
from projections.views import directory, profile, timeline
from rules.access.roles import DAYS_AFTER_LEAVING_DEFAULT
from rules.agreements import agreement_id
from rules.kinds import EnergySourceKind, EvidenceKind, HoursBand, InsightScope, ItemKind, Language
from tests.gateway.world import COLLEAGUE, ORGANISATION, OWNER, TODAY, World, claimed, day_after

pytestmark = pytest.mark.postgres
TALENT, SOURCE, PASSION, EVIDENCE = "1" * 32, "2" * 32, "3" * 32, "4" * 32
REFLECTION, GOAL, CONVERSATION, TEAM = "5" * 32, "6" * 32, "7" * 32, "8" * 32
STATEMENT, UNIT = "e" * 32, "c" * 32
AGREEMENT = agreement_id(OWNER, "1" * 32)


def shared(sharing: str, item: str, **to: Any) -> ItemShared:
    return ItemShared(
        sharing=sharing, item=item, kind=ItemKind.TALENT, until=day_after(int(sharing[0])), **to
    )


def test_nothing_is_there_until_it_is_opened(world: World) -> None:
    world.registered(OWNER, "Fenna de Boer")
    assert world.mine("id") is None


def test_every_item_comes_as_its_owner_said_it(world: World) -> None:
    portfolio = world.opened()
    world.happened(
        portfolio,
        ProfileStatementWritten(statement=STATEMENT, text="Ik ben er."),
        EnergySourceNoted(
            source=SOURCE,
            kind=EnergySourceKind.DRAINER,
            activity="Verslagen",
            hours_per_week=HoursBand.FROM_2_TO_8,
            talents=(TALENT,),
        ),
        PassionNamed(passion=PASSION, text="Buiten werken"),
        ReflectionWritten(reflection=REFLECTION, text="Rust helpt.", about=(TALENT,)),
        InsightConsentGiven(scopes=(InsightScope.ENERGY, InsightScope.TALENTS), notice_version=3),
    )
    selection = (
        "version state statement { text } energySources { kind activity hoursPerWeek talentIds }"
        " passions { id text } reflections { text aboutIds } insightConsent { scopes noticeVersion }"
    )
    source = {"activity": "Verslagen", "hoursPerWeek": "FROM_2_TO_8", "talentIds": [f"Item:{TALENT}"]}
    assert world.mine(selection) == {
        "version": 6,
        "state": "OPEN",
        "statement": {"text": "Ik ben er."},
        "energySources": [{"kind": "DRAINER", **source}],
        "passions": [{"id": f"Item:{PASSION}", "text": "Buiten werken"}],
        "reflections": [{"text": "Rust helpt.", "aboutIds": [f"Item:{TALENT}"]}],
        "insightConsent": {"scopes": ["TALENTS", "ENERGY"], "noticeVersion": 3},
    }


def test_a_talent_comes_with_what_shows_it(world: World) -> None:
    portfolio = world.opened()
    story = EvidenceAdded(
        evidence=EVIDENCE, kind=EvidenceKind.STORY, title="De buurt", text="Zo.", talents=(TALENT,)
    )
    world.happened(portfolio, claimed(), story)
    found = world.mine(
        "talents { name { nl en } quadrant evidence { title } history { strength } setAside sharings { id } }"
        " evidence { kind title text link talentIds }",
    )
    shown = {
        "kind": "STORY",
        "title": "De buurt",
        "text": "Zo.",
        "link": None,
        "talentIds": [f"Item:{TALENT}"],
    }
    assert found["evidence"] == [shown]
    assert found["talents"] == [
        {
            "name": {"nl": "Luisteren", "en": "Luisteren"},
            "quadrant": "IN_MY_STRENGTH",
            "evidence": [{"title": "De buurt"}],
            "history": [{"strength": 4}],
            "setAside": False,
            "sharings": [],
        }
    ]


def test_a_goal_comes_with_its_progress_and_open_ones_first(world: World) -> None:
    portfolio = world.opened()
    reached = "0" * 32
    world.happened(portfolio, GoalSet(goal=GOAL, text="Trainen", horizon=day_after(90)))
    world.happened(portfolio, GoalProgressNoted(goal=GOAL, progress=40))
    world.happened(portfolio, GoalSet(goal=reached, text="Lezen"), GoalReached(goal=reached))
    selection = "goals { text horizon state progress insightIds offeredTo { id } offeredAs }"
    first, second = world.mine(selection)["goals"]
    assert first == {
        "text": "Trainen",
        "horizon": day_after(90).isoformat(),
        "state": "OPEN",
        "progress": 40,
        "insightIds": [],
        "offeredTo": None,
        "offeredAs": None,
    }
    assert (second["state"], second["progress"]) == ("REACHED", None)


def test_talents_stand_by_quadrant_then_by_name_and_those_set_aside_are_asked_for(world: World) -> None:
    portfolio = world.opened()
    ids = [f"{number:032x}" for number in range(16, 20)]
    world.happened(portfolio, claimed(ids[0], "Zingen"), claimed(ids[1], "Aandacht", use=0))
    world.happened(portfolio, claimed(ids[2], "bellen"), claimed(ids[3], "Wachten"))
    world.happened(portfolio, TalentSetAside(talent=ids[3]))
    names = [talent["name"]["nl"] for talent in world.mine("talents { name { nl } }")["talents"]]
    assert names == ["bellen", "Zingen", "Aandacht"]
    everything = world.mine("talents(withSetAside: true) { name { nl } setAside }")["talents"]
    assert {"name": {"nl": "Wachten"}, "setAside": True} in everything


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
    found = world.mine(f"sharings {{ {selection} }} talents {{ sharings {{ {selection} }} }}")
    named, team, organisation = found["sharings"]
    assert named["people"] == [{"displayName": "Álex Bos"}, {"displayName": "Bo Aerts"}]
    assert (named["kind"], named["visibility"], named["team"]) == ("TALENT", "CHOSEN", None)
    assert team["team"] == {"id": f"Unit:{TEAM}", "name": "Noord", "parentId": f"Unit:{UNIT}"}
    assert (team["visibility"], team["withEnergy"], team["people"]) == ("TEAM", True, [])
    assert organisation["visibility"] == "ORGANISATION"
    assert found["talents"] == [{"sharings": found["sharings"]}]


def test_a_goal_on_offer_names_the_team(world: World) -> None:
    portfolio = world.opened()
    world.happened(f"team-{TEAM}", TeamFormed(name="Noord", unit=UNIT))
    world.happened(portfolio, GoalSet(goal=GOAL, text="Trainen"))
    world.happened(portfolio, GoalOfferedToTeam(goal=GOAL, team=TEAM, wording="Samen trainen"))
    (goal,) = world.mine("goals { offeredTo { id name } offeredAs }")["goals"]
    assert goal == {"offeredTo": {"id": f"Unit:{TEAM}", "name": "Noord"}, "offeredAs": "Samen trainen"}


def test_an_agreement_waits_for_the_other_party_and_nobody_else(world: World) -> None:
    portfolio = world.opened()
    made = AgreementMade(agreement=AGREEMENT, text="Wij bellen")
    world.happened(
        portfolio, ConversationPlanned(conversation=CONVERSATION, other=COLLEAGUE, planned_for=TODAY)
    )
    world.happened(portfolio, ConversationHeld(conversation=CONVERSATION, held_on=TODAY, agreements=(made,)))
    ask = "{ me { agreementsToConfirm { id text heldOn owner { id displayName } confirmedAt } } }"

    def waiting(name: str) -> Any:
        return asyncio.run(world.ask(ask, name=name))["data"]["me"]["agreementsToConfirm"]

    owner = {"id": f"Colleague:{OWNER}", "displayName": "Fenna de Boer"}
    assert waiting("colleague") == [
        {
            "id": f"Item:{AGREEMENT}",
            "text": "Wij bellen",
            "heldOn": TODAY.isoformat(),
            "owner": owner,
            "confirmedAt": None,
        }
    ]
    assert waiting("owner") == []
    world.happened(portfolio, AgreementConfirmed(agreement=AGREEMENT))
    assert waiting("colleague") == []
    (talk,) = world.mine("conversations { with { displayName } heldOn agreements { text confirmedAt } }")[
        "conversations"
    ]
    assert talk["with"] == {"displayName": "Bo Aerts"}
    assert talk["agreements"][0]["confirmedAt"] is not None


def test_names_are_read_together_however_many_items_there_are(world: World) -> None:
    portfolio = world.opened()
    selection = "sharings { people { displayName } } talents { sharings { people { displayName } } }"

    def connections_for(items: int) -> int:
        for number in range(items):
            item = f"{world.connections * 100 + number:032x}"
            opening = ItemShared(
                sharing=item,
                item=item,
                kind=ItemKind.TALENT,
                audience="people",
                people=(COLLEAGUE,),
                until=day_after(9),
            )
            world.happened(portfolio, claimed(item), opening)
        before = world.connections
        world.gateway.portfolios.pictures.drop(OWNER)
        world.mine(selection)
        return world.connections - before

    few = connections_for(2)
    assert connections_for(10) == few


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
    assert world.mine("sharings { people { displayName } }") == {"sharings": [{"people": []}]}


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
def test_someone_who_left_keeps_the_portfolio_for_as_long_as_the_policy_says(
    world: World, policy: PolicyAdopted | None, days: int
) -> None:
    world.opened()
    world.happened(f"policy-{ORGANISATION}", OrganisationFounded(name="Kade"))
    if policy is not None:
        world.happened(f"policy-{ORGANISATION}", policy)
    world.happened(f"employment-{OWNER}", EmploymentEnded(on=TODAY))
    world.clock.advance(timedelta(days=days))
    assert world.mine("state") == {"state": "OPEN"}
    world.clock.advance(timedelta(days=1))
    assert asyncio.run(world.codes("{ me { id } }")) == ["FORBIDDEN"]


def test_teams_are_those_one_is_in(world: World) -> None:
    world.opened()
    world.happened(f"team-{TEAM}", TeamFormed(name="Noord", unit=UNIT))
    world.happened(f"employment-{OWNER}", TeamJoined(team=TEAM, on=TODAY))
    answer = asyncio.run(world.ask("{ me { teams { id version asUnit { id name parentId } } } }"))
    leaf = {"id": f"Unit:{TEAM}", "name": "Noord", "parentId": f"Unit:{UNIT}"}
    assert answer["data"]["me"]["teams"] == [{"id": f"Team:{TEAM}", "version": 1, "asUnit": leaf}]


def test_the_language_is_that_of_the_portfolio_and_dutch_before_there_is_one(world: World) -> None:
    ask = "{ viewer { language displayName role roles } }"
    world.registered(OWNER, "Fenna de Boer")
    assert asyncio.run(world.ask(ask))["data"]["viewer"]["language"] == "NL"
    world.happened(f"portfolio-{OWNER}", PortfolioOpened(language=Language.EN))
    assert asyncio.run(world.ask(ask))["data"]["viewer"] == {
        "language": "EN",
        "displayName": "Fenna de Boer",
        "role": "PROFESSIONAL",
        "roles": ["PROFESSIONAL"],
    }
