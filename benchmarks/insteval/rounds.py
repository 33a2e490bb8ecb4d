"""Runs feedback rounds with real ratings: commands, sealed answers, the keeper, the closer, mirrors."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import msgspec

from benchmarks.insteval.shown import figures_of
from events.catalog.policy import PolicyAdopted
from events.catalog.rounds import MirrorReleased, RoundClosed
from events.codec import Recorded
from events.privacy.invitations import Invited
from events.privacy.mirror_keys import MirrorKeys
from events.privacy.sealing import open_sealed
from events.streams import Stream
from kit.ids import new_id
from kit.secrets import MasterKey
from processes.closing.closer import Closer
from processes.keeper.closing import Row
from processes.keeper.keeper import LocalKeeper
from rules.access.roles import Role
from rules.commands import CommandResult
from rules.feedback.questions import Perspective
from rules.feedback.rater_code import caller_of
from services.contexts.rounds.commands import REGISTERED
from services.feedback.hand_in import Feedback
from tests.services.round_house import DECISION, RoundHouse, hand_in, round_house, sealed_for

THREADS: Final = 4
TRIES_MAX: Final = 5
"""Of a command, a hand-in or a turn of the closer whose outcome is not known yet."""
LOAD_INVITATIONS: Final = 1_000_000
"""
Of the policy for loads: a student is asked up to 55 times, and rule 10 allows eight times a quarter.

The command that adopts a policy refuses more than eight, so this one is written to the log directly.
"""

Answered = Callable[[], None]


class LoadError(Exception):
    """The load can't go on; the message says what was not accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """An organisation in which rounds are run. `registered` are the colleagues it knows so far."""

    house: RoundHouse
    feedback: Feedback
    closer: Closer
    mirror_keys: MirrorKeys
    pool: ThreadPoolExecutor
    registered: dict[str, str] = field(default_factory=dict)

    def run(self, answers: Any, on_answer: Answered) -> dict[tuple[int, str, str], str]:
        """
        Run a round for each subject of the answers, and return every figure of their mirrors.

        Calls `on_answer` for each answer that was kept, from several threads. Raises LoadError.
        """
        self._register(answers)
        groups = [(int(subject), group) for subject, group in answers.groupby("subject")]
        rounds = list(self.pool.map(lambda one: self._until_closing(one[0], one[1], on_answer), groups))
        for _ in range(TRIES_MAX):
            if not (left := self.closer.turn()):
                break
        else:
            raise LoadError(f"not closed: {left[0]}")
        figures: dict[tuple[int, str, str], str] = {}
        for (subject, _), round_ in zip(groups, rounds, strict=True):
            found = figures_of(*self._released(subject, round_))
            figures |= {(subject, block, name): value for (block, name), value in found.items()}
        return figures

    def _register(self, answers: Any) -> None:
        """Register the subjects, who open a portfolio, and the raters who must be colleagues."""
        lecturers = {f"d{subject}" for subject in answers.subject.unique()} - self.registered.keys()
        colleagues = answers[answers.perspective.isin(REGISTERED)]
        students = {f"s{rater}" for rater in colleagues.rater.unique()} - self.registered.keys()
        new = sorted(lecturers | students)
        self.registered.update(zip(new, self.pool.map(self._registered, new), strict=True))
        opening = [self._as(number) for number in sorted(lecturers)]
        list(self.pool.map(lambda house: _sent(house, "openPortfolio", language="NL"), opening))

    def _registered(self, number: str) -> str:
        fields = {"employeeNumber": number, "name": number, "email": f"{number}@example.org"}
        _sent(self._as("feed"), "registerProfessional", Role.HR_FEED, **fields)
        return self.house.person(number)

    def _until_closing(self, subject: int, answers: Any, on_answer: Answered) -> str:
        """Prepare, invite, open, answer and close a round of one subject; return the round."""
        house = self._as(f"d{subject}")
        given = {f"s{one.rater}": one for one in answers.itertuples()}
        round_ = house.prepared()
        for number, one in given.items():
            asked = (
                {"colleagueId": self.registered[number]}
                if one.perspective in REGISTERED
                else {"outsider": {"name": number, "email": f"{number}@example.org"}}
            )
            side = Perspective(one.perspective).name
            _sent(house, "inviteRater", roundId=round_, perspective=side, rater=asked)
        _sent(house, "openRound", roundId=round_)
        for rater in house.raters(round_):
            self._hand_in(house, rater, scale=int(given[rater.invitee.name].rating))
            on_answer()
        _sent(house, "closeRound", roundId=round_)
        return round_

    def _hand_in(self, house: RoundHouse, rater: Invited, *, scale: int) -> None:
        """Seal an answer as the rater's page does, and hand it in with the code of the invitation."""
        sealed, caller = sealed_for(house, rater, scale=scale), caller_of(rater.code)
        _accepted(lambda command: self.feedback.send(hand_in(sealed, command_id=command), rater=caller))

    def _as(self, number: str) -> RoundHouse:
        return replace(self.house, number=number)

    def _released(self, subject: int, round_: str) -> tuple[MirrorReleased, RoundClosed, Sequence[Row]]:
        """Return a round's mirror and the rows that it was made of, as they are on the log."""
        person = self.registered[f"d{subject}"]
        events = [one.event for one in self.house.events(Stream("round", person).name)]
        (released,) = (one for one in events if isinstance(one, MirrorReleased) and one.round == round_)
        (closed,) = (one for one in events if isinstance(one, RoundClosed) and one.round == round_)
        key = self.mirror_keys.key_of(round_)
        if key is None:
            raise LoadError("the key of a mirror's rows is not in the vault")
        rows = [
            msgspec.json.decode(open_sealed(key, round_, one.event.row), type=Row)  # type: ignore[attr-defined]
            for one in self.house.events(Stream("submission", person, round_).name)
        ]
        return released, closed, rows


