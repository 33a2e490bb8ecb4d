"""The context of one request: its caller, the role it acts in, and the parts of the gateway it may use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import strawberry

from gateway.auth import Authenticator, Identity
from gateway.commands.bus import CommandBus
from gateway.errors import ErrorCode, GatewayError
from gateway.limits.allowance import Allowance
from gateway.limits.cost import DocumentLimits
from gateway.limits.rater_codes import RaterCodes
from gateway.limits.shared_results import SharedResults
from gateway.limits.sockets import Socket
from gateway.limits.subscriptions import OpenSubscriptions
from gateway.limits.turns import Turns
from gateway.position_cipher import PositionCipher
from gateway.reading.callers import Caller, find_caller, find_callers
from gateway.reading.disclosures import ReadLog
from gateway.reading.freshness import Freshness
from gateway.reading.loaders import Loaders
from gateway.reading.portfolios import Portfolios
from gateway.reading.streams import Streams
from gateway.reading.view_reader import ViewReader
from kit.clock import Calendar
from kit.errors import ForbiddenError, RequestError, UnauthenticatedError
from kit.http.tokens import IssuerUnreachableError, TokenRefusedError, bearer_token
from projections.view import View
from rules.access.decisions import roles_for
from rules.access.roles import ROLE_HEADER, Role, role_named
from rules.feedback.rater_code import read_code
from rules.promise import KeeperSetting

POSITIONS_MAX = 20
REQUEST_COST = 500
PING_S = 15.0
_STATUS = {ErrorCode.LIMIT_EXCEEDED: 429, ErrorCode.FORBIDDEN: 403}
_ISSUER_UNREACHABLE = "Tokens can't be checked now; try again later."


class RequestRefusedError(Exception):
    """The request is not executed at all; `message` is written for the client."""

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
    """The limits of one request, and of what one person or the process may have open at the same time."""

    document: DocumentLimits
    body_bytes_max: int
    request_s_max: float
    wait_for_s: float
    staleness_max_s: float
    subscriptions_per_person_max: int
    subscriptions_max: int
    requests_per_minute_max: int
    requests_burst_max: int
    ping_s: float = PING_S
    """After how many seconds of silence a stream of events sends a comment, so that nothing cuts it."""
    request_cost: int = REQUEST_COST
    trusted_documents: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """The parts that all requests of a process share."""

    authenticator: Authenticator
    bus: CommandBus
    calendar: Calendar
    freshness: Freshness
    keeper: KeeperSetting
    limits: RequestLimits
    portfolios: Portfolios
    position_cipher: PositionCipher
    public_url: str
    """Where people reach this gateway; links in letters begin so. Empty where it is not set."""
    rater_codes: RaterCodes
    read_log: ReadLog
    reader: ViewReader
    subscriptions: OpenSubscriptions
    streams: Streams = field(default_factory=Streams)


@dataclass(slots=True)
class Context:
    """The context of a request; over a WebSocket, of all operations of the connection."""

    gateway: Gateway
    headers: Mapping[str, str] = field(default_factory=dict)
    connection_params: dict[str, object] | None = None
    identity: Identity | None = None
    role: Role = Role.PUBLIC
    allowance: Allowance | None = None
    turns: Turns | None = None
    address: str = ""
    """The client's address, whose allowance counts without a token."""
    socket: Socket | None = None
    _loaders: Loaders | None = field(default=None, init=False)

    async def authenticate(self, headers: Mapping[str, str]) -> None:
        """Set identity and role from the headers. Raises RequestRefusedError when one of them is wrong."""
        try:
            token = bearer_token(headers)
            if token is None:
                return
            await self._identify(token, headers.get(ROLE_HEADER.lower()))
        except TokenRefusedError as error:
            raise _unauthenticated(f"Sign in again: {error}.") from error
        except UnauthenticatedError as error:
            raise _unauthenticated(error.sentence) from error
        except IssuerUnreachableError as error:
            raise RequestRefusedError(503, ErrorCode.UNAVAILABLE, _ISSUER_UNREACHABLE) from error
        except RequestError as error:
            raise RequestRefusedError(error.status, ErrorCode(error.code), error.sentence) from error
        except GatewayError as error:  # the services, which know the codes of raters
            raise RequestRefusedError(_STATUS.get(error.code, 503), error.code, error.message) from error

    async def _identify(self, token: str, role_header: str | None) -> None:
        """Set identity and role: by a rater's code, or by a token of the issuer."""
        code = read_code(token)
        if code is None:
            self.identity = await self.gateway.authenticator.identify(token)
            self.role = role_named(role_header)
            if self.role is Role.RATER:
                raise ForbiddenError("the role RATER comes with the code of an invitation")
            return
        role = Role.RATER if role_header is None else role_named(role_header)
        if role is not Role.RATER:
            raise ForbiddenError("a rater's code is for the role RATER alone")
        self.identity = await self.gateway.rater_codes.identify(
            token, code=code, address=self.address, finds=self._finds_invitation
        )
        self.role = role

    async def _finds_invitation(self, identity: Identity) -> bool:
        return await self.gateway.bus.invitation(identity=identity) is not None

    @property
    def payer(self) -> str:
        """The person, or else the address, whose allowance this request uses up."""
        person = self.identity.person if self.identity else None
        return f"person {person}" if person else f"address {self.address}"

    def take_request(self) -> None:
        """Count one request of the caller. Raises OverAllowanceError above the rate limit."""
        if self.allowance is not None:
            self.allowance.take_request(self.payer)

    @property
    def known_identity(self) -> Identity:
        """What the caller's token says. Raises UNAUTHENTICATED without one."""
        if self.identity is None:
            raise GatewayError(ErrorCode.UNAUTHENTICATED, "This needs a bearer token.")
        return self.identity

    @property
    def person(self) -> str:
        """The caller's id; use it after `check_access`. Raises FORBIDDEN if the caller is not known."""
        if self.identity is None or self.identity.person is None:
            raise GatewayError(ErrorCode.FORBIDDEN, "Your token names nobody who is known here.")
        return self.identity.person

    @property
    def loaders(self) -> Loaders:
        """The loaders of this request, which read the names for all its fields together."""
        if self._loaders is None:
            self._loaders = Loaders(self.gateway.reader, self.gateway.read_log)
        return self._loaders

    def has_valid_token(self) -> bool:
        """Whether there is a token that has not expired; anything that runs long checks this again."""
        return self.identity is not None and self.identity.expires_at > self.gateway.calendar.now()

    @property
    def token_expires_in_s(self) -> float:
        """In how many seconds the token expires; 0 without a token."""
        if self.identity is None:
            return 0.0
        return max(0.0, (self.identity.expires_at - self.gateway.calendar.now()).total_seconds())

    async def check_access(self, name: str, *, role_held: bool, together: bool = False) -> Caller | None:
        """Raise UNAUTHENTICATED or FORBIDDEN unless this request may ask the root field `name`.

        With `role_held`, the person must also hold the role according to the directory view. The caller read
        there is returned; None when no caller was read. `together` reads them with all subscribers of this
        moment.
        """
        allowed = roles_for(name)
        if Role.PUBLIC in allowed:
            return None
        await self._check_token()
        if self.role not in allowed:
            names = ", ".join(sorted(role.name for role in allowed))
            message = f"The role {self.role.name} may not ask `{name}`; allowed (header IPP-Role): {names}."
            raise GatewayError(ErrorCode.FORBIDDEN, message)
        if not role_held:
            return None
        caller = await self.find_caller(together=together)
        if self.role not in caller.roles:
            raise GatewayError(ErrorCode.FORBIDDEN, f"You do not hold the role {self.role.name}.")
        return caller

    async def _check_token(self) -> None:
        """Raise UNAUTHENTICATED unless the token is still valid; a stream outlives the first check of it."""
        if self.identity is None or not self.has_valid_token():
            raise GatewayError(ErrorCode.UNAUTHENTICATED, "This needs a bearer token that has not expired.")
        before = self.identity.person
        try:
            self.identity = await self.gateway.authenticator.confirmed(self.identity)
        except TokenRefusedError as error:
            raise GatewayError(ErrorCode.UNAUTHENTICATED, f"Sign in again: {error}.") from error
        except IssuerUnreachableError as error:
            raise GatewayError(ErrorCode.UNAVAILABLE, _ISSUER_UNREACHABLE) from error
        if before is not None and self.identity.person != before:
            raise GatewayError(ErrorCode.UNAUTHENTICATED, "Sign in again: your token no longer names you.")

    async def wait_for(self, positions: Sequence[str], *views: View, heard: int) -> bool:
        """
        Wait until the views have passed the positions that a client sent. Raises NOT_YET.

        Return whether they are known to have passed them when `freshness.heard` was `heard`.
        """
        if len(positions) > POSITIONS_MAX:
            message = f"`waitFor` takes at most {POSITIONS_MAX} positions."
            raise GatewayError(ErrorCode.LIMIT_EXCEEDED, message)
        decoded = [self.gateway.position_cipher.decode(position) for position in positions]
        freshness = self.gateway.freshness
        if freshness.had_passed(views, decoded, heard):
            return True
        await freshness.wait(views, decoded, within_s=self.gateway.limits.wait_for_s)
        return False

    async def check_fresh(self, *views: View) -> None:
        """Raise UNAVAILABLE if one of the views is too stale to show anything of one person to another."""
        await self.gateway.freshness.check_fresh(views, at_most_s=self.gateway.limits.staleness_max_s)

    @property
    def shared_results(self) -> SharedResults:
        """The results of events that are the same for many subscribers."""
        return self.gateway.streams.results

    async def find_caller(self, *, together: bool = False) -> Caller:
        """Return the caller and their current roles: a withdrawn role ends running subscriptions too."""
        if self.identity is not None and self.identity.is_rater:
            return Caller(person=None, roles=frozenset({Role.RATER}))
        reader, calendar = self.gateway.reader, self.gateway.calendar
        if not together:
            return await find_caller(reader, self.person, calendar=calendar)
        found = await self.gateway.streams.callers.load(
            self.person, lambda persons: find_callers(reader, persons, calendar=calendar)
        )
        if isinstance(found, GatewayError):
            raise found
        return found


