"""The errors a client may meet in `errors[].extensions.code`, for what no screen can repair."""

from enum import StrEnum

from graphql import GraphQLError


class ErrorCode(StrEnum):
    """As listed in the description of `Query` in the schema."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    BAD_REQUEST = "BAD_REQUEST"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    NOT_YET = "NOT_YET"
    PARKED = "PARKED"
    POSITION_GONE = "POSITION_GONE"
    UNAVAILABLE = "UNAVAILABLE"
    INTERNAL = "INTERNAL"


class GatewayError(GraphQLError):
    """An error whose message is meant for the client: it says nothing of the inside."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message, extensions={"code": code.value})
        self.code = code


def error_document(code: ErrorCode, message: str) -> dict[str, list[dict[str, object]]]:
    """Return the whole body of an answer to a request that was not executed."""
    return {"errors": [{"message": message, "extensions": {"code": code.value}}]}
