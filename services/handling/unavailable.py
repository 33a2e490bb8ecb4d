"""Errors of log, vault and keeper, as the sender of a request gets them: nothing was applied."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from eventsourcing.persistence import PersistenceError

from events.codec import UndecodableEventError
from events.privacy.sealing import VaultUnreachableError
from kit.errors import UnavailableError
from kit.telemetry import traceback_summary
from services.handling.loading import StreamNotUnderstoodError
from services.handling.results import NothingAppliedError

_log = structlog.get_logger(__name__)


@contextmanager
def unavailable_reported() -> Iterator[None]:
    """Raise NothingAppliedError when log, vault or keeper is away or what they hold can't be read."""
    try:
        yield
    except NothingAppliedError:
        raise
    except (PersistenceError, VaultUnreachableError) as error:
        _log.warning("command.unavailable", reason=type(error).__name__)
        raise NothingAppliedError("the log or the vault can't be reached") from error
    except UnavailableError as error:
        _log.warning("command.unavailable", reason=type(error).__name__)
        raise NothingAppliedError(str(error)) from error
    except (UndecodableEventError, StreamNotUnderstoodError) as error:
        # These messages name the stream, the version and the event type; they quote no content.
        _log.error("command.stream_unreadable", reason=str(error), where=traceback_summary(error))
        raise NothingAppliedError("what this is about can't be read at the moment") from error
