"""What commands on releases need: the policy in force, the day of the first one, and how far the log is."""

from collections.abc import Callable
from datetime import date

from eventsourcing.persistence import EventStore

from events.catalog.policy import PolicyAdopted
from events.streams import Stream
from rules.releases.model import ReleaseFloors
from services.contexts.policy.decider import DECIDER as POLICY
from services.contexts.policy.decider import Policy
from services.decisions.releases import ReleaseRules
from services.handling.loading import events_of
from services.handling.state_cache import StateCache


class ReleaseLookups:
    """Safe from several threads. Its methods raise what loading raises."""

    def __init__(
        self, store: EventStore[str], states: StateCache, *, positions: Callable[[], tuple[int, ...]]
    ) -> None:
        """`positions` returns the ordinal of each partition's last accepted event, all of one moment."""
        self._store, self._states, self._positions = store, states, positions
        self._first_adopted_on: date | None = None

    def rules(self, organisation: str) -> ReleaseRules | None:
        """Return the rules in force and the end of the log; None before the first policy."""
        stream = Stream("policy", organisation).name
        policy: Policy = self._states.load(POLICY, (stream,)).state
        if policy.adopted is None:
            return None
        floors = policy.adopted.floors
        return ReleaseRules(
            policy=policy.adopted.policy,
            floors=ReleaseFloors(
                organisation=floors.organisation, energy=floors.energy, change=floors.change
            ),
            every_days=policy.adopted.release_every_days,
            first_adopted_on=self._first_adopted(stream),
            positions=self._positions(),
        )

    def _first_adopted(self, stream: str) -> date:
        """Return the day of the first policy, which never changes."""
        if self._first_adopted_on is None:
            adopted = (one for one in events_of(self._store, stream) if isinstance(one.event, PolicyAdopted))
            self._first_adopted_on = next(adopted).at.date()
        return self._first_adopted_on
