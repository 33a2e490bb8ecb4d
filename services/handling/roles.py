"""The roles of a person, read from the log: those granted, and PROFESSIONAL while registered."""

import threading
from datetime import date, datetime
from typing import Final

import msgspec
from eventsourcing.persistence import EventStore

from events.catalog.employment import EmploymentEnded, EmploymentEvent, ProfessionalRegistered
from events.catalog.policy import PolicyAdopted, PolicyEvent, RoleGranted, RoleWithdrawn
from events.codec import Recorded
from events.streams import Stream
from kit.clock import Calendar
from rules.access.roles import (
    DAYS_AFTER_LEAVING_DEFAULT,
    Employment,
    Role,
    grant_is_over,
    roles_held,
)
from services.decisions.decider import event_types_of
from services.handling.loading import SubjectForgottenError, known_events

_EMPLOYMENT: Final = event_types_of(EmploymentEvent)
_POLICY: Final = event_types_of(PolicyEvent)


class Grant(msgspec.Struct, frozen=True):
    """A granted role that was not withdrawn; only a newer program may know the role."""

    person: str
    role: str
    on: date


class Grants(msgspec.Struct, frozen=True, kw_only=True):
    """The grants in the policy stream by id, and how many days people keep their portfolio after leaving."""

    version: int = 0
    by_id: dict[str, Grant] = {}
    days_after_leaving: int = DAYS_AFTER_LEAVING_DEFAULT

    def after(self, recorded: Recorded) -> "Grants":
        by_id, days = self.by_id, self.days_after_leaving
        match recorded.event:
            case RoleGranted(grant=grant, person=person, role=role):
                by_id = {**by_id, grant: Grant(person, role, recorded.at.date())}
            case RoleWithdrawn(grant=grant):
                by_id = {other: granted for other, granted in by_id.items() if other != grant}
            case PolicyAdopted(portfolio_days_after_leaving=days):
                pass
            case _:  # other events of the policy change no role
                pass
        return Grants(version=recorded.version, by_id=by_id, days_after_leaving=days)


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """The roles of a person now; `left` if they were registered as a professional and have left."""

    roles: frozenset[Role]
    left: bool


class RoleReader:
    """
    Reads current roles; safe from several threads.

    An unknown event may have withdrawn a role, so its methods raise StreamNotUnderstoodError at one.
    """

    def __init__(self, store: EventStore[str], calendar: Calendar) -> None:
        self._store = store
        self._calendar = calendar
        self._lock = threading.Lock()
        self._cached: dict[str, Grants] = {}

    def streams(self, person: str, *, organisation: str) -> dict[str, int]:
        """Return the streams that `held` reads, each with the version after which it reads."""
        policy = Stream("policy", organisation).name
        with self._lock:
            version = self._cached.get(policy, Grants()).version
        return {policy: version, Stream("employment", person).name: 0}

    def held(self, person: str, *, organisation: str, store: EventStore[str] | None = None) -> Holder:
        """
        Return a person's roles, as `store` has the events.

        After they leave, PROFESSIONAL lasts as many days as the policy says.
        """
        store = store or self._store
        grants = self._grants(organisation, store)
        try:
            employment = self._employment(person, store)
        except SubjectForgottenError:
            return Holder(roles=frozenset(), left=True)
        granted = [
            (Role[grant.role], grant.on)
            for grant in grants.by_id.values()
            if grant.person == person and grant.role in Role.__members__
        ]
        roles = roles_held(
            grants=granted,
            employment=employment,
            days=grants.days_after_leaving,
            today=self._calendar.today(),
        )
        return Holder(roles=roles, left=employment is not None and employment.is_over)

    def is_held(self, role: Role, *, organisation: str) -> bool:
        """Whether anybody holds a granted role now."""
        return bool(self._holders(role, organisation))

    def is_only_holder(self, role: Role, person: str, *, organisation: str) -> bool:
        """Whether this person, and nobody else, holds a granted role now."""
        return self._holders(role, organisation) == {person}

    def version(self, *, organisation: str) -> int:
        """Return the version of the policy stream that the roles were read from."""
        return self._grants(organisation).version

    def works_here(self, person: str) -> bool:
        """Whether a person is registered as a professional and has not left."""
        try:
            employment = self._employment(person)
        except SubjectForgottenError:
            return False
        return employment is not None and not employment.is_over

    def left(self, person: str) -> bool:
        """Whether a person was registered as a professional and has left."""
        try:
            employment = self._employment(person)
        except SubjectForgottenError:
            return True
        return employment is not None and employment.is_over

    def left_at(self, person: str) -> datetime | None:
        """Return when a person's last leaving was recorded, also if they returned since; None if never."""
        stream = Stream("employment", person).name
        try:
            recorded = [one.at for one in known_events(self._store, stream, _EMPLOYMENT) if _ended(one)]
        except SubjectForgottenError:
            return None
        return max(recorded, default=None)

    def grants_over(self, organisation: str) -> frozenset[str]:
        """Return the ids of the grants that ended because their holder left."""
        return frozenset(
            name for name, grant in self._grants(organisation).by_id.items() if self._is_over(grant)
        )

    def _holders(self, role: Role, organisation: str) -> set[str]:
        grants = self._grants(organisation).by_id.values()
        return {grant.person for grant in grants if grant.role == role.name and not self._is_over(grant)}

    def _is_over(self, grant: Grant) -> bool:
        try:
            return grant_is_over(grant.on, self._employment(grant.person))
        except SubjectForgottenError:
            return True

    def _grants(self, organisation: str, store: EventStore[str] | None = None) -> Grants:
        """Return the grants after all accepted events. Cached, since every command reads them."""
        stream = Stream("policy", organisation).name
        with self._lock:
            grants = self._cached.get(stream, Grants())
        for recorded in known_events(store or self._store, stream, _POLICY, after=grants.version):
            grants = grants.after(recorded)
        with self._lock:
            if grants.version > self._cached.get(stream, Grants()).version:
                self._cached[stream] = grants
        return grants

    def _employment(self, person: str, store: EventStore[str] | None = None) -> Employment | None:
        """Return a person's employment; None if never registered. Raises SubjectForgottenError."""
        employment, stream = None, Stream("employment", person).name
        for recorded in known_events(store or self._store, stream, _EMPLOYMENT):
            on = self._calendar.local(recorded.at).date()
            match recorded.event:
                case ProfessionalRegistered():
                    if employment is None:
                        employment = Employment()
                    elif employment.is_over:
                        employment = msgspec.structs.replace(employment, returned_on=on)
                case EmploymentEnded(on=left_on):
                    employment = Employment(left_on=left_on, left_recorded_on=on)
                case _:  # teams change no role
                    pass
        return employment


def _ended(recorded: Recorded) -> bool:
    return isinstance(recorded.event, EmploymentEnded)
