"""A command, and what a decider gets with it."""

from datetime import date, datetime
from enum import Enum
from typing import ClassVar, Final

import msgspec

from events.streams import Stream
from rules.clusters import TermState
from rules.commands import Refusal
from services.decisions.auditing import Audited
from services.decisions.feedback import LensVersion, RaterFound, RoundKey, RoundRules
from services.decisions.releases import ReleaseRules

NOWHERE: Final = "0" * 32
"""The subject in a stream's name when the person is unknown: this stream has no events."""


class SharedTerm(msgspec.Struct, frozen=True, kw_only=True):
    """A term of the shared catalogue; `merged` holds the ids of the terms that were merged into it."""

    term: str
    nl: str
    en: str
    state: TermState
    merged: frozenset[str] = frozenset()


class TeamSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A team as it was looked up: the version of its stream, and the unit that it is open in, if any."""

    version: int
    open_in: str | None


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """
    That somebody is a member of a team, as of the version `seen` of their employment stream.

    `left` is the version at which they last left that team; 0 if they never did.
    """

    seen: int
    left: int = 0

    def lasted_since(self, seen: int) -> bool:
        """Whether they have not left since an act that was decided at this version."""
        return self.left <= seen


class DecisionContext(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision depends on apart from the command and the state. It is looked up before deciding."""

    new: str
    """The id of what the command creates. It is derived from the command's key: a retry creates the same."""
    organisation: str
    sender: str
    """The person or process that sends the command."""
    sender_left: bool = False
    """Whether the sender was registered as a professional and has left."""
    person: str | None
    """The person the command is about; None if unknown."""
    person_left: bool = False
    """Whether that person was registered as a professional and has left."""
    today: date
    """The date in the organisation's time zone."""
    now: datetime
    """The moment, in the organisation's time zone."""
    professionals: frozenset[str] = frozenset()
    """The people the command mentions who work here now."""
    lapsed: frozenset[str] = frozenset()
    """The sharings with somebody it mentions who left since, for a command that `weighs_sharings`."""
    terms: dict[str, SharedTerm] = {}
    """The shared terms it picks, by the id it picked; for a merged term, the term it was merged into."""
    teams: dict[str, TeamSeen] = {}
    """The teams that are or were to be in the unit that the command weighs, by id."""
    members: dict[str, Membership] = {}
    """Those of the people whose membership of a team the command weighs, who are members of it now."""
    goals_on_offer: frozenset[str] = frozenset()
    """The goals that the command picks and that are on offer to the team it names, by the id of the offer."""
    id_key: bytes
    """The key that signs ids that name another person's stream."""
    only_administrator: bool = False
    """Whether that person is the only administrator, for a command that `ends_employment`."""
    grants_over: frozenset[str] = frozenset()
    """The granted roles that ended because their holder left, for a command that `weighs_grants`."""
    lens: LensVersion | None = None
    """The lens version that the command picks, or that of the round it names; None if it is not there."""
    rules: RoundRules | None = None
    """The rules in force for feedback rounds, for a command that `weighs_rules`; None before any policy."""
    rater: RaterFound | None = None
    """What is known of the person whom the command invites."""
    raters_gone: frozenset[str] = frozenset()
    """Invitations of the round that the command opens, whose colleague does not work here any more."""
    round_key: RoundKey | None = None
    """The key of the round that the command opens; None if there is no such round to open."""
    releases: ReleaseRules | None = None
    """What a release depends on, for a command that `weighs_releases`; None before any policy."""
    audited: Audited | None = None
    """The stream, and the replay, that the command names by a pseudonym; None if there is no such thing."""
    policy_version: int = 0
    """The version of the policy stream, for a command that `names_policy`."""


