"""Builds a gateway from its parts: the same parts in the embedded profile and in production."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.auth import Authenticator
from gateway.commands.bus import CommandBus
from gateway.context import Gateway, RequestLimits
from gateway.limits.cost import DocumentLimits
from gateway.limits.lending import asked_in_turn, in_turn
from gateway.limits.rater_codes import RaterCodes
from gateway.limits.subscriptions import OpenSubscriptions
from gateway.limits.trusted_documents import read_trusted_documents
from gateway.position_cipher import POSITION_KEY_BYTES, PositionCipher
from gateway.reading.disclosures import ReadLog
from gateway.reading.freshness import Connect, Freshness
from gateway.reading.portfolios import Portfolios
from gateway.reading.view_reader import ViewReader
from kit.clock import Calendar
from kit.http.tokens import TokenVerifier
from kit.postgres.channels import open_channels
from kit.postgres.connections import connect_own_async, open_async_pool
from kit.settings import Settings
from rules.promise import KeeperSetting

REQUEST_S_MAX = 30.0
READ_CHANNELS = 2
"""Connections that all requests share for their short reads; many statements wait on each at once."""


def limits_of(settings: Settings) -> RequestLimits:
    """Return the limits of a request that the settings set. Raises TrustedDocumentsError."""
    trusted = settings.trusted_documents
    document = DocumentLimits(
        depth_max=settings.query_depth_max,
        cost_max=settings.query_cost_max,
        page_max=settings.page_max,
        answer_bytes_max=settings.answer_bytes_max,
    )
    return RequestLimits(
        document=document,
        body_bytes_max=settings.body_bytes_max,
        request_s_max=REQUEST_S_MAX,
        wait_for_s=settings.wait_for_s,
        staleness_max_s=settings.staleness_max_s,
        subscriptions_per_person_max=settings.subscriptions_per_person_max,
        subscriptions_max=settings.subscriptions_max,
        requests_per_minute_max=settings.requests_per_minute_max,
        requests_burst_max=settings.requests_burst_max,
        request_cost=settings.request_cost,
        ping_s=settings.stream_ping_s,
        trusted_documents=read_trusted_documents(trusted) if trusted else None,
    )


@asynccontextmanager
async def open_gateway(
    settings: Settings,
    *,
    position_key: bytes,
    verifier: TokenVerifier,
    person_for: Callable[[str], str | None],
    bus: CommandBus,
    calendar: Calendar,
    keeper: KeeperSetting,
) -> AsyncIterator[Gateway]:
    """
    Open the gateway's pools in the running event loop, and close them at the end.

    `person_for` finds a person by a claim's value; it blocks, so it is called on a thread. The promise to
    raters says where the keeper runs. Raises TrustedDocumentsError.
    """
    limits, url, one_server = limits_of(settings), settings.database_url, settings.database_is_one_server
    async with AsyncExitStack() as stack:
        pool = await open_async_pool(url, max_size=settings.database_pool_max, name="gateway")
        stack.push_async_callback(pool.close)
        opening = open_channels(url, count=READ_CHANNELS, name="gateway-reads")
        channels = await stack.enter_async_context(opening)
        lend, ask = in_turn(pool.connection), asked_in_turn(channels.ask)
        reader = ViewReader(lend, ask)
        read_log = ReadLog(lend, ask)
        freshness = Freshness(
            connect=lend, listen=_listen_on(url), one_server=one_server, on_lost=read_log.forget_written
        )
        yield Gateway(
            authenticator=Authenticator(
                verifier=verifier,
                person_claim=settings.oidc_person_claim,
                person_for=lambda value: asyncio.to_thread(person_for, value),
                clock=calendar,
            ),
            bus=bus,
            calendar=calendar,
            freshness=freshness,
            keeper=keeper,
            limits=limits,
            portfolios=Portfolios(reader),
            position_cipher=PositionCipher(_cipher_key(position_key)),
            public_url=settings.public_url,
            rater_codes=RaterCodes(calendar),
            read_log=read_log,
            reader=reader,
            subscriptions=OpenSubscriptions(
                per_person_max=limits.subscriptions_per_person_max, in_process_max=limits.subscriptions_max
            ),
        )


def _listen_on(url: str) -> Connect:
    @asynccontextmanager
    async def listen() -> AsyncIterator[Any]:
        async with await connect_own_async(url, application_name="gateway-listen") as connection:
            yield connection

    return listen


def _cipher_key(position_key: bytes) -> bytes:
    """Derive a key of the cipher's length from the position key (HKDF, RFC 5869)."""
    derivation = HKDF(
        algorithm=hashes.SHA256(), length=POSITION_KEY_BYTES, salt=None, info=b"ipp gateway positions v1"
    )
    return derivation.derive(position_key)
