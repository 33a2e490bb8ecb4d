"""One feedback round from its preparation to its end on real stores, with all that was stored on the way."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import msgspec
from structlog.testing import capture_logs

from events.privacy.answers import seal_answers
from events.privacy.invitations import Invited
from events.privacy.mirror_keys import MirrorKeys
from events.privacy.outbox import Outbox
from events.streams import Stream
from kit import metrics
from kit.clock import SystemClock
from kit.health import Health
from kit.secrets import MasterKey
from processes.closing.closer import Closer
from processes.mails.assembly import _Readers
from processes.mails.mailer import Mailer
from processes.mails.sending import MailSettings
from projections.registry import find_views
from rules.access.roles import Role
from rules.commands import CommandResult
from rules.feedback.answers import GivenAnswer, HandedIn, Value, fill_up
from rules.feedback.lens_versions import version_id
from rules.feedback.questions import Perspective
from rules.feedback.rater_code import caller_of
from tests.privacy.tables import Rows, copied, every_table
from tests.processes.mails.mail_server import MailServer, mail_server
from tests.projections.witness import ask, make_worker, wait_until, working
from tests.services.round_house import CLOSES_AT, RoundHouse, hand_in, round_house

SHOWN: Final = tuple(f"Zichtbare-woorden-{number}-van-een-collega" for number in range(4))
HIDDEN: Final = "Verborgen-woorden-van-een-client"
OVERWRITTEN: Final = "Eerste-woorden-die-vervangen-zijn"
TAKEN_BACK: Final = "Woorden-die-teruggenomen-zijn"
OUTSIDERS: Final = {"Wilhelmina Zonneveld": "wilhelmina@zonneveld.example", "Zacharias Ypma": None}


@dataclass
class Story:
    """What was stored at each moment, by the moment's name, and what left the installation."""

    house: RoundHouse
    url: str
    folder: Path
    round: str = ""
    raters: list[Invited] = field(default_factory=list)
    tables: dict[str, Rows] = field(default_factory=dict)
    polls: dict[str, list[bytes]] = field(default_factory=dict)
    rater_pages: dict[str, list[bytes]] = field(default_factory=dict)
    replies: list[CommandResult] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    log_lines: list[str] = field(default_factory=list)
    metrics: bytes = b""
    backup: dict[str, bytes] = field(default_factory=dict)

    @property
    def inbox_table(self) -> str:
        return f"{self.house.log.name}_feedback_inbox_{self.house.calendar.today().year}_records"

    def of(self, perspective: Perspective) -> list[Invited]:
        return [one for one in self.raters if one.invitation.perspective is perspective]

    def stored(self, moment: str) -> Rows:
        """Note all that is stored, when the views have seen all that happened."""
        journal = f"{self.house.log.name}_positions"
        behind = (
            f"SELECT 1 FROM views.positions v JOIN {journal} j USING (partition)"
            " WHERE v.ordinal < j.ordinal LIMIT 1"
        )
        wait_until(lambda: not ask(self.url, behind))
        self.tables[moment] = every_table(self.url)
        return self.tables[moment]

    def polled(self, moment: str) -> None:
        """Note everything that services answer the subject, and each rater, without changing anything."""
        house = self.house
        subject = house.person(house.number)
        stream = house.events(Stream("round", subject).name)
        self.polls[moment] = [
            msgspec.json.encode(house.requests().invited(self.round, person=subject, role=Role.PROFESSIONAL)),
            msgspec.json.encode(house.states.of(subject)),
            repr(stream).encode(),
            *(self._refused(name, **given) for name, given in self._useless_commands()),
        ]
        self.rater_pages[moment] = [
            msgspec.json.encode(house.requests().invitation(person=caller_of(one.code), role=Role.RATER))
            for one in self.raters
        ]

    def _useless_commands(self) -> list[tuple[str, dict[str, Any]]]:
        """Return commands that an open round refuses, one about each rater."""
        round_ = {"roundId": self.round}
        about = [{**round_, "invitationId": one.invitation.invitation} for one in self.raters]
        return [("openRound", round_), *(("revokeInvitation", given) for given in about)]

    def _refused(self, name: str, /, **given: Any) -> bytes:
        result = self.house.ask(self.house.number, Role.PROFESSIONAL, name, **given)
        assert result.outcome == "REFUSED", result
        return msgspec.json.encode(msgspec.structs.replace(result, command_id=""))

    def hands_in(self, rater: Invited, text: str, *, take_back: bool = False, scale: int = 4) -> None:
        shown = self.house.feedback().invitation(caller_of(rater.code))
        assert shown is not None
        answers = HandedIn(
            answers=(
                GivenAnswer(question_id=self.house.question, value=Value(scale=scale)),
                GivenAnswer(question_id=self.round, value=Value(text=text)),
            ),
            take_back=take_back,
        )
        sealed = seal_answers(shown.public_key, shown.info, fill_up(answers))
        requests = self.house.requests()
        self.replies.append(requests.send(hand_in(sealed), person=caller_of(rater.code), role=Role.RATER))


