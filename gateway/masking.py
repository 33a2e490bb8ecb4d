"""What a client learns of an error: its own mistakes in full, of ours only an id to name when asking."""

import traceback
from typing import Any

import structlog
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from gateway.errors import ErrorCode, GatewayError
from kit import metrics
from kit.ids import new_id
from kit.telemetry import correlation_id

_log = structlog.get_logger("gateway")
_errors = metrics.counter("ipp_gateway_errors_total", "Errors in GraphQL answers, by their code.", "code")


def unavailable(error: BaseException) -> bool:
    """Whether something we stand on is away, by the names of the errors that say so."""
    names = {kind.__name__ for kind in type(error).__mro__}
    return bool(names & {"OperationalError", "PoolTimeout", "VaultUnreachableError", "UnreachableError"})


def shown(error: GraphQLError) -> GraphQLError:
    """Return the error as the client gets it.

    What is masked goes to the log: its kind and where, never its words, which may hold what someone wrote.
    """
    original = error.original_error
    if isinstance(error, GatewayError):
        return error
    if isinstance(original, GatewayError):
        return _at_place_of(error, original.message, {"code": original.code.value})
    if original is None or isinstance(original, GraphQLError):
        limit = isinstance(error, GraphQLSyntaxError) and "tokens" in error.message
        code = ErrorCode.LIMIT_EXCEEDED if limit else ErrorCode.BAD_REQUEST
        return _at_place_of(error, error.message, {"code": code.value})
    if isinstance(original, CannotGetOperationTypeError | InvalidOperationTypeError | MissingQueryError):
        return _at_place_of(error, "This operation can't be run here.", {"code": ErrorCode.BAD_REQUEST.value})
    correlation = correlation_id() or new_id()
    code = ErrorCode.UNAVAILABLE if unavailable(original) else ErrorCode.INTERNAL
    _log.error(
        "answer.failed",
        code=code.value,
        correlation_id=correlation,
        path=error.path,
        kind=type(original).__name__,
        where="".join(traceback.format_tb(original.__traceback__)),
    )
    message = "This is away for the moment; try again." if code is ErrorCode.UNAVAILABLE else "Our mistake."
    return _at_place_of(error, message, {"code": code.value, "correlationId": correlation})


def _at_place_of(error: GraphQLError, message: str, extensions: dict[str, object]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )


def masked(result: Any) -> Any:
    """Give the result errors as the client gets them; of a subscription, one result of many."""
    if getattr(result, "errors", None):
        result.errors = [shown(error) for error in result.errors]
        for error in result.errors:
            _errors.labels((error.extensions or {}).get("code", "")).inc()
    return result
