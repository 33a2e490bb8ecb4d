"""Mutations show the changed item, in addition to the result, only to a caller who may see it now."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from events.catalog.employment import EmploymentEnded, ProfessionalRegistered
from events.catalog.portfolio.conversations import (
    AgreementConfirmed,
    AgreementMade,
    ConversationHeld,
    ConversationPlanned,
)
from events.catalog.portfolio.life import ProfileStatementWritten
from projections.views import profile
from rules.agreements import agreement_id
from rules.commands import CommandResult, LogPosition
from tests.gateway.harness import NOW
from tests.gateway.world import COLLEAGUE, OWNER, TODAY, World

pytestmark = pytest.mark.postgres
COMMAND = "9a2c2f0e-5f0a-4b53-9d0d-3c1b6e0a7d11"
AGREEMENT = agreement_id(OWNER, "7" * 32)
CONFIRM = (
    f'mutation {{ confirmAgreement(input: {{ commandId: "{COMMAND}", agreementId: "{AGREEMENT}" }}) '
    "{ command { outcome } agreement { text } } }"
)
WRITE = (
    f'mutation {{ writeProfileStatement(input: {{ commandId: "{COMMAND}", text: "x" }}) '
    "{ command { outcome } portfolio { statement { text } } } }"
)
ACCEPTED = CommandResult(
    command_id=COMMAND, outcome="ACCEPTED", position=LogPosition(generation="f" * 32, partition=0, ordinal=0)
)
DONE = {"outcome": "ACCEPTED"}


@pytest.fixture
def agreed(world: World) -> World:
    """Let the owner agree something with a colleague, whose command to confirm it was accepted."""
    stream = world.opened()
    conversation, day = "6" * 32, TODAY - timedelta(days=1)
    made = AgreementMade(agreement=AGREEMENT, text="Elke week samen koken")
    world.happened(
        stream,
        ProfileStatementWritten(statement="5" * 32, text="Ik breng rust."),
        ConversationPlanned(conversation=conversation, other=COLLEAGUE, planned_for=day),
        ConversationHeld(conversation=conversation, held_on=day, agreements=(made,)),
        AgreementConfirmed(agreement=AGREEMENT),
    )
    world.bus.answer = ACCEPTED
    return world


def asked(world: World, document: str, name: str) -> Any:
    answer = asyncio.run(world.ask(document, name=name))
    assert "errors" not in answer, answer
    (payload,) = answer["data"].values()
    return payload


def gone(world: World, person: str) -> None:
    long_ago = timedelta(days=400)
    # The days after leaving count from its recording too, so that is as long ago.
    world.happened(f"employment-{person}", EmploymentEnded(on=TODAY - long_ago), at=NOW - long_ago)


def test_someone_who_left_long_ago_gets_the_result_of_an_old_command_and_no_item(agreed: World) -> None:
    assert asked(agreed, CONFIRM, "colleague")["agreement"] == {"text": "Elke week samen koken"}
    assert asked(agreed, WRITE, "owner")["portfolio"] == {"statement": {"text": "Ik breng rust."}}
    gone(agreed, COLLEAGUE)
    gone(agreed, OWNER)
    assert asked(agreed, CONFIRM, "colleague") == {"command": DONE, "agreement": None}
    assert asked(agreed, WRITE, "owner") == {"command": DONE, "portfolio": None}
    agreed.happened(f"employment-{OWNER}", ProfessionalRegistered(name="Fenna", email="post@mee.example"))
    assert asked(agreed, WRITE, "owner")["portfolio"] is not None


def test_an_item_of_another_is_not_shown_from_a_stale_view(agreed: World) -> None:
    agreed.stale(profile.VIEW, agreed.gateway.limits.staleness_max_s + 30)
    assert asked(agreed, CONFIRM, "colleague") == {"command": DONE, "agreement": None}
    assert asked(agreed, WRITE, "owner")["portfolio"] is not None
