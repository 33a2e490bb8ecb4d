"""The demo's organisation: units, teams, people with Dutch names and talents, made by real commands."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from events.vault import Vault
from kit.ids import derived_id
from rules.access import Role
from services.contexts import read_command
from services.handling import CommandHandler
from services.results import Caller

ORGANISATION: Final = "Stichting Kade Welzijn"
FIRST_ADMINISTRATOR: Final = "administrator"
FEED: Final = "hr-feed"
ATTEMPTS_MAX: Final = 5

UNITS: Final = (
    ("wijk", "Wijkteams", None),
    ("wijk-zuid", "Wijkteams Zuid", "wijk"),
    ("huis", "Bedrijfsbureau", None),
)
TEAMS: Final = (
    ("kade", "Team Kade", "wijk-zuid"),
    ("polder", "Team Polder", "wijk"),
    ("bureau", "Team Bureau", "huis"),
)
# Whom tokens can be asked for: name in the token, name of the person, team.
PEOPLE: Final = (
    ("owner", "Fenna de Vries", "kade"),
    ("lead", "Joris Bakker", "kade"),
    ("member", "Amina El Idrissi", "kade"),
    ("willem", "Willem Jansen", "kade"),
    ("sanne", "Sanne van Dijk", "polder"),
    ("mehmet", "Mehmet Yildiz", "polder"),
    ("lotte", "Lotte Smit", "polder"),
    ("daan", "Daan Mulder", "polder"),
    ("hr", "Marieke Visser", "bureau"),
    ("board", "Henk Postma", "bureau"),
    ("privacy-officer", "Ruth Cohen", "bureau"),
    ("working-group", "Bram Kuipers", "bureau"),
    ("works-council", "Nadia Hendriks", "bureau"),
    ("auditor", "Pieter de Groot", "bureau"),
    ("administrator", "Iris Koster", "bureau"),
)
GRANTS: Final = (
    (FEED, Role.HR_FEED),
    ("hr", Role.HR),
    ("board", Role.BOARD),
    ("auditor", Role.AUDITOR),
    ("privacy-officer", Role.PRIVACY_OFFICER),
    ("working-group", Role.WORKING_GROUP),
    ("works-council", Role.WORKS_COUNCIL),
)
# Own words, strength, energy, use, story.
_LISTENING = ("Luisteren zonder oordeel", 5, 2, 3, "Bij mij durven mensen stil te vallen.")
_CALM = ("Rust brengen in een verhit gesprek", 4, 2, 1, "Aan de keukentafel, als het hoog oploopt.")
_REPORTS = ("Verslagen schrijven", 4, -2, 3, None)
_NETWORK = ("Netwerken in de wijk", 3, 1, 2, "Ik ken de huisarts, de imam en de voetbalclub.")
_LAW = ("De Wmo uitleggen in gewone taal", 5, 1, 1, None)
_GROUPS = ("Groepen begeleiden", 2, 2, 0, "Dat wil ik leren.")
_MONEY = ("Geldzaken op orde brengen", 4, 1, 3, "Stap voor stap, met de post op tafel.")
_PLANNING = ("Roosters maken", 3, -1, 2, None)
_HUMOUR = ("Humor op het goede moment", 4, 2, 2, None)
_CARERS = ("Mantelzorgers steunen", 5, 2, 2, "Vragen hoe het met hén gaat.")
_COMPUTER = ("Digitale hulpmiddelen uitproberen", 1, 2, 0, None)
_CRISIS = ("Kalm blijven bij crisis", 4, 0, 1, None)
TALENTS: Final = {
    "owner": (_LISTENING, _CALM, _REPORTS, _GROUPS),
    "lead": (_NETWORK, _PLANNING, _HUMOUR),
    "member": (_LAW, _CARERS, _COMPUTER),
    "willem": (_MONEY, _REPORTS, _CRISIS),
    "sanne": (_CARERS, _LISTENING, _PLANNING),
    "mehmet": (_NETWORK, _LAW, _HUMOUR),
    "lotte": (_GROUPS, _CALM, _COMPUTER),
    "daan": (_CRISIS, _MONEY, _NETWORK),
    "hr": (_PLANNING, _LISTENING),
    "working-group": (_HUMOUR, _GROUPS),
    "works-council": (_LAW, _CALM),
    "administrator": (_COMPUTER, _REPORTS),
}


class SeedError(Exception):
    """A command of the demo's organisation was not accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command: who gives it, in which role, and the JSON of its input."""

    by: str
    role: Role
    name: str
    given: dict[str, Any]

    @property
    def command_id(self) -> str:
        """The same for the same step, so that a start that was cut short goes on where it was."""
        return str(UUID(hex=derived_id("demo", self.by, self.name, repr(self.given)), version=4))


def steps() -> list[Step]:
    """Return every command of the demo, in an order in which each can be accepted."""
    return [*_granting(), *_hr_facts(), *_portfolios()]


def _granting() -> Iterator[Step]:
    for subject, role in GRANTS:
        given = {"role": role.name, "subject": subject}
        yield Step(by=FIRST_ADMINISTRATOR, role=Role.ADMINISTRATOR, name="grantRole", given=given)


def _hr_facts() -> Iterator[Step]:
    def fact(name: str, /, **given: Any) -> Step:
        return Step(by=FEED, role=Role.HR_FEED, name=name, given=given)

    for key, name, parent in UNITS:
        yield fact("formUnit", unitKey=key, name=name, **({"parentKey": parent} if parent else {}))
    for key, name, unit in TEAMS:
        yield fact("formTeam", teamKey=key, name=name, unitKey=unit)
    for number, name, team in PEOPLE:
        email = f"{number}@kade.example"
        yield fact("registerProfessional", employeeNumber=number, name=name, email=email)
        yield fact("recordTeamJoined", employeeNumber=number, teamKey=team, on="2026-01-01")


def _portfolios() -> Iterator[Step]:
    for number, talents in TALENTS.items():
        yield _own(number, "openPortfolio", {"language": "NL"})
        for words, strength, energy, use, story in talents:
            given: dict[str, Any] = {"name": {"ownWords": words}}
            given |= {"strength": strength, "energy": energy, "use": use}
            if story:
                given["story"] = story
            yield _own(number, "claimTalent", given)


def _own(by: str, name: str, given: dict[str, Any]) -> Step:
    return Step(by=by, role=Role.PROFESSIONAL, name=name, given=given)


def seed(handler: CommandHandler, vault: Vault, *, told: Callable[[], None]) -> None:
    """Give every command that was not given before; `told` is called after each. Raises SeedError."""
    for step in steps():
        person = vault.person_for(step.by)
        if person is None:
            raise SeedError(f"nobody is known as {step.by}")
        _give(handler, step, person)
        told()


def _give(handler: CommandHandler, step: Step, person: str) -> None:
    for _ in range(ATTEMPTS_MAX):
        result = handler.handle(
            read_command(step.name, step.given),
            caller=Caller(person=person, role=step.role),
            command_id=step.command_id,
        )
        if result.outcome == "ACCEPTED":
            return
        if result.outcome == "REFUSED" and {refusal.code for refusal in result.refusals} != {"TOO_BUSY"}:
            raise SeedError(f"{step.name} by {step.by}: {result.refusals[0].en}")
    raise SeedError(f"{step.name} by {step.by} was not settled")
