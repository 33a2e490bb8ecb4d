"""Ends rounds, step by step from the log alone: whatever stops it, the next turn goes on where it was."""

import hmac
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import msgspec
import structlog
from eventsourcing.persistence import EventStore, PersistenceError

from events.catalog.rounds import RoundInboxDestroyed
from events.codec import EventMapper, Recorded, UndecodableEventError
from events.log.outcomes import ConflictError, OutcomeUnknownError
from events.log.recorder import LogRecorder
from events.privacy.invitations import Invitations
from events.privacy.mirror_keys import MirrorKeys
from events.privacy.sealing import VaultUnreachableError
from events.privacy.vault import Vault
from events.streams import Stream, command_key
from kit.clock import Calendar
from kit.errors import RequestError
from kit.ids import derived_id
from kit.telemetry import traceback_summary
from processes.closing.ends import Ends, RoundToEnd
from processes.closing.events import NotClosableError, closing_events, terms_of
from processes.closing.quality import QualityNotes
from processes.keeper.app import ClosingKeeper
from processes.keeper.keeper import KeyGoneError, OtherTermsError
from rules.signed_ids import key_of_ids
from services.handling.context.lookups import Lookups
from services.handling.loading import StreamNotUnderstoodError
from services.handling.results import Answer
from services.handling.state_cache import StateCache

CANCELLED_KEPT: Final = timedelta(days=3)
"""How long invitations of a cancelled round are kept, so that everybody can be sent a mail about it."""
STEPS_MAX: Final = 8
"""Of one round in one turn, more than its end has."""
NAME: Final = "closer"

_log = structlog.get_logger(__name__)
_LATER: Final = (
    RequestError,
    PersistenceError,
    OutcomeUnknownError,
    VaultUnreachableError,
    StreamNotUnderstoodError,
    UndecodableEventError,
    NotClosableError,
)
"""After these, the next turn tries again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the closer works with."""

    recorder: LogRecorder
    mapper: EventMapper
    vault: Vault
    invitations: Invitations
    mirror_keys: MirrorKeys
    keeper: ClosingKeeper
    calendar: Calendar


