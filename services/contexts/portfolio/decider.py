"""What may happen in a portfolio, and what follows from it."""

from typing import Final, assert_never, get_args

from events.catalog.employment import EmploymentEvent
from events.catalog.policy import PolicyEvent
from events.catalog.portfolio import PortfolioEvent
from services.deciding import Decider, Ids, kinds
from services.portfolio.commands import (
    AnyPortfolioCommand,
    ConversationCommand,
    EnergyCommand,
    EvidenceCommand,
    GoalCommand,
    LifeCommand,
    SharingCommand,
    TalentCommand,
)
from services.portfolio.decisions.conversations import decide_conversation
from services.portfolio.decisions.energy import decide_energy
from services.portfolio.decisions.evidence import decide_evidence
from services.portfolio.decisions.goals import decide_goal
from services.portfolio.decisions.life import decide_life
from services.portfolio.decisions.sharing import decide_sharing
from services.portfolio.decisions.talents import decide_talent
from services.portfolio.evolving import evolve
from services.portfolio.state import Portfolio


def decide(  # noqa: PLR0911 - one for each kind of command
    command: AnyPortfolioCommand, state: Portfolio, ids: Ids
) -> tuple[PortfolioEvent, ...]:
    """Return what the command makes happen. Raises RejectedError."""
    if isinstance(command, LifeCommand):
        return decide_life(command, state, ids)
    if isinstance(command, TalentCommand):
        return decide_talent(command, state, ids)
    if isinstance(command, EnergyCommand):
        return decide_energy(command, state, ids)
    if isinstance(command, EvidenceCommand):
        return decide_evidence(command, state, ids)
    if isinstance(command, GoalCommand):
        return decide_goal(command, state, ids)
    if isinstance(command, ConversationCommand):
        return decide_conversation(command, state, ids)
    if isinstance(command, SharingCommand):
        return decide_sharing(command, state, ids)
    assert_never(command)


DECIDER: Final = Decider[AnyPortfolioCommand, Portfolio, PortfolioEvent](
    commands=get_args(AnyPortfolioCommand),
    reads=kinds(PortfolioEvent, EmploymentEvent, PolicyEvent),
    initial=Portfolio(),
    decide=decide,
    evolve=evolve,
)
