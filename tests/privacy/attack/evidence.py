"""What an attacker has after a round is closed: all that is stored, in backups too, but no round key."""

from dataclasses import dataclass, field
from datetime import datetime

from eventsourcing.persistence import StoredEvent

from events.log.port import LogRecord
from events.privacy.invitations import Invitation
from rules.feedback.answers import Answer
from rules.feedback.questions import Question


@dataclass(frozen=True, kw_only=True)
class Request:
    """A line that a web server or a proxy could have written about a request of a rater, and its answer."""

    at: datetime
    invitation: str
    command_id: str
    content_bytes: int
    reply: bytes

    @property
    def was_kept(self) -> bool:
        return b'"ACCEPTED"' in self.reply


@dataclass(frozen=True, kw_only=True)
class Invited:
    """An invitation in the vault of a backup from before the closing, opened with the master key."""

    invitation: Invitation
    code: str


@dataclass(kw_only=True)
class Evidence:
    """
    All of a round. `attempts` are the closings that reached the log, superseded ones too; the last counts.

    `person_key` and `mirror_keys`, one of each attempt, are keys that are left: they open what is on the log.
    """

    round: str
    subject: str
    questions: tuple[Question, ...]
    person_key: bytes
    mirror_keys: list[bytes] = field(default_factory=list)
    invited: list[Invited] = field(default_factory=list)
    mails: dict[str, list[bytes]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    inbox: list[LogRecord] = field(default_factory=list)
    attempts: list[list[StoredEvent]] = field(default_factory=list)
    attempted_at: list[datetime] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a rater handed in last: the truth, which the attacker looks for."""

    answers: tuple[Answer, ...]

    @property
    def texts(self) -> dict[str, str]:
        return {one.question: one.text for one in self.answers if one.text is not None}

    @property
    def scales(self) -> dict[str, int]:
        return {one.question: one.scale for one in self.answers if one.scale is not None}


@dataclass(frozen=True, kw_only=True)
class Played:
    """A round that was played, and the truth by invitation. Who took back said nothing."""

    evidence: Evidence
    said: dict[str, Said]
