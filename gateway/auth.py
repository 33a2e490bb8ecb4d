"""Who is asking: bearer tokens verified against an issuer's keys, and the person a claim of them names."""

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import httpx
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from kit.clock import Clock

# Asymmetric ones only: a gateway that took HS256 would take a token "signed" with the public key.
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
LEEWAY_S = 5
REMEMBERED_MAX = 4_096
KEYS_REFRESH_MIN = timedelta(seconds=30)
KEYS_TIMEOUT_S = 5.0
TOKEN_CHARS_MAX = 8_192


class TokenRefusedError(Exception):
    """The token is forged, foreign, expired or malformed; the message says which, and nothing more."""


class IssuerUnreachableError(Exception):
    """The issuer's keys could not be fetched, so nothing can be said of the token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A verified token. `person` is None when the claim names nobody known here."""

    person: str | None
    expires_at: datetime
    token: str


class IssuerKeys(Protocol):
    async def keys(self, *, refresh: bool) -> KeySet:
        """Return the issuer's public keys; `refresh` when a token names one that is not among them."""


class KnownKeys:
    """Keys that are at hand: of the development issuer in the same process, or in a test."""

    def __init__(self, keys: KeySet) -> None:
        self._keys = keys

    async def keys(self, *, refresh: bool) -> KeySet:  # noqa: ARG002
        return self._keys


class FetchedKeys:
    """Keys from the issuer's JWKS address, kept, and fetched again at most every half minute."""

    def __init__(self, url: str, *, clock: Clock, client: httpx.AsyncClient) -> None:
        self._url = url
        self._clock = clock
        self._client = client
        self._keys: KeySet | None = None
        self._fetched_at: datetime | None = None

    async def keys(self, *, refresh: bool) -> KeySet:
        if self._keys is None or (refresh and self._may_fetch()):
            self._keys = await self._fetch()
            self._fetched_at = self._clock.now()
        return self._keys

    def _may_fetch(self) -> bool:
        return self._fetched_at is None or self._clock.now() - self._fetched_at >= KEYS_REFRESH_MIN

    async def _fetch(self) -> KeySet:
        try:
            answer = await self._client.get(self._url, timeout=KEYS_TIMEOUT_S)
            answer.raise_for_status()
            serialized: KeySetSerialization = answer.json()
            return KeySet.import_key_set(serialized)
        except (httpx.HTTPError, ValueError, KeyError, JoseError) as error:
            raise IssuerUnreachableError("the issuer's keys could not be fetched") from error


class Authenticator:
    """Verifies a token in full (signature, issuer, audience, times), then finds its person.

    A verified token is remembered, by its hash, until it expires: verifying is the dearest part of a read.
    """

    def __init__(
        self,
        *,
        keys: IssuerKeys,
        issuer: str,
        audience: str,
        person_claim: str,
        person_for: Callable[[str], Awaitable[str | None]],
        clock: Clock,
    ) -> None:
        self._keys = keys
        self._person_claim = person_claim
        self._person_for = person_for
        self._clock = clock
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(clock.now().timestamp()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
        )
        self._remembered: OrderedDict[bytes, Identity] = OrderedDict()

    async def identify(self, token: str) -> Identity:
        """Verify a token and find its person. Raises TokenRefusedError, or IssuerUnreachableError."""
        if len(token) > TOKEN_CHARS_MAX:
            raise TokenRefusedError("the token is too long")
        name = hashlib.sha256(token.encode()).digest()
        known = self._remembered.get(name)
        if known is not None and known.expires_at > self._clock.now():
            return known
        claims = await self._verified(token)
        person = await self._person(claims)
        expires_at = datetime.fromtimestamp(int(str(claims["exp"])), UTC)
        identity = Identity(person=person, expires_at=expires_at, token=token)
        if person is not None:  # one unknown now may be registered the next moment
            self._remember(name, identity)
        return identity

    async def _verified(self, token: str) -> dict[str, object]:
        try:
            try:
                decoded = jwt.decode(token, await self._keys.keys(refresh=False), list(ALGORITHMS))
            except InvalidKeyIdError:
                decoded = jwt.decode(token, await self._keys.keys(refresh=True), list(ALGORITHMS))
            # `decode` checks the signature only: claims hold nothing until they are validated
            self._claims.validate(decoded.claims)
        except (JoseError, ValueError) as error:
            raise TokenRefusedError(_why(error)) from error
        return dict(decoded.claims)

    async def _person(self, claims: dict[str, object]) -> str | None:
        value = claims.get(self._person_claim)
        if not isinstance(value, str) or not value:
            return None
        return await self._person_for(value)

    async def person_named(self, value: str) -> str | None:
        """Return the person that a claim of this value would name."""
        return await self._person_for(value)

    def _remember(self, name: bytes, identity: Identity) -> None:
        self._remembered[name] = identity
        while len(self._remembered) > REMEMBERED_MAX:
            self._remembered.popitem(last=False)


def _why(error: Exception) -> str:
    match type(error).__name__:
        case "ExpiredTokenError":
            return "the token has expired"
        case "MissingClaimError" | "InvalidClaimError" | "InsecureClaimError" | "InvalidTokenError":
            return "the token was not made for this service"
        case "BadSignatureError" | "InvalidKeyIdError":
            return "the token was not signed by the issuer"
        case _:
            return "the token can't be read"
