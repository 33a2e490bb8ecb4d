"""Masks errors: a client sees its own mistakes in full, and of an internal error only a correlation id."""

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


def _is_unavailable(error: BaseException) -> bool:
    """Whether a dependency can't be reached, judged by the names of the exception classes that mean so."""
    names = {kind.__name__ for kind in type(error).__mro__}
    return bool(names & {"OperationalError", "PoolTimeout", "VaultUnreachableError", "UnreachableError"})


def masked_error(error: GraphQLError) -> GraphQLError:
    """Return the error as the client gets it.

    A masked error is logged with its class and traceback. Never with its message, which may quote what a
    person wrote, nor with its path, whose names the client chose.
    """
    original = error.original_error
    if isinstance(error, GatewayError):
        return error
    if isinstance(original, GatewayError):
        return _at_path_of(error, original.message, {"code": original.code.value})
    if original is None or isinstance(original, GraphQLError):
        limit = isinstance(error, GraphQLSyntaxError) and "tokens" in error.message
        code = ErrorCode.LIMIT_EXCEEDED if limit else ErrorCode.BAD_REQUEST
        return _at_path_of(error, error.message, {"code": code.value})
    if isinstance(original, CannotGetOperationTypeError | InvalidOperationTypeError | MissingQueryError):
        return _at_path_of(
            error, "This kind of operation can't be run here.", {"code": ErrorCode.BAD_REQUEST.value}
        )
    correlation = correlation_id() or new_id()
    code = ErrorCode.UNAVAILABLE if _is_unavailable(original) else ErrorCode.INTERNAL
    _log.error(
        "answer.failed",
        code=code.value,
        correlation_id=correlation,
        kind=type(original).__name__,
        where="".join(traceback.format_tb(original.__traceback__)),
    )
    message = (
        "A part of the system can't be reached; try again later."
        if code is ErrorCode.UNAVAILABLE
        else "Internal error; mention the correlationId when you report it."
    )
    return _at_path_of(error, message, {"code": code.value, "correlationId": correlation})


def _at_path_of(error: GraphQLError, message: str, extensions: dict[str, object]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )


def mask_errors(result: Any) -> Any:
    """Replace the errors of a result by those that the client gets; a subscription has many results."""
    if getattr(result, "errors", None):
        result.errors = [masked_error(error) for error in result.errors]
        for error in result.errors:
            _errors.labels((error.extensions or {}).get("code", "")).inc()
    return result
