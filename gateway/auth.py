"""Who is asking: a verified bearer token, and the person whom a claim of it names."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from kit.clock import Clock
from kit.http.tokens import TokenVerifier

REMEMBERED_MAX = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A verified token. `person` is None when the claim names nobody known here."""

    person: str | None
    expires_at: datetime
    token: str


class Authenticator:
    """Verifies a token in full, then finds its person.

    A verified token is remembered, by its hash, until it expires: verifying is the dearest part of a read.
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
        self._remembered: OrderedDict[bytes, Identity] = OrderedDict()

    async def identify(self, token: str) -> Identity:
        """Verify a token and find its person. Raises TokenRefusedError, or IssuerUnreachableError."""
        name = hashlib.sha256(token.encode()).digest()
        known = self._remembered.get(name)
        if known is not None and known.expires_at > self._clock.now():
            return known
        # on a thread: verifying costs milliseconds, and may have to fetch the issuer's keys
        claims = await asyncio.to_thread(self._verifier.verify, token)
        value = claims.get(self._person_claim)
        person = await self._person_for(value) if isinstance(value, str) and value else None
        expires_at = datetime.fromtimestamp(int(claims["exp"]), UTC)
        identity = Identity(person=person, expires_at=expires_at, token=token)
        if person is not None:  # one unknown now may be registered the next moment
            self._remember(name, identity)
        return identity

    def _remember(self, name: bytes, identity: Identity) -> None:
        self._remembered[name] = identity
        while len(self._remembered) > REMEMBERED_MAX:
            self._remembered.popitem(last=False)
