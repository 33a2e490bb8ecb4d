"""The letters to raters who get no mail, as one HTML file to print: a page of A4 each."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Final

import msgspec
import segno

from rules.feedback.invitation import InvitationLetter
from rules.feedback.questions import LensForm
from rules.feedback.rater_code import shown
from rules.kinds import Language
from rules.moments import moment
from rules.promise import KeeperSetting, promise_to_rater

_QR_SCALE: Final = 5
_STYLE: Final = """
@page { size: A4; margin: 15mm 20mm }
body { font: 11pt/1.4 system-ui, sans-serif; color: #000; background: #fff; margin: 0 }
section { max-width: 170mm; margin: 0 auto; padding: 10mm 0; break-after: page; break-inside: avoid }
section:last-child { break-after: auto }
h1 { font-size: 16pt; margin: 0 0 5mm }
h2 { font-size: 12pt; margin: 5mm 0 2mm }
p { margin: 2.5mm 0 }
.code { font: bold 18pt/1.2 ui-monospace, monospace; letter-spacing: .05em; margin: 2mm 0 }
.address { overflow-wrap: anywhere; font-weight: bold }
svg { display: block; margin: 0 0 0 -4mm }
ul, ol { margin: 0; padding-left: 6mm }
@media print { section { padding: 0 } }
"""


class _Words(msgspec.Struct, frozen=True, kw_only=True):
    """The words of a letter in one language."""

    title: str
    greeting: str
    free: str
    scan: str
    type_address: str
    type_code: str
    until: str
    keep: str
    help: str
    promise: str


_WORDS: Final = {
    Language.NL: _Words(
        title="{subject} vraagt je om feedback",
        greeting="Beste {rater},",
        free="{subject} vraagt je om feedback. Meedoen is vrijwillig, en je hebt geen account nodig.",
        scan="Scan dit vierkant met de camera van je telefoon:",
        type_address="Of typ dit adres in een browser:",
        type_code="De pagina vraagt dan om deze code:",
        until="Je kunt antwoorden, wijzigen en terugnemen tot {until}.",
        keep="Met deze code kan iedereen antwoorden insturen en vervangen, niet lezen. Bewaar de brief zelf.",
        help="Heb je hulp nodig? Vraag iemand die je vertrouwt, maar niet {subject}.",
        promise="Wat er met je woorden gebeurt",
    ),
    Language.EN: _Words(
        title="{subject} asks you for feedback",
        greeting="Dear {rater},",
        free="{subject} asks you for feedback. You are free not to take part, and you need no account.",
        scan="Scan this square with the camera of your phone:",
        type_address="Or type this address in a browser:",
        type_code="The page then asks for this code:",
        until="You can answer, change and take back until {until}.",
        keep="With this code anybody can send and replace answers, not read them. Keep the letter yourself.",
        help="Do you need help? Ask somebody you trust, but not {subject}.",
        promise="What happens with your words",
    ),
}


class LetterFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A letter, the name of the person it is about, and until when, in the organisation's zone."""

    letter: InvitationLetter
    subject_name: str
    closes_at: datetime


def letters_page(letters: Sequence[LetterFacts], *, public_url: str, keeper: KeeperSetting) -> str:
    """Return the file; `public_url` is where people reach the rater's page, such as https://ipp.example."""
    sections = "\n".join(_section(facts, f"{public_url}/feedback", keeper) for facts in letters)
    return (
        '<!doctype html>\n<html lang="nl">\n<head>\n<meta charset="utf-8">\n'
        f"<title>Brieven / Letters ({len(letters)})</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n{sections}\n</body>\n</html>\n"
    )


def _section(facts: LetterFacts, address: str, keeper: KeeperSetting) -> str:
    letter = facts.letter
    code = shown(letter.code)
    names = {
        "subject": escape(facts.subject_name),
        "rater": escape(letter.name),
        "until": escape(moment(facts.closes_at, letter.language)),
    }
    words = {
        name: text.format(**names) for name, text in msgspec.structs.asdict(_WORDS[letter.language]).items()
    }
    square = segno.make(f"{address}#{code}", error="m", micro=False)
    picture = square.svg_inline(scale=_QR_SCALE, border=4, title=code)
    promise = "".join(f"<li>{escape(line)}</li>" for line in _promise(letter, keeper))
    return (
        f'<section lang="{letter.language.value}">\n<h1>{words["title"]}</h1>\n'
        f"<p>{words['greeting']}</p>\n<p>{words['free']}</p>\n"
        f"<p>{words['scan']}</p>\n{picture}\n"
        f'<p>{words["type_address"]} <span class="address">{escape(address)}</span></p>\n'
        f'<p>{words["type_code"]}</p>\n<p class="code">{code}</p>\n'
        f"<p><strong>{words['until']}</strong></p>\n<p>{words['keep']} {words['help']}</p>\n"
        f"<h2>{words['promise']}</h2>\n<ul>{promise}</ul>\n</section>"
    )


def _promise(letter: InvitationLetter, keeper: KeeperSetting) -> list[str]:
    """Return the promise in its short form, which is the one in easy words; the page has all of it."""
    promise = promise_to_rater(
        letter.promise_version,
        keeper=keeper,
        form=LensForm.EASY,
        floor=letter.floor or 1,  # an attributed rater's promise names no floor
        attributed=letter.attributed,
    )
    text = promise.text.nl if letter.language is Language.NL else promise.text.en
    return text.split("\n")
