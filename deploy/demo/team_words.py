"""What the teams of the demo have together: invented, in the plain Dutch of social work."""

from typing import Final, NamedTuple


class Work(NamedTuple):
    """Work that somebody offers to the team, and the shared word for a talent that it asks for."""

    title: str
    text: str
    wanted: str


WORK: Final = (
    Work(
        "De inloopochtend in de bibliotheek",
        "Elke dinsdag van negen tot twaalf, koffie en post doornemen met wie er binnenloopt.",
        "Luisteren zonder oordeel",
    ),
    Work(
        "Een avond over geld voor jonge ouders",
        "Drie keer, samen met de consulent van de gemeente. Wie houdt van uitleggen in gewone taal?",
        "Uitzoeken waar iemand recht op heeft",
    ),
    Work(
        "Het rooster van de zomer maken",
        "Voor juni klaar. Wie hier plezier in heeft, doet ons allemaal een plezier.",
        "Roosters maken",
    ),
    Work(
        "Twee nieuwe collega's inwerken",
        "De eerste drie weken loopt er iemand met je mee; de rest van het team vangt op.",
        "Nieuwe collega's inwerken",
    ),
    Work(
        "Een wandelgroep beginnen",
        "Van het plein naar het park en terug. Tien mensen, één keer in de week.",
        "Groepen begeleiden",
    ),
    Work(
        "De buurtlunch voorzitten",
        "Elke eerste donderdag, met de huisarts, de school en de moskee aan één tafel.",
        "Netwerken in de wijk",
    ),
)
JOINT_GOALS: Final = (
    "Samen een groep voor mantelzorgers draaien, vóór de zomer",
    "Bij elkaar meekijken: iedereen één keer per kwartaal",
    "Een werkweek waarin iedereen een halve dag zonder telefoon heeft",
)
AGREEMENTS: Final = (
    "We verdelen de inloop naar wie er energie van krijgt, en kijken over twee maanden opnieuw.",
    "Wie vastloopt in een verslag, vraagt het vóór woensdag.",
    "De talentenplaat hangt bij het koffieapparaat; aanvullen mag altijd.",
    "Nieuwe klussen komen eerst in het team, dan pas in de mail van de leiding.",
)
EXPERIENCES: Final = (
    "We begonnen met één vraag: waar was je deze week blij mee? De plaat kwam vanzelf daarna.",
    "Bij ons bleek de stilste van het team de liefste roostermaker. Dat wisten we na zes jaar niet.",
)
MATERIAL_TITLE: Final = ("Beginnen met je team in een uur", "Begin with your team in an hour")
MATERIAL_TEXT: Final = (
    (
        "Neem een tafel, papier en drie vragen: wat doe je graag, wat kost je kracht, waar mag iemand jou "
        "voor vragen? Niemand hoeft iets te delen; wie deelt, kiest zelf wat."
    ),
    (
        "Take a table, paper and three questions: what do you like to do, what costs you strength, what may "
        "somebody ask you for? Nobody has to share anything; who shares chooses what."
    ),
)