class Closer:
    """
    Ends rounds; several closers do no harm, since the log and the inbox take each step once. For one thread.

    CLOSING: the keeper closes the inbox and returns rows and mirror; the key of the rows goes to the vault,
    then one commit to the log. CLOSED or CANCELLED: the keeper destroys the round's key, the invitations are
    forgotten, and the log says that the key is gone. A step is taken only when the log has the one before.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._actor = derived_id("process", NAME)
        store: EventStore[str] = EventStore(parts.mapper, parts.recorder)
        self._ends = Ends(store)
        self._lookups = Lookups(StateCache(store))
        self._quality = QualityNotes(
            recorder=parts.recorder,
            mapper=parts.mapper,
            vault=parts.vault,
            calendar=parts.calendar,
            actor=self._actor,
        )
        self._noted_on: date | None = None

    def turn(self) -> tuple[str, ...]:
        """Take every step that can be taken; return what could not be done yet, in sentences."""
        watched = self._parts.invitations.rounds()
        self._ends.keep_only(watched.values())
        left = [self._end(subject, round_) for round_, subject in sorted(watched.items())]
        self._parts.mirror_keys.destroy_due(self._parts.calendar.today())
        return tuple(sentence for sentence in left if sentence)

    def note_quality(self) -> None:
        """
        Bring to the log how questions of lenses are answered; once a day.

        So the log does not show whose round was the last one that a figure needed. Raises what the keeper and
        appending raise.
        """
        today = self._parts.calendar.today()
        if self._noted_on != today:
            self._quality.note(self._parts.keeper.figures())
            self._noted_on = today

    def going_on(self) -> tuple[RoundToEnd, ...]:
        """Return the rounds that need their key: open or closing. Raises what reading raises."""
        found = (
            self._ends.round_of(subject, round_)
            for round_, subject in sorted(self._parts.invitations.rounds().items())
        )
        return tuple(one for one in found if one is not None and one.found.status in {"OPEN", "CLOSING"})

    def _end(self, subject: str, round_: str) -> str | None:
        try:
            for _ in range(STEPS_MAX):
                with suppress(ConflictError):  # somebody wrote in between: read again
                    if not self._step(subject, round_):
                        return None
        except (KeyGoneError, OtherTermsError) as error:
            if not self._is_closing(subject, round_):  # another closer was faster
                return None
            _log.error("closer.not_closable", reason=type(error).__name__)
            return f"a round can't be closed: {error}"
        except _LATER as error:
            _log.warning("closer.later", reason=type(error).__name__, where=traceback_summary(error))
            return f"a round is not ended yet ({type(error).__name__})"
        except Exception as error:  # noqa: BLE001 - one round that can't be ended must not hold up the others
            _log.error("closer.failed", reason=type(error).__name__, where=traceback_summary(error))
            return f"a round can't be ended ({type(error).__name__})"
        return "a round is not ended yet"

    def _is_closing(self, subject: str, round_: str) -> bool:
        ending = self._ends.round_of(subject, round_)
        return ending is not None and ending.found.status == "CLOSING"

    def _step(self, subject: str, round_: str) -> bool:
        """Take the next step of a round's end; return whether there may be another one."""
        if self._ends.of(subject) is None:  # the person was forgotten: nothing of theirs opens any more
            self._parts.keeper.destroy(round_)
            self._forget(round_, give_back=False)
            return False
        ending = self._ends.round_of(subject, round_)
        if ending is None:
            return False  # an invitation whose round is not on the log; a job removes it
        match ending.found.status:
            case "CLOSING":
                self._close(ending)
                return True
            case "CLOSED" | "CANCELLED" if not ending.was_opened:
                self._parts.keeper.destroy(round_)
                self._forget(round_, give_back=True)
            case "CLOSED" | "CANCELLED" if not ending.inbox_destroyed:
                self._destroy(ending)
                return True
            case "CLOSED" | "CANCELLED" if self._is_forgettable(ending):
                # Last: who was invited also says which rounds there are to end.
                self._forget(round_, give_back=False)
            case _:
                pass
        return False

    def _close(self, ending: RoundToEnd) -> None:
        """Append rows and mirror. Raises what may be tried again, and the keeper's own refusals."""
        parts, at = self._parts, ending.at
        organisation = parts.vault.organisation()
        if at is None or organisation is None:
            raise NotClosableError("the log does not say when the round began to close")
        lens = self._lookups.lens(ending.found.lens, ending.found.lens_number, organisation)
        if lens is None:
            raise NotClosableError("the lens of the round is not on the log")
        invitations = parts.invitations.of_rounds([ending.round])
        closed = parts.keeper.close(terms_of(ending, lens, invitations=invitations))
        parts.mirror_keys.keep(ending.round, closed.mirror_key, released_on=parts.calendar.local(at).date())
        events = closing_events(
            ending,
            closed,
            version=ending.version,
            at=at,
            by=self._actor,
            id_key=key_of_ids(parts.vault.fingerprint_key(organisation)),
        )
        self._append(ending, events, what="close", secret=closed.seed)

    def _destroy(self, ending: RoundToEnd) -> None:
        """Destroy the key, and only then note on the log that it is gone."""
        self._parts.keeper.destroy(ending.round, closed=ending.found.status == "CLOSED")
        noted = Recorded(
            stream=Stream("round", ending.subject).name,
            version=ending.version + 1,
            event=RoundInboxDestroyed(round=ending.round),
            at=self._parts.calendar.now(),
            by=self._actor,
        )
        self._append(ending, [noted], what="inbox destroyed", secret=None)

    def _append(
        self,
        ending: RoundToEnd,
        events: Iterable[Recorded],
        *,
        what: str,
        secret: bytes | None,
    ) -> None:
        """Append one commit under a command that happens once for a round, however many closers try."""
        mapper, seen = self._parts.mapper, self._parts.recorder.commits_of(ending.subject)
        stored = [
            mapper.to_stored_event(event)
            if secret is None
            else mapper.to_same_stored_event(event, secret=secret)
            for event in events
        ]
        key = command_key(self._actor, f"{what} {ending.round}")
        self._parts.recorder.append(
            stored,
            subject=ending.subject,
            command=key,
            fingerprint=hmac.digest(self._parts.vault.fingerprint_key(ending.subject), key, "sha256"),
            answer=msgspec.json.encode(Answer(version=None, entity_id=ending.round)),
            decided_on=seen,
        )

    def _is_forgettable(self, ending: RoundToEnd) -> bool:
        if ending.found.status == "CLOSED" or ending.at is None:
            return True
        return self._parts.calendar.now() - ending.at >= CANCELLED_KEPT

    def _forget(self, round_: str, *, give_back: bool) -> None:
        invitations = [kept.invitation for kept in self._parts.invitations.of_rounds([round_])]
        self._parts.invitations.forget(invitations, give_back=give_back)
