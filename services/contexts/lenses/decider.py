"""Decides on lenses, the question sets of feedback rounds."""

from typing import Final, assert_never

from events.catalog.lenses import (
    LensDrafted,
    LensEvent,
    LensPiloted,
    LensPublished,
    LensWithdrawn,
    QuestionDropped,
)
from kit.ids import derived_id
from rules.commands import Refusal
from rules.feedback.lens_versions import PILOT_CLIENTS_MIN, LensState
from rules.feedback.questions import LensForm, Perspective, Question
from services.contexts.lenses.commands import (
    AddQuestion,
    AnyLensCommand,
    DraftLens,
    DropQuestion,
    LoadLens,
    PilotLens,
    PublishLens,
    RewordQuestion,
    WithdrawLens,
)
from services.contexts.lenses.questions import added, reworded
from services.contexts.lenses.state import Lens, Version, evolve
from services.decisions.command import DecisionContext
from services.decisions.decider import Decider, event_types_of
from services.decisions.refusals import RejectedError, reject_if
from services.decisions.validation import invalid, one_line

VERSIONS_MAX: Final = 100
"""The most versions of one lens: each decision has all of them in memory."""
PILOTS_MAX: Final = 20
"""The most pilots of the same questions."""


def decide(  # noqa: PLR0911 - one for each command
    command: AnyLensCommand, state: Lens, context: DecisionContext
) -> tuple[LensEvent, ...]:
    """Return the events of the command. Raises RejectedError."""
    match command:
        case DraftLens():
            return (_drafted(command, state, context),)
        case LoadLens():
            return _loaded(command, state, context)
        case WithdrawLens():
            return (_withdrawn(command, state),)
        case AddQuestion():
            return (added(command, _draft(state), context.new),)
        case RewordQuestion():
            return (reworded(command, _draft(state)),)
        case DropQuestion():
            return (_dropped(command, _draft(state)),)
        case PilotLens():
            return (_piloted(command, _draft(state), context),)
        case PublishLens():
            return (_published(_draft(state), context),)
        case _:
            assert_never(command)


DECIDER: Final = Decider[AnyLensCommand, Lens, LensEvent](
    commands=(
        DraftLens,
        AddQuestion,
        RewordQuestion,
        DropQuestion,
        PilotLens,
        PublishLens,
        WithdrawLens,
        LoadLens,
    ),
    reads=event_types_of(LensEvent),
    initial=Lens(),
    decide=decide,
    evolve=evolve,
    cached=True,
)


def _draft(state: Lens) -> Version:
    """Return the version in the making. Raises RejectedError when the lens has none, or does not exist."""
    if not state.versions:
        raise RejectedError(_no_lens())
    if state.draft is None:
        nl = "Deze vragenset ligt vast. Begin eerst een nieuwe versie."
        en = "This lens is fixed. Begin a new version first."
        raise RejectedError(Refusal(code="WRONG_STATE", nl=nl, en=en))
    return state.draft


def _drafted(command: DraftLens, state: Lens, context: DecisionContext) -> LensDrafted:
    nl, en = one_line(command.name.nl), one_line(command.name.en)
    asked_form = LensForm[command.form] if command.form else None
    if command.lens_id is None:
        reject_if([_there_already()] if state.versions else [])
        return LensDrafted(number=1, nl=nl, en=en, form=asked_form or LensForm.STANDARD)
    if not state.versions:
        raise RejectedError(_no_lens())
    last = state.versions[-1]
    reject_if(_next_version_refusals(state, last, asked_form))
    questions = tuple(_under_new_id(question, context) for question in last.questions)
    return LensDrafted(number=last.number + 1, nl=nl, en=en, form=last.form, questions=questions)


def _next_version_refusals(state: Lens, last: Version, asked_form: LensForm | None) -> list[Refusal]:
    refusals = []
    if state.draft is not None:
        nl, en = "Van deze vragenset is er al een concept.", "This lens has a draft already."
        refusals.append(Refusal(code="WRONG_STATE", nl=nl, en=en))
    if asked_form not in {None, last.form}:
        nl = "De vorm van een vragenset verandert niet. Begin een nieuwe vragenset."
        en = "The form of a lens does not change. Begin a new lens."
        refusals.append(invalid(("form",), nl=nl, en=en))
    if last.number >= VERSIONS_MAX:
        nl = f"Een vragenset heeft hoogstens {VERSIONS_MAX} versies. Begin een nieuwe vragenset."
        en = f"A lens has {VERSIONS_MAX} versions at most. Begin a new lens."
        refusals.append(Refusal(code="LIMIT_REACHED", nl=nl, en=en))
    return refusals


def _under_new_id(question: Question, context: DecisionContext) -> Question:
    return Question(
        question=derived_id(context.new, question.question),
        kind=question.kind,
        nl=question.nl,
        en=question.en,
        perspectives=question.perspectives,
    )


