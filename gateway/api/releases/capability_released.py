"""`capabilityReleased`: each new release once, and those that were missed."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Annotated, Final

import strawberry
from strawberry import UNSET

from gateway.api.releases.capabilities import CapabilityRelease, capability_release, check_releases
from gateway.api.root_fields import subscription
from gateway.api.subscribing import Subscription, subscribed
from gateway.context import Context, Info
from gateway.errors import ErrorCode, GatewayError
from gateway.reading.freshness import position_gone
from projections.views import releases as view
from rules.releases.model import organisation_and_epoch

NAME: Final = "capabilityReleased"
NO_RELEASE: Final = (
    "`after` must be the id of a release, as this subscription or `capabilityReleases` returned it."
)


@subscription(
    description=(
        "Each new release on its fixed day, once, published or held. It may be silent for months: the server "
        "sends pings, and a client that hears none for a minute connects again with `after`."
    )
)
async def capability_released(
    info: Info,
    after: Annotated[
        strawberry.ID | None,
        strawberry.argument(
            description=(
                "The id of the last release that was received: those after it come first, in order. Left "
                "out, only releases from now on."
            )
        ),
    ] = UNSET,
) -> AsyncGenerator[CapabilityRelease]:
    context = info.context
    async with subscribed(context, NAME) as stream:
        newest = await _newest(context)
        epoch = _start(newest, after or None)
        with stream.watching((view.VIEW.name, newest.partition if newest else None)):
            async with aclosing(_releases(stream, epoch)) as releases:
                async for release in releases:
                    yield release


async def _releases(stream: Subscription, epoch: int) -> AsyncGenerator[CapabilityRelease]:
    """Yield every release after this one, as long as the right to see them lasts."""
    while stream.lasts:
        await stream.begin()
        found = await _after(stream.context, epoch)
        for release in found:
            # before each message: the role may have been withdrawn since the last one (privacy rule 13)
            await stream.check_access()
            epoch = release.epoch
            yield capability_release(release)
        if len(found) < view.RELEASES_AFTER_MAX:
            await stream.wait()


def _start(newest: view.Release | None, after: str | None) -> int:
    """
    Return the number of the release to continue after, 0 for the beginning.

    Raises BAD_REQUEST for what is no release's id, and POSITION_GONE for a release that this log has not.
    """
    if after is None:
        return newest.epoch if newest else 0
    named = organisation_and_epoch(after)
    if named is None:
        raise GatewayError(ErrorCode.BAD_REQUEST, NO_RELEASE)
    organisation, epoch = named
    if newest is None or newest.organisation != organisation or newest.epoch < epoch:
        raise position_gone()
    return epoch


async def _newest(context: Context) -> view.Release | None:
    async with context.gateway.reader.connection() as connection:
        await check_releases(connection)
        return next(iter(await view.last(connection, 1)), None)


async def _after(context: Context, epoch: int) -> list[view.Release]:
    """Return the releases after one, read for all subscribers of this moment together."""

    async def read(epochs: Sequence[int]) -> dict[int, list[view.Release]]:
        async with context.gateway.reader.connection() as connection:
            return {each: await view.after(connection, each) for each in epochs}

    return await context.gateway.streams.releases.load(epoch, read)
