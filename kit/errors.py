"""Errors that whoever sent a request is told: each carries its code and its HTTP status."""


class RequestError(Exception):
    """
    A request that is not carried out. The message tells its sender why, and what to do.

    Each subclass says `code` and `status`. A request that ends with one applied nothing.
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
    """The body is written in a way that is not read here, such as compressed."""

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
