"""The roles of a person, read from the log: those granted, and PROFESSIONAL while registered."""

from datetime import date
from typing import Final

from eventsourcing.persistence import EventStore

from events.catalog.employment import EmploymentEnded, EmploymentEvent, ProfessionalRegistered
from events.streams import Stream
from rules.access.roles import DAYS_AFTER_LEAVING_DEFAULT, Role, keeps_portfolio, roles_held
from services.contexts.policy.decider import DECIDER as POLICY
from services.contexts.policy.decider import Policy
from services.decisions.decider import event_types_of
from services.handling.loading import SubjectForgottenError, known_events
from services.handling.state_cache import StateCache

_EMPLOYMENT: Final = event_types_of(EmploymentEvent)


class RoleReader:
    """
    Reads current roles; safe from several threads.

    An unknown event may have withdrawn a role, so both methods raise StreamNotUnderstoodError at one.
    """

    def __init__(self, store: EventStore[str], states: StateCache) -> None:
        self._store = store
        self._states = states

    def held(self, person: str, *, organisation: str, today: date) -> frozenset[Role]:
        """Return a person's roles. After they leave, PROFESSIONAL lasts as many days as the policy says."""
        policy: Policy = self._states.load(POLICY, (Stream("policy", organisation).name,)).state
        last = self._last_of_employment(person)
        days = policy.adopted.portfolio_days_after_leaving if policy.adopted else DAYS_AFTER_LEAVING_DEFAULT
        registered = last is not None and keeps_portfolio(
            ended_on=last.on if isinstance(last, EmploymentEnded) else None, days=days, today=today
        )
        return roles_held(granted=policy.held(person), registered=registered)

    def works_here(self, person: str) -> bool:
        """Whether a person is registered as a professional and has not left."""
        return isinstance(self._last_of_employment(person), ProfessionalRegistered)

    def _last_of_employment(self, person: str) -> ProfessionalRegistered | EmploymentEnded | None:
        last = None
        try:
            for recorded in known_events(self._store, Stream("employment", person).name, _EMPLOYMENT):
                if isinstance(recorded.event, ProfessionalRegistered | EmploymentEnded):
                    last = recorded.event
        except SubjectForgottenError:
            return None
        return last
