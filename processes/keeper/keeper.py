"""The keeper itself: makes keys, takes in answers, closes rounds, and destroys keys."""

import hmac
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Final, Literal

import structlog

from events.log.inbox.inbox import HandedIn, Inbox
from events.log.outcomes import NotSentError, OutcomeUnknownError
from events.log.port import LogGoneError, LogSettingsError, LogUnavailableError
from events.privacy.answers import SEALED_BYTES
from kit.clock import Calendar
from kit.errors import RequestError
from kit.ids import is_id
from processes.keeper.closing import (
    ClosedRound,
    ClosingTerms,
    check_terms,
    closed_round,
    counted_round,
    terms_tag,
)
from processes.keeper.inboxes import Inboxes
from processes.keeper.key_store import KeyStore, KeyStoreError, RoundPrivateKey
from processes.keeper.tallies import TallyStore
from rules.feedback.quality import Figure, Tally
from services.feedback.keeper import HandIn, HandInOutcome, KeeperUnavailableError, RoundKey

LOST_AFTER: Final = timedelta(hours=12)
"""
How long a key is missing before its round counts as lost, so that a volume that was not mounted can be.

Cancelling can't be undone, and the subject and the raters have to hear of a loss within a day.
"""
COMMAND_BYTES: Final = 32

_NOT_WORKING: Final = (
    LogUnavailableError,
    LogGoneError,
    LogSettingsError,
    NotSentError,
    OutcomeUnknownError,
    KeyStoreError,
)

KeyStatus = Literal["HERE", "MISSING", "LOST"]

_log = structlog.get_logger(__name__)


class KeyGoneError(RequestError):
    """The round's key is not here, so it can't be closed with a mirror."""

    code = "NOT_FOUND"
    status = 404


class OtherTermsError(RequestError):
    """The round was closed by other terms before: a second mirror of the same answers is refused."""

    code = "CONFLICT"
    status = 409


