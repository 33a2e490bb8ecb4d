"""Putting a gateway together: one list of what it is made of, for the embedded profile and for production."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.auth import Authenticator
from gateway.command_bus import CommandBus
from gateway.context import Gateway, RequestLimits
from gateway.freshness import Freshness
from gateway.limits import DocumentLimits
from gateway.positions import POSITION_KEY_BYTES, PositionCipher
from gateway.reads import Reads
from kit.clock import Clock
from kit.postgres import connect_own_async, open_async_pool
from kit.tokens import TokenVerifier

REQUEST_S_MAX = 30.0


class LimitSettings(Protocol):
    """The settings that limits come from."""

    @property
    def query_depth_max(self) -> int: ...
    @property
    def query_cost_max(self) -> int: ...
    @property
    def page_max(self) -> int: ...
    @property
    def body_bytes_max(self) -> int: ...
    @property
    def wait_for_s(self) -> float: ...


def limits_of(settings: LimitSettings) -> RequestLimits:
    """Return the limits of a request as the settings name them."""
    document = DocumentLimits(
        depth_max=settings.query_depth_max, cost_max=settings.query_cost_max, page_max=settings.page_max
    )
    return RequestLimits(
        document=document,
        body_bytes_max=settings.body_bytes_max,
        request_s_max=REQUEST_S_MAX,
        wait_for_s=settings.wait_for_s,
    )


@asynccontextmanager
async def open_gateway(
    *,
    database_url: str,
    pool_max: int,
    master_key: bytes,
    verifier: TokenVerifier,
    person_claim: str,
    person_for: Callable[[str], str | None],
    bus: CommandBus,
    clock: Clock,
    limits: RequestLimits,
) -> AsyncIterator[Gateway]:
    """Open pools for the running loop; `person_for` blocks and is asked on a thread."""

    async def person_named(value: str) -> str | None:
        return await asyncio.to_thread(person_for, value)

    @asynccontextmanager
    async def listen() -> AsyncIterator[Any]:
        async with await connect_own_async(database_url, application_name="gateway-listen") as connection:
            yield connection

    pool = await open_async_pool(database_url, max_size=pool_max, name="gateway")
    try:
        yield Gateway(
            authenticator=Authenticator(
                verifier=verifier,
                person_claim=person_claim,
                person_for=person_named,
                clock=clock,
            ),
            bus=bus,
            clock=clock,
            freshness=Freshness(connect=pool.connection, listen=listen),
            limits=limits,
            positions=PositionCipher(position_key(master_key)),
            reads=Reads(pool.connection),
        )
    finally:
        await pool.close()


def position_key(master_key: bytes) -> bytes:
    """Derive the key of positions (HKDF, RFC 5869), the same in every gateway of an installation."""
    derivation = HKDF(
        algorithm=hashes.SHA256(), length=POSITION_KEY_BYTES, salt=None, info=b"ipp gateway positions v1"
    )
    return derivation.derive(master_key)