class Command(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True
):
    """
    A request to change something: the mutation's input without `commandId` and `expectedVersion`.

    A command has the name of its mutation, which is also its root field in rules/access.
    """

    creates_person: ClassVar[bool] = False
    """Whether the person it names gets an id when they have none yet."""

    identifies: ClassVar[bool] = False
    """Whether it says who has the claim that it names: refused for want of a confirmation, it is in doubt."""

    by_process: ClassVar[bool] = False
    """Whether only a process of this installation sends it; clients can't."""

    signed: ClassVar[bool] = True
    """Whether its events name the person who sent it. If not, they name the organisation."""

    returns_version: ClassVar[bool] = True
    """Whether the result includes the stream's version. False when the stream belongs to someone else."""

    weighs_grants: ClassVar[bool] = False
    """Whether its decision depends on who holds which granted role, or has left since."""

    weighs_rules: ClassVar[bool] = False
    """Whether its decision depends on the rules in force for feedback rounds."""

    weighs_releases: ClassVar[bool] = False
    """Whether its decision depends on the rules of releases, and on how far the log is."""

    weighs_sharings: ClassVar[bool] = False
    """Whether its decision depends on which sharings opened nothing any more for somebody it mentions."""

    names_policy: ClassVar[bool] = False
    """Whether its events name the version of the policy stream that it was decided on."""

    ends_employment: ClassVar[bool] = False
    """Whether the roles of the person it is about end with it."""

    holds_words: ClassVar[bool] = False
    """Whether its input holds words of its sender, though it is about something else, such as a team."""

    @classmethod
    def wire_name(cls) -> str:
        """Return `claimTalent` for ClaimTalent."""
        return cls.__name__[0].lower() + cls.__name__[1:]

    def refusals(self) -> list[Refusal]:
        """Return what is wrong with the input, whatever the state."""
        return []

    def person_claim(self) -> str | None:
        """Return the token claim's value of the person the command is about; None if that is the caller."""
        return None

    def replaces_person(self) -> bool:
        """Whether the claim of somebody who left names another, new person from now on."""
        return False

    def mentions(self) -> tuple[str, ...]:
        """Return the ids of other professionals in the input."""
        return ()

    def weighed_unit(self, organisation: str) -> str | None:  # noqa: ARG002 - most weigh none
        """Return the unit whose teams the decision depends on; they are subjects of their own."""
        return None

    def weighed_members(self, sender: str) -> tuple[str, tuple[str, ...]] | None:  # noqa: ARG002 - as above
        """Return a team, and the people whose membership of it the decision depends on."""
        return None

    def picked_goal_offers(self) -> tuple[str, ...]:
        """Return the ids of offers of goals in the input."""
        return ()

    def picked_terms(self) -> tuple[str, ...]:
        """Return the ids of shared terms in the input."""
        return ()

    def picked_lens(self) -> str | None:
        """Return the id of a lens version in the input."""
        return None

    def is_addressed(self, context: DecisionContext) -> bool:  # noqa: ARG002 - most have no such id
        """
        Whether an id in the input that names another person's stream was made by us.

        If not, nothing is read, because the time that reading takes would show what that person has.
        """
        return True

    def dated(self) -> date | None:
        """Return the day that its events have, where that is not the day on which they are appended."""
        return None

    def names(self) -> tuple[str, ...]:
        """Return what makes it another command of the same name, if it goes before a client's command."""
        return ()

    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        """Return the streams to load and write. The first one's version is the command's version."""
        raise NotImplementedError

    def entity_id(self, context: DecisionContext) -> str | None:
        """Return the id of what the command creates or changes."""
        raise NotImplementedError


def stream_of(category: str, person: str | None) -> str:
    """Return the name of a person's stream; for an unknown person, of a stream without events."""
    return Stream(category, person or NOWHERE).name


def name_of(kind: type[Enum]) -> msgspec.Meta:
    """Return the constraint of a text field that holds the name of a member of this enum."""
    return msgspec.Meta(pattern=rf"\A(?:{'|'.join(kind.__members__)})\Z")
