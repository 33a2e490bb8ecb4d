"""Decides on a person's feedback rounds, all of them in one stream, so that two can't be open at once."""

from typing import Final, assert_never, get_args

from events.catalog.employment import EmploymentEvent
from events.catalog.portfolio import PortfolioEvent
from events.catalog.rounds import RoundEvent
from services.contexts.rounds.commands import (
    AnyRoundCommand,
    CancelLostRound,
    CancelRound,
    CloseDueRound,
    CloseRound,
    ExtendRound,
    FillSelfMirror,
    FlagComment,
    InviteRater,
    MaskComment,
    OpenRound,
    PrepareRound,
    RemindRaters,
    RevokeInvitation,
)
from services.contexts.rounds.on_comments import flagged, masked
from services.contexts.rounds.opening import opened
from services.contexts.rounds.preparing import invited, prepared, revoked
from services.contexts.rounds.running import (
    cancelled,
    closing,
    closing_by_date,
    extended,
    lost,
    reminded,
    self_mirror,
)
from services.contexts.rounds.state import Rounds, evolve
from services.decisions.command import DecisionContext
from services.decisions.decider import Decider, event_types_of


def decide(command: AnyRoundCommand, state: Rounds, context: DecisionContext) -> tuple[RoundEvent, ...]:
    """Return the event of the command. Raises RejectedError."""
    return (_decided(command, state, context),)


def _decided(  # noqa: C901, PLR0911, PLR0912 - one for each command
    command: AnyRoundCommand, state: Rounds, context: DecisionContext
) -> RoundEvent:
    match command:
        case PrepareRound():
            return prepared(command, state, context)
        case InviteRater():
            return invited(command, state, context)
        case RevokeInvitation():
            return revoked(command, state)
        case OpenRound():
            return opened(command, state, context)
        case FillSelfMirror():
            return self_mirror(command, state, context)
        case ExtendRound():
            return extended(command, state, context)
        case RemindRaters():
            return reminded(command, state, context)
        case CloseRound():
            return closing(command, state)
        case CloseDueRound():
            return closing_by_date(command, state, context)
        case CancelRound():
            return cancelled(command, state)
        case CancelLostRound():
            return lost(command, state)
        case FlagComment():
            return flagged(command, state)
        case MaskComment():
            return masked(command, state)
        case _:
            assert_never(command)


DECIDER: Final = Decider[AnyRoundCommand, Rounds, RoundEvent](
    commands=get_args(AnyRoundCommand),
    reads=event_types_of(RoundEvent, EmploymentEvent, PortfolioEvent),
    initial=Rounds(),
    decide=decide,
    evolve=evolve,
)
