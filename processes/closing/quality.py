"""Brings to the log how questions of lenses are answered, as the keeper has it: words over many rounds."""

import hmac
from itertools import islice
from typing import Final

import msgspec
from eventsourcing.persistence import EventStore

from events.catalog.quality import QualityEvent, QuestionMeasured
from events.codec import EventMapper, Recorded
from events.log.recorder import LogRecorder
from events.privacy.vault import Vault
from events.streams import Stream, command_key
from kit.clock import Calendar
from kit.ids import derived_id
from rules.feedback.quality import Figure
from services.decisions.decider import event_types_of
from services.handling.loading import known_events
from services.handling.results import Answer

FIGURES_MAX: Final = 200
"""Of one commit; further ones are noted the next day."""
_KNOWN = event_types_of(QualityEvent)


class QualityNotes:
    """Appends the figures that the log has not; two processes that do so at once do no harm."""

    def __init__(
        self, *, recorder: LogRecorder, mapper: EventMapper, vault: Vault, calendar: Calendar, actor: str
    ) -> None:
        self._recorder, self._mapper, self._vault = recorder, mapper, vault
        self._calendar, self._actor = calendar, actor
        self._store: EventStore[str] = EventStore(mapper, recorder)

    def note(self, figures: tuple[Figure, ...]) -> None:
        """Append those that are new. Raises what appending raises, ConflictError among it."""
        organisation = self._vault.organisation()
        if organisation is None or not figures:
            return
        stream, known, version = Stream("quality", organisation).name, {}, 0
        for recorded in known_events(self._store, stream, _KNOWN):
            version = recorded.version
            if isinstance(recorded.event, QuestionMeasured):
                known[recorded.event.question] = recorded.event.figure
        new = (one for one in figures if known.get(one.question) != one.figure)
        if chosen := tuple(islice(new, FIGURES_MAX)):
            self._append(chosen, organisation, stream, version)

    def _append(self, figures: tuple[Figure, ...], organisation: str, stream: str, version: int) -> None:
        """Append one commit under a command that is made of the figures, so that it happens once."""
        name = derived_id("quality", *(one.figure for one in figures))
        key = command_key(self._actor, name)
        self._recorder.append(
            [
                self._mapper.to_stored_event(self._recorded(one, stream, number))
                for number, one in enumerate(figures, start=version + 1)
            ],
            subject=organisation,
            command=key,
            fingerprint=hmac.digest(self._vault.fingerprint_key(organisation), key, "sha256"),
            answer=msgspec.json.encode(Answer(version=None, entity_id=None)),
        )

    def _recorded(self, figure: Figure, stream: str, version: int) -> Recorded:
        event = QuestionMeasured(
            question=figure.question,
            figure=figure.figure,
            answered=figure.answered,
            not_seen=figure.not_seen,
        )
        at = self._calendar.local(self._calendar.now())
        return Recorded(stream=stream, version=version, event=event, at=at, by=self._actor)
