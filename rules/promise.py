"""
The promise to raters: what happens to their words, and what can't be promised.

Consent and DPIA name its version, and a round keeps the version it opened under. So the texts of a version
never change: another text is a new version, for which the works council is asked again (privacy rule 23).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

from rules.feedback.questions import LensForm, RoundFloors
from rules.texts import LocalLine

PROMISE_VERSION: Final = 1
"""The version in force, which is the newest; the first is 1."""


class KeeperSetting(StrEnum):
    """Where the keeper, which holds the private keys of open rounds, runs. The promise says so."""

    APART = "apart"
    """A process and a disk of its own."""
    IN_ONE_PROCESS = "in_one_process"
    """The same process that does everything else, as in the demo."""


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """The promise of a version in both languages; a paragraph a line."""

    version: int
    text: LocalLine


class _Texts(msgspec.Struct, frozen=True, kw_only=True):
    """The texts of a version. `{few}` and `{least}` are filled in with the floors."""

    seen: LocalLine
    locked: Mapping[KeeperSetting, LocalLine]
    closing: LocalLine
    floor: LocalLine
    limits: LocalLine
    attributed: LocalLine
    easy: LocalLine
    easy_limits: Mapping[KeeperSetting, LocalLine]
    easy_attributed: LocalLine


def promise_to_rater(
    version: int, *, keeper: KeeperSetting, form: LensForm, floor: int, attributed: bool = False
) -> Promise:
    """
    Return what a rater is promised. Raises KeyError for a version there never was.

    `floor` is that of the rater's group. A rater who is asked alone from one side is `attributed`: the
    subject knows whose answers these are.
    """
    texts = _VERSIONS[version]
    parts: tuple[LocalLine, ...]
    if form is LensForm.EASY:
        parts = (texts.easy_attributed,) if attributed else (texts.easy, texts.easy_limits[keeper])
    elif attributed:
        parts = (texts.attributed, texts.seen, texts.locked[keeper])
    else:
        parts = _standard(texts, keeper)
    few = LocalLine(nl=f"minder dan {floor} mensen", en=f"fewer than {floor} people")
    least = LocalLine(nl=f"minstens {floor} mensen", en=f"at least {floor} people")
    return _filled(version, parts, few=few, least=least)


def promise_of_policy(version: int, *, keeper: KeeperSetting, floors: RoundFloors) -> Promise:
    """Return the promise as it is shown with the rules of the organisation, with the floors of all groups."""
    people, outside = floors.raters, floors.clients
    few = LocalLine(
        nl=f"minder dan {people} mensen (cliënten of partners: minder dan {outside})",
        en=f"fewer than {people} people (clients or partners: fewer than {outside})",
    )
    least = LocalLine(
        nl=f"minstens {people} mensen (met cliënten of partners erbij: {outside})",
        en=f"at least {people} people (with clients or partners among them: {outside})",
    )
    return _filled(version, _standard(_VERSIONS[version], keeper), few=few, least=least)


def _standard(texts: _Texts, keeper: KeeperSetting) -> tuple[LocalLine, ...]:
    return texts.seen, texts.locked[keeper], texts.closing, texts.floor, texts.limits


def _filled(version: int, parts: tuple[LocalLine, ...], *, few: LocalLine, least: LocalLine) -> Promise:
    nl = "\n".join(part.nl for part in parts).format(few=few.nl, least=least.nl)
    en = "\n".join(part.en for part in parts).format(few=few.en, least=least.en)
    return Promise(version=version, text=LocalLine(nl=nl, en=en))


_FIRST: Final = _Texts(
    seen=LocalLine(
        nl="De organisatie kan zien dát je iets instuurt en wanneer, maar niet wát.",
        en="The organisation can see that you send something, and when, but not what.",
    ),
    locked={
        KeeperSetting.APART: LocalLine(
            nl=(
                "Je antwoorden gaan in je browser op slot. De sleutel ligt bij een apart programma, de "
                "bewaarder, en in geen enkele database of reservekopie."
            ),
            en=(
                "Your answers are locked in your browser. The key is with a separate program, the keeper, "
                "and in no database or backup."
            ),
        ),
        KeeperSetting.IN_ONE_PROCESS: LocalLine(
            nl=(
                "Je antwoorden gaan in je browser op slot. De sleutel ligt hier bij hetzelfde programma dat "
                "ook al het andere doet, niet bij een apart programma. Dat is om uit te proberen: wie dit "
                "programma beheert, kan vóór het sluiten bij de sleutel."
            ),
            en=(
                "Your answers are locked in your browser. The key is with the same program here that does "
                "everything else, not with a separate one. That is for trying out: anyone who manages this "
                "program can get at the key before the round closes."
            ),
        ),
    },
    closing=LocalLine(
        nl=(
            "Als de ronde sluit, gaan alle antwoorden samen open, in een volgorde die niemand kan nagaan. "
            "Daarna wordt de sleutel vernietigd. Vanaf dan kan niemand uit wat bewaard is, ook niet uit "
            "reservekopieën, opmaken welke antwoorden van jou zijn."
        ),
        en=(
            "When the round closes, all answers are opened together, in an order that nobody can trace. "
            "Then the key is destroyed. From then on nobody can find out from anything that is stored, "
            "backups included, which answers are yours."
        ),
    ),
    floor=LocalLine(
        nl=(
            "Antwoorden {few} uit jouw groep? Dan tellen jullie antwoorden alleen mee samen met die van een "
            "andere groep, als antwoorden van {least} bij elkaar. Kan dat niet, dan ziet niemand ze en "
            "worden ze onleesbaar."
        ),
        en=(
            "Do {few} of your group answer? Then your answers only count together with those of another "
            "group, as answers of {least}. If that is not possible, nobody sees them and they become "
            "unreadable."
        ),
    ),
    limits=LocalLine(
        nl=(
            "Dit beschermt je niet tegen iemand die vóór het sluiten het programma verandert of de sleutel "
            "van de computer haalt. Het beschermt je ook niet als je te herkennen bent aan hoe je schrijft "
            "of aan een verhaal dat alleen jij kent, als iedereen in je groep hetzelfde antwoordt, of als "
            "alle anderen in je groep vertellen wat zij hebben geantwoord."
        ),
        en=(
            "This does not protect you from someone who changes the program before the round closes, or "
            "takes the key from the computer. Nor does it protect you if people know you by the way you "
            "write or by a story that only you know, if everyone in your group answers the same, or if all "
            "the others in your group say what they answered."
        ),
    ),
    attributed=LocalLine(
        nl=(
            "Jij bent als enige vanuit deze kant gevraagd. Degene over wie het gaat, weet dus dat deze "
            "antwoorden van jou zijn, en ziet ze na het sluiten."
        ),
        en=(
            "You are the only one who is asked from this side. So the person it is about knows that these "
            "answers are yours, and sees them after the round closes."
        ),
    ),
    easy=LocalLine(
        nl=(
            "Je antwoorden gaan op slot.\n"
            "De organisatie ziet wel dat je iets stuurt. Ze ziet niet wat je antwoordt.\n"
            "Aan het eind gaan alle antwoorden samen open. Ze worden door elkaar gezet.\n"
            "Daarna kan niemand meer opzoeken welke antwoorden van jou zijn.\n"
            "Doen {few} uit jouw groep mee? Dan gaan jullie antwoorden bij die van andere mensen. Of niemand "
            "ziet ze."
        ),
        en=(
            "Your answers are locked.\n"
            "The organisation can see that you send something. It does not see what you answer.\n"
            "At the end, all answers are opened together. They are mixed up.\n"
            "After that, nobody can look up which answers are yours.\n"
            "Do {few} of your group take part? Then your answers are put with those of other people. Or "
            "nobody sees them."
        ),
    ),
    easy_limits={
        KeeperSetting.APART: LocalLine(
            nl=(
                "Let op: schrijf je iets dat alleen jij weet? Dan kan iemand merken dat jij het bent.\n"
                "Iemand kan stiekem het programma veranderen. Dan werkt het slot niet."
            ),
            en=(
                "Please note: do you write something that only you know? Then someone may notice it is you.\n"
                "Someone may secretly change the program. Then the lock does not work."
            ),
        ),
        KeeperSetting.IN_ONE_PROCESS: LocalLine(
            nl=(
                "Let op: schrijf je iets dat alleen jij weet? Dan kan iemand merken dat jij het bent.\n"
                "Dit is een proef. De mensen van de computers kunnen voor het eind bij de sleutel."
            ),
            en=(
                "Please note: do you write something that only you know? Then someone may notice it is you.\n"
                "This is a trial. The people of the computers can get the key before the end."
            ),
        ),
    },
    easy_attributed=LocalLine(
        nl="Alleen jij krijgt deze vragen. De ander weet dus dat dit jouw antwoorden zijn.",
        en="Only you get these questions. So the other person knows that these are your answers.",
    ),
)

_VERSIONS: Final[Mapping[int, _Texts]] = {1: _FIRST}
