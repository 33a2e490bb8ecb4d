"""Services with a vault of invitations and a real keeper: everything that a feedback round needs."""

import base64
import dataclasses
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from eventsourcing.persistence import EventStore

from events.catalog.lenses import QuestionAdded
from events.log.assembly import create_inbox, open_inbox
from events.log.config import LogConfig
from events.privacy.answers import seal_answers
from events.privacy.invitations import Invitations, Invited
from events.privacy.mirror_keys import MirrorKeys
from events.privacy.outbox import Outbox
from kit.secrets import MasterKey
from processes.closing.closer import Parts
from processes.keeper.app import ClosingKeeper
from processes.keeper.inboxes import Inboxes
from processes.keeper.keeper import LocalKeeper
from processes.keeper.key_store import KeyStore
from rules.access.roles import Role
from rules.commands import CommandRequest, CommandResult
from rules.feedback.answers import GivenAnswer, HandedIn, Value, fill_up
from rules.feedback.lens_versions import version_id
from rules.feedback.rater_code import caller_of
from rules.promise import PROMISE_VERSION
from services.contexts.rounds.state import FeedbackRound
from services.feedback.delivery import Delivery
from services.feedback.hand_in import Feedback
from services.feedback.invitation_chores import InvitationChores
from services.feedback.keeper import Keeper
from services.feedback.raters import Raters
from services.feedback.round_states import RoundStates
from services.handling.context.round_lookups import RoundParts
from services.handling.handler import CommandHandler
from services.handling.person_states import PersonStates
from services.handling.requests import RequestHandler
from tests.services.house import NOW, House, furnish, opened

WORDS: Final = {"nl": "Luistert.", "en": "Listens."}
POLICY: Final = {"floors": {}, "releaseEveryDays": 90, "sharingDaysMax": 365, "portfolioDaysAfterLeaving": 90}
DECISION: Final = {"promiseVersion": PROMISE_VERSION, "decidedOn": "2026-11-01", "document": "0a" * 32}
CLOSES_AT: Final = NOW + timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundHouse(House):
    invitations: Invitations
    outbox: Outbox
    keeper: Keeper
    lens: str
    question: str = ""
    """The only question of the lens."""

    def with_keeper(self, keeper: Keeper) -> CommandHandler:
        """Return a handler of another process, which has this keeper."""
        return CommandHandler(
            recorder=self.log.recorder(),
            vault=self.vault,
            mapper=self.mapper,
            calendar=self.calendar,
            rounds=RoundParts(invitations=self.invitations, keeper=keeper),
        )

    @property
    def states(self) -> RoundStates:
        store: EventStore[str] = EventStore(self.mapper, self.log.recorders[0])
        return RoundStates(store, PersonStates(self.vault))

    @property
    def chores(self) -> InvitationChores:
        return InvitationChores(self.states, self.invitations)

    def feedback(
        self, keeper: Keeper | None = None, *, now_s: Callable[[], float] = time.monotonic
    ) -> Feedback:
        raters = Raters(self.states, invitations=self.invitations, calendar=self.calendar)
        return Feedback(raters=raters, keeper=keeper or self.keeper, now_s=now_s)

    @property
    def delivery(self) -> Delivery:
        return Delivery(self.states, invitations=self.invitations, outbox=self.outbox, calendar=self.calendar)

    def closing_parts(self, mirror_keys: MirrorKeys, keeper: ClosingKeeper | None = None) -> Parts:
        """Return what a closer works with; without a keeper, the house's own, which is a whole one."""
        if keeper is None:
            if not isinstance(self.keeper, LocalKeeper):
                raise TypeError("the house's keeper can't close rounds")
            keeper = self.keeper
        return Parts(
            recorder=self.log.recorders[0],
            mapper=self.mapper,
            vault=self.vault,
            invitations=self.invitations,
            mirror_keys=mirror_keys,
            keeper=keeper,
            calendar=self.calendar,
        )

    def requests(self, keeper: Keeper | None = None) -> RequestHandler:
        return RequestHandler(
            self.handler, per_minute_max=1_000, feedback=self.feedback(keeper), delivery=self.delivery
        )

    def person(self, number: str) -> str:
        return self.vault.person_for_or_new(number)

    def accepted(self, claim: str, role: Role, name: str, /, **given: Any) -> str:
        done = self.ask(claim, role, name, **given)
        assert done.outcome == "ACCEPTED", done
        return done.entity_id or ""

    def registered(self, number: str) -> str:
        """Register a colleague; return the person."""
        done = self.feed(
            "registerProfessional", employeeNumber=number, name=number, email=f"{number}@example.org"
        )
        assert done.outcome == "ACCEPTED", done
        return self.person(number)

    def subject(self) -> "RoundHouse":
        """Return the house with a new professional as the owner, who has an open portfolio."""
        house = dataclasses.replace(self, number=f"subject-{uuid4().hex}")
        house.registered(house.number)
        house.own("openPortfolio", language="NL")
        return house

    def own(self, name: str, /, **given: Any) -> str:
        return self.accepted(self.number, Role.PROFESSIONAL, name, **given)

    def prepared(self) -> str:
        return self.own(
            "prepareRound", lensVersionId=version_id(self.lens, 1), closesAt=CLOSES_AT.isoformat()
        )

    def asks(self, round_: str, perspective: str, rater: dict[str, Any]) -> str:
        """Invite somebody; return the invitation."""
        before = set(self.round(round_).invitations)
        self.own("inviteRater", roundId=round_, perspective=perspective, rater=rater)
        (invitation,) = set(self.round(round_).invitations) - before
        return invitation

    def invites(self, round_: str, *numbers: str, perspective: str = "PEER") -> list[str]:
        """Invite new colleagues of these numbers; return the invitations."""
        return [
            self.asks(round_, perspective, {"colleagueId": self.registered(number)}) for number in numbers
        ]

    def opens(self, *, peers: int = 3) -> str:
        """Return a new open round of the owner, with so many peers."""
        round_ = self.prepared()
        self.invites(round_, *(f"peer-{uuid4().hex}" for _ in range(peers)))
        return self.own("openRound", roundId=round_)

    def round(self, round_: str) -> FeedbackRound:
        return self.states.of(self.person(self.number)).rounds[round_]

    def raters(self, round_: str) -> list[Invited]:
        return self.invitations.of_round(round_)

    def codes(self, refusal: CommandResult) -> list[str]:
        return [one.code for one in refusal.refusals]