def _loaded(command: LoadLens, state: Lens, context: DecisionContext) -> tuple[LensEvent, ...]:
    if state.versions:
        raise RejectedError(_there_already())
    lens = command.lens(context.organisation)
    events: list[LensEvent] = [
        LensDrafted(
            number=1,
            nl=one_line(command.name.nl),
            en=one_line(command.name.en),
            form=LensForm[command.form],
        )
    ]
    for place, listed in enumerate(command.questions):
        state = evolve(state, events[-1])
        asked = AddQuestion(
            lens_id=lens, kind=listed.kind, text=listed.text, perspectives=listed.perspectives
        )
        events.append(added(asked, _draft(state), derived_id(lens, "question", str(place))))
    return tuple(events)


def _dropped(command: DropQuestion, draft: Version) -> QuestionDropped:
    if command.question_id not in {question.question for question in draft.questions}:
        nl, en = "Deze vraag is er niet.", "There is no such question."
        raise RejectedError(Refusal(code="NOT_FOUND", nl=nl, en=en, field=("questionId",)))
    return QuestionDropped(number=draft.number, question=command.question_id)


def _piloted(command: PilotLens, draft: Version, context: DecisionContext) -> LensPiloted:
    refusals = _readiness_refusals(draft)
    if command.on > context.today:
        nl, en = "Deze dag ligt in de toekomst.", "This day lies in the future."
        refusals.append(invalid(("on",), nl=nl, en=en))
    if len(draft.pilots) >= PILOTS_MAX:
        nl = f"Van deze vragen zijn al {PILOTS_MAX} proeven vastgelegd."
        en = f"{PILOTS_MAX} pilots of these questions are on record already."
        refusals.append(Refusal(code="LIMIT_REACHED", nl=nl, en=en))
    piloted = LensPiloted(
        number=draft.number,
        member=context.sender,
        on=command.on,
        people=command.people,
        clients=command.clients,
        findings=(command.findings or "").strip() or None,
    )
    if piloted in draft.pilots:
        nl, en = "Dit is al zo vastgelegd.", "This is on record already."
        refusals.append(Refusal(code="ALREADY_SO", nl=nl, en=en))
    reject_if(refusals)
    return piloted


def _published(draft: Version, context: DecisionContext) -> LensPublished:
    reject_if(_readiness_refusals(draft))
    clients_min = PILOT_CLIENTS_MIN if draft.form is LensForm.EASY else 0
    enough = [pilot for pilot in draft.pilots if pilot.clients >= clients_min]
    if not enough:
        raise RejectedError(_not_piloted(clients_min))
    if all(pilot.member == context.sender for pilot in enough):
        nl = "Jij hebt de proef vastgelegd. Iemand anders van de werkgroep publiceert de vragenset."
        en = "You recorded the pilot. Another member of the working group publishes the lens."
        raise RejectedError(Refusal(code="SECOND_MEMBER_NEEDED", nl=nl, en=en))
    return LensPublished(number=draft.number)


def _readiness_refusals(draft: Version) -> list[Refusal]:
    if any(set(question.perspectives) - {Perspective.SELF} for question in draft.questions):
        return []
    nl = "Er is nog geen vraag voor iemand anders dan de persoon zelf."
    en = "There is no question yet for anyone but the person themselves."
    return [Refusal(code="WRONG_STATE", nl=nl, en=en)]


def _not_piloted(clients_min: int) -> Refusal:
    nl = "Probeer deze vragen eerst uit en leg de proef vast."
    en = "Try these questions first, and record the pilot."
    if clients_min:
        nl = f"Leg eerst een proef van deze vragen vast met minstens {clients_min} cliënten."
        en = f"First record a pilot of these questions with at least {clients_min} clients."
    return Refusal(code="WRONG_STATE", nl=nl, en=en)


def _withdrawn(command: WithdrawLens, state: Lens) -> LensWithdrawn:
    if not state.versions:
        raise RejectedError(_no_lens())
    published = [version for version in state.versions if version.state is LensState.PUBLISHED]
    ended = published or [version for version in (state.draft,) if version is not None]
    if not ended:
        nl, en = "Deze vragenset is al uit gebruik.", "This lens is out of use already."
        raise RejectedError(Refusal(code="ALREADY_SO", nl=nl, en=en))
    return LensWithdrawn(numbers=tuple(version.number for version in ended), reason=command.reason.strip())


def _there_already() -> Refusal:
    nl, en = "Deze vragenset is er al.", "This lens is there already."
    return Refusal(code="ALREADY_SO", nl=nl, en=en)


def _no_lens() -> Refusal:
    nl, en = "Deze vragenset is er niet.", "There is no such lens."
    return Refusal(code="NOT_FOUND", nl=nl, en=en, field=("lensId",))
