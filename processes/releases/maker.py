"""Makes releases step by step from the log: whatever stops it, the next turn goes on where it was."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

import msgspec
import structlog
from eventsourcing.persistence import EventStore

from events.catalog.releases import ReleaseCutOff
from events.privacy.made_releases import MadeReleases
from events.streams import Stream
from kit.clock import Calendar
from kit.ids import derived_id
from kit.postgres.alone import alone
from kit.postgres.connections import connect_own
from processes.releases.making import made_from, wanted_bases
from processes.releases.parts import commands_for
from projections.views.contributions import BasisNotReadyError, read_bases
from rules.commands import CommandResult
from rules.releases.dates import due_on, next_on
from rules.releases.model import Release
from services.contexts.releases.commands import CutOffRelease, ReleaseCommand
from services.contexts.releases.decider import DECIDER
from services.contexts.releases.state import Releases
from services.decisions.command import Command
from services.decisions.releases import ReleaseRules
from services.handling.state_cache import StateCache

STEPS_MAX: Final = 32
"""In one turn: a cut-off, the parts of its release, and what another process did meanwhile."""
NAME: Final = "releases"
LOCK: Final = 0x69707008
"""Held while a process makes releases, so that one does the work; the log takes each step once anyway."""

_SO_ALREADY: Final = {"ALREADY_SO", "WRONG_STATE"}
"""Refused with these, another process was faster: the log says what is next."""
_log = structlog.get_logger(__name__)


class Send(Protocol):
    """Sends a command of this process; one occasion happens once, however often it is sent."""

    def __call__(self, command: Command, *, occasion: str) -> CommandResult: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the maker works with. `rules` and `organisation` are None until there are any."""

    send: Send
    store: EventStore[str]
    rules: Callable[[str], ReleaseRules | None]
    organisation: Callable[[], str | None]
    made: MadeReleases
    calendar: Calendar
    database_url: str


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """
    How far releases are, in a sentence for the operator.

    `waits`: something is due that could not be done in this turn. `due_on` is the day of what is due, None if
    nothing is.
    """

    sentence: str
    waits: bool = False
    due_on: date | None = None


class NotSentOnError(Exception):
    """A step of a release has no result, or is refused for good. It says why, for the operator."""


class Maker:
    """
    Makes what is due. Several makers do no harm: the log takes each step once. For one thread.

    Due: cut off. Cut off: wait until the view has passed it, read the bases, make, keep what was made, then
    publish or hold. A step is taken only when the log has the one before.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._states = StateCache(parts.store)
        self._forgotten_until = 0

    def turn(self, say: Callable[[str], None] = lambda _: None) -> Progress:
        """Make what is due, unless another process does so now."""
        with alone(self._parts.database_url, lock=LOCK, name=NAME) as may:
            return self.make_due(say) if may else Progress(sentence="another process makes releases now")

    def make_due(self, say: Callable[[str], None] = lambda _: None) -> Progress:
        """
        Take every step that can be taken. Raises what log, vault and views raise when they are away.

        Before a step that may take a minute, `say` is called with a sentence.
        """
        organisation = self._parts.organisation()
        rules = self._parts.rules(organisation) if organisation is not None else None
        if organisation is None or rules is None:
            return Progress(sentence="no policy says when there are releases yet")
        due: date | None = None
        try:
            for _ in range(STEPS_MAX):
                state = self._state(organisation)
                if state.pending is not None:
                    due = state.pending.on
                    say(f"the release of {due} is being made")
                    self._finish(state, state.pending)
                    continue
                due = self._due(state, rules)
                if due is None:
                    self._forget(state)
                    return _none_due(state, rules)
                self._send(CutOffRelease(epoch=len(state.cut_offs) + 1, on=due))
        except (BasisNotReadyError, NotSentOnError) as error:
            return Progress(sentence=f"the release of {due} waits: {error}", waits=True, due_on=due)
        return Progress(sentence=f"the release of {due} is not done yet", waits=True, due_on=due)

    def _state(self, organisation: str) -> Releases:
        state: Releases = self._states.load(DECIDER, (Stream("release", organisation).name,)).state
        return state

    def _due(self, state: Releases, rules: ReleaseRules) -> date | None:
        return due_on(
            _following(state, rules), today=self._parts.calendar.today(), every_days=rules.every_days
        )

    def _finish(self, state: Releases, cut_off: ReleaseCutOff) -> None:
        """Send the next part of a release that is cut off."""
        made = self._made(state, cut_off)
        self._send(commands_for(made, cut_off, noted=state.clusters)[0])

    def _made(self, state: Releases, cut_off: ReleaseCutOff) -> Release:
        """Return the release of a cut-off: the one that was made first, by whichever process."""
        key = key_of(cut_off)
        content = self._parts.made.of(key)
        if content is None:
            content = self._parts.made.keep(key, msgspec.json.encode(self._make(state, cut_off)))
        return msgspec.json.decode(content, type=Release)

    def _make(self, state: Releases, cut_off: ReleaseCutOff) -> Release:
        with connect_own(self._parts.database_url, application_name=NAME) as connection:
            bases = read_bases(connection, wanted_bases(state, cut_off))
        return made_from(state, cut_off, bases.by_epoch)

    def _send(self, command: ReleaseCommand) -> None:
        """Send a command. The day is part of the occasion: one that was voided is sent anew the next day."""
        today = self._parts.calendar.today().isoformat()
        what = derived_id(command.wire_name(), msgspec.json.encode(command).decode(), today)
        result = self._parts.send(command, occasion=what)
        codes = {refusal.code for refusal in result.refusals}
        if result.outcome == "UNSETTLED":
            raise NotSentOnError("whether its last step happened is not known yet")
        if result.outcome == "REFUSED" and not codes <= _SO_ALREADY:
            raise NotSentOnError(" ".join(refusal.en for refusal in result.refusals))
        _log.info("release.step", step=command.wire_name(), epoch=command.epoch, outcome=result.outcome)

    def _forget(self, state: Releases) -> None:
        """Delete the kept results of releases that are on the log."""
        for epoch in range(self._forgotten_until + 1, len(state.releases) + 1):
            self._parts.made.forget(key_of(state.cut_offs[epoch]))
            self._forgotten_until = epoch


def key_of(cut_off: ReleaseCutOff) -> str:
    """Return the key of a cut-off in the vault; no other log's cut-off has it."""
    return derived_id("made release", msgspec.json.encode(cut_off).decode())


def _following(state: Releases, rules: ReleaseRules) -> date:
    return next_on(
        first_adopted_on=rules.first_adopted_on, last_on=state.last_on, every_days=rules.every_days
    )


def _none_due(state: Releases, rules: ReleaseRules) -> Progress:
    made = f"{len(state.releases)} releases were made, " if state.releases else ""
    return Progress(sentence=f"{made}the next one is due on {_following(state, rules)}")
