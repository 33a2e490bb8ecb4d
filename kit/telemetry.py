"""Log lines of every process: structured, correlated, and without anything that a person typed."""

import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

NEVER_LOGGED: Final = frozenset(
    {
        "variables",
        "query",
        "body",
        "payload",
        "command_input",
        "token",
        "authorization",
        "password",
        "secret",
        "key",
    }
)
"""Fields that may hold what people wrote, or a credential: their values are not logged."""
WITHHELD: Final = "(withheld)"


def set_up_logging(*, as_json: bool, process: str, level: int = logging.INFO) -> None:
    """Log structlog's and the standard library's lines on standard error in one form; call once, at start."""

    def name_process(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        # Not a context variable: a worker's threads would not inherit it.
        event["process"] = process
        return event

    shared: list[Processor] = [
        name_process,
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        withhold,
    ]
    # Neither form shows the local variables of a traceback, which hold what people wrote, and keys.
    plain = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    render: list[Processor] = (
        [structlog.processors.ExceptionRenderer(plain), structlog.processors.JSONRenderer()]
        if as_json
        else [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # Our own lines say at INFO what these say; and httpx logs addresses.
    for chatty in ("kafka", "httpx", "uvicorn.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def withhold(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace the values of fields that must not be logged."""
    for name in NEVER_LOGGED & event.keys():
        event[name] = WITHHELD
    return event


@contextmanager
def correlated(correlation_id: str) -> Iterator[None]:
    """Add this id to every line that is logged inside, in this thread or task."""
    before = structlog.contextvars.bind_contextvars(correlation_id=correlation_id)
    try:
        yield
    finally:
        structlog.contextvars.reset_contextvars(**before)


def correlation_id() -> str | None:
    """Return the id of the current request or batch, to pass on to the next process."""
    found = structlog.contextvars.get_contextvars().get("correlation_id")
    return found if isinstance(found, str) else None


def traceback_summary(error: BaseException) -> str:
    """Return the code lines an error came through, innermost first, without its text: it may quote people."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
