"""Plays feedback rounds through the real hand-in, inbox, keeper and closing, with stores in memory."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import msgspec

from events.catalog.rounds import FeedbackSubmitted
from events.codec import EventMapper, Recorded
from events.log.record import Commit, unframe
from events.privacy.answers import info_of, seal_answers
from events.privacy.invitations import Invitation
from events.privacy.outbox import MailKind
from events.privacy.sealing import open_sealed
from events.streams import Stream
from kit.clock import FixedClock
from kit.ids import derived_id
from processes.closing.ends import RoundToEnd
from processes.closing.events import closing_events, terms_of
from processes.keeper.closing import Row
from processes.keeper.keeper import LocalKeeper
from processes.keeper.key_store import KeyStore
from processes.mails.wording import MailFacts, mail_text
from rules.commands import CommandRequest, CommandResult
from rules.feedback.answers import Answer, GivenAnswer, HandedIn, Value, asked_of, fill_up, read_handed_in
from rules.feedback.questions import Perspective, Question, QuestionKind
from rules.feedback.rater_code import CODE_BYTES, caller_of, code_of, shown
from rules.kinds import Language
from services.contexts.rounds.state import FeedbackRound
from services.feedback.hand_in import SUBMIT_FEEDBACK, Feedback
from tests.events.log.inbox.memory import MemoryLog
from tests.privacy.attack.evidence import Evidence, Invited, Played, Request, Said
from tests.privacy.attack.leaks import Leak
from tests.privacy.attack.small_rounds import FLOORS, LEAD, LENS, QUESTIONS, SIDES, TERMS
from tests.processes.keeper.rounds import new, running

NOW: Final = datetime(2026, 11, 24, 9, tzinfo=UTC)
TEXT_CHARS_MAX: Final = 500


class OneKey:
    """The vault's key of a person, which an attacker has too."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def key_of(self, subject: str) -> bytes:
        return self._key

    def keys_of(self, subjects: object) -> dict[str, bytes]:
        return {}


def answers_of(chance: random.Random, perspective: Perspective) -> HandedIn:
    """Return what somebody answers who is asked from this side."""
    given = [
        GivenAnswer(question_id=one.question, value=_value(one, chance))
        for one in asked_of(QUESTIONS, perspective).values()
        if one.kind is not QuestionKind.OPEN or chance.random() < 0.85
    ]
    return HandedIn(answers=tuple(given))


def _value(question: Question, chance: random.Random) -> Value:
    match question.kind:
        case QuestionKind.SCALE:
            return Value(not_seen=True) if chance.random() < 0.15 else Value(scale=chance.randint(1, 5))
        case QuestionKind.TALENT_PICK:
            return Value(term_ids=tuple(chance.sample(TERMS, chance.randint(1, 3))))
        case QuestionKind.OPEN:
            chars = min(int(chance.lognormvariate(4, 1)) + 5, TEXT_CHARS_MAX)
            return Value(text="".join(chance.choices("abcdefghijklmnop", k=chars)))


@dataclass
class KnownRaters:
    """Who has which code. Its round is open for ever, like in a process that has not read the log's end."""

    by_caller: dict[str, Invitation]

    def known(self, rater: str) -> Invitation | None:
        return self.by_caller.get(rater)

    def open_round(self, invitation: Invitation) -> bool:
        return True


@dataclass
class OnePlay:
    """A round while it is played."""

    evidence: Evidence
    terms: RoundToEnd
    feedback: Feedback
    public_key: bytes
    last: dict[str, HandedIn] = field(default_factory=dict)
    arrivals: dict[str, datetime] = field(default_factory=dict)


