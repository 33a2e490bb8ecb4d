"""Which roles someone holds, read from the log: those granted, and PROFESSIONAL from being registered."""

import threading

from eventsourcing.persistence import EventStore

from events.catalog.employment import EmploymentEnded, ProfessionalRegistered
from events.catalog.policy import OrganisationFounded, RoleGranted
from rules.access import Role, roles_held
from services.loading import events_of
from services.organisation.decider import POLICY, Policy


class RoleReader:
    """
    Reads roles as they are now; safe from several threads.

    The policy stream is read by every command, so its folded prefix is kept: what was accepted never changes.
    """

    def __init__(self, store: EventStore[str]) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._policies: dict[str, tuple[int, Policy]] = {}

    def held(self, person: str, *, organisation: str) -> frozenset[Role]:
        policy = self._policy(organisation)
        registered = self.works_here(person)
        return roles_held(granted=policy.roles.get(person, frozenset()), registered=registered)

    def works_here(self, person: str) -> bool:
        """Whether a person is registered as a professional and has not left."""
        registered = False
        for recorded in events_of(self._store, f"employment-{person}"):
            if isinstance(recorded.event, ProfessionalRegistered | EmploymentEnded):
                registered = isinstance(recorded.event, ProfessionalRegistered)
        return registered

    def _policy(self, organisation: str) -> Policy:
        with self._lock:
            version, policy = self._policies.get(organisation, (0, POLICY.initial))
        for recorded in events_of(self._store, f"policy-{organisation}", after=version):
            if isinstance(recorded.event, OrganisationFounded | RoleGranted):
                policy = POLICY.evolve(policy, recorded.event)
            version = recorded.version
        with self._lock:
            if version >= self._policies.get(organisation, (0, policy))[0]:
                self._policies = {organisation: (version, policy)}
        return policy