def _sent(house: RoundHouse, name: str, role: Role = Role.PROFESSIONAL, /, **fields: Any) -> None:
    """Send a command of the house's owner, or of another role under the owner's number."""
    _accepted(lambda command: house.ask(house.number, role, name, command_id=command, **fields))


def _accepted(send: Callable[[str], CommandResult]) -> CommandResult:
    """Send a command until its outcome is known. Raises LoadError unless it was accepted."""
    command = str(uuid4())
    for _ in range(TRIES_MAX):
        result = send(command)
        if result.outcome == "ACCEPTED":
            return result
        if result.outcome == "REFUSED" and {one.code for one in result.refusals} != {"TOO_BUSY"}:
            break
    raise LoadError(msgspec.json.encode(result).decode())


@contextmanager
def opened_load(database: str, folder: Path) -> Iterator[Load]:
    """Open an organisation with a lens of one question and the policy for loads, and a keeper in a folder."""
    with round_house(database, folder) as house, ThreadPoolExecutor(THREADS) as pool:
        if not isinstance(house.keeper, LocalKeeper):
            raise TypeError("the keeper of a load is a whole one")
        _adopt_policy_for_loads(house)
        house.vault.create_tables()
        mirror_keys = MirrorKeys(database, MasterKey(key=os.urandom(32)))
        try:
            yield Load(
                house=house,
                feedback=house.feedback(),
                closer=Closer(house.closing_parts(mirror_keys)),
                mirror_keys=mirror_keys,
                pool=pool,
            )
        finally:
            mirror_keys.close()


def _adopt_policy_for_loads(house: RoundHouse) -> None:
    """Lift the limits a rater and half year; floors stay. Council and privacy officer agree, as they must."""
    stream = Stream("policy", house.handler.organisation()).name
    recorded = house.events(stream)
    (adopted,) = (one.event for one in recorded if isinstance(one.event, PolicyAdopted))
    lifted = msgspec.structs.replace(
        adopted, policy=new_id(), months_between_rounds=0, invitations_per_quarter_max=LOAD_INVITATIONS
    )
    written = Recorded(
        stream=stream, version=len(recorded) + 1, event=lifted, at=house.clock.now(), by=recorded[-1].by
    )
    house.log.recorders[0].append([house.mapper.to_stored_event(written)])
    for claim, role, name in (
        ("wc", Role.WORKS_COUNCIL, "recordWorksCouncilConsent"),
        ("po", Role.PRIVACY_OFFICER, "recordDpia"),
    ):
        house.accepted(claim, role, name, policyId=lifted.policy, **DECISION)