class Simulation:
    """Plays rounds; `chance` says what people do, and no key, id or order comes from it."""

    def __init__(self, keeper: LocalKeeper, log: MemoryLog, keys: KeyStore, *, leak: Leak, seed: int) -> None:
        self._keeper, self._log, self._keys, self._leak = keeper, log, keys, leak
        self._chance = random.Random(seed)  # noqa: S311 - what people answer
        self._clock = FixedClock(NOW)

    def play(self) -> Played:
        """Invite, hand in, remind, hand in again, close (at times in two attempts), destroy the key."""
        play = self._opened()
        start = len(self._log.values)
        everybody = list(play.evidence.invited)
        self._chance.shuffle(everybody)
        *early, late = everybody
        for one in early:
            if self._chance.random() < 0.9:
                self._hands_in(play, one, self._answers(one))
        self._mail(play, MailKind.REMINDER)
        for one in early:
            if one.invitation.slot in play.arrivals and self._chance.random() < 0.3:
                taken_back = self._chance.random() < 0.2
                self._hands_in(play, one, HandedIn(take_back=True) if taken_back else self._answers(one))
        self._close(play, late, start)
        self._keeper.destroy(play.evidence.round)
        play.evidence.inbox = self._log.records(start)
        return Played(evidence=play.evidence, said=_said(play))

    def _opened(self) -> OnePlay:
        round_, subject = new(), new()
        evidence = Evidence(round=round_, subject=subject, questions=QUESTIONS, person_key=new().encode())
        sides = self._chance.choice(self._leak.sides or SIDES)
        for side in [side for side, people in sides.items() for _ in range(people)]:
            invitation = Invitation(
                invitation=new(),
                round=round_,
                subject=subject,
                perspective=side,
                slot=new(),
                created_on=date(2026, 11, 20),
            )
            code = code_of(bytes.fromhex(new())[:CODE_BYTES])
            evidence.invited.append(Invited(invitation=invitation, code=code))
        key = self._keeper.make_key(round_)
        raters = KnownRaters({caller_of(one.code): one.invitation for one in evidence.invited})
        invitations = {one.invitation.invitation: one.invitation.perspective for one in evidence.invited}
        found = FeedbackRound(
            lens=LENS.lens,
            lens_number=1,
            closes_at=NOW + timedelta(days=14),
            status="CLOSING",
            invitations=invitations,
            own_answers=(Answer(question=QUESTIONS[0].question, scale=3),),
            opened_on=NOW.date(),
            floors=FLOORS,
            attributed="the lead" if sides.get(LEAD) == 1 else None,
        )
        play = OnePlay(
            evidence=evidence,
            terms=RoundToEnd(subject=subject, round=round_, found=found, version=20),
            feedback=Feedback(raters=raters, keeper=self._keeper),  # type: ignore[arg-type]  # without a vault
            public_key=key.public_key,
        )
        self._mail(play, MailKind.INVITATION)
        return play

    def _answers(self, one: Invited) -> HandedIn:
        return answers_of(self._chance, one.invitation.perspective)

    def _hands_in(self, play: OnePlay, one: Invited, handed_in: HandedIn) -> None:
        self._clock.advance(timedelta(minutes=self._chance.randint(1, 300)))
        invitation = one.invitation
        info = info_of(invitation.round, invitation.perspective)
        sealed = seal_answers(play.public_key, info, fill_up(handed_in))
        request = CommandRequest(name=SUBMIT_FEEDBACK, command_id=str(uuid4()), input={"sealed": sealed})
        result = self._leak.reply(play.feedback.send(request, rater=caller_of(one.code)), handed_in)
        play.evidence.requests.append(
            Request(
                at=self._clock.now(),
                invitation=invitation.invitation,
                command_id=request.command_id,
                content_bytes=self._leak.content_bytes(handed_in, sealed),
                reply=_without_command(result),
            )
        )
        if result.outcome == "ACCEPTED":
            play.last[invitation.invitation] = handed_in
            play.arrivals.setdefault(invitation.slot, self._clock.now())

    def _mail(self, play: OnePlay, kind: MailKind) -> None:
        """Send everybody a mail, at one moment. A reminder comes after most have answered."""
        for one in play.evidence.invited:
            name = one.invitation.invitation
            facts = MailFacts(
                subject_name="Fenna",
                rater_name=name,
                code=shown(one.code),
                link=f"https://ipp.example/feedback#{shown(one.code)}",
                closes_at=NOW + timedelta(days=14),
                language=Language.EN,
            )
            text = mail_text(kind, facts)
            if kind is MailKind.REMINDER:
                body = self._leak.reminder(text.body, play.last.get(name))
                text = msgspec.structs.replace(text, body=body)
            play.evidence.mails.setdefault(name, []).append(f"{text.title}\n{text.body}".encode())

    def _close(self, play: OnePlay, late: Invited, start: int) -> None:
        """Close; most of the time in two attempts, between which one more rater hands in."""
        ending = msgspec.structs.replace(play.terms, at=self._clock.now())
        self._attempt(play, ending, start)
        if self._chance.random() < 0.7:
            self._hands_in(play, late, self._answers(late))
            self._attempt(play, ending, start)

    def _attempt(self, play: OnePlay, ending: RoundToEnd, start: int) -> None:
        self._clock.advance(timedelta(minutes=1))
        evidence = play.evidence
        key = self._keys.read(evidence.round)
        assert key is not None
        assert ending.at is not None
        sealed = _latest(self._log, evidence.round, start)
        with self._leak.making_mirrors(play.arrivals):
            invitations = [one.invitation for one in evidence.invited]
            terms = terms_of(ending, LENS, invitations=invitations)
            closed = self._leak.close(self._keeper, terms, key.private_key, sealed)
        evidence.mirror_keys.append(closed.mirror_key)
        events = closing_events(
            ending, closed, version=20, at=ending.at, by=derived_id("closer"), id_key=bytes(32)
        )
        mapper = EventMapper(OneKey(evidence.person_key))
        said, stored = _said(play), []
        for event in events:
            leaking = self._leak.recorded(event, _slot_of(play, said, event), play.arrivals)
            stored.append(mapper.to_same_stored_event(leaking, secret=closed.seed))
        evidence.attempts.append(stored)
        evidence.attempted_at.append(self._clock.now())


