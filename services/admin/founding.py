"""Founds the organisation with its first administrator: done once, on the server's command line."""

from typing import Final, Protocol

import msgspec
from eventsourcing.persistence import EventStore

from events.catalog.policy import OrganisationFounded, RoleGranted
from events.codec import EventMapper, Recorded
from events.log.recorder import LogRecorder
from events.streams import Stream, command_key
from kit.clock import Calendar
from kit.ids import derived_id
from rules.access.roles import Role
from rules.characters import shows_nothing
from rules.commands import LogPosition
from services.handling.loading import events_of

NAME_CHARS_MAX: Final = 120
_COMMAND: Final = command_key("server", "found the organisation")


class FoundingInputError(Exception):
    """The name or the claim value is not valid."""


class AlreadyFoundedError(Exception):
    """There is an organisation already; an installation has exactly one."""


class FoundingVault(Protocol):
    def organisation_or_new(self) -> str: ...
    def person_for_or_new(self, claim_value: str) -> str: ...


class Founded(msgspec.Struct, frozen=True, kw_only=True):
    organisation: str
    administrator: str
    position: LogPosition


def found_organisation(
    *,
    recorder: LogRecorder,
    vault: FoundingVault,
    mapper: EventMapper,
    calendar: Calendar,
    name: str,
    administrator: str,
) -> Founded:
    """
    Append OrganisationFounded and the first RoleGranted, in one commit.

    `administrator` is the first administrator's value of the token claim that names people. The actor of both
    events is the organisation, because nobody holds a role yet. After an interruption it can be run again.
    Raises AlreadyFoundedError, FoundingInputError, and what vault and log raise.
    """
    name, administrator = name.strip(), administrator.strip()
    if shows_nothing(name) or len(name) > NAME_CHARS_MAX or not name.isprintable():
        raise FoundingInputError(f"the organisation's name has 1 to {NAME_CHARS_MAX} printable characters")
    if not administrator or not administrator.isprintable():
        raise FoundingInputError("the administrator is named by the value of the token's claim")
    organisation = vault.organisation_or_new()
    stream = Stream("policy", organisation).name
    store: EventStore[str] = EventStore(mapper, recorder)
    if any(True for _ in events_of(store, stream)):
        raise AlreadyFoundedError("the organisation is founded already")
    person = vault.person_for_or_new(administrator)
    events = (
        OrganisationFounded(name=name),
        RoleGranted(
            grant=derived_id(organisation, "first administrator"), person=person, role=Role.ADMINISTRATOR.name
        ),
    )
    at = calendar.local(calendar.now())
    accepted = recorder.append(
        [
            mapper.to_stored_event(
                Recorded(stream=stream, version=version, event=event, at=at, by=organisation)
            )
            for version, event in enumerate(events, 1)
        ],
        command=_COMMAND,
    )
    if accepted.repeated:
        raise AlreadyFoundedError("the organisation is founded already")
    return Founded(organisation=organisation, administrator=person, position=accepted.position)
