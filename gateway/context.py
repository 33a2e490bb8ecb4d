"""One request: who asks, in which role, and what it may reach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import strawberry

from gateway.auth import Authenticator, Identity
from gateway.commands.bus import CommandBus
from gateway.errors import ErrorCode, GatewayError
from gateway.limits.cost import DocumentLimits
from gateway.limits.subscriptions import OpenSubscriptions
from gateway.positions import PositionCipher
from gateway.reading.callers import Caller, find_caller
from gateway.reading.disclosures import ReadLog
from gateway.reading.freshness import Freshness
from gateway.reading.loaders import Loaders
from gateway.reading.view_reader import ViewReader
from kit.clock import Calendar
from kit.errors import BadRequestError, UnauthenticatedError
from kit.http.tokens import IssuerUnreachableError, TokenRefusedError, bearer_token
from projections.view import View
from rules.access.decisions import roles_for
from rules.access.roles import ROLE_HEADER, Role, role_named

POSITIONS_MAX = 20


class RequestRefusedError(Exception):
    """The request is not executed at all; `message` is meant for the client."""

    def __init__(
        self, status: int, code: ErrorCode, message: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLimits:
    """What one request may cost at most."""

    document: DocumentLimits
    body_bytes_max: int
    request_s_max: float
    wait_for_s: float
    staleness_max_s: float
    subscriptions_per_person_max: int
    subscriptions_max: int
    requests_per_minute_max: int
    requests_burst_max: int
    trusted_documents: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """What all requests of a process share."""

    authenticator: Authenticator
    bus: CommandBus
    calendar: Calendar
    freshness: Freshness
    limits: RequestLimits
    positions: PositionCipher
    read_log: ReadLog
    reader: ViewReader
    subscriptions: OpenSubscriptions


@dataclass(slots=True)
class Context:
    """What resolvers get. Over a WebSocket one context serves all operations of the connection."""

    gateway: Gateway
    headers: Mapping[str, str] = field(default_factory=dict)
    connection_params: dict[str, object] | None = None
    identity: Identity | None = None
    role: Role = Role.PUBLIC
    _loaders: Loaders | None = field(default=None, init=False)

    async def authenticate(self, headers: Mapping[str, str]) -> None:
        """Read token and role of the request. Raises RequestRefusedError for what is wrong with either."""
        try:
            token = bearer_token(headers)
            if token is None:
                return
            self.identity = await self.gateway.authenticator.identify(token)
            self.role = role_named(headers.get(ROLE_HEADER.lower()))
        except TokenRefusedError as refused:
            raise _unauthenticated(f"Sign in again: {refused}.") from refused
        except UnauthenticatedError as refused:
            raise _unauthenticated(refused.sentence) from refused
        except IssuerUnreachableError as error:
            raise RequestRefusedError(503, ErrorCode.UNAVAILABLE, "Tokens can't be checked now.") from error
        except BadRequestError as error:
            raise RequestRefusedError(error.status, ErrorCode.BAD_REQUEST, error.sentence) from error

    @property
    def person(self) -> str:
        """The person who asks; only after `may_ask` allowed it."""
        if self.identity is None or self.identity.person is None:
            raise GatewayError(ErrorCode.FORBIDDEN, "Nobody is known here by this token.")
        return self.identity.person

    @property
    def loaders(self) -> Loaders:
        """Give what reads names together, for all fields of an answer that need some."""
        if self._loaders is None:
            self._loaders = Loaders(self.gateway.reader)
        return self._loaders

    @property
    def token(self) -> str:
        if self.identity is None:
            raise GatewayError(ErrorCode.UNAUTHENTICATED, "This needs a bearer token.")
        return self.identity.token

    def still_identified(self) -> bool:
        """Whether there is a token that has not expired: what runs for long asks again."""
        return self.identity is not None and self.identity.expires_at > self.gateway.calendar.now()

    @property
    def expires_in_s(self) -> float:
        """How long the token still lasts; what runs for long ends then."""
        if self.identity is None:
            return 0.0
        return max(0.0, (self.identity.expires_at - self.gateway.calendar.now()).total_seconds())

    async def _check_token(self) -> None:
        """Raise UNAUTHENTICATED unless the token still holds: a stream outlives the first look at it."""
        if self.identity is None or not self.still_identified():
            raise GatewayError(ErrorCode.UNAUTHENTICATED, "This needs a bearer token that has not expired.")
        try:
            self.identity = await self.gateway.authenticator.confirmed(self.identity)
        except TokenRefusedError as refused:
            raise GatewayError(ErrorCode.UNAUTHENTICATED, f"Sign in again: {refused}.") from refused
        except IssuerUnreachableError as error:
            raise GatewayError(ErrorCode.UNAVAILABLE, "Tokens can't be checked now.") from error

    async def check_access(self, name: str, *, role_held: bool) -> Caller | None:
        """Raise UNAUTHENTICATED or FORBIDDEN unless this request may ask the root field `name`.

        With `role_held`, the person must also hold the role according to the directory view; the caller found
        there is returned, None where nobody had to be found.
        """
        allowed = roles_for(name)
        if Role.PUBLIC in allowed:
            return None
        await self._check_token()
        if self.role not in allowed:
            names = ", ".join(sorted(role.name for role in allowed))
            raise GatewayError(
                ErrorCode.FORBIDDEN,
                f"`{name}` can't be asked as {self.role.name}, but as: {names} (header IPP-Role).",
            )
        if not role_held:
            return None
        caller = await self.find_caller()
        if self.role not in caller.roles:
            raise GatewayError(ErrorCode.FORBIDDEN, f"You do not hold the role {self.role.name}.")
        return caller

    async def wait_for(self, positions: Sequence[str], *views: View) -> None:
        """Wait until the views have passed the positions that a client sent. Raises NOT_YET."""
        if len(positions) > POSITIONS_MAX:
            message = f"`waitFor` takes {POSITIONS_MAX} positions at most."
            raise GatewayError(ErrorCode.LIMIT_EXCEEDED, message)
        places = [self.gateway.positions.read(position) for position in positions]
        await self.gateway.freshness.wait(views, places, within_s=self.gateway.limits.wait_for_s)

    async def need_fresh(self, *views: View) -> None:
        """Raise UNAVAILABLE rather than disclose anything of one person to another from a view too stale."""
        await self.gateway.freshness.need_fresh(views, at_most_s=self.gateway.limits.staleness_max_s)

    async def find_caller(self) -> Caller:
        """Return the caller and their current roles: a withdrawn role ends running subscriptions too."""
        return await find_caller(self.gateway.reader, self.person, calendar=self.gateway.calendar)


@dataclass
class Info(strawberry.Info[Context, None]):
    """What a resolver gets: the context of its request, and the caller as found for its field.

    The caller is kept here and not in the context, which all operations of one WebSocket share.
    """

    _caller: Caller | None = field(default=None, init=False)

    async def check_access(self, name: str, *, role_held: bool) -> None:
        """Raise UNAUTHENTICATED or FORBIDDEN unless this request may ask the root field `name`."""
        self._caller = await self.context.check_access(name, role_held=role_held)

    async def wait_for(self, positions: Sequence[str] | None, *views: View) -> None:
        """Wait until the views have passed the positions that a client sent. Raises NOT_YET."""
        if positions:
            await self.context.wait_for(positions, *views)
            self._caller = None  # what was waited for may be about the caller

    async def caller(self) -> Caller:
        """Return the caller, read at most once for a field unless the field has waited for a view since."""
        if self._caller is None:
            self._caller = await self.context.find_caller()
        return self._caller


def _unauthenticated(message: str) -> RequestRefusedError:
    return RequestRefusedError(
        401, ErrorCode.UNAUTHENTICATED, message, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}
    )
