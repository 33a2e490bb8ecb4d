"""An optional field of a change that is left out keeps its value, and null empties it: for every command."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, get_args

import msgspec
import pytest

from events.catalog.catalogue import TermAligned, TermProposed
from events.catalog.registry import Event
from services.contexts.portfolio.owner_commands import NewItem
from services.decisions.changes import optional_changes
from services.handling.registry import DECIDERS, commands_of, read_command
from tests.services.contexts.portfolio.home import CALM, GOAL, HOME
from tests.spec import decide, given

COMMANDS: Final = commands_of(DECIDERS)
ESCO: Final = "https://data.europa.eu/esco/skill/1f1d2ff8-c4c1-45b3-9812-e47aec84c1ac"
PROPOSED: Final = TermProposed(term="calm", nl="Kalm blijven", en="Staying calm", cluster="calm")

NOTHING_TO_KEEP: Final = {
    # A policy is new, and replaces the earlier one as a whole; the schema shows its defaults.
    "adoptPolicy": {"floors", "months_between_rounds", "invitations_per_quarter_max", "read_log_months"},
    # The next version of a lens begins with the questions of the last one, and with its form.
    "draftLens": {"form", "lens_id"},
    # All own answers; they replace the ones before.
    "cutOffRelease": {"new_layout"},
    "fillSelfMirror": {"answers"},
    "formUnit": {"parent_key"},
    "inviteRater": {"rater"},
    "loadTerms": {"terms", "list_name"},
    "offerWork": {"from_day", "hours_per_week", "wanted_term_ids"},
    "pilotLens": {"clients", "findings"},
    "publishMaterial": {"link"},
    "prepareRound": {"own_question"},
    "publishRelease": {"clusters", "contributors", "contributors_epoch"},
    "recordDpia": {"note"},
    "recordWorksCouncilConsent": {"note"},
    "releaseCells": {"clusters"},
    "shareExperience": {"team_id"},
    "startAuditReplay": {"asks_to_open"},
    "withdrawWorksCouncilConsent": {"note"},
    # These confirm something, and are not kept.
    "closePortfolio": {"for_good"},
    "recordEmploymentEnded": {"confirmed"},
    "registerProfessional": {"returning"},
}
"""
Fields that may be left out, or hold such fields, of commands that don't change what was said before.

A `NewItem` is not listed: it makes something new.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A change with an optional field; after `before` the field is `value`, in the event too."""

    before: tuple[Event, ...]
    asked: dict[str, Any]
    value: object


CHANGES: Final = {
    ("reviseTalent", "story"): Kept(
        before=HOME,
        asked={"talentId": "calm", "strength": 4, "energy": 1, "use": 1},
        value=CALM.story,
    ),
    ("sharpenGoal", "horizon"): Kept(
        before=HOME, asked={"goalId": "coach", "text": "Coach worden"}, value=GOAL.horizon
    ),
    ("alignTerm", "esco"): Kept(
        before=(PROPOSED, TermAligned(term="calm", esco=ESCO)), asked={"termId": "calm"}, value=ESCO
    ),
}


def with_optional(kind: object) -> bool:
    """Say whether a field's type is or contains a struct with a field that may be left out."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return any(map(may_be_left_out, msgspec.structs.fields(kind)))
    return any(map(with_optional, get_args(kind)))


def may_be_left_out(field: msgspec.structs.FieldInfo) -> bool:
    return not field.required or with_optional(field.type)


def test_every_optional_field_of_a_command_says_what_leaving_it_out_means() -> None:
    found = {
        (name, field.name)
        for name, command in COMMANDS.items()
        if not issubclass(command, NewItem)
        for field in msgspec.structs.fields(command)
        if may_be_left_out(field)
    }
    changes = {(name, field) for name, command in COMMANDS.items() for field in optional_changes(command)}
    listed = {(name, field) for name, fields in NOTHING_TO_KEEP.items() for field in fields}
    assert found - changes == listed, "a change's optional field is a `Change`"
    assert changes == set(CHANGES), "each has a case"


@pytest.mark.parametrize(("name", "field"), CHANGES)
def test_what_is_left_out_of_a_change_stays_as_it_was(name: str, field: str) -> None:
    case = CHANGES[name, field]
    command = read_command(name, case.asked)
    if name == "alignTerm":  # there is nothing else in it to change
        given(*case.before).when(command).refused("ALREADY_SO")
        return
    (event,) = decide(case.before, command)
    assert getattr(event, field) == case.value is not None


@pytest.mark.parametrize(("name", "field"), CHANGES)
def test_null_in_a_change_empties_it(name: str, field: str) -> None:
    case = CHANGES[name, field]
    (event,) = decide(case.before, read_command(name, {**case.asked, field: None}))
    assert getattr(event, field) is None


@pytest.mark.parametrize(("name", "field"), CHANGES)
def test_what_is_given_again_is_no_other_than_left_out(name: str, field: str) -> None:
    case = CHANGES[name, field]
    value = case.value.isoformat() if isinstance(case.value, date) else case.value
    again = given(*case.before).when(read_command(name, {**case.asked, field: value}))
    if name == "alignTerm":
        again.refused("ALREADY_SO")
    else:
        again.then(*decide(case.before, read_command(name, case.asked)))
