"""A small organisation in which everything happened that can happen: the demo's, and what the demo lacks."""

import os
from datetime import timedelta
from typing import Any, Final

import pytest
from eventsourcing.persistence import StoredEvent, Tracking

from deploy.demo.client import DemoServices
from deploy.demo.people import FEED, FIRST_ADMINISTRATOR, KNOWN
from deploy.demo.seed import seed
from events.catalog.team import TeamFormed
from events.codec import Recorded
from events.log.outcomes import ConflictError
from events.privacy import disclosures as read_log
from kit.ids import derived_id, new_id
from rules.access.roles import Role
from rules.kinds import ItemKind
from rules.timeline import entry_id
from services.admin.terms import load_list, read_list
from tests.kept.at_home import NOW, all_folded, at_work
from tests.kept.told import answer_again
from tests.processes.house import scheduler
from tests.projections.views.given import read
from tests.projections.witness import wait_until
from tests.services.house import House

_DAY: Final = NOW.date()
_BIG_LIST: Final = b"cluster,nl,en,esco\ncalm,Kalm blijven,Staying calm,\n"


def tell(house: House) -> None:
    """Let everything happen on an empty log, whose journal worker runs."""
    services = DemoServices(recorder=house.log.recorders[0], vault=house.vault, mapper=house.mapper)
    seed(services, count=len(KNOWN), today=_DAY, on_progress=lambda *_: None)
    _units_and_teams(house)
    _roles_and_words(house)
    for number, name in (("stay", "Noor Jansen"), ("leave", "Sem Visscher"), ("gone", "Mees Çelik")):
        _join(house, number, name)
    _items(house)
    _goals_and_conversations(house)
    _leaving(house)
    _forget(house)
    _oddities(house)
    answer_again(house)
    with at_work(house):
        wait_until(lambda: all_folded(house))  # the scheduler looks in the views for what is due
        house.clock.advance(timedelta(days=3))
        assert not scheduler(house).turn().failed
    _read(house)


def _done(result: Any) -> str:
    assert result.outcome == "ACCEPTED", result
    return result.entity_id or ""


def _feed(house: House, name: str, /, **given: Any) -> None:
    _done(house.ask(FEED, Role.HR_FEED, name, **given))


def _do(house: House, number: str, name: str, /, **given: Any) -> str:
    return _done(house.ask(number, Role.PROFESSIONAL, name, **given))


def _units_and_teams(house: House) -> None:
    _feed(house, "formUnit", unitKey="pop-up", name="Tijdelijk", parentKey="huis")
    _feed(house, "renameUnit", unitKey="pop-up", name="Tijdelijk werk")
    _feed(house, "moveUnit", unitKey="pop-up", parentKey="wijk")
    _feed(house, "formTeam", teamKey="tent", name="Team Tent", unitKey="pop-up")
    _feed(house, "renameTeam", teamKey="tent", name="Team Kiosk")
    _feed(house, "closeTeam", teamKey="tent")
    _feed(house, "closeUnit", unitKey="pop-up")


def _roles_and_words(house: House) -> None:
    administrator = (FIRST_ADMINISTRATOR, Role.ADMINISTRATOR)
    grant = _done(house.ask(*administrator, "grantRole", role="CONFIDENTIAL_ADVISER", subject="lead"))
    _done(house.ask(*administrator, "withdrawRole", roleGrantId=grant))
    load_list(house.handler, read_list(_BIG_LIST), list_name="A bigger list")
    group = ("working-group", Role.WORKING_GROUP)
    terms = [
        _done(house.ask(*group, "proposeTerm", label={"nl": nl, "en": en}, clusterId="calm"))
        for nl, en in (("Rust houden", "Keeping quiet"), ("Rust geven", "Giving quiet"))
    ]
    for term in terms:
        _done(house.ask(*group, "adoptTerm", termId=term))
    label = {"nl": "Rust bewaren", "en": "Keeping calm"}
    _done(house.ask(*group, "rewordTerm", termId=terms[0], label=label))
    esco = "https://data.europa.eu/esco/skill/1f1d2ff8-c4c1-45b3-9812-e47aec84c1ac"
    for address in (esco, None):
        _done(house.ask(*group, "alignTerm", termId=terms[0], esco=address))
    _done(house.ask(*group, "mergeTerms", termIds=[terms[1]], intoId=terms[0]))
    _done(house.ask(*group, "retireTerm", termId=terms[0]))


