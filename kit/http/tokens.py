"""Verifies OIDC bearer tokens with an issuer's keys: signature, issuer, audience and times."""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import httpx
from joserfc import jwt
from joserfc.errors import ClaimError, ExpiredTokenError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from kit.clock import Clock
from kit.errors import UnauthenticatedError, UnavailableError
from kit.settings import Settings

# Asymmetric ones only: with HS256 allowed, a token "signed" with the public key would be accepted.
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
LEEWAY_S: Final = 5
"""By how much the issuer's clock may differ from ours."""
KEYS_REFRESH_MIN: Final = timedelta(seconds=30)
KEYS_TIMEOUT_S: Final = 5.0
TOKEN_CHARS_MAX: Final = 8_192


class TokenRefusedError(UnauthenticatedError):
    """The token is forged, made for others, expired or malformed; the message only says which."""


class IssuerUnreachableError(UnavailableError):
    """The issuer's keys could not be fetched, so the token can't be verified."""


class IssuerKeys(Protocol):
    @property
    def version(self) -> int:
        """The number of this set of keys: another one after each change of the set."""

    @property
    def due(self) -> bool:
        """Whether the keys are so old that the next call of `keys` fetches them again."""

    def keys(self, *, refresh: bool) -> KeySet:
        """Return the issuer's public keys; `refresh` if a token names a key that is not among them."""


class KnownKeys:
    """Keys that are known from the start and never change."""

    version: Final = 1
    due: Final = False

    def __init__(self, keys: KeySet) -> None:
        self._keys = keys

    def keys(self, *, refresh: bool) -> KeySet:  # noqa: ARG002 - there is nothing to fetch
        return self._keys


class FetchedKeys:
    """
    Keys from the issuer's JWKS address, fetched again at most every KEYS_REFRESH_MIN.

    They are fetched again when a token names an unknown key, and when they are `age_max_s` old, since a key
    that the issuer removed is accepted until then. While the issuer does not answer, the last keys are used.
    One thread fetches, outside of the lock; tokens signed with known keys are verified meanwhile.
    """

    def __init__(self, url: str, *, clock: Clock, client: httpx.Client, age_max_s: float) -> None:
        self._url = url
        self._clock = clock
        self._client = client
        self._age_max = timedelta(seconds=age_max_s)
        self._keys: KeySet | None = None
        self._version = 0
        self._fetched_at: datetime | None = None
        self._asked_at: datetime | None = None
        self._fetching: threading.Event | None = None
        self._lock = threading.Lock()

    @property
    def version(self) -> int:
        """How often the set of keys has changed."""
        return self._version

    @property
    def due(self) -> bool:
        """Whether the keys are old enough to be fetched again, and no fetch runs or was just tried."""
        fetched_at = self._fetched_at
        if fetched_at is None or self._clock.now() - fetched_at < self._age_max:
            return False
        with self._lock:
            return self._fetching is None and self._may_ask()

    def keys(self, *, refresh: bool) -> KeySet:
        """
        Return the keys last fetched.

        Raises IssuerUnreachableError while there are none, and for an unknown key while another thread is
        fetching.
        """
        known = self._keys
        if known is not None and not refresh and not self.due:
            return known
        done, mine = self._begin()
        if done is not None and mine:
            self._fetch_and_keep(done)
        elif done is not None and (refresh or known is None):
            if known is not None:  # no thread waits because of a key name that anybody may have made up
                raise IssuerUnreachableError("the issuer's keys are being fetched")
            done.wait(KEYS_TIMEOUT_S)
        if self._keys is None:
            # The next request fetches again, but not before KEYS_REFRESH_MIN.
            raise IssuerUnreachableError("the issuer's keys could not be fetched")
        return self._keys

    def _begin(self) -> tuple[threading.Event | None, bool]:
        """Return the event that ends the running fetch, if any, and whether the caller must fetch."""
        with self._lock:
            if self._fetching is None and self._may_ask():
                self._asked_at = self._clock.now()
                self._fetching = threading.Event()
                return self._fetching, True
            return self._fetching, False

    def _fetch_and_keep(self, done: threading.Event) -> None:
        try:
            fetched = self._fetch()
            if fetched is not None:
                changed = self._keys is None or _names(fetched) != _names(self._keys)
                # The keys before the number: a reader of the number then reads these keys or later ones.
                self._keys = fetched
                self._version += changed
                self._fetched_at = self._clock.now()
        finally:
            with self._lock:
                self._fetching = None
            done.set()

    def _may_ask(self) -> bool:
        if self._asked_at is None:
            return True
        pause = KEYS_REFRESH_MIN if self._keys is not None else timedelta(seconds=1)
        return self._clock.now() - self._asked_at >= pause

    def _fetch(self) -> KeySet | None:
        try:
            answer = self._client.get(self._url, timeout=KEYS_TIMEOUT_S)
            answer.raise_for_status()
            serialized: KeySetSerialization = answer.json()
            return KeySet.import_key_set(serialized)
        except (httpx.HTTPError, ValueError, KeyError, TypeError, JoseError):
            return None