@contextmanager
def playing(url: str, folder: Path) -> Iterator[Story]:
    """Play the round; the stores are there as long as the block."""
    lines = _Lines()
    logging.getLogger().addHandler(lines)
    try:
        with (
            capture_logs() as captured,
            round_house(url, folder) as organisation,
            working(make_worker(url, organisation.log.name, organisation.mapper, views=find_views())),
            mail_server() as server,
        ):
            story = Story(house=organisation.subject(), url=url, folder=folder)
            _play(story, server)
            story.log_lines = [str(line) for line in captured] + lines.found
            story.metrics = metrics.exposed()
            yield story
    finally:
        logging.getLogger().removeHandler(lines)


class _Lines(logging.Handler):
    """Lines of the standard library's loggers, of every level."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(self.format(record))


def _play(story: Story, server: MailServer) -> None:
    house = story.house
    master = house.vault._master
    with _parts(story, server, master) as (closer, mailer):
        _open(story)
        story.stored("opened")  # the mailer reads views
        mailer.turn()
        story.stored("open")
        story.polled("open")
        _answer(story)
        mailer.turn()
        story.polled("answered")
        story.stored("answered")
        vault = [f"vault_{name}" for name in ("keys", "persons", "organisation", "invitations", "asked")]
        logs = [f"{house.log.name}_records", story.inbox_table]
        story.backup = copied(story.url, [*vault, "vault_mails", "vault_mirror_keys", *logs])
        house.clock.advance(timedelta(days=1))
        house.own("remindRaters", roundId=story.round)
        story.stored("reminded")
        mailer.turn()
        house.own("closeRound", roundId=story.round)
        assert closer.turn() == ()
        story.stored("closed")
    story.mails = list(server.taken)


@contextmanager
def _parts(story: Story, server: MailServer, master: MasterKey) -> Iterator[tuple[Closer, Mailer]]:
    house = story.house
    outbox, mirror_keys = Outbox(story.url, master), MirrorKeys(story.url, master)
    readers = _Readers(story.url, house.calendar)
    settings = MailSettings(
        server=server.server, sender="feedback@kade.example", sender_name="IPP", page="https://ipp.example"
    )
    mailer = Mailer(
        settings,
        outbox=outbox,
        invitations=house.invitations,
        rounds=readers.rounds,
        works_here=readers.works_here,
        calendar=house.calendar,
        health=Health(SystemClock()),
    )
    try:
        yield Closer(house.closing_parts(mirror_keys)), mailer
    finally:
        outbox.close()
        mirror_keys.close()


def _open(story: Story) -> None:
    """Open a round with six colleagues and two clients, of whom one has no address."""
    house = story.house
    story.round = house.own(
        "prepareRound",
        lensVersionId=version_id(house.lens, 1),
        closesAt=CLOSES_AT.isoformat(),
        ownQuestion="Wat moet ik vaker doen?",
    )
    house.invites(story.round, *(f"collega-{number}-{uuid4().hex}" for number in range(6)))
    for name, email in OUTSIDERS.items():
        outsider = {"name": name, "email": email} if email else {"name": name}
        house.asks(story.round, "CLIENT", {"outsider": outsider})
    house.own("openRound", roundId=story.round)
    story.raters = house.raters(story.round)


def _answer(story: Story) -> None:
    """Four colleagues answer, one of them twice; one takes back, one does nothing; one client answers."""
    peers, (client, _) = story.of(Perspective.PEER), story.of(Perspective.CLIENT)
    story.hands_in(peers[0], OVERWRITTEN)
    for peer, text in zip(peers, SHOWN, strict=False):
        story.hands_in(peer, text)
    story.hands_in(peers[4], TAKEN_BACK)
    story.hands_in(peers[4], "", take_back=True)
    story.hands_in(client, HIDDEN)