def _join(house: House, number: str, name: str) -> None:
    address = f"{number}@kade.example"
    _feed(house, "registerProfessional", employeeNumber=number, name=name, email=address)
    _feed(house, "recordTeamJoined", employeeNumber=number, teamKey="kade", on="2026-09-01")
    _do(house, number, "openPortfolio", language="EN" if number == "gone" else "NL")


def _items(house: House) -> None:
    words = "Ik luister eerst.\nDan pas praat ik."
    _do(house, "stay", "writeProfileStatement", text=words)
    numbers = {"strength": 4, "energy": -1, "use": 3}
    talent = _do(house, "stay", "claimTalent", name={"ownWords": "Doorvragen"}, **numbers, story="Ja.")
    _do(house, "stay", "reviseTalent", talentId=talent, strength=5, energy=-2, use=2)
    for kind in ("GIVER", "DRAINER"):
        given = {"kind": kind, "activity": "Reizen", "hoursPerWeek": "OVER_16", "talentIds": [talent]}
        source = _do(house, "stay", "noteEnergySource", **given)
    _do(house, "stay", "removeEnergySource", energySourceId=source)
    passion = _do(house, "stay", "namePassion", text="Samen koken")
    for kind, told in (
        ("link", "https://example.org/a"),
        ("badge", "https://example.org/b"),
        ("story", "Ja."),
    ):
        evidence = _do(house, "stay", "addEvidence", title="Cursus", source={kind: told}, talentIds=[talent])
    note = _do(house, "stay", "writeReflection", text="Wat ging er goed?", aboutIds=[talent, evidence])
    _do(house, "stay", "giveInsightConsent", scopes=["TALENTS", "ENERGY"], noticeVersion=1)
    _do(house, "stay", "withdrawInsightConsent")
    entry = entry_id(house.vault.person_for("stay") or "", 2)
    _do(house, "stay", "recordCorrection", timelineEntryId=entry, text="Het was in mei.")
    sharing = _share(house, "stay", talent, withEnergy=True, **_to(house, "member"))
    _do(house, "stay", "endItemSharing", sharingId=sharing)
    _share(house, "stay", talent, withEnergy=True, **_to(house, "lead", "member"))
    _share(house, "stay", passion, days=1, **{"with": {"organisation": True}})
    _share(house, "stay", note, **_to_team(house))
    _share(house, "stay", evidence, **_to_team(house))
    _do(house, "stay", "withdrawEvidence", evidenceId=evidence)
    _do(house, "stay", "pausePortfolio")
    _do(house, "stay", "resumePortfolio")


def _share(house: House, number: str, item: str, /, *, days: int = 60, **given: Any) -> str:
    until = (_DAY + timedelta(days=days)).isoformat()
    return _do(house, number, "shareItem", itemId=item, until=until, **given)


def _to(house: House, *numbers: str) -> dict[str, Any]:
    return {"with": {"people": [house.vault.person_for(number) for number in numbers]}}


def _to_team(house: House) -> dict[str, Any]:
    return {"with": {"teamId": _kade(house)}}


def _kade(house: House) -> str:
    return derived_id(house.vault.organisation() or "", "team", "kade")