def _names(keys: KeySet) -> frozenset[tuple[str | None, str]]:
    """Return each key's name and fingerprint, since a key may be replaced under its old name."""
    return frozenset((key.kid, key.thumbprint()) for key in keys)


class TokenVerifier:
    """Verifies a token in full and returns its claims; safe from several threads."""

    def __init__(self, *, keys: IssuerKeys, issuer: str, audience: str, clock: Clock) -> None:
        if not issuer or not audience:
            raise ValueError("a token is verified for an issuer and an audience, and one of them is not set")
        self._keys = keys
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(clock.now().timestamp()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
        )

    @property
    def keys_version(self) -> int:
        """The number of the current set of keys; a token verified with another set must be verified again."""
        return self._keys.version

    @property
    def keys_due(self) -> bool:
        """Whether the keys are old enough to be fetched again: then call `look_at_keys`, which may block."""
        return self._keys.due

    def look_at_keys(self) -> None:
        """Fetch the keys again if they are due; keeps the known ones if the issuer does not answer."""
        self._keys.keys(refresh=False)

    def verify(self, token: str) -> Mapping[str, Any]:
        """Return the claims. Raises TokenRefusedError and IssuerUnreachableError."""
        if len(token) > TOKEN_CHARS_MAX:
            raise TokenRefusedError("the token is too long")
        try:
            claims = self._decoded(token)
            # `decode` checks the signature only: claims hold nothing until they are validated.
            self._claims.validate(claims)
        except IssuerUnreachableError:
            raise
        except ExpiredTokenError:
            raise TokenRefusedError("the token has expired") from None
        except ClaimError as error:
            raise TokenRefusedError(_why(error.claim)) from None
        except Exception:  # noqa: BLE001 - whatever a token makes the library raise, it is refused
            raise TokenRefusedError("the token can't be read, or was not signed by the issuer") from None
        return claims

    def _decoded(self, token: str) -> dict[str, Any]:
        try:
            return jwt.decode(token, self._keys.keys(refresh=False), ALGORITHMS).claims
        except InvalidKeyIdError:
            return jwt.decode(token, self._keys.keys(refresh=True), ALGORITHMS).claims


def _why(claim: str) -> str:
    return (
        "the token is not valid yet" if claim in {"nbf", "iat"} else "the token was not made for this service"
    )


def verifier_of(settings: Settings, *, clock: Clock, client: httpx.Client) -> TokenVerifier:
    """Return what verifies the tokens of the issuer that the settings name."""
    return TokenVerifier(
        keys=FetchedKeys(
            settings.oidc_jwks_url, clock=clock, client=client, age_max_s=settings.oidc_keys_age_max_s
        ),
        issuer=settings.oidc_issuer,
        audience=settings.oidc_audience,
        clock=clock,
    )


def bearer_token(headers: Mapping[str, str]) -> str | None:
    """
    Return the token of the header `Authorization: Bearer <token>`; None where there is no such header.

    `headers` finds names whatever their case. Raises UnauthenticatedError for a header of another form.
    """
    header = headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise UnauthenticatedError("the header is `Authorization: Bearer <token>`")
    return token.strip()
