"""`GET /recomputation?of=ID`: a release or a mirror computed again, for an auditor (privacy rule 22)."""

import threading
import time
from collections.abc import Callable
from typing import Final

import anyio.to_thread
import msgspec
import structlog
from cachetools import TTLCache
from fastapi import APIRouter, Request, Response

from kit.errors import NotFoundError, RequestError, TooManyRequestsError, UnavailableError
from kit.rate_limit import RateLimiter
from kit.telemetry import traceback_summary
from rules.access.roles import Role
from rules.audit.recomputation import Recomputation
from services.handling.results import Caller
from services.http.authentication import CallerReader

PATH: Final = "/recomputation"
FIELD: Final = "recomputation"
"""The root field whose roles may ask."""
PER_MINUTE_MAX: Final = 10
"""Of one auditor; each may read all facts of all people."""
CALLERS_MAX: Final = 1_000
WAIT_S_MAX: Final = 8.0
"""How long one waits for another that is being computed; less than a gateway waits for an answer."""
KEPT_S: Final = 60.0
"""How long a result is kept, so that asking again after no answer in time gets it."""
KEPT_MAX: Final = 100

Recompute = Callable[[str], Recomputation | None]
"""Computes what has this id again; None when there is no such thing."""
_log = structlog.get_logger(__name__)


class Recomputing:
    """
    Computes one thing at a time; safe from several threads. Its method blocks, perhaps for minutes.

    `require_role` raises ForbiddenError unless the caller may use the root field.
    """

    def __init__(
        self,
        recompute: Recompute,
        *,
        require_role: Callable[[str, Caller], str],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._recompute, self._require_role = recompute, require_role
        self._one_at_a_time = threading.Lock()
        self._kept: TTLCache[str, Recomputation] = TTLCache(KEPT_MAX, KEPT_S, timer=now_s)
        self._limiter = RateLimiter(
            per_minute=PER_MINUTE_MAX, burst=PER_MINUTE_MAX, callers_max=CALLERS_MAX, now_s=now_s
        )

    def recomputed(self, of: str, *, person: str, role: Role) -> Recomputation | None:
        """
        Return what computing it again says; None when there is no such thing.

        Raises RequestError: UNAVAILABLE while nothing is known, which is none of the three results.
        """
        self._require_role(FIELD, Caller(person=person, role=role))
        if self._limiter.take(person):
            raise TooManyRequestsError(
                f"an auditor may have {PER_MINUTE_MAX} things computed again a minute: wait a little"
            )
        if not self._one_at_a_time.acquire(timeout=WAIT_S_MAX):
            raise UnavailableError("something is being computed again now; ask again in a minute")
        try:
            return self._result(of)
        except RequestError:
            raise
        except Exception as error:
            _log.error("recomputing.failed", reason=type(error).__name__, where=traceback_summary(error))
            raise UnavailableError("it can't be computed again now; try again later") from error
        finally:
            self._one_at_a_time.release()

    def _result(self, of: str) -> Recomputation | None:
        result = self._kept.get(of) or self._recompute(of)
        if result is not None:
            self._kept.setdefault(of, result)
        return result


def recomputation_routes(recomputing: Recomputing, *, callers: CallerReader) -> APIRouter:
    """Return the route by which a gateway asks, with the caller's own token."""
    router = APIRouter()

    @router.get(PATH)
    async def recomputation(of: str, request: Request) -> Response:
        def answer() -> Recomputation | None:
            caller = callers.read(request.headers)
            return recomputing.recomputed(of, person=caller.person, role=caller.role)

        found = await anyio.to_thread.run_sync(answer)
        if found is None:
            raise NotFoundError("there is no release and no mirror with this id")
        return Response(msgspec.json.encode(found), media_type="application/json")

    return router
