"""Looks up what a decision depends on apart from the command and the streams of its subject."""

from eventsourcing.persistence import EventStore

from events.catalog.portfolio.sharing import ItemShared
from events.streams import Stream
from kit.clock import Calendar
from kit.ids import derived_id
from rules.access.roles import Role
from rules.signed_ids import key_of_ids
from services.decisions.command import Command, DecisionContext, Membership
from services.handling.context.audit_lookups import AuditLookups
from services.handling.context.lookups import Lookups
from services.handling.context.memberships import goals_on_offer, members_of
from services.handling.context.release_lookups import ReleaseLookups
from services.handling.context.round_lookups import RoundLookups
from services.handling.context.team_places import teams_of
from services.handling.fingerprints import FingerprintKeys
from services.handling.loading import events_of
from services.handling.roles import RoleReader
from services.handling.state_cache import StateCache


class Contexts:
    """Makes the context of each command; safe from several threads."""

    def __init__(
        self,
        *,
        keys: FingerprintKeys,
        store: EventStore[str],
        roles: RoleReader,
        states: StateCache,
        calendar: Calendar,
        rounds: RoundLookups,
        releases: ReleaseLookups,
    ) -> None:
        """`store`, `roles` and `states` read the events that the commands are to be decided on."""
        self._store = store
        self._keys = keys
        self._roles = roles
        self._states = states
        self._lookups = Lookups(states)
        self._calendar = calendar
        self._rounds = rounds
        self._releases = releases
        self._audits = AuditLookups(store)

    def of(
        self,
        command: Command,
        key: bytes,
        *,
        organisation: str,
        sender: str,
        sender_left: bool,
        person: str | None,
    ) -> DecisionContext:
        """Return the context of a command."""
        weighs_grants = command.weighs_grants
        unit = command.weighed_unit(organisation)
        now = self._calendar.local(self._calendar.now())
        id_key = key_of_ids(self._keys.fingerprint_key(organisation))
        members, offers = self._in_team(command, sender, id_key)
        context = DecisionContext(
            new=derived_id(command.wire_name(), key.hex()),
            organisation=organisation,
            sender=sender,
            person=person,
            sender_left=sender_left,
            person_left=weighs_grants and person is not None and self._roles.left(person),
            grants_over=self._roles.grants_over(organisation) if weighs_grants else frozenset(),
            only_administrator=command.ends_employment
            and person is not None
            and self._roles.is_only_holder(Role.ADMINISTRATOR, person, organisation=organisation),
            today=now.date(),
            now=now,
            members=members,
            goals_on_offer=offers,
            id_key=id_key,
            professionals=frozenset(filter(self._roles.works_here, command.mentions())),
            lapsed=self._lapsed(command, person) if command.weighs_sharings else frozenset(),
            policy_version=self._roles.version(organisation=organisation) if command.names_policy else 0,
            terms=self._lookups.terms(command, organisation),
            lens=self._lookups.picked_lens(command, organisation),
            rules=self._lookups.rules(command, organisation),
            releases=self._releases.rules(organisation) if command.weighs_releases else None,
            teams={} if unit is None else teams_of(self._states, organisation=organisation, unit=unit),
        )
        return self._audits.added(command, self._rounds.added(command, context))

    def _in_team(
        self, command: Command, sender: str, id_key: bytes
    ) -> tuple[dict[str, Membership], frozenset[str]]:
        """Return who is in the team that a command weighs, and which goals it picks are on offer to it."""
        weighed = command.weighed_members(sender)
        if weighed is None:
            return {}, frozenset()
        team, people = weighed
        members = members_of(self._store, team, people)
        if sender not in members:  # and so gets no answer that depends on an offer
            return members, frozenset()
        return members, goals_on_offer(self._store, team, command.picked_goal_offers(), id_key=id_key)

    def _lapsed(self, command: Command, person: str | None) -> frozenset[str]:
        """Return the person's sharings with somebody the command mentions who has left since."""
        left = {other: self._roles.left_at(other) for other in command.mentions()}
        latest = {other: at for other, at in left.items() if at is not None}
        if person is None or not latest:
            return frozenset()
        stream = Stream("portfolio", person).name
        return frozenset(
            recorded.event.sharing
            for recorded in events_of(self._store, stream)
            if isinstance(recorded.event, ItemShared)
            and any(latest[other] >= recorded.at for other in latest.keys() & set(recorded.event.people))
        )
