"""Decides on opening a round, which freezes all that it depends on (privacy rules 3, 4, 10 and 23)."""

from collections import Counter
from datetime import date
from typing import Final

from events.catalog.rounds import RoundOpened
from rules.commands import Refusal
from rules.feedback.questions import Perspective, RoundFloors
from services.contexts.rounds.commands import OpenRound
from services.contexts.rounds.preparing import moment_refusals, withdrawn_refusals
from services.contexts.rounds.refusals import in_state, limit_reached, subject_refusals
from services.contexts.rounds.state import FeedbackRound, Rounds
from services.decisions.command import DecisionContext
from services.decisions.feedback import RoundRules
from services.decisions.refusals import CHANGED_MEANWHILE, RejectedError

INVITED_MIN: Final = 2
"""The fewest people of a perspective that has any, but for a single LEAD (privacy rule 4)."""
_MONTHS_A_YEAR: Final = 12


def opened(command: OpenRound, state: Rounds, context: DecisionContext) -> RoundOpened:
    """
    Return the opening. Raises RejectedError.

    A LEAD who was asked alone is attributed: the subject knows whose answers these are.
    """
    found, rules, key = in_state(state, command.round_id, "PREPARED"), context.rules, context.round_key
    refusals = [
        *subject_refusals(state),
        *moment_refusals(found.closes_at, context),
        *_lens_refusals(context),
        *_gone_refusals(context),
        *_consent_refusals(rules),
    ]
    if rules is not None:
        refusals += _too_soon_refusals(state, rules, context.today)
        refusals += _raters_refusals(found, rules.floors)
    if rules is None or refusals:
        raise RejectedError(*refusals)
    if key is None:  # nobody had it made
        raise RejectedError(CHANGED_MEANWHILE)
    return RoundOpened(
        round=command.round_id,
        on=context.today,
        policy=rules.policy,
        promise_version=rules.promise_version,
        floors=rules.floors,
        closes_at=found.closes_at,
        inbox=key.inbox,
        public_key=key.public_key,
        attributed=_attributed(found),
    )


def _attributed(found: FeedbackRound) -> str | None:
    leads = [name for name, side in found.invitations.items() if side is Perspective.LEAD]
    return leads[0] if len(leads) == 1 else None


def _lens_refusals(context: DecisionContext) -> list[Refusal]:
    return withdrawn_refusals("roundId", withdrawn=context.lens is None or context.lens.withdrawn)


def _gone_refusals(context: DecisionContext) -> list[Refusal]:
    """Refuse while somebody on the list left: PEER and REPORT work here, and nobody would get a mail."""
    if not context.raters_gone:
        return []
    many = len(context.raters_gone)
    nl = f"Van wie je vraagt, zijn er {many} die hier niet meer werken. Haal die eerst van de lijst."
    en = f"Of the people you ask, {many} don't work here any more. Take them off the list first."
    return [Refusal(code="RATER_NOT_AVAILABLE", nl=nl, en=en)]


def _consent_refusals(rules: RoundRules | None) -> list[Refusal]:
    """Refuse without policy, works council's consent or DPIA, each for itself (privacy rule 23)."""
    if rules is None:
        nl, en = "Er is nog geen beleid vastgesteld.", "No policy was adopted yet."
        return [_not_consented(nl=nl, en=en)]
    refusals = []
    if not rules.consented:
        nl = "De ondernemingsraad stemde niet in met dit beleid en deze belofte aan feedbackgevers."
        en = "The works council has not consented to this policy and this promise to raters."
        refusals.append(_not_consented(nl=nl, en=en))
    if not rules.assessed:
        nl = "Van dit beleid en deze belofte is geen gegevensbeschermingseffectbeoordeling vastgelegd."
        en = "No data protection impact assessment of this policy and this promise is on record."
        refusals.append(_not_consented(nl=nl, en=en))
    return refusals


def _not_consented(*, nl: str, en: str) -> Refusal:
    return Refusal(code="NOT_CONSENTED", nl=nl, en=en)


def _too_soon_refusals(state: Rounds, rules: RoundRules, today: date) -> list[Refusal]:
    last = state.last_opened_on
    if last is None or today >= months_after(last, rules.months_between_rounds):
        return []
    again = months_after(last, rules.months_between_rounds)
    nl = f"Je opende een ronde op {last:%d-%m-%Y}. De volgende kan vanaf {again:%d-%m-%Y}."
    en = f"You opened a round on {last.isoformat()}. The next one can open from {again.isoformat()}."
    return [limit_reached(nl=nl, en=en)]


def _raters_refusals(found: FeedbackRound, floors: RoundFloors) -> list[Refusal]:
    """Refuse perspectives with one invited, LEAD apart, and a round in which none could reach its floor."""
    invited = Counter(found.invitations.values())
    if invited[Perspective.LEAD] == 1:
        del invited[Perspective.LEAD]
    alone = [side for side, people in invited.items() if people < INVITED_MIN]
    if alone:
        nl = f"Vraag vanuit elke kant niemand, of minstens {INVITED_MIN} mensen (behalve één leidinggevende)."
        en = f"Ask nobody from a side, or {INVITED_MIN} people at least (but for a single lead)."
        return [_too_few(nl=nl, en=en)]
    if not _can_reach_a_floor(invited, floors):
        nl = "Vraag meer mensen: zo kan geen groep groot genoeg worden om veilig te tonen."
        en = "Ask more people: no group could become large enough to be shown safely."
        return [_too_few(nl=nl, en=en)]
    return []


def _can_reach_a_floor(invited: Counter[Perspective], floors: RoundFloors) -> bool:
    """Whether some perspective could be shown, by itself or all of them merged (privacy rule 2)."""
    if any(people >= floors.of(side) for side, people in invited.items()):
        return True
    return bool(invited) and invited.total() >= max(floors.of(side) for side in invited)


def _too_few(*, nl: str, en: str) -> Refusal:
    return Refusal(code="TOO_FEW_RATERS", nl=nl, en=en)


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later; where there is none, the first of the month after."""
    year, month = divmod(day.year * _MONTHS_A_YEAR + day.month - 1 + months, _MONTHS_A_YEAR)
    try:
        return day.replace(year=year, month=month + 1)
    except ValueError:
        return months_after(day.replace(day=1), months + 1)