class LocalKeeper:
    """
    Keeps the keys of rounds in a folder, and folds their inboxes. Safe from several threads.

    Its methods raise KeeperUnavailableError: then nothing was added, or calling again finds out.
    """

    def __init__(self, *, keys: KeyStore, inboxes: Inboxes, calendar: Calendar) -> None:
        self._keys, self._inboxes, self._calendar = keys, inboxes, calendar
        self._tallies = TallyStore(keys.folder)

    def make_key(self, round_: str) -> RoundKey:
        """
        Return the public half of the round's key; make the key if there is none.

        Raises KeyGoneError for a round that was closed: it never gets another key.
        """
        with _unavailable_reported():
            key = self._keys.read(round_)
            if key is None:
                year = self._calendar.today().year
                if self._inboxes.of_year(year).is_closed(round_):
                    raise KeyGoneError("this round was closed, and its key destroyed")
                key = self._keys.make(round_, inbox=self._inboxes.name_of(year))
            elif not self._keys.opens(key):
                raise KeyStoreError("the key does not open what is sealed to it")
            return RoundKey(public_key=key.public_key, inbox=key.inbox)

    def hand_in(self, hand_in: HandIn) -> HandInOutcome:
        """Append an answer to the round's inbox, and return the log's verdict."""
        named = is_id(hand_in.round) and is_id(hand_in.slot) and len(hand_in.command) == COMMAND_BYTES
        if not named or len(hand_in.sealed) != SEALED_BYTES:
            return "INVALID"
        with _unavailable_reported():
            inbox = self._inbox_of(hand_in.round)
            if inbox is None:
                return "OVER"
            outcome = inbox.hand_in(
                hand_in.round, hand_in.slot, command=hand_in.command, sealed=hand_in.sealed
            )
            return _named(outcome)

    def result_of(self, round_: str, command: bytes) -> HandInOutcome | None:
        """Return how an earlier request ended; None when it is not known here."""
        with _unavailable_reported():
            inbox = self._inbox_of(round_) if is_id(round_) else None
            outcome = inbox.result_of(round_, command) if inbox is not None else HandedIn.OVER
            return None if outcome is None else _named(outcome)

    def close(self, terms: ClosingTerms) -> ClosedRound:
        """
        Close the round in its inbox, and make its mirror of what was handed in before.

        The same terms give the same bytes, however often. Raises BadRequestError for terms that protect
        nobody, KeyGoneError and OtherTermsError.
        """
        check_terms(terms)
        with _unavailable_reported():
            key = self._keys.read(terms.round)
            if key is None:
                raise KeyGoneError("the key of this round is not here")
            inbox = self._inboxes.named(key.inbox)
            tag = terms_tag(key.private_key, terms)
            closed = inbox.close_round(terms.round, terms=tag)
            if not hmac.compare_digest(closed.terms, tag):
                raise OtherTermsError("this round was closed by other terms")
            sealed = inbox.answers_of(terms.round, closed)
            self._note(terms.round, counted_round(key.private_key, terms, sealed=sealed))
            return closed_round(key.private_key, terms, sealed=sealed, digest=closed.digest)

    def destroy(self, round_: str, *, closed: bool = False) -> None:
        """
        Destroy the round's key for good; nothing that was handed in opens any more.

        `closed`: the log has its mirror, so how its questions were answered counts from now on.
        """
        with _unavailable_reported():
            try:
                key = self._keys.read(round_)
            except KeyStoreError:  # damaged: that is no reason to keep it
                key = None
            with self._tallies.locked():
                self._keys.destroy(round_)
                (self._tallies.count if closed else self._tallies.drop)(round_)
            if key is not None:
                self._inboxes.named(key.inbox).forget(round_)

    def figures(self) -> tuple[Figure, ...]:
        """Return how questions are answered: of each, the current figure, which rests on many rounds."""
        with _unavailable_reported():
            return self._tallies.figures()

    def status_of(self, rounds: Iterable[str]) -> dict[str, KeyStatus]:
        """
        Try the keys of open rounds: each must be here, and open what is sealed to it.

        One that is missing or damaged is LOST after LOST_AFTER.
        """
        with _unavailable_reported():
            return {round_: self._status_of(round_) for round_ in rounds}

    def troubles_of_keys(self) -> tuple[str, ...]:
        """Try every key here, and open the year's inbox and those they name; return what is wrong."""
        try:
            rounds = self._keys.rounds()
            sound = [round_ for round_ in rounds if self._is_sound(round_)]
            self._inboxes.of_year(self._calendar.today().year)
            for name in {key.inbox for key in map(self._keys.read, sound) if key is not None}:
                self._inboxes.named(name)
            self._inboxes.forget_ended(rounds)
        except KeyStoreError as error:
            return (str(error),)
        except _NOT_WORKING as error:
            return (f"an inbox can't be used: {error}",)
        faulty = len(rounds) - len(sound)
        return (f"{faulty} of {len(rounds)} keys of rounds can't be used",) if faulty else ()

    def troubles_of_inboxes(self) -> tuple[str, ...]:
        """Return what is wrong with the open inboxes, in sentences."""
        return self._inboxes.troubles()

    def _note(self, round_: str, tallies: Mapping[str, Tally]) -> None:
        """Keep what a closing counted; not when another closer ended the round meanwhile."""
        with self._tallies.locked():
            if self._keys.read(round_) is not None:
                self._tallies.note(round_, tallies)

    def _status_of(self, round_: str) -> KeyStatus:
        now = self._calendar.now()
        since = self._keys.missed_since(round_, now, is_here=self._is_sound(round_))
        if since is None:
            return "HERE"
        return "LOST" if now - since >= LOST_AFTER else "MISSING"

    def _is_sound(self, round_: str) -> bool:
        try:
            key = self._keys.read(round_)
        except KeyStoreError:
            return False
        return key is not None and self._keys.opens(key)

    def _inbox_of(self, round_: str) -> Inbox | None:
        key: RoundPrivateKey | None = self._keys.read(round_)
        return None if key is None else self._inboxes.named(key.inbox)


def _named(outcome: HandedIn) -> HandInOutcome:
    match outcome:
        case HandedIn.KEPT:
            return "KEPT"
        case HandedIn.OVER:
            return "OVER"
        case HandedIn.LIMIT_REACHED:
            return "LIMIT_REACHED"
        case HandedIn.UNSETTLED:
            return "UNSETTLED"


@contextmanager
def _unavailable_reported() -> Iterator[None]:
    """Raise KeeperUnavailableError when the log or the folder does not work. Nothing of a round is logged."""
    try:
        yield
    except _NOT_WORKING as error:
        _log.warning("keeper.unavailable", reason=type(error).__name__)
        raise KeeperUnavailableError("the keeper can't reach its log or its keys") from error
