"""What the people of the demo say about themselves: invented, in the plain Dutch of social work."""

from typing import Final, NamedTuple


class TalentWords(NamedTuple):
    """A talent in the owner's own words, and a story that shows it."""

    name: str
    story: str


TALENTS: Final = (
    TalentWords("Luisteren zonder oordeel", "Bij mij durven mensen stil te vallen."),
    TalentWords("Rust brengen in een verhit gesprek", "Aan de keukentafel, als het hoog oploopt."),
    TalentWords("Verslagen schrijven", "Kort, in woorden die de cliënt zelf herkent."),
    TalentWords("Netwerken in de wijk", "Ik ken de huisarts, de imam en de voetbalclub."),
    TalentWords("De Wmo uitleggen in gewone taal", "Eerst de vraag, dan pas het artikelnummer."),
    TalentWords("Groepen begeleiden", "Een kring van twaalf, en iedereen komt aan het woord."),
    TalentWords("Geldzaken op orde brengen", "Stap voor stap, met de post op tafel."),
    TalentWords("Roosters maken", "Zo dat er ook iemand vrij kan zijn met kerst."),
    TalentWords("Humor op het goede moment", "Een grapje opent soms meer dan een vraag."),
    TalentWords("Mantelzorgers steunen", "Vragen hoe het met hén gaat."),
    TalentWords(
        "Digitale hulpmiddelen uitproberen", "De tablet die het pillendoosje verving, was mijn idee."
    ),
    TalentWords("Kalm blijven bij crisis", "Ademhalen, overzicht, één ding tegelijk."),
    TalentWords("Grenzen stellen met een glimlach", "Nee zeggen kan ook warm."),
    TalentWords("Vooruitdenken", "Ik zie de hobbel meestal voordat we eroverheen moeten."),
    TalentWords("Nieuwe collega's inwerken", "De eerste week loop je gewoon met mij mee."),
    TalentWords("Doorvragen", "Na de derde waarom komt het verhaal."),
    TalentWords("Contact leggen met jongeren", "Buiten, op het bankje, niet aan een bureau."),
    TalentWords("Ouders naast elkaar krijgen", "Ook als ze elkaar al jaren niet spreken."),
    TalentWords("Creatief zoeken naar wat wel kan", "Als de regeling niet past, past er wel iets anders."),
    TalentWords("Feiten en gevoel uit elkaar houden", "In de bespreking zeg ik welke van de twee het is."),
    TalentWords("Een vergadering op tijd laten eindigen", "Met een besluit, en met een lach."),
    TalentWords("Verlies en rouw bespreken", "Ik loop er niet omheen."),
    TalentWords("Samenwerken met de gemeente", "Ik weet wie ik moet bellen, en wanneer niet."),
    TalentWords("Dossiers bijhouden", "Wat je morgen wilt weten, staat er vandaag in."),
    TalentWords("Mensen op hun kracht aanspreken", "Wat lukt er al? Daar beginnen we."),
    TalentWords("Omgaan met agressie", "Laag praten, ruimte geven, deur open."),
    TalentWords("Bewegen met cliënten", "Lopend praat het makkelijker."),
    TalentWords("Taalmaatjes koppelen", "Een klik zie je aan de koffie."),
    TalentWords("Plannen wat af moet", "Een lijstje dat ook leeg raakt."),
    TalentWords("Een ander laten schitteren", "Het mooiste compliment gaat naar de stagiair."),
)
PROPOSALS: Final = (
    ("member", "Bruggen slaan tussen wijk en kantoor", "Bridging neighbourhood and office", "together"),
    ("lead", "Fouten bespreekbaar maken", "Making mistakes a thing to talk about", "together"),
    ("owner", "Stiltes laten vallen", "Letting silences be", "understanding"),
)
"""Words that somebody would like to share: by whom, in both languages, and in which cluster."""
STATEMENTS: Final = (
    (
        "Ik ben iemand die eerst kijkt en dan pas doet. Mensen zeggen dat ze bij mij op adem komen. Mijn "
        "vak is ruimte maken, zodat de ander zelf de volgende stap ziet."
    ),
    (
        "Ik hou van korte lijnen en heldere afspraken. In mijn werk breng ik mensen bij elkaar die elkaar"
        " anders niet spreken: bewoners, vrijwilligers, de huisarts, de gemeente."
    ),
    (
        "Wat mij drijft is rechtvaardigheid. Ik zoek het tot op de bodem uit en leg het dan uit in gewone"
        " taal. Daarna is het aan jou."
    ),
    (
        "Ik werk het liefst met handen en voeten: mee naar het loket, mee naar de eerste les. Van samen "
        "doen leer je meer dan van samen praten."
    ),
    (
        "Na achttien jaar in dit vak ben ik nog steeds nieuwsgierig. Elk huis ruikt anders, elk verhaal "
        "ook. Ik neem er de tijd voor."
    ),
    (
        "Ik ben van de rust. Niet omdat er niets gebeurt, maar omdat iemand het overzicht moet houden. "
        "Dat doe ik graag, en steeds liever samen."
    ),
    (
        "Ik kom uit de zorg en ben pas drie jaar maatschappelijk werker. Mijn frisse blik is geen gebrek "
        "aan ervaring; het is er een."
    ),
    (
        "Ik zie graag groepen groeien. Wat een kring van acht mensen elkaar kan geven, kan ik in mijn "
        "eentje nooit."
    ),
)
GIVERS: Final = (
    "Huisbezoek op de fiets",
    "De inloopochtend in het buurthuis",
    "Intervisie met het team",
    "Een eerste gesprek met een nieuw gezin",
    "Een training geven aan vrijwilligers",
    "Meelopen met een stagiair",
    "Samen met een cliënt naar het loket",
    "Een keukentafelgesprek dat ergens toe leidt",
    "Een groep jongeren in de sporthal",
    "Puzzelen op een ingewikkelde aanvraag",
)
DRAINERS: Final = (
    "Verslagen na zessen",
    "Overleg zonder agenda",
    "Telefonisch spreekuur op maandag",
    "Indicaties aanvragen in drie systemen",
    "Wachten op een besluit van een ander",
    "De bereikbaarheidsdienst in het weekend",
    "Uren schrijven",
    "Reistijd tussen twee locaties",
)
PASSIONS: Final = (
    "Meer buiten werken, met mensen in beweging",
    "Mantelzorgers een dag laten uitrusten",
    "Jongeren die niemand bereikt",
    "Een taalcafé in elke wijk",
    "Ervaringsdeskundigen naast ons in het team",
    "Schrijven over wat wij in de wijk zien",
    "Muziek als begin van een gesprek",
    "Geldzorgen bespreekbaar maken voordat het schulden zijn",
)
EVIDENCE: Final = (
    ("link", "Training motiverende gespreksvoering", "https://leren.example/motiverende-gespreksvoering"),
    ("badge", "Meldcode in de praktijk", "https://badges.example/meldcode"),
    ("link", "Registratie SKJ", "https://register.example/skj"),
    (
        "story",
        "Het gezin dat weer samen at",
        "Zeven weken, elke dinsdag om zes uur. In week acht hoefde ik niet.",
    ),
    (
        "story",
        "Een brief van mevrouw B.",
        "'U was de eerste die vroeg wat ik zelf wilde.' Met haar toestemming.",
    ),
    ("badge", "Basistraining oplossingsgericht werken", "https://badges.example/oplossingsgericht"),
    ("story", "De moestuin achter de flat", "Van drie bewoners naar dertig. Nu regelen ze het zelf."),
)
REFLECTIONS: Final = (
    "Vandaag praatte ik te veel. Volgende keer tel ik tot tien voordat ik antwoord.",
    "Het hielp dat ik van tevoren zei wat ik niet wist. Daarna werd het een echt gesprek.",
    "Ik merk dat ik na drie huisbezoeken op een dag minder geduld heb. Twee is genoeg.",
    "Samen met een collega gaan gaf rust. Ik hoefde niet alles zelf te zien.",
    "Ik schoot in de oplossing. De vraag was eigenlijk: wil je even naast me zitten?",
    "Mooi moment: de groep corrigeerde mij, vriendelijk en terecht.",
)
GOALS: Final = (
    ("Een groep leiden van begin tot eind", "Twee groepen leiden, waarvan één met een collega"),
    ("Minder verslagen na werktijd", "Om vijf uur is mijn laptop dicht, vier dagen per week"),
    ("Leren omgaan met stilte in een gesprek", "In elk eerste gesprek één keer bewust stil zijn"),
    ("Een netwerk opbouwen in de nieuwe wijk", "Tien mensen in de wijk die mij bellen als het nodig is"),
    ("De opleiding tot gezinscoach afronden", "Het praktijkdeel afronden voor de zomer"),
    ("Vaker om hulp vragen", "Elke week één keer een collega mee laten kijken"),
    ("Digitaal vaardiger worden", "Het nieuwe dossier zo goed kennen dat ik anderen kan helpen"),
)
OFFERS: Final = (
    "Wie doet er mee om samen een groep te starten?",
    "Samen afspraken maken over werktijden",
    "Elkaars eerste gesprekken bijwonen en bespreken",
)
AGREEMENTS: Final = (
    "Elke maand een uur samen terugkijken, zonder agenda",
    "Ik mag twee dagdelen per maand meelopen bij het jeugdteam",
    "De maandagochtend is vrij van telefoon, de andere dagen pak ik extra",
    "Na de zomer neem ik de inloopochtend over",
    "We vragen samen de training aan en verdelen de uren",
)
CORRECTIONS: Final = (
    "Dit was in mei, niet in juni.",
    "Bij nader inzien deden we dit met z'n tweeën.",
)
OUTSIDERS: Final = (
    "Sanne Mulder",
    "Ahmed Yilmaz",
    "Corrie Jansen",
    "Dirk van Dam",
    "Els Brouwer",
    "Fatima Haddad",
    "Gerrit Smits",
    "Hanneke Bos",
    "Ivo Dekker",
)
"""People without an account, who are asked for feedback."""
COMMENTS: Final = (
    "Je laat stiltes vallen. Daardoor durf ik verder te vertellen.",
    "Met jou erbij wordt een overleg rustiger.",
    "Je hoeft niet alles zelf op te lossen; vraag ons gerust.",
    "Meer van die korte belletjes tussendoor, die helpen echt.",
    "Je ziet wat iemand wél kan, en dat zeg je ook.",
    "Gun jezelf af en toe een dag zonder afspraken.",
    "Bij moeilijke gesprekken blijf je vriendelijk en duidelijk.",
    "Ik zou je vaker willen zien bij de start van een groep.",
)
