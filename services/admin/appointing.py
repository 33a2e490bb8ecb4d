"""Appoints an administrator when nobody holds that role any more: on the server's command line."""

from typing import Protocol

import msgspec
from eventsourcing.persistence import EventStore

from events.catalog.policy import RoleGranted
from events.codec import EventMapper, Recorded
from events.log.recorder import LogRecorder
from events.streams import Stream, command_key
from kit.clock import Calendar
from kit.ids import derived_id
from rules.access.roles import Role, conflicting
from rules.commands import LogPosition
from services.handling.roles import RoleReader


class NotAppointedError(Exception):
    """Nobody was appointed; the message says why."""


class AppointingVault(Protocol):
    def organisation(self) -> str | None: ...
    def person_for_or_new(self, claim_value: str) -> str: ...


class Appointed(msgspec.Struct, frozen=True, kw_only=True):
    administrator: str
    position: LogPosition


def appoint_administrator(
    *,
    recorder: LogRecorder,
    vault: AppointingVault,
    mapper: EventMapper,
    calendar: Calendar,
    administrator: str,
) -> Appointed:
    """
    Append a RoleGranted for ADMINISTRATOR, whose actor is the organisation.

    Roles end with the employment, so an organisation whose last administrator left could grant none again.
    Raises NotAppointedError while somebody still holds the role, before the founding, and for a person whose
    other roles may not be in one hand with it; ConflictError when the policy changed meanwhile; and what the
    vault and the log raise.
    """
    administrator = administrator.strip()
    if not administrator or not administrator.isprintable():
        raise NotAppointedError("the administrator is named by the value of the token's claim")
    organisation = vault.organisation()
    if organisation is None:
        raise NotAppointedError("the organisation is not founded yet: python -m services found")
    store: EventStore[str] = EventStore(mapper, recorder)
    roles = RoleReader(store, calendar)
    if roles.is_held(Role.ADMINISTRATOR, organisation=organisation):
        raise NotAppointedError("somebody is an administrator already, who can grant the role to others")
    person = vault.person_for_or_new(administrator)
    held = roles.held(person, organisation=organisation).roles
    if others := conflicting(Role.ADMINISTRATOR, held=held):
        names = ", ".join(sorted(role.name for role in others))
        raise NotAppointedError(f"an administrator may not be {names} as well")
    stream = Stream("policy", organisation).name
    version = roles.version(organisation=organisation) + 1
    grant = derived_id(organisation, "appointed administrator", str(version))
    event = RoleGranted(grant=grant, person=person, role=Role.ADMINISTRATOR.name)
    at = calendar.local(calendar.now())
    recorded = Recorded(stream=stream, version=version, event=event, at=at, by=organisation)
    accepted = recorder.append(
        [mapper.to_stored_event(recorded)],
        command=command_key("server", f"appoint an administrator at version {version}"),
    )
    return Appointed(administrator=person, position=accepted.position)
