"""What every subscription does: it is counted, checked by the clock, and waits for its view to move."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import structlog

from gateway.context import Context
from gateway.errors import GatewayError
from gateway.reading.freshness import ViewPartition, ViewSignal, position_gone

ACCESS_CHECK_S: Final = 4.0
"""How often the token and the role are checked, whatever happens: without them it ends within 5 s."""
GENERATION_CHECK_S: Final = 20.0
"""How often it is checked that the log was not replaced."""
_log = structlog.get_logger("gateway")


class Subscription:
    """
    One running subscription.

    Its right is checked by the clock: not when something happens, since nothing may happen for months, nor
    when nothing does, since in a busy partition there is always a signal. The checks of all subscriptions are
    due at the same moments, so that one statement reads the roles of all.
    """

    def __init__(self, context: Context, name: str, *, generation: str) -> None:
        self.context = context
        self.generation = generation
        self._name = name
        self._access_at = _next(ACCESS_CHECK_S)
        self._generation_at = _next(GENERATION_CHECK_S)
        self._signal = ViewSignal(asyncio.Event())

    @property
    def lasts(self) -> bool:
        """False once the token has expired."""
        return self.context.has_valid_token()

    @contextmanager
    def watching(self, *view_partitions: ViewPartition) -> Iterator[None]:
        """Let the moves of these partitions end a `wait`, until the block ends."""
        with self.context.gateway.freshness.signal(*view_partitions) as self._signal:
            yield

    async def check_access(self) -> None:
        """Raise UNAUTHENTICATED or FORBIDDEN when the right is gone; to be called before each message."""
        await self.context.check_access(self._name, role_held=True, together=True)

    async def begin(self) -> None:
        """Run the checks that are due, and begin to listen: what is read after this misses no move."""
        await self._check_if_due()
        self._signal.clear()

    async def wait(self) -> None:
        """Wait until the view moved, or for so long that a lost signal does no harm; check meanwhile.

        Raises UNAUTHENTICATED or FORBIDDEN when the right is gone, POSITION_GONE when the log is.
        """
        until = _now_s() + self.context.gateway.freshness.poll_s
        while (left_s := until - _now_s()) > 0 and self.lasts:
            due_in_s = max(0.0, min(self._access_at, self._generation_at) - _now_s())
            if await self._signal.wait(within_s=min(left_s, due_in_s, self.context.token_expires_in_s)):
                return
            await self._check_if_due()

    async def _check_if_due(self) -> None:
        if not self.lasts:
            return  # it ends without an error, which says that a new token is all it needs
        if _now_s() >= self._access_at:
            self._access_at = _next(ACCESS_CHECK_S)
            await self.check_access()
        if _now_s() >= self._generation_at:
            self._generation_at = _next(GENERATION_CHECK_S)
            if await self.context.gateway.freshness.generation() != self.generation:
                raise position_gone()


@asynccontextmanager
async def subscribed(context: Context, name: str) -> AsyncIterator[Subscription]:
    """
    Open a subscription to the root field `name` until the block ends, and log why it ended.

    Raises UNAUTHENTICATED or FORBIDDEN, and LIMIT_EXCEEDED when too many are open.
    """
    await context.check_access(name, role_held=True)
    generation = await context.gateway.freshness.generation()
    with context.gateway.subscriptions.opened_by(context.person), _logged(name):
        yield Subscription(context, name, generation=generation)


@contextmanager
def _logged(name: str) -> Iterator[None]:
    """Log one line when a subscription ends, about nobody."""
    why = "the client left"
    try:
        yield
        why = "the token expired"
    except GatewayError as error:
        why = error.code.value
        raise
    finally:
        _log.info("subscription.ended", field=name, why=why)


def _next(every_s: float) -> float:
    """Return the next moment at which a check is due for all subscriptions."""
    return (_now_s() // every_s + 1) * every_s


def _now_s() -> float:
    return asyncio.get_running_loop().time()
