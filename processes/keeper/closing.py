"""
What is made of a round's answers when it is closed: the same bytes however often, for the same answers.

Whatever looks random (order, ids, keys) is derived from the round's private key and the digest of what was
handed in. When the private key is destroyed, nobody can derive it again, or find out whose an answer was.
"""

import hmac
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from events.privacy.answers import AnswersSealError, info_of, open_answers
from events.privacy.sealing import KEY_BYTES, NONCE_BYTES, seal
from kit.errors import BadRequestError
from kit.ids import is_id
from rules.feedback.answers import Answer, read_handed_in
from rules.feedback.mirror import MirrorContents
from rules.feedback.quality import Tally, tallies_of
from rules.feedback.questions import (
    INVITATIONS_MAX,
    LensForm,
    Perspective,
    Question,
    RoundFloors,
)
from rules.feedback.releasing import Derive, Release, RoundTerms, Submission, release, shown_members

ROW_BYTES: Final = 4 * 1024
"""The length of a row before it is sealed; the longest one fits (24 questions with 3 terms each)."""
FLOORS_MIN: Final = RoundFloors(raters=3, clients=5, comments=3)
"""DOMAIN.md: set by policy, and never below."""


class ClosingTerms(msgspec.Struct, frozen=True, kw_only=True):
    """
    All that a closing depends on but the answers; it no longer changes when the round is closing.

    `invited` is how many were invited from each perspective; `slots`, from the vault, has the perspective of
    each of their slots. All the rest is on the log. `lead_attributed`: a LEAD was asked alone. `own` are the
    subject's own answers.
    """

    round: str
    questions: tuple[Question, ...]
    form: LensForm
    invited: dict[Perspective, int]
    slots: dict[str, Perspective]
    floors: RoundFloors
    lead_attributed: bool
    own: tuple[Answer, ...]


class ClosedRound(msgspec.Struct, frozen=True, kw_only=True):
    """
    What leaves the keeper: the mirror, and the rows of the blocks it shows, sealed with `mirror_key`.

    There are as many rows as people were invited, whatever was answered; the ones nobody wrote are empty.
    `seed` is what the closing's events derive their nonces and ids from.
    """

    contents: MirrorContents
    rows: tuple[bytes, ...]
    mirror_key: bytes
    seed: bytes


class Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    One rater's answers as far as a figure of the mirror rests on them; texts are in the mirror only.

    `perspectives` are those of the block; which of them it was is kept nowhere. An empty row has none.
    """

    perspectives: tuple[Perspective, ...] = ()
    answers: tuple[Answer, ...] = ()


def check_terms(terms: ClosingTerms) -> None:
    """Raise BadRequestError for terms that no round can have: the keeper is the last who could notice."""
    floors = terms.floors
    if floors.raters < FLOORS_MIN.raters or floors.clients < FLOORS_MIN.clients:
        raise BadRequestError("the floors are lower than the lowest that protect anybody")
    if floors.comments < FLOORS_MIN.comments:
        raise BadRequestError("the floor of comments is lower than the lowest that protects anybody")
    if not is_id(terms.round) or Perspective.SELF in terms.invited:
        raise BadRequestError("a round has an id, and its subject is not among its raters")
    people = terms.invited.values()
    if min(people, default=0) < 1 or sum(people) > INVITATIONS_MAX:
        raise BadRequestError(f"a round has 1 to {INVITATIONS_MAX} invitations")
    in_slots = Counter(terms.slots.values())
    if any(number > terms.invited.get(perspective, 0) for perspective, number in in_slots.items()):
        raise BadRequestError("a round has no more slots of a perspective than people who were invited")
    if terms.lead_attributed and terms.invited.get(Perspective.LEAD) != 1:
        raise BadRequestError("a lead is attributed only when one was asked")


def terms_tag(private_key: bytes, terms: ClosingTerms) -> bytes:
    """
    Return what the closing on the log says of its terms: who has not the key can't even guess them.

    It is compared when a round is closed again, so that nobody gets two mirrors of it to subtract.
    """
    key = _derived(private_key, b"", b"terms", terms.round)
    people = (sorted(terms.invited.items()), sorted(terms.slots.items()))
    content = msgspec.json.encode(
        (terms.round, terms.questions, terms.form, people, terms.floors, terms.lead_attributed, terms.own)
    )
    return hmac.digest(key, content, "sha256")


def closed_round(
    private_key: bytes, terms: ClosingTerms, *, sealed: Mapping[str, bytes], digest: bytes
) -> ClosedRound:
    """
    Open the last answer of each slot, and make the mirror and its rows of them.

    `digest` is that of the closed inbox. What does not open, was taken back, or does not fit the lens counts
    as not given; also what is in a slot of nobody who was invited. Raises ValueError for floors that protect
    nobody.
    """
    secret = _derived(private_key, digest, b"secret", terms.round)

    def derive(purpose: str, question: str, slot: str) -> bytes:
        parts = b"".join(len(part).to_bytes(4) + part.encode() for part in (purpose, question, slot))
        return hmac.digest(secret, parts, "sha256")

    submissions = _submissions(private_key, terms, sealed)
    released = release(_round_terms(terms), submissions, terms.own, derive)
    mirror_key = derive("mirror key", "", "")[:KEY_BYTES]
    return ClosedRound(
        contents=released.contents,
        rows=tuple(
            _sealed_row(row, mirror_key, terms.round, secret + place.to_bytes(4))
            for place, row in enumerate(_all_rows(released, terms, derive))
        ),
        mirror_key=mirror_key,
        seed=derive("events", "", ""),
    )


def counted_round(
    private_key: bytes, terms: ClosingTerms, *, sealed: Mapping[str, bytes]
) -> dict[str, Tally]:
    """Count how each question of the lens was answered in the blocks that are shown; not the own question."""
    _, members = shown_members(_round_terms(terms), _submissions(private_key, terms, sealed))
    return tallies_of(members, [one for one in terms.questions if one.question != terms.round])


def _round_terms(terms: ClosingTerms) -> RoundTerms:
    return RoundTerms(
        questions=terms.questions,
        invited=frozenset(terms.invited),
        floors=terms.floors,
        lead_attributed=terms.lead_attributed,
    )


def _submissions(private_key: bytes, terms: ClosingTerms, sealed: Mapping[str, bytes]) -> list[Submission]:
    opened = (_opened(private_key, terms, slot, one) for slot, one in sorted(sealed.items()))
    return [found for found in opened if found]


def _all_rows(released: Release, terms: ClosingTerms, derive: Derive) -> list[Row]:
    """Return the rows and the empty ones in an order that only the round's key gives."""
    keyed = [(derive("row", "", one.slot), row_of(one, released.contents)) for one in released.kept]
    empty = range(sum(terms.invited.values()) - len(keyed))
    keyed += [(derive("empty row", "", str(number)), Row()) for number in empty]
    return [row for _, row in sorted(keyed, key=lambda pair: pair[0])]


