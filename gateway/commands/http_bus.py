"""The bus of production: asks services and processes over HTTP, with the caller's own token."""

from collections.abc import Callable
from typing import Final, TypeVar
from urllib.parse import urlencode

import httpx
import msgspec

from gateway.auth import Identity
from gateway.errors import ErrorCode, GatewayError
from kit.telemetry import correlation_id
from rules.access.roles import Role
from rules.audit.answers import AnyAnswer, AnyQuestion
from rules.audit.recomputation import Recomputation
from rules.commands import CommandRequest, CommandResult
from rules.feedback.invitation import InvitationLetter, InvitedPerson, RaterInvitation

COMMAND_S_MAX: Final = 15.0
CONNECT_S_MAX: Final = 3.0
CONNECTIONS_MAX: Final = 64
_NOT_FOUND: Final = 404
_NO_ANSWER: Final = "The services did not answer in time; try again."
_NO_PROCESSES: Final = "Nothing can be computed again in this installation: IPP_PROCESSES_URL is not set."
_NOT_RECOMPUTED_YET: Final = "The processes did not answer, so nothing is known yet; ask again in a minute."
T = TypeVar("T")


class _Error(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    message: str


_decode_result = msgspec.json.Decoder(CommandResult).decode
_decode_invitation = msgspec.json.Decoder(RaterInvitation).decode
_decode_invited = msgspec.json.Decoder(list[InvitedPerson]).decode
_decode_letters = msgspec.json.Decoder(list[InvitationLetter]).decode
_decode_audit: Callable[[bytes], AnyAnswer] = msgspec.json.Decoder(AnyAnswer).decode
_decode_recomputation = msgspec.json.Decoder(Recomputation).decode
_decode_error = msgspec.json.Decoder(_Error).decode
# The errors of services that mean that nothing was applied; after any other failure it is not known.
_ERROR_CODES = {code.value: code for code in ErrorCode if code is not ErrorCode.INTERNAL}


class HttpBus:
    """A command without a clear answer is UNSETTLED: it may have happened."""

    def __init__(self, client: httpx.AsyncClient, *, processes: httpx.AsyncClient | None = None) -> None:
        """`client` is for the services, `processes` for what only the processes compute."""
        self._client, self._processes = client, processes

    async def send(self, request: CommandRequest, *, identity: Identity, role: Role) -> CommandResult:
        body = {
            "commandId": request.command_id,
            "expectedVersion": request.expected_version,
            "input": request.input,
        }
        unsettled = CommandResult(command_id=request.command_id, outcome="UNSETTLED")
        try:
            answer = await self._client.post(
                f"/commands/{request.name}",
                content=msgspec.json.encode(body),
                headers={**_headers(identity, role), "Content-Type": "application/json"},
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            message = "The services can't be reached and nothing was sent; try again later."
            raise GatewayError(ErrorCode.UNAVAILABLE, message) from None
        except httpx.HTTPError:
            return unsettled
        if answer.is_success:
            try:
                return _decode_result(answer.content)
            except msgspec.MsgspecError:
                return unsettled
        error = _error_of(answer)
        if error is None:
            return unsettled
        raise error

    async def result_of(self, command_id: str, *, identity: Identity, role: Role) -> CommandResult | None:
        too_late = "The outcome is not known yet; try again."
        return await self._asked(
            f"/commands/{command_id}", _decode_result, _headers(identity, role), too_late
        )

    async def invitation(self, *, identity: Identity) -> RaterInvitation | None:
        headers = _headers(identity, Role.RATER)
        return await self._asked("/invitation", _decode_invitation, headers, _NO_ANSWER)

    async def invited(self, round_: str, *, identity: Identity, role: Role) -> list[InvitedPerson]:
        headers = _headers(identity, role)
        return await self._asked(f"/rounds/{round_}/invited", _decode_invited, headers, _NO_ANSWER) or []

    async def letters(self, *, identity: Identity, role: Role) -> list[InvitationLetter]:
        return await self._asked("/letters", _decode_letters, _headers(identity, role), _NO_ANSWER) or []

    async def audit(self, question: AnyQuestion, *, identity: Identity, role: Role) -> AnyAnswer | None:
        headers = {**_headers(identity, role), "Content-Type": "application/json"}
        return await self._asked(
            "/audit", _decode_audit, headers, _NO_ANSWER, body=msgspec.json.encode(question)
        )

    async def recomputation(self, of: str, *, identity: Identity, role: Role) -> Recomputation | None:
        if self._processes is None:
            raise GatewayError(ErrorCode.UNAVAILABLE, _NO_PROCESSES)
        return await self._asked(
            f"/recomputation?{urlencode({'of': of})}",
            _decode_recomputation,
            _headers(identity, role),
            _NOT_RECOMPUTED_YET,
            client=self._processes,
        )

    async def _asked(
        self,
        path: str,
        decode: Callable[[bytes], T],
        headers: dict[str, str],
        too_late: str,
        *,
        body: bytes | None = None,
        client: httpx.AsyncClient | None = None,
    ) -> T | None:
        """Return what `client`, else the services, answer; None for "there is none". Raises GatewayError."""
        method = "GET" if body is None else "POST"
        try:
            answer = await (client or self._client).request(method, path, headers=headers, content=body)
            if answer.is_success:
                return decode(answer.content)
        except (httpx.HTTPError, msgspec.MsgspecError):
            raise GatewayError(ErrorCode.UNAVAILABLE, too_late) from None
        if answer.status_code == _NOT_FOUND and _code_of(answer) == "NOT_FOUND":
            return None
        raise _error_of(answer) or GatewayError(ErrorCode.UNAVAILABLE, too_late)


def services_client(url: str) -> httpx.AsyncClient:
    """Open an HTTP client for the services, or for the processes, with the bus's timeouts."""
    return httpx.AsyncClient(
        base_url=url,
        timeout=httpx.Timeout(COMMAND_S_MAX, connect=CONNECT_S_MAX),
        limits=httpx.Limits(max_connections=CONNECTIONS_MAX),
    )


def _headers(identity: Identity, role: Role) -> dict[str, str]:
    headers = {"Authorization": f"Bearer {identity.token}", "IPP-Role": role.name}
    correlated = correlation_id()
    return {**headers, "IPP-Correlation-Id": correlated} if correlated else headers


def _error_of(answer: httpx.Response) -> GatewayError | None:
    """Return the error that the services answered, if it means that nothing was applied; else None."""
    error = _decoded(answer)
    code = _ERROR_CODES.get(error.code) if error is not None else None
    if error is None or code is None:
        return None
    return GatewayError(code, f"{error.message[:1].upper()}{error.message[1:]}.")


def _code_of(answer: httpx.Response) -> str | None:
    """Return the code of an error; None of one that is not the services' own, as of a proxy."""
    error = _decoded(answer)
    return error.code if error is not None else None


def _decoded(answer: httpx.Response) -> _Error | None:
    try:
        return _decode_error(answer.content)
    except msgspec.MsgspecError:
        return None
