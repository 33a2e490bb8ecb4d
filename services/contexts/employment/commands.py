"""What HR's system may tell about who works here, under its own numbers and keys."""

from datetime import date
from typing import ClassVar, Final

from typing_extensions import override

from events.streams import Stream
from kit.ids import derived_id
from rules.commands import Refusal
from services.decisions.command import Command, DecisionContext, stream_of
from services.decisions.validation import email_refusals, key_refusals, text_refusals

EMPLOYEE_NUMBER_CHARS_MAX: Final = 64
KEY_CHARS_MAX: Final = 64
NAME_CHARS_MAX: Final = 120
EMAIL_CHARS_MAX: Final = 254


class EmploymentCommand(Command, frozen=True, kw_only=True):
    """About the professional with this number."""

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
    """Told again with another name or address, the new ones hold."""

    creates_person: ClassVar[bool] = True

    name: str
    email: str

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
    """Whether there is such a team is read from its own stream."""

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
    """Member of a team from the day `on`."""


class RecordTeamLeft(MembershipCommand, frozen=True, kw_only=True):
    """No member of a team any more, since the day `on`; what the team was shown or offered ends with it."""

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return *MembershipCommand.streams(self, context), stream_of("portfolio", context.person)


class RecordEmploymentEnded(EmploymentCommand, frozen=True, kw_only=True):
    """Works here no more, since the day `on`; every membership and all that others were shown end with it."""

    on: date

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return stream_of("employment", context.person), stream_of("portfolio", context.person)


AnyEmploymentCommand = RegisterProfessional | RecordTeamJoined | RecordTeamLeft | RecordEmploymentEnded
