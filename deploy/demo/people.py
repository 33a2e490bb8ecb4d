"""The people, teams and roles of the demo's organisation: the same at every start."""

import random
import unicodedata
from datetime import date, timedelta
from typing import Final, NamedTuple

from faker import Faker

from rules.access.roles import Role

ORGANISATION: Final = "Stichting Kade Welzijn"
FIRST_ADMINISTRATOR: Final = "administrator"
FEED: Final = "hr-feed"
ADVISER: Final = "confidential-adviser"
"""From outside, as confidential advisers often are: with a role, and not among the professionals."""
PEOPLE: Final = 120
YEAR_DAYS: Final = 365
"""The demo shows a past of so many days."""
_SEED: Final = 2026

UNITS: Final[tuple[tuple[str, str, str | None], ...]] = (
    ("wijk", "Wijkteams", None),
    ("wijk-zuid", "Wijkteams Zuid", "wijk"),
    ("jeugd", "Jeugd en gezin", None),
    ("wonen", "Wonen en herstel", None),
    ("huis", "Bedrijfsbureau", None),
)
TEAMS: Final = (
    ("kade", "Team Kade", "wijk-zuid"),
    ("polder", "Team Polder", "wijk"),
    ("dok", "Team Dok", "wijk-zuid"),
    ("haven", "Team Haven", "wijk"),
    ("zandbak", "Team Zandbak", "jeugd"),
    ("tussenuur", "Team Tussenuur", "jeugd"),
    ("gezin", "Team Gezin", "jeugd"),
    ("voordeur", "Team Voordeur", "wonen"),
    ("nachtlicht", "Team Nachtlicht", "wonen"),
    ("werkplaats", "Team Werkplaats", "wonen"),
    ("bureau", "Team Bureau", "huis"),
    ("leren", "Team Leren", "huis"),
)


class Someone(NamedTuple):
    """A professional; `number` is HR's number and the person's name in tokens."""

    number: str
    name: str
    team: str
    joined: date


# The people for whom there are always tokens: name in the token, name of the person, team.
KNOWN: Final = (
    ("owner", "Fenna de Vries", "kade"),
    ("lead", "Joris Bakker", "kade"),
    ("member", "Amina El Idrissi", "kade"),
    ("hr", "Marieke Visser", "bureau"),
    ("board", "Henk Postma", "bureau"),
    ("privacy-officer", "Ruth Cohen", "bureau"),
    ("working-group", "Bram Kuipers", "leren"),
    ("works-council", "Nadia Hendriks", "leren"),
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
    (ADVISER, Role.CONFIDENTIAL_ADVISER),
)


def people(count: int, *, today: date) -> list[Someone]:
    """Return `count` professionals, and never fewer than KNOWN, who come first."""
    rng = random.Random(_SEED)  # noqa: S311 - an invented organisation
    faker = Faker("nl_NL")
    faker.seed_instance(_SEED)
    year_ago = today - timedelta(days=YEAR_DAYS)
    known = [Someone(number, name, team, year_ago) for number, name, team in KNOWN]
    others = []
    for place in range(len(KNOWN), count):
        name = f"{faker.first_name()} {faker.last_name()}"
        joined = year_ago if rng.random() < 0.9 else year_ago + timedelta(days=rng.randrange(300))  # noqa: PLR2004
        others.append(Someone(f"e{place:04}", name, TEAMS[place % len(TEAMS)][0], joined))
    return known + others


def email(someone: Someone) -> str:
    """Return a mail address that does not exist."""
    return f"{_plain(someone.name)}.{someone.number}@kade.example"


def outside_email(name: str) -> str:
    """Return a mail address, which does not exist, of somebody who does not work here."""
    return f"{_plain(name)}@elders.example"


def _plain(name: str) -> str:
    return ".".join(unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower().split())