@dataclass
class Info(strawberry.Info[Context, None]):
    """What a resolver gets: the context of its request, and the caller as read for its field.

    The caller is stored here and not in the context, which all operations of one WebSocket share.
    """

    _caller: Caller | None = field(default=None, init=False)
    _heard: int = field(default=-1, init=False)
    """What the views' listener had heard before the caller was read."""

    async def check_access(self, name: str, *, role_held: bool) -> None:
        """Raise UNAUTHENTICATED or FORBIDDEN unless this request may ask the root field `name`."""
        self._heard = self.context.gateway.freshness.heard
        self._caller = await self.context.check_access(name, role_held=role_held)

    async def wait_for(self, positions: Sequence[str] | None, *views: View) -> None:
        """Wait until the views have passed the positions that a client sent. Raises NOT_YET."""
        if positions and not await self.context.wait_for(positions, *views, heard=self._heard):
            self._caller = None  # the change that was waited for may be about the caller

    async def caller(self) -> Caller:
        """Return the caller, read once for a field; again only where a view may have moved since."""
        if self._caller is None:
            self._caller = await self.context.find_caller()
        return self._caller


def _unauthenticated(message: str) -> RequestRefusedError:
    return RequestRefusedError(
        401, ErrorCode.UNAUTHENTICATED, message, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}
    )
