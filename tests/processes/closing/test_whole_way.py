"""
From preparing a round to its mirror, through every command, the vault, a keeper and a closer that crashes.

What happens in between is drawn, and a plain dictionary of what each rater sent last says what must come out.
"""

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest

from events.catalog.rounds import MirrorReleased, RoundClosed, RoundInboxDestroyed
from events.privacy.answers import seal_answers
from events.privacy.invitations import Invited
from events.privacy.mirror_keys import MirrorKeys
from kit.secrets import MasterKey
from processes.closing.closer import Closer
from rules.access.roles import Role
from rules.feedback.answers import GivenAnswer, HandedIn, Value, fill_up
from rules.feedback.bands import band_of, mean_of
from rules.feedback.lens_versions import version_id
from rules.feedback.questions import Perspective
from rules.feedback.rater_code import caller_of
from tests.backends.postgres import fresh_database
from tests.processes.closing.house import CrashError, CrashPlan
from tests.services.round_house import CLOSES_AT, RoundHouse, hand_in, round_house

pytestmark = pytest.mark.postgres
PEERS: Final = 7
OWN_QUESTION: Final = "Wat moet ik vaker doen?"
STEPS: Final = 6


@pytest.fixture(scope="module")
def organisation(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoundHouse]:
    folder: Path = tmp_path_factory.mktemp("keys")
    with fresh_database(postgres_url) as url, round_house(url, folder) as house:
        yield house


@pytest.fixture(scope="module")
def mirror_keys(organisation: RoundHouse) -> Iterator[MirrorKeys]:
    organisation.vault.create_tables()
    kept = MirrorKeys(organisation.log.url, MasterKey(key=os.urandom(32)))
    yield kept
    kept.close()


class History:
    """A round in which things happen, and what its raters sent last by code: scale and text, or None."""

    def __init__(self, house: RoundHouse, mirror_keys: MirrorKeys, dice: random.Random) -> None:
        self.house, self.dice = house, dice
        self.parts = house.closing_parts(mirror_keys)
        self.round = house.own(
            "prepareRound",
            lensVersionId=version_id(house.lens, 1),
            closesAt=CLOSES_AT.isoformat(),
            ownQuestion=OWN_QUESTION,
        )
        house.invites(self.round, *(f"peer-{uuid4().hex}" for _ in range(PEERS)))
        house.own("openRound", roundId=self.round)
        self.raters = house.raters(self.round)
        self.last: dict[str, tuple[int, str] | None] = {}
        self.closes_at = CLOSES_AT

    def send(self, rater: Invited, handed_in: HandedIn) -> str:
        shown = self.house.feedback().invitation(caller_of(rater.code))
        assert shown is not None
        request = hand_in(seal_answers(shown.public_key, shown.info, fill_up(handed_in)))
        requests = self.house.requests()
        for _ in range(self.dice.choice((1, 1, 2))):  # now and then the same request twice
            result = requests.send(request, person=caller_of(rater.code), role=Role.RATER)
        return result.outcome

    def answer(self) -> None:
        rater, scale = self.dice.choice(self.raters), self.dice.randint(1, 5)
        text = f"woorden {uuid4().hex}"
        given = (
            GivenAnswer(question_id=self.house.question, value=Value(scale=scale)),
            GivenAnswer(question_id=self.round, value=Value(text=text)),
        )
        assert self.send(rater, HandedIn(answers=given)) == "ACCEPTED"
        self.last[rater.code] = (scale, text)

    def take_back(self) -> None:
        rater = self.dice.choice(self.raters)
        assert self.send(rater, HandedIn(take_back=True)) == "ACCEPTED"
        self.last[rater.code] = None

    def extend(self) -> None:
        self.closes_at += timedelta(days=1)
        self.house.own("extendRound", roundId=self.round, closesAt=self.closes_at.isoformat())

    def look(self) -> None:
        """A closer looks: nothing is to be ended yet."""
        assert Closer(self.parts).turn() == ()

    def close(self) -> None:
        self.house.own("closeRound", roundId=self.round)
        for _ in range(self.dice.randint(0, 3)):
            plan = CrashPlan(at=self.dice.randrange(STEPS), after=self.dice.random() < 0.5)
            crashing = replace(
                self.parts,
                recorder=plan.wrap(self.parts.recorder, "append"),
                keeper=plan.wrap(self.parts.keeper, "close", "destroy"),
                mirror_keys=plan.wrap(self.parts.mirror_keys, "keep"),
                invitations=plan.wrap(self.parts.invitations, "forget"),
            )
            try:
                Closer(crashing).turn()
            except CrashError:
                continue
        assert Closer(self.parts).turn() == ()

    def events(self) -> list[Any]:
        of_person = self.house.events(f"round-{self.house.person(self.house.number)}")
        return [recorded.event for recorded in of_person]


@pytest.mark.parametrize("seed", range(8))
def test_the_mirror_shows_what_each_rater_sent_last(
    organisation: RoundHouse, mirror_keys: MirrorKeys, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311 - no secret
    history = History(organisation.subject(), mirror_keys, dice)
    for _ in range(dice.randint(4, 14)):
        dice.choices(
            (history.answer, history.take_back, history.extend, history.look), weights=(12, 2, 1, 1)
        )[0]()
    history.close()
    events = history.events()
    (released,) = (event for event in events if isinstance(event, MirrorReleased))
    assert [type(event) for event in events[-3:]] == [RoundClosed, MirrorReleased, RoundInboxDestroyed]
    counted = [one for one in history.last.values() if one is not None]
    contents = released.contents
    if len(counted) < 3:
        assert (contents.blocks, contents.comments) == ((), ())
    else:
        (block,) = contents.blocks
        assert (block.perspectives, block.raters) == ((Perspective.PEER,), band_of(len(counted)))
        assert contents.rows[0].cells[0].mean == mean_of((scale, 1) for scale, _ in counted)
        (comments,) = contents.comments
        assert comments.question == history.round, "the subject's own question"
        assert sorted(one.text for one in comments.fragments) == sorted(text for _, text in counted)
    assert history.house.invitations.of_round(history.round) == []
    late = hand_in(os.urandom(8_273))
    over = history.house.requests().send(late, person=caller_of(history.raters[0].code), role=Role.RATER)
    assert [refusal.code for refusal in over.refusals] == ["INVITATION_OVER"]
