"""What was forgotten about an event, each in a sentence that names the event and the file to edit."""

import traceback
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final, get_args

import msgspec
import pytest

from events.catalog.portfolio import PortfolioEvent
from events.catalog.portfolio.life import CorrectionRecorded
from events.catalog.registry import event_types
from projections.changes import Changes
from projections.view import Fact
from projections.views import profile
from projections.views.profile.life import VERSIONS
from services.handling.registry import DECIDERS
from tests.events import examples
from tests.events.examples import SUBJECT, recorded
from tests.projections.views import expected_portfolio, portfolio_histories

ROOT: Final = Path(__file__).parent.parent
NOT_IN_PROFILE: Final = (CorrectionRecorded,)
"""Events of a portfolio that change nothing in the view `profile`; they are in the timeline only."""

_FAILED: Final = pytest.StashKey[bool]()


@pytest.fixture
def nothing_forgotten(request: pytest.FixtureRequest) -> None:
    """Fail the first test that would search for minutes for its smallest failing case; skip the others."""
    if not forgotten():
        return
    failed = request.config.stash.get(_FAILED, False)
    request.config.stash[_FAILED] = True
    if failed:
        pytest.skip("\n".join(forgotten()))
    pytest.fail("\n".join(forgotten()), pytrace=False)


@cache
def forgotten() -> tuple[str, ...]:
    """Return a sentence for each thing that was forgotten about an event."""
    # Without examples, the rest can't be tried.
    return tuple(without_example()) or (*not_evolved(), *not_in_profile(), *not_in_histories())


def without_example() -> Iterator[str]:
    """Look for events without an example, and for fields that have their default in every example."""
    used: dict[type, set[str]] = {}
    for event in examples.EXAMPLES:
        _note_fields(event, used)
    missing = [kind.__name__ for kind in event_types().values() if kind not in used]
    for kind, names in used.items():
        fields = [field.name for field in msgspec.structs.fields(kind) if field.name not in names]
        missing += [f"{kind.__name__}.{name}" for name in fields]
    for what in missing:
        yield f"{what} has no example; add one to {_path(examples)}, then make golden"


def _note_fields(value: Any, used: dict[type, set[str]]) -> None:
    """Note the fields of a record that are not at their default, and those of the records within."""
    if isinstance(value, tuple):
        for each in value:
            _note_fields(each, used)
    if isinstance(value, msgspec.Struct):
        names = used.setdefault(type(value), set())
        for field in msgspec.structs.fields(value):
            content = getattr(value, field.name)
            if content != field.default:
                names.add(field.name)
                _note_fields(content, used)


def not_evolved() -> Iterator[str]:
    """Evolve every decider with every example of the events that it reads."""
    for decider in DECIDERS:
        for event in examples.EXAMPLES:
            if not isinstance(event, decider.reads):
                continue
            try:
                decider.evolve(decider.initial, event)
            except AssertionError as error:
                yield f"{type(event).__name__} is not evolved; add it to {_raised_in(error)}"
            except KeyError:  # about something that is not there
                continue


def not_in_profile() -> Iterator[str]:
    """Fold every example of a portfolio's event into the view `profile`, and look for a row of its own."""
    for event in examples.EXAMPLES:
        if not isinstance(event, PortfolioEvent) or isinstance(event, NOT_IN_PROFILE):
            continue
        changes = Changes(profile.VIEW.tables, 0)
        changes.about(SUBJECT)
        fact = Fact(partition=0, ordinal=1, subject=SUBJECT, recorded=recorded(event))
        try:
            profile.VIEW.fold(fact, changes)
        except AssertionError as error:
            yield f"{type(event).__name__} is not folded; add it to {_raised_in(error)}"
            continue
        tables = {table.name for table in changes._pending}
        if tables <= {VERSIONS.name}:
            file = f"projections/views/profile/{type(event).__module__.rpartition('.')[2]}.py"
            yield f"{type(event).__name__} writes no row of the view profile; fold it in {file}"


def not_in_histories() -> Iterator[str]:
    """Look for events of a portfolio that the histories of the view `profile` don't have."""
    for kind in get_args(PortfolioEvent):
        # What a module imports it also uses: the linter sees to that.
        if kind.__name__ not in vars(portfolio_histories):
            yield f"{kind.__name__} is in no history; add it to {_path(portfolio_histories)}"
        if kind.__name__ not in vars(expected_portfolio) and kind not in NOT_IN_PROFILE:
            yield f"{kind.__name__} has no expected effect; add it to {_path(expected_portfolio)}"


def _path(module: ModuleType) -> str:
    return str(Path(module.__file__ or "").relative_to(ROOT))


def _raised_in(error: Exception) -> str:
    """Return our file and line that an `assert_never` was raised in."""
    frames = traceback.extract_tb(error.__traceback__)
    last = next(frame for frame in reversed(frames) if ROOT in Path(frame.filename).parents)
    return f"{Path(last.filename).relative_to(ROOT)}, before line {last.lineno}"