def _without_command(result: CommandResult) -> bytes:
    """Return the reply's bytes without the id that the request had."""
    return msgspec.json.encode(msgspec.structs.replace(result, command_id=""))


def _said(play: OnePlay) -> dict[str, Said]:
    sides = play.terms.found.invitations
    read: dict[str, Any] = {
        name: read_handed_in(fill_up(last), questions=QUESTIONS, form=LENS.form, perspective=sides[name])
        for name, last in play.last.items()
    }
    return {name: Said(answers=answers) for name, answers in read.items() if answers}


def _latest(log: MemoryLog, round_: str, start: int) -> dict[str, bytes]:
    """Return the last that is on the log for each slot."""
    return {
        Stream.parse(write.stream).local: write.state
        for record in log.records(start)
        for entry in unframe(record.value).entries
        if isinstance(entry, Commit) and entry.subject == round_
        for write in entry.writes
    }


def _slot_of(play: OnePlay, said: dict[str, Said], event: Recorded) -> str | None:
    """Return whose row an event is, for a leak to be planted; None if it is none, or could be of two."""
    scales = _scales_in(play.evidence, event)
    slots = {one.invitation.invitation: one.invitation.slot for one in play.evidence.invited}
    fitting = [slots[name] for name, one in said.items() if scales and scales <= set(one.scales.items())]
    return fitting[0] if len(fitting) == 1 else None


def _scales_in(evidence: Evidence, event: Recorded) -> set[tuple[str, int]]:
    if not isinstance(event.event, FeedbackSubmitted):
        return set()
    row = msgspec.json.decode(
        open_sealed(evidence.mirror_keys[-1], evidence.round, event.event.row), type=Row
    )
    return {(one.question, one.scale) for one in row.answers if one.scale is not None}


@contextmanager
def simulation(folder: Path, *, leak: Leak, seed: int) -> Iterator[Simulation]:
    """Open a simulation whose inbox is empty."""
    log = MemoryLog()
    with running(folder, log, FixedClock(NOW)) as keeper:
        yield Simulation(keeper, log, KeyStore(folder), leak=leak, seed=seed)
