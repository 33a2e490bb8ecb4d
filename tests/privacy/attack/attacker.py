"""The attacker of privacy rule 5 opens what the keys that are left open, and notes all that is known."""

import hashlib
import random
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from events.catalog.rounds import FeedbackSubmitted, MirrorReleased
from events.codec import EventMapper, Recorded
from events.log.record import Commit, digest_of, unframe
from events.privacy.sealing import NONCE_BYTES, open_sealed
from events.streams import Stream, command_key
from processes.keeper.closing import Row
from rules.feedback.mirror import Block
from rules.feedback.questions import Perspective
from rules.feedback.rater_code import hash_of
from tests.privacy.attack.evidence import Evidence, Invited, Played, Said
from tests.privacy.attack.guessing import Puzzle, Thing, Trait

CUT_CHARS: Final = 16
"""Ids are compared by their beginning too, because the id of a comment is half of a random one."""


class Opened:
    """What the attacker opens with the keys that are left."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._mapper = EventMapper(_OneKey(evidence.person_key))
        self.attempts = [[self._mapper.to_domain_event(one) for one in tried] for tried in evidence.attempts]

    def rows(self, attempt: int) -> list[tuple[Recorded, Row]]:
        """Return the rows of an attempt, the empty ones left out."""
        key = self._evidence.mirror_keys[attempt]
        rows = [
            (recorded, _row(open_sealed(key, self._evidence.round, recorded.event.row)))
            for recorded in self.attempts[attempt]
            if isinstance(recorded.event, FeedbackSubmitted)
        ]
        return [(recorded, row) for recorded, row in rows if row.perspectives]

    def mirror(self) -> MirrorReleased:
        (released,) = (one.event for one in self.attempts[-1] if isinstance(one.event, MirrorReleased))
        return released


def _row(content: bytes) -> Row:
    return msgspec.json.decode(content, type=Row)


class _OneKey:
    def __init__(self, key: bytes) -> None:
        self._key = key

    def key_of(self, subject: str) -> bytes:
        return self._key

    def keys_of(self, subjects: object) -> dict[str, bytes]:
        return {}


def puzzles(played: Played, chance: random.Random) -> Iterator[tuple[str, Puzzle]]:
    """Yield what there is to guess in a round: the rows of a block, and the comments on a question."""
    opened = Opened(played.evidence)
    contents = opened.mirror().contents
    blocks = [block for block in contents.blocks if not block.attributed]
    if blocks:
        late = _handed_in_between(played.evidence)
        of_late = [block for block in blocks if late & {*_sides(played.evidence, block.perspectives)}]
        yield "rows", _rows(played, opened, chance.choice(of_late or blocks))
    comments = [one for one in contents.comments if len(one.fragments) > 1]
    if comments:
        found = chance.choice(comments)
        writers = {said.texts.get(found.question): name for name, said in played.said.items()}
        things = [
            Thing(
                name=one.fragment,
                traits={
                    "place": place,
                    "id": one.fragment.encode(),
                    "length": len(one.text),
                    "text": one.text.encode(),
                },
                values=_forms(one.fragment),
            )
            for place, one in enumerate(found.fragments)
        ]
        truth = {one.fragment: writers[one.text] for one in found.fragments}
        candidates = _candidates(played.evidence, found.perspectives)
        yield "comments", Puzzle(things=things, candidates=candidates, truth=truth)


def _rows(played: Played, opened: Opened, block: Block) -> Puzzle:
    evidence = played.evidence
    sides = {one.question: one.perspectives for one in evidence.questions}
    stored = {(one.originator_id, one.originator_version): one for one in evidence.attempts[-1]}
    rows = [one for one in opened.rows(-1) if one[1].perspectives == block.perspectives]
    things = []
    for recorded, row in rows:
        state = stored[recorded.stream, recorded.version].state
        assert isinstance(recorded.event, FeedbackSubmitted)
        sealed = recorded.event.row
        traits: dict[str, Trait] = {
            "place": recorded.version,
            "moment": recorded.at.timestamp(),
            "cause": recorded.by.encode(),
            "state": state,
            "state's nonce": state[1 : 1 + NONCE_BYTES],
            "state's length": len(state),
            "sealed row": sealed,
            "row's length": len(sealed),
            "content's length": len(msgspec.json.encode(row)),
            "number of answers": len(row.answers),
            "fewest sides asked": min((len(sides[one.question]) for one in row.answers), default=0),
            "number of scales": len(_scales(row)),
            "sum of scales": sum(scale for _, scale in _scales(row)),
        }
        name = str(recorded.version)
        things.append(Thing(name=name, traits=traits, values=_forms(recorded.by, sealed.hex(), state.hex())))
    people = _candidates(evidence, block.perspectives)
    truth = {str(recorded.version): _writer(row, people, played.said) for recorded, row in rows}
    before = [_scales(row) for _, row in opened.rows(0)] if len(opened.attempts) > 1 else None
    added = [
        str(recorded.version)
        for recorded, row in rows
        if before is not None and not any(one <= _scales(row) for one in before)
    ]
    between = _handed_in_between(evidence) & {one.name for one in people}
    return Puzzle(
        things=things,
        candidates=people,
        truth=truth,
        added_by_second_closing=added[0] if len(added) == 1 else None,
        handed_in_between=between.pop() if len(between) == 1 else None,
    )


def _writer(row: Row, people: Iterable[Thing], said: Mapping[str, Said]) -> str:
    """Return who wrote a row; empty if two wrote the same, so that no guess is right."""
    scales = {(one.question, one.scale) for one in row.answers if one.scale is not None}
    fitting = [
        one.name for one in people if one.name in said and scales <= set(said[one.name].scales.items())
    ]
    return fitting[0] if len(fitting) == 1 else ""


def _handed_in_between(evidence: Evidence) -> set[str]:
    """Return whose hand-in was kept between two closings."""
    first, last = evidence.attempted_at[0], evidence.attempted_at[-1]
    return {one.invitation for one in evidence.requests if first < one.at < last and one.was_kept}


def _sides(evidence: Evidence, sides: tuple[Perspective, ...]) -> list[str]:
    """Return who was invited from these sides."""
    invited = (one.invitation for one in evidence.invited)
    return [one.invitation for one in invited if one.perspective in sides]


def _scales(row: Row) -> set[tuple[str, int]]:
    return {(one.question, one.scale) for one in row.answers if one.scale is not None}


def _candidates(evidence: Evidence, sides: tuple[Perspective, ...]) -> list[Thing]:
    """Return those of a block whose hand-in was kept, with all that is known of them."""
    kept = {one.invitation for one in evidence.requests if one.was_kept}
    return [
        _candidate(evidence, place, one)
        for place, one in enumerate(evidence.invited)
        if one.invitation.perspective in sides and one.invitation.invitation in kept
    ]


def _candidate(evidence: Evidence, place: int, one: Invited) -> Thing:
    invitation = one.invitation
    requests = [asked for asked in evidence.requests if asked.invitation == invitation.invitation]
    records = [
        (record, commit, write)
        for record in evidence.inbox
        for commit in unframe(record.value).entries
        if isinstance(commit, Commit)
        for write in commit.writes
        if Stream.parse(write.stream).local == invitation.slot
    ]
    (first, *_), (record, commit, write) = records[0], records[-1]
    digest = digest_of(write.parent, write.stream, write.version, write.topic, write.state)
    mails = evidence.mails[invitation.invitation]
    key = command_key(invitation.invitation, requests[-1].command_id)
    traits: dict[str, Trait] = {
        "invited": place,
        "invitation": invitation.invitation.encode(),
        "slot": invitation.slot.encode(),
        "code": one.code.encode(),
        "questions asked": sum(invitation.perspective in one.perspectives for one in evidence.questions),
        "perspective": invitation.perspective.value.encode(),
        "first offset": first.offset,
        "last offset": record.offset,
        "first moment": requests[0].at.timestamp(),
        "last moment": requests[-1].at.timestamp(),
        "requests": len(requests),
        "content's length": requests[-1].content_bytes,
        "record's length": len(record.value),
        "record's day": record.day,
        "sealed answers": write.state,
        "digest": digest,
        "version": write.version,
        "commit": commit.commit,
        "command": commit.command,
        "reply's length": len(requests[-1].reply),
        "reply": requests[-1].reply,
        "last mail's length": len(mails[-1]),
        "mails' lengths": sum(map(len, mails)),
    }
    values = (invitation.invitation, invitation.slot, one.code, hash_of(one.code).hex(), digest.hex())
    more = (commit.commit.hex(), commit.command.hex(), key.hex(), requests[-1].command_id, write.state.hex())
    return Thing(name=invitation.invitation, traits=traits, values=_forms(*values, *more))


def _forms(*values: str) -> frozenset[str]:
    """Return the values, what is made of them by hashing, and the beginnings of all these."""
    hashed = {
        form
        for value in values
        for form in (
            value,
            hashlib.sha256(value.encode()).hexdigest(),
            hashlib.sha256(_bytes_of(value)).hexdigest(),
        )
    }
    return frozenset(hashed | {form[:CUT_CHARS] for form in hashed})


def _bytes_of(value: str) -> bytes:
    try:
        return bytes.fromhex(value)
    except ValueError:
        return value.encode()