def _sealed_row(row: Row, mirror_key: bytes, round_: str, place_key: bytes) -> bytes:
    """Seal a row. Its nonce depends on its content, so a newer program that makes others repeats none."""
    content = padded(row)
    nonce = hmac.digest(place_key, b"nonce" + sha256(content).digest(), "sha256")[:NONCE_BYTES]
    return seal(mirror_key, round_, content, nonce=nonce)


def _derived(private_key: bytes, salt: bytes, purpose: bytes, round_: str) -> bytes:
    info = b"ipp.closing.v1|" + purpose + b"|" + round_.encode()
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(private_key)


def row_of(submission: Submission, contents: MirrorContents) -> Row:
    """Return what is kept of a submission: the answers that a shown figure rests on, and no text."""
    place, block = next(
        (place, block)
        for place, block in enumerate(contents.blocks)
        if submission.perspective in block.perspectives
    )
    shown = {row.question for row in contents.rows if row.cells[place].mean is not None}
    picked = {pick.term for pick in contents.picks if pick.picks is not None}
    answers = []
    for answer in submission.answers:
        if answer.scale is not None and answer.question in shown:
            answers.append(answer)
        elif not block.attributed and (terms := tuple(term for term in answer.terms if term in picked)):
            answers.append(Answer(question=answer.question, terms=terms))
    return Row(perspectives=block.perspectives, answers=tuple(answers))


def padded(row: Row) -> bytes:
    """Return a row's bytes, always ROW_BYTES of them."""
    content = msgspec.json.encode(row)
    if len(content) > ROW_BYTES:
        raise ValueError(f"a row of {len(content)} bytes does not fit {ROW_BYTES}")
    return content.ljust(ROW_BYTES, b" ")


def _opened(private_key: bytes, terms: ClosingTerms, slot: str, sealed: bytes) -> Submission | None:
    """
    Return what is in a slot; None if it was not sealed for the perspective that its rater was invited from.

    A rater can seal for any perspective, and would else write in another one's name.
    """
    perspective = terms.slots.get(slot)
    if perspective is None:
        return None
    try:
        content = open_answers(private_key, info_of(terms.round, perspective), sealed)
    except AnswersSealError:
        return None
    answers = read_handed_in(content, questions=terms.questions, form=terms.form, perspective=perspective)
    return Submission(slot=slot, perspective=perspective, answers=answers)