def hand_in(sealed: bytes | str, *, command_id: str | None = None) -> CommandRequest:
    """Return a rater's request as a gateway sends it."""
    text = base64.b64encode(sealed).decode() if isinstance(sealed, bytes) else sealed
    return CommandRequest(
        name="submitFeedback", command_id=command_id or str(uuid4()), input={"sealed": text}
    )


def sealed_for(house: RoundHouse, rater: Invited, *, scale: int = 4) -> bytes:
    """Seal an answer as the rater's page does."""
    shown = house.feedback().invitation(caller_of(rater.code))
    assert shown is not None
    answers = HandedIn(answers=(GivenAnswer(question_id=house.question, value=Value(scale=scale)),))
    return seal_answers(shown.public_key, shown.info, fill_up(answers))


@contextmanager
def round_house(database: str, folder: Path) -> Iterator[RoundHouse]:
    """Open a house with a published lens, policy, consent and DPIA, whose log is folded."""
    with opened(database) as bare, bare.log.folding():
        furnish(bare)
        master = MasterKey(key=os.urandom(32))
        invitations, outbox = Invitations(database, master), Outbox(database, master)
        inboxes = inboxes_of(database, bare.log.name)
        keeper = LocalKeeper(keys=KeyStore(folder), inboxes=inboxes, calendar=bare.calendar)
        house = RoundHouse(
            log=bare.log,
            vault=bare.vault,
            handler=bare.handler,
            clock=bare.clock,
            invitations=invitations,
            outbox=outbox,
            keeper=keeper,
            lens="",
        )
        house = dataclasses.replace(house, handler=house.with_keeper(keeper))
        try:
            lens, question = _governed(house)
            yield dataclasses.replace(house, lens=lens, question=question)
        finally:
            inboxes.close()
            outbox.close()
            invitations.close()


def inboxes_of(database: str, log: str) -> Inboxes:
    """Open the inboxes of a log, as tables in this database."""

    def config_of(year: int) -> LogConfig:
        name = f"{log}_feedback_inbox_{year}"
        return LogConfig(name=name, partitions=1, database_url=database, append_timeout_s=8)

    return Inboxes(config_of=config_of, create=create_inbox, open_inbox=open_inbox)


def _governed(house: RoundHouse) -> tuple[str, str]:
    """Publish a lens, adopt a policy, and record what rounds need; return the lens and its question."""
    wg = Role.WORKING_GROUP
    for claim, role in {"wg1": wg, "wg2": wg, "wc": Role.WORKS_COUNCIL, "po": Role.PRIVACY_OFFICER}.items():
        house.accepted("administrator", Role.ADMINISTRATOR, "grantRole", role=role.name, subject=claim)
    lens = house.accepted("wg1", wg, "draftLens", name=WORDS)
    sides = ["SELF", "PEER", "LEAD", "REPORT", "CLIENT", "PARTNER"]
    question = house.accepted(
        "wg1", wg, "addQuestion", lensId=lens, kind="SCALE", text=WORDS, perspectives=sides
    )
    house.accepted("wg1", wg, "pilotLens", lensId=lens, on="2026-11-20", people=3)
    house.accepted("wg2", wg, "publishLens", lensId=lens)
    policy = house.accepted("administrator", Role.ADMINISTRATOR, "adoptPolicy", **POLICY)
    house.accepted("wc", Role.WORKS_COUNCIL, "recordWorksCouncilConsent", policyId=policy, **DECISION)
    house.accepted("po", Role.PRIVACY_OFFICER, "recordDpia", policyId=policy, **DECISION)
    (question,) = (
        recorded.event.question
        for recorded in house.events(f"lens-{house.handler.organisation()}-{lens}")
        if isinstance(recorded.event, QuestionAdded)
    )
    return lens, question
