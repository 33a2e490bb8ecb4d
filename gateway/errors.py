"""The errors of `errors[].extensions.code`: problems that a user can't solve on the screen at hand."""

from enum import StrEnum

from graphql import GraphQLError, Node


class ErrorCode(StrEnum):
    """As listed in the schema, in the description of `Query`."""

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
    """An error whose message is written for the client: it reveals nothing internal."""

    def __init__(self, code: ErrorCode, message: str, *, node: Node | None = None) -> None:
        """`node` is the part of the document that is wrong; the answer then names its place."""
        super().__init__(message, node, extensions={"code": code.value})
        self.code = code


def error_document(code: ErrorCode, message: str) -> dict[str, list[dict[str, object]]]:
    """Return the whole response body for a request that was not executed."""
    return {"errors": [{"message": message, "extensions": {"code": code.value}}]}
