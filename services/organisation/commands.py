"""What may be asked of the organisation: its units, and who may do what."""

from typing import ClassVar, Final

from typing_extensions import override

from kit.ids import derived_id
from rules.access import GRANTABLE, Role
from services.deciding import Command, Ids, Refusal
from services.wording import invalid, key_refusals, text_refusals

KEY_CHARS_MAX: Final = 64
NAME_CHARS_MAX: Final = 120
CLAIM_VALUE_CHARS_MAX: Final = 64


class FormUnit(Command, frozen=True, kw_only=True):
    """By HR's system, under its own keys; without a parent at the top."""

    unit_key: str
    name: str
    parent_key: str | None = None

    def unit(self, ids: Ids) -> str:
        return derived_id(ids.organisation, "unit", self.unit_key)

    def parent(self, ids: Ids) -> str | None:
        return None if self.parent_key is None else derived_id(ids.organisation, "unit", self.parent_key)

    @override
    def streams(self, ids: Ids) -> tuple[str, ...]:
        return (f"units-{ids.organisation}",)

    @override
    def thing(self, ids: Ids) -> str | None:
        return self.unit(ids)

    @override
    def refusals(self) -> list[Refusal]:
        parent = self.parent_key
        return [
            *key_refusals(self.unit_key, "unitKey", chars_max=KEY_CHARS_MAX),
            *text_refusals(self.name, "name", chars_max=NAME_CHARS_MAX),
            *([] if parent is None else key_refusals(parent, "parentKey", chars_max=KEY_CHARS_MAX)),
        ]


class GrantRole(Command, frozen=True, kw_only=True):
    """By an administrator, to whom the token's claim `subject` names, known here already or not."""

    makes_person: ClassVar[bool] = True

    role: Role
    subject: str

    @override
    def names_person(self) -> str | None:
        return self.subject

    @override
    def streams(self, ids: Ids) -> tuple[str, ...]:
        return (f"policy-{ids.organisation}",)

    @override
    def thing(self, ids: Ids) -> str | None:
        return ids.new

    @override
    def refusals(self) -> list[Refusal]:
        refusals = key_refusals(self.subject, "subject", chars_max=CLAIM_VALUE_CHARS_MAX)
        if self.role not in GRANTABLE:
            nl, en = "Deze rol wordt niet toegekend.", "This is not a role to be granted."
            refusals.append(invalid(("role",), nl=nl, en=en))
        return refusals
