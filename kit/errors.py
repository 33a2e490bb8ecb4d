"""Errors that are returned to the sender of a request: each carries its code and its HTTP status."""


class RequestError(Exception):
    """
    A request was not carried out, and nothing was applied. The message says why, and what to do.

    Each subclass has its `code` and `status`.
    """

    code: str
    status: int

    @property
    def sentence(self) -> str:
        """The message with a capital letter and a full stop."""
        message = str(self)
        return f"{message[:1].upper()}{message[1:]}{'' if message.endswith('.') else '.'}"


class BadRequestError(RequestError):
    """What was sent can't be understood."""

    code = "BAD_REQUEST"
    status = 400


class UnauthenticatedError(RequestError):
    """There is no token, or it is refused."""

    code = "UNAUTHENTICATED"
    status = 401


class ForbiddenError(RequestError):
    """The caller may not do this in this role."""

    code = "FORBIDDEN"
    status = 403


class NotFoundError(RequestError):
    """There is no such thing at this address."""

    code = "NOT_FOUND"
    status = 404


class TooLargeError(RequestError):
    """The request is larger than its limit."""

    code = "LIMIT_EXCEEDED"
    status = 413


class UnsupportedEncodingError(RequestError):
    """The body has an encoding that is not accepted here, such as a compression."""

    code = "BAD_REQUEST"
    status = 415


class TooManyRequestsError(RequestError):
    """The caller sent more requests than the rate limit allows."""

    code = "LIMIT_EXCEEDED"
    status = 429


class UnavailableError(RequestError):
    """Something the request needs can't be reached, or can't be read at the moment."""

    code = "UNAVAILABLE"
    status = 503
