"""The command of a member to write down what a conversation of the team agreed."""

from datetime import date
from typing import ClassVar, Final

from typing_extensions import override

from rules.commands import Refusal
from services.contexts.team.members import NewOfTeam
from services.decisions.validation import invalid, text_refusals

AGREEMENTS_MAX: Final = 20
AGREEMENT_CHARS_MAX: Final = 500


class RecordTeamSession(NewOfTeam, frozen=True, kw_only=True):
    """Record that the team talked, and what it agreed."""

    holds_words: ClassVar[bool] = True

    held_on: date
    agreements: tuple[str, ...]

    @override
    def refusals(self) -> list[Refusal]:
        if not self.agreements:
            nl, en = "Schrijf minstens één afspraak op.", "Write down at least one agreement."
            return [invalid(("agreements",), nl=nl, en=en)]
        if len(self.agreements) > AGREEMENTS_MAX:
            nl = f"Schrijf hoogstens {AGREEMENTS_MAX} afspraken op."
            en = f"Write down {AGREEMENTS_MAX} agreements at most."
            return [invalid(("agreements",), nl=nl, en=en)]
        return [
            refusal
            for number, text in enumerate(self.agreements)
            for refusal in text_refusals(
                text, "agreements", str(number), chars_max=AGREEMENT_CHARS_MAX, lines=True
            )
        ]
