"""Authentication: verifies a bearer token and finds the person that one of its claims names."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from cachetools import LRUCache

from kit.clock import Clock
from kit.http.tokens import TokenVerifier

CACHED_TOKENS_MAX = 4_096
PERSON_KNOWN_S_MAX = 15.0
"""How long the person of a verified token is taken to be the same: HR may say that a number is in doubt."""


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


@dataclass(slots=True)
class _Verified:
    """A token that was verified, its claim's value, and when its person was last looked up."""

    identity: Identity
    value: str
    looked_up_at: datetime


class Authenticator:
    """Verifies tokens in full and finds their persons.

    A verified token is cached, by its hash, until it expires or the issuer's keys change: verifying is the
    most expensive part of a read. Its person is looked up again after PERSON_KNOWN_S_MAX.
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
        self._cache: LRUCache[bytes, _Verified] = LRUCache(CACHED_TOKENS_MAX)

    async def identify(self, token: str) -> Identity:
        """Verify a token and find its person. Raises TokenRefusedError, or IssuerUnreachableError."""
        digest = hashlib.sha256(token.encode()).digest()
        if self._verifier.keys_due:
            await asyncio.to_thread(self._verifier.look_at_keys)
        version = self._verifier.keys_version
        cached = self._cache.get(digest)
        if cached is not None and self._is_good(cached.identity, version):
            return await self._with_person(digest, cached)
        # On a thread: verifying takes milliseconds and may have to fetch the issuer's keys.
        claims = await asyncio.to_thread(self._verifier.verify, token)
        value = claims.get(self._person_claim)
        person = await self._person_for(value) if isinstance(value, str) and value else None
        expires_at = datetime.fromtimestamp(int(claims["exp"]), UTC)
        identity = Identity(person=person, expires_at=expires_at, token=token, keys_version=version)
        if person is not None:  # a person unknown now may be registered in the next moment
            self._cache[digest] = _Verified(identity, str(value), self._clock.now())
        return identity

    async def confirmed(self, identity: Identity) -> Identity:
        """Return an identity found before: verified again if the issuer's keys have changed since.

        Its person may be another one or nobody by now. Raises what `identify` raises. Streams and WebSockets
        need this, because they outlive one request.
        """
        if identity.is_rater:  # the services look the code up for all that is asked with it
            return identity
        return await self.identify(identity.token)

    def _is_good(self, identity: Identity, keys_version: int) -> bool:
        return identity.keys_version == keys_version and identity.expires_at > self._clock.now()

    async def _with_person(self, digest: bytes, cached: _Verified) -> Identity:
        """Return the identity of a verified token, with its person looked up again if that is due."""
        now = self._clock.now()
        if (now - cached.looked_up_at).total_seconds() < PERSON_KNOWN_S_MAX:
            return cached.identity
        person = await self._person_for(cached.value)
        if person != cached.identity.person:
            cached.identity = replace(cached.identity, person=person)
        cached.looked_up_at = now
        if person is None:
            self._cache.pop(digest, None)
        return cached.identity