def _goals_and_conversations(house: House) -> None:
    goals = [
        _do(house, "stay", "setGoal", text=f"Een groep leiden, {number}", horizon="2027-06-01")
        for number in range(4)
    ]
    _do(house, "stay", "sharpenGoal", goalId=goals[0], text="Twee groepen leiden")
    _do(house, "stay", "noteGoalProgress", goalId=goals[0], progress=40)
    for goal in goals:
        _do(house, "stay", "offerGoalToTeam", goalId=goal, teamId=_kade(house), offeredAs="Wie doet er mee?")
    _do(house, "stay", "takeBackGoalOffer", goalId=goals[1])
    _do(house, "stay", "reachGoal", goalId=goals[2])
    _do(house, "stay", "letGoOfGoal", goalId=goals[3])
    other, day = house.vault.person_for("member") or "", _DAY.isoformat()
    conversation = _do(house, "stay", "planConversation", withId=other, plannedFor=day)
    held = {"conversationId": conversation, "heldOn": day, "agreements": ["Elke maand", "Samen kijken"]}
    _do(house, "stay", "recordConversation", **held)
    person = house.vault.person_for("stay")
    made = [
        agreement.agreement
        for recorded in house.events(f"portfolio-{person}")
        for agreement in getattr(recorded.event, "agreements", ())
    ]
    _do(house, "member", "confirmAgreement", agreementId=made[0])


def _leaving(house: House) -> None:
    """One leaves the team and closes the portfolio; one leaves the organisation."""
    for number in ("leave", "gone"):
        numbers = {"strength": 3, "energy": 1, "use": 1}
        talent = _do(house, number, "claimTalent", name={"ownWords": "Rust brengen"}, **numbers)
        passion = _do(house, number, "namePassion", text="Muziek")
        goal = _do(house, number, "setGoal", text="Vaker om hulp vragen")
        _do(house, number, "offerGoalToTeam", goalId=goal, teamId=_kade(house), offeredAs="Samen?")
        _share(house, number, talent, **_to_team(house))
        _share(house, number, passion, **_to(house, "owner"))
        if number == "leave":
            left = {"employeeNumber": number, "teamKey": "kade", "on": _DAY.isoformat()}
            _feed(house, "recordTeamLeft", **left)
            _do(house, number, "setTalentAside", talentId=talent)
            _do(house, number, "letGoOfPassion", passionId=passion)
            _share(house, number, goal, **_to(house, "owner"))
            _do(house, number, "closePortfolio", forGood=True)
    _feed(house, "recordEmploymentEnded", employeeNumber="gone", on=_DAY.isoformat())


def _forget(house: House) -> None:
    """Somebody's key is destroyed: what stands on the log of that person never opens again."""
    _join(house, "forgotten", "Jan de Wit")
    _do(house, "forgotten", "namePassion", text="Dit leest niemand meer")
    house.vault.destroy(house.vault.person_for("forgotten") or "")


def _oddities(house: House) -> None:
    """What no person does: a lost race, a voided command, a closed subject, a tracking, a damaged record."""
    first, late = house.log.recorders[0], house.log.recorder()
    team, last = _kade(house), new_id()
    with pytest.raises(ConflictError):
        late.append([_formed(house, team)])
    first.resolve(team, os.urandom(32))
    first.append([_formed(house, last)], last=True)
    first.insert_tracking(Tracking("a neighbour", 7))
    appender = house.log.appender()
    appender.append(0, b"IPPL" + bytes(40)).result(10)
    appender.close()


def _formed(house: House, team: str) -> StoredEvent:
    formed = TeamFormed(name="Team Slot", unit=new_id())
    return house.mapper.to_stored_event(
        Recorded(stream=f"team-{team}", version=1, event=formed, at=NOW, by=team)
    )


def _read(house: House) -> None:
    """Three lines in the read log, of which two are of one item."""
    owner, lead = (house.vault.person_for(number) or "" for number in ("owner", "lead"))
    purposes: tuple[read_log.Purpose, ...] = ("SHARED_BY_NAME", "TEAM_PAGE", "FINDER")
    shown = [
        read_log.DisclosureEntry(
            owner=owner,
            day=house.calendar.today(),
            item_kind=ItemKind.TALENT,
            item=derived_id("item", str(number % 2)),
            viewer=lead,
            viewer_role="PROFESSIONAL",
            purpose=purpose,
        )
        for number, purpose in enumerate(purposes)
    ]
    read(house.log.url, read_log.record, shown)
