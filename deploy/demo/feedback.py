"""The demo's feedback rounds: with a mirror, of clients, with too few answers, and one that is open."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from eventsourcing.persistence import EventStore

from deploy.demo import people, words
from deploy.demo.client import DayClock, DemoClient, DemoServices, SeedingError
from deploy.demo.people import Someone
from deploy.demo.progress import OnProgress
from events.privacy.answers import seal_answers
from kit.clock import Calendar
from kit.ids import derived_id
from rules.access.roles import Role
from rules.commands import CommandRequest
from rules.feedback.answers import GivenAnswer, HandedIn, Value, fill_up
from rules.feedback.lens_versions import version_id
from rules.feedback.questions import EASY_SCALE, LensForm, Perspective, Question, QuestionKind
from rules.feedback.rater_code import caller_of
from services.admin.lenses import SHIPPED, read_lens
from services.contexts.lenses.commands import LoadLens
from services.feedback.hand_in import SUBMIT_FEEDBACK, Feedback
from services.feedback.raters import Raters
from services.feedback.round_states import RoundStates
from services.handling.person_states import PersonStates

SECOND_MEMBER: Final = "lead"
"""Who publishes the lenses: another member of the working group than the one who tried them."""
OPEN_DAYS: Final = 60
"""The longest time that a round may have when it opens; the subject closes it before that."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """How many people are asked from a side, and how many of them answer."""

    perspective: Perspective
    asked: int
    answer: int


class DemoRound(msgspec.Struct, frozen=True, kw_only=True):
    """A round: of whom, with which lens, opened how many days ago, and closed after how many, if it is."""

    number: str
    lens: str
    opened_days_ago: int
    closed_after_days: int | None
    sides: tuple[Asked, ...]
    own_question: str | None = None


ROUNDS: Final = (
    DemoRound(
        number="owner",
        lens="colleagues",
        opened_days_ago=45,
        closed_after_days=15,
        sides=(
            Asked(perspective=Perspective.PEER, asked=6, answer=5),
            Asked(perspective=Perspective.LEAD, asked=1, answer=1),
            Asked(perspective=Perspective.REPORT, asked=2, answer=2),
            Asked(perspective=Perspective.PARTNER, asked=4, answer=3),
        ),
        own_question="Waar zie je mij opleven, en wanneer juist niet?",
    ),
    DemoRound(
        number="working-group",
        lens="clients",
        opened_days_ago=40,
        closed_after_days=20,
        sides=(Asked(perspective=Perspective.CLIENT, asked=8, answer=7),),
    ),
    DemoRound(
        number="lead",
        lens="colleagues",
        opened_days_ago=30,
        closed_after_days=14,
        sides=(Asked(perspective=Perspective.PEER, asked=4, answer=2),),
    ),
    DemoRound(
        number="member",
        lens="colleagues",
        opened_days_ago=0,
        closed_after_days=None,
        sides=(
            Asked(perspective=Perspective.PEER, asked=5, answer=2),
            Asked(perspective=Perspective.LEAD, asked=1, answer=0),
            Asked(perspective=Perspective.PARTNER, asked=3, answer=1),
        ),
    ),
)
RUNNING_DAYS: Final = 21
_LEANINGS: Final = (1, 0, -1, 1, 0, -1, 0)
_WEIGHTS: Final = {-1: (2, 5, 5, 1, 0), 0: (0, 1, 3, 6, 4), 1: (0, 0, 1, 4, 8)}
"""How often 1 to 5 is answered, for each leaning."""


def seed_rounds(
    services: DemoServices,
    everyone: Sequence[Someone],
    *,
    terms: Sequence[str],
    last_day: date,
    on_progress: OnProgress,
) -> None:
    """Publish the shipped lenses and make the rounds, as far as that was not done. Raises SeedingError."""
    clock = DayClock(last_day - timedelta(days=90))
    client = DemoClient(services, clock)
    administrator = client.person(people.FIRST_ADMINISTRATOR)
    fields = {"role": Role.WORKING_GROUP.name, "subject": SECOND_MEMBER}
    client.send(administrator, Role.ADMINISTRATOR, "grantRole", fields, occasion="second member")
    lenses = [read_lens(file.read_bytes()) for file in SHIPPED]
    for lens in lenses:
        _publish(client, lens)
    for place, planned in enumerate(ROUNDS):
        lens = next(one for one in lenses if one.key == planned.lens)
        _Round(services, planned, lens, everyone, terms=terms, last_day=last_day).make()
        on_progress("Feedback rounds", place + 1, len(ROUNDS))


def _publish(client: DemoClient, lens: LoadLens) -> None:
    name = lens.lens(client.organisation)
    client.load_lens(lens)
    pilot = {"lensId": name, "on": client.day.isoformat(), "people": 9, "clients": 4}
    for number, command, fields in (
        ("working-group", "pilotLens", {**pilot, "findings": "Twee vragen zijn korter gemaakt."}),
        (SECOND_MEMBER, "publishLens", {"lensId": name}),
    ):
        occasion = f"{command.removesuffix('Lens')} {lens.key}"
        client.send(client.person(number), Role.WORKING_GROUP, command, fields, occasion=occasion)


class _Round:
    """Makes one round, day by day."""

    def __init__(
        self,
        services: DemoServices,
        planned: DemoRound,
        lens: LoadLens,
        everyone: Sequence[Someone],
        *,
        terms: Sequence[str],
        last_day: date,
    ) -> None:
        if services.rounds is None:
            raise SeedingError("there is no keeper, so no round can be made")
        self._planned, self._everyone = planned, everyone
        self._lens, self._terms = lens, terms
        self._opened = last_day - timedelta(days=planned.opened_days_ago)
        self._clock = DayClock(self._opened)
        self._client = DemoClient(services, self._clock)
        self._person = self._client.person(planned.number)
        self._invitations = services.rounds.invitations
        store: EventStore[str] = EventStore(services.mapper, services.recorder)
        raters = Raters(
            RoundStates(store, PersonStates(services.vault)),
            invitations=self._invitations,
            calendar=Calendar(clock=self._clock, zone=UTC),
        )
        self._feedback = Feedback(raters=raters, keeper=services.rounds.keeper)

    def make(self) -> None:
        if self._client.is_done(self._person, Role.PROFESSIONAL, self._occasion("end")):
            return
        round_ = self._prepare()
        self._invite(round_)
        self._send("openRound", "open", roundId=round_)
        self._hand_in(round_)
        answers = [msgspec.to_builtins(one) for one in self._answers(Perspective.SELF)]
        if self._planned.closed_after_days is None:
            self._send("fillSelfMirror", "end", roundId=round_, answers=answers)
            return
        self._send("fillSelfMirror", "self", roundId=round_, answers=answers)
        self._clock.day = self._opened + timedelta(days=self._planned.closed_after_days)
        self._send("closeRound", "end", roundId=round_)

    def _prepare(self) -> str:
        # A round that was closed is closed before its date, by its subject.
        days = RUNNING_DAYS if self._planned.closed_after_days is None else OPEN_DAYS - 1
        closes_at = datetime.combine(self._opened + timedelta(days=days), time(16), tzinfo=UTC)
        lens = version_id(self._lens.lens(self._client.organisation), 1)
        own = {"ownQuestion": self._planned.own_question} if self._planned.own_question else {}
        return self._send(
            "prepareRound", "prepare", lensVersionId=lens, closesAt=closes_at.isoformat(), **own
        )

    def _invite(self, round_: str) -> None:
        colleagues = self._colleagues()
        outsiders = iter(words.OUTSIDERS)
        for side in self._planned.sides:
            for place in range(side.asked):
                if side.perspective in {Perspective.CLIENT, Perspective.PARTNER}:
                    name = next(outsiders)
                    # Some clients get a letter, and a partner of the running round.
                    running = self._planned.closed_after_days is None
                    letter = place % 3 == 0 and (running or side.perspective is Perspective.CLIENT)
                    address = {} if letter else {"email": people.outside_email(name)}
                    rater: dict[str, Any] = {"outsider": {"name": name, **address}}
                else:
                    rater = {"colleagueId": next(colleagues)}
                self._send(
                    "inviteRater",
                    f"invite {side.perspective} {place}",
                    roundId=round_,
                    perspective=side.perspective.name,
                    rater=rater,
                )

    def _colleagues(self) -> Iterator[str]:
        """Yield colleagues: the own team first, then others."""
        team = next(one.team for one in self._everyone if one.number == self._planned.number)
        others = [one for one in self._everyone if one.number != self._planned.number]
        others.sort(key=lambda one: one.team != team)
        return (self._client.person(one.number) for one in others)

    def _hand_in(self, round_: str) -> None:
        """Let as many as planned of each side answer, some days after the opening."""
        if self._planned.closed_after_days is not None:
            self._clock.day = self._opened + timedelta(days=5)
        left = {side.perspective: side.answer for side in self._planned.sides}
        for kept in sorted(self._invitations.of_round(round_), key=lambda one: one.invitation.invitation):
            perspective = kept.invitation.perspective
            if left.get(perspective, 0) == 0:
                continue
            left[perspective] -= 1
            answers = tuple(self._answers(perspective, left[perspective]))
            rater = caller_of(kept.code)
            shown = self._feedback.invitation(rater)
            if shown is None:
                continue  # handed in and closed before this start
            content = fill_up(HandedIn(answers=answers))
            sealed = msgspec.to_builtins(seal_answers(shown.public_key, shown.info, content))
            command_id = str(UUID(hex=derived_id("demo", "hand in", kept.invitation.invitation), version=4))
            request = CommandRequest(name=SUBMIT_FEEDBACK, command_id=command_id, input={"sealed": sealed})
            if self._feedback.send(request, rater=rater).outcome != "ACCEPTED":
                raise SeedingError("an answer of the demo was not kept")

    def _answers(self, perspective: Perspective, place: int = 0) -> Iterator[GivenAnswer]:
        """Yield what somebody answers: the same at every fresh start for the same place of a side."""
        rng = random.Random(f"{self._planned.number} {perspective} {place}")  # noqa: S311 - invented answers
        questions = self._client.lens_questions(self._lens.lens(self._client.organisation))
        for number, question in enumerate(questions):
            # What others see often or seldom depends on the question; one's own view of it does not.
            seen = 0 if perspective is Perspective.SELF else _LEANINGS[number % len(_LEANINGS)]
            if perspective is not Perspective.SELF and perspective not in question.perspectives:
                continue
            value = self._value(question, rng, _WEIGHTS[seen])
            if value is not None:
                yield GivenAnswer(question_id=question.question, value=value)

    def _value(self, question: Question, rng: random.Random, weights: Sequence[int]) -> Value | None:
        easy = self._lens.form == LensForm.EASY.name
        match question.kind:
            case QuestionKind.SCALE:
                if rng.random() < 0.1:  # noqa: PLR2004 - one of ten has not seen it
                    return Value(not_seen=True)
                scale = (
                    rng.choices(EASY_SCALE, weights=(1, 3, 6))
                    if easy
                    else rng.choices(range(1, 6), weights=weights)
                )
                return Value(scale=scale[0])
            case QuestionKind.TALENT_PICK:
                return Value(term_ids=tuple(rng.sample(self._terms[:6], 2)))
            case QuestionKind.OPEN:
                return Value(text=rng.choice(words.COMMENTS)) if rng.random() < 0.7 else None  # noqa: PLR2004

    def _send(self, name: str, step: str, /, **fields: Any) -> str:
        return self._client.send(self._person, Role.PROFESSIONAL, name, fields, occasion=self._occasion(step))

    def _occasion(self, step: str) -> str:
        return f"round {self._planned.number} {step}"
