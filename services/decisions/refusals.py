"""How a decider refuses a command, and the refusals that every command can get."""

from typing import Final

from rules.commands import Refusal


class RejectedError(Exception):
    """The command is refused in this state; `refusals` are all reasons."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__(", ".join(refusal.code for refusal in refusals))
        self.refusals = refusals


def reject_if(refusals: list[Refusal]) -> None:
    """Raise RejectedError unless the list is empty."""
    if refusals:
        raise RejectedError(*refusals)


CHANGED_MEANWHILE: Final = Refusal(
    code="CHANGED_MEANWHILE",
    nl="Er is intussen iets veranderd. Kijk hoe het er nu staat en probeer het daarna opnieuw.",
    en="Something has changed meanwhile. Look at the current state, then try again.",
)

TOO_BUSY: Final = Refusal(
    code="TOO_BUSY",
    nl="Er werd op dit moment te veel tegelijk veranderd. Probeer het zo nog eens.",
    en="Too much was being changed at this moment. Please try again shortly.",
)

TOO_LARGE: Final = Refusal(
    code="TOO_LARGE",
    nl="Dit is te veel voor één keer. Maak het korter of doe het in stappen.",
    en="This is too much at once. Shorten it, or do it in steps.",
)

SETTLED: Final = Refusal(
    code="SETTLED",
    nl="Dit is niet aangekomen en gebeurt ook niet meer. Doe het opnieuw.",
    en="This did not arrive, and will not happen any more. Please do it again.",
)

COMMAND_ID_REUSED: Final = Refusal(
    code="COMMAND_ID_REUSED",
    nl="Onder dit kenmerk is eerder iets anders gevraagd.",
    en="Something else was asked under this id before.",
)

NOT_FOUND: Final = Refusal(
    code="NOT_FOUND",
    nl="Dit is er niet, of niet voor jou.",
    en="This is not there, or not there for you.",
)
