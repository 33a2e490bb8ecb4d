"""Authentication: verifies a bearer token and finds the person that one of its claims names."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from kit.clock import Clock
from kit.http.tokens import TokenVerifier

CACHED_TOKENS_MAX = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """
    A verified token. `person` is None when the claim names no known person.

    Of a rater, `person` is what the code is called by (rules/feedback/rater_code.py), and no person's id.
    """

    person: str | None
    expires_at: datetime
    token: str
    keys_version: int = 0
    """Which set of the issuer's keys the token was verified with."""
    is_rater: bool = False


class Authenticator:
    """Verifies tokens in full and finds their persons.

    A verified token is cached, by its hash, until it expires or the issuer's keys change: verifying is the
    most expensive part of a read.
    """

    def __init__(
        self,
        *,
        verifier: TokenVerifier,
        person_claim: str,
        person_for: Callable[[str], Awaitable[str | None]],
        clock: Clock,
    ) -> None:
        self._verifier = verifier
        self._person_claim = person_claim
        self._person_for = person_for
        self._clock = clock
        self._cache: OrderedDict[bytes, Identity] = OrderedDict()

    async def identify(self, token: str) -> Identity:
        """Verify a token and find its person. Raises TokenRefusedError, or IssuerUnreachableError."""
        digest = hashlib.sha256(token.encode()).digest()
        if self._verifier.keys_due:
            await asyncio.to_thread(self._verifier.look_at_keys)
        version = self._verifier.keys_version
        cached = self._cache.get(digest)
        if cached is not None and cached.keys_version == version and cached.expires_at > self._clock.now():
            return cached
        # On a thread: verifying takes milliseconds and may have to fetch the issuer's keys.
        claims = await asyncio.to_thread(self._verifier.verify, token)
        value = claims.get(self._person_claim)
        person = await self._person_for(value) if isinstance(value, str) and value else None
        expires_at = datetime.fromtimestamp(int(claims["exp"]), UTC)
        identity = Identity(person=person, expires_at=expires_at, token=token, keys_version=version)
        if person is not None:  # a person unknown now may be registered in the next moment
            self._remember(digest, identity)
        return identity

    async def confirmed(self, identity: Identity) -> Identity:
        """Return an identity found before, verified again if the issuer's keys have changed since.

        Raises what `identify` raises. Streams and WebSockets need this, because they outlive one request.
        """
        if identity.is_rater:  # the services look the code up for all that is asked with it
            return identity
        unchanged = identity.keys_version == self._verifier.keys_version and not self._verifier.keys_due
        if unchanged and identity.expires_at > self._clock.now():
            return identity
        return await self.identify(identity.token)

    def _remember(self, digest: bytes, identity: Identity) -> None:
        self._cache[digest] = identity
        while len(self._cache) > CACHED_TOKENS_MAX:
            self._cache.popitem(last=False)
