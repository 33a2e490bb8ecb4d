"""Commands of the HR system about people, by its own employee numbers and team keys."""

from datetime import date
from typing import Annotated, ClassVar, Final

from typing_extensions import override

from events.streams import Stream
from kit.ids import derived_id
from rules.commands import Refusal
from rules.kinds import Returning
from services.decisions.command import Command, DecisionContext, name_of, stream_of
from services.decisions.validation import email_refusals, key_refusals, text_refusals

EMPLOYEE_NUMBER_CHARS_MAX: Final = 64
KEY_CHARS_MAX: Final = 64
NAME_CHARS_MAX: Final = 120
EMAIL_CHARS_MAX: Final = 254


class EmploymentCommand(Command, frozen=True, kw_only=True):
    """A command about the professional with this number."""

    employee_number: str

    @override
    def person_claim(self) -> str | None:
        return self.employee_number

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return context.person

    @override
    def refusals(self) -> list[Refusal]:
        return key_refusals(self.employee_number, "employeeNumber", chars_max=EMPLOYEE_NUMBER_CHARS_MAX)


class RegisterProfessional(EmploymentCommand, frozen=True, kw_only=True):
    """Register a person as a professional, or change the name or address of one."""

    creates_person: ClassVar[bool] = True
    identifies: ClassVar[bool] = True

    name: str
    email: str
    returning: Annotated[str, name_of(Returning)] | None = None
    """Who has the number, when name and address both differ from those of the person who has or had it."""

    @override
    def replaces_person(self) -> bool:
        return self.returning == Returning.NEW_PERSON.name

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (stream_of("employment", context.person),)

    @override
    def refusals(self) -> list[Refusal]:
        return [
            *EmploymentCommand.refusals(self),
            *text_refusals(self.name, "name", chars_max=NAME_CHARS_MAX),
            *email_refusals(self.email, "email", chars_max=EMAIL_CHARS_MAX),
        ]


class MembershipCommand(EmploymentCommand, frozen=True, kw_only=True):
    """A command about a membership; it reads the team's stream to check that the team exists."""

    team_key: str
    on: date

    def team(self, context: DecisionContext) -> str:
        return derived_id(context.organisation, "team", self.team_key)

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return stream_of("employment", context.person), Stream("team", self.team(context)).name

    @override
    def refusals(self) -> list[Refusal]:
        return [
            *EmploymentCommand.refusals(self),
            *key_refusals(self.team_key, "teamKey", chars_max=KEY_CHARS_MAX),
        ]


class RecordTeamJoined(MembershipCommand, frozen=True, kw_only=True):
    """Record that a person is a member of a team from the day `on`; of a member, correct the day."""


class RecordTeamLeft(MembershipCommand, frozen=True, kw_only=True):
    """Record that a person left a team on the day `on`; what they shared with or offered to it ends."""

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return *MembershipCommand.streams(self, context), stream_of("portfolio", context.person)


class RecordEmploymentEnded(EmploymentCommand, frozen=True, kw_only=True):
    """
    Record that a person left on the day `on`.

    All their memberships and sharings end, the feedback round that is going on, and their roles.
    """

    ends_employment: ClassVar[bool] = True

    on: date
    confirmed: bool | None = None
    """Of the only administrator: that nobody can grant a role after this."""

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return tuple(stream_of(name, context.person) for name in ("employment", "portfolio", "round"))


AnyEmploymentCommand = RegisterProfessional | RecordTeamJoined | RecordTeamLeft | RecordEmploymentEnded
