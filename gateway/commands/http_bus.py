"""The command bus of production: commands go to the services over HTTP, with the caller's own token."""

from typing import Final, Literal

import httpx
import msgspec

from gateway.auth import Identity
from gateway.commands.bus import Fate, Order, Reason
from gateway.errors import ErrorCode, GatewayError
from gateway.positions import Place
from kit.telemetry import correlation_id
from rules.access.roles import Role

COMMAND_S_MAX: Final = 15.0
CONNECT_S_MAX: Final = 3.0
CONNECTIONS_MAX: Final = 64
_NOT_THERE: Final = 404


class _Position(msgspec.Struct, frozen=True, kw_only=True):
    generation: str
    partition: int
    ordinal: int


class _Refusal(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    nl: str
    en: str
    field: tuple[str, ...] = ()


class _Result(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What services answer, as far as the gateway reads it."""

    command_id: str
    outcome: Literal["ACCEPTED", "REFUSED", "UNSETTLED"]
    position: _Position | None = None
    version: int | None = None
    refusals: tuple[_Refusal, ...] = ()
    thing_id: str | None = None


class _Error(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    message: str


_decode_result = msgspec.json.Decoder(_Result).decode
_decode_error = msgspec.json.Decoder(_Error).decode
# What services say without having applied anything; any other failure leaves it open.
_SAID = {code.value: code for code in ErrorCode if code is not ErrorCode.INTERNAL}


class HttpBus:
    """Whatever comes back that is no clear answer leaves a command UNSETTLED: it may have happened."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def send(self, order: Order, *, identity: Identity, role: Role) -> Fate:
        body = {
            "commandId": order.command_id,
            "expectedVersion": order.expected_version,
            "input": dict(order.content),
        }
        unsettled = Fate(command_id=order.command_id, outcome="UNSETTLED")
        try:
            answer = await self._client.post(
                f"/commands/{order.name}",
                content=msgspec.json.encode(body),
                headers={**_headers(identity, role), "Content-Type": "application/json"},
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            message = "Commands can't be taken now; nothing was sent, try again."
            raise GatewayError(ErrorCode.UNAVAILABLE, message) from None
        except httpx.HTTPError:
            return unsettled
        if answer.is_success:
            try:
                return _fate(_decode_result(answer.content))
            except msgspec.MsgspecError:
                return unsettled
        said = _said(answer)
        if said is None:
            return unsettled
        raise said

    async def fate(self, command_id: str, *, identity: Identity, role: Role) -> Fate | None:
        try:
            answer = await self._client.get(f"/commands/{command_id}", headers=_headers(identity, role))
            if answer.is_success:
                return _fate(_decode_result(answer.content))
        except (httpx.HTTPError, msgspec.MsgspecError):
            raise GatewayError(ErrorCode.UNAVAILABLE, "This can't be told now; ask again.") from None
        if answer.status_code == _NOT_THERE:
            return None
        raise _said(answer) or GatewayError(ErrorCode.UNAVAILABLE, "This can't be told now; ask again.")


def services_client(url: str) -> httpx.AsyncClient:
    """Open a client for the services at this address; its time is the bus's to know."""
    return httpx.AsyncClient(
        base_url=url,
        timeout=httpx.Timeout(COMMAND_S_MAX, connect=CONNECT_S_MAX),
        limits=httpx.Limits(max_connections=CONNECTIONS_MAX),
    )


def _headers(identity: Identity, role: Role) -> dict[str, str]:
    headers = {"Authorization": f"Bearer {identity.token}", "IPP-Role": role.name}
    correlated = correlation_id()
    return {**headers, "IPP-Correlation-Id": correlated} if correlated else headers


def _said(answer: httpx.Response) -> GatewayError | None:
    """Return the error that services gave on purpose, which applied nothing; None for any other answer."""
    try:
        error = _decode_error(answer.content)
    except msgspec.MsgspecError:
        return None
    code = _SAID.get(error.code)
    return GatewayError(code, f"{error.message[:1].upper()}{error.message[1:]}.") if code else None


def _fate(result: _Result) -> Fate:
    position = result.position
    return Fate(
        command_id=result.command_id,
        outcome=result.outcome,
        position=Place(generation=position.generation, partition=position.partition, ordinal=position.ordinal)
        if position
        else None,
        version=result.version,
        reasons=tuple(
            Reason(code=refusal.code, nl=refusal.nl, en=refusal.en, field=refusal.field)
            for refusal in result.refusals
        ),
        thing=result.thing_id,
    )
