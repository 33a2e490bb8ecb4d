"""The issuer's keys are fetched again at an age, so that a key which the issuer removed is refused."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from kit.clock import FixedClock
from kit.http.tokens import KEYS_REFRESH_MIN, TokenRefusedError, TokenVerifier, verifier_of
from kit.settings import Settings
from tests.backends.jwks import JwksServer, jwks_server

ISSUER = "https://id.example"
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
AGE_MAX = timedelta(minutes=2)
OLD = ECKey.generate_key("P-256", {"kid": "old"})
NEW = ECKey.generate_key("P-256", {"kid": "new"})


@pytest.fixture
def server() -> Iterator[JwksServer]:
    with jwks_server() as served:
        served.serve_keys(OLD)
        yield served


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def verifier(server: JwksServer, clock: FixedClock) -> Iterator[TokenVerifier]:
    settings = Settings.from_env(
        {
            "IPP_OIDC_ISSUER": ISSUER,
            "IPP_OIDC_JWKS_URL": server.url,
            "IPP_OIDC_KEYS_AGE_MAX_S": str(AGE_MAX.total_seconds()),
        }
    )
    with httpx.Client() as client:
        yield verifier_of(settings, clock=clock, client=client)


def token(key: ECKey, *, kid: str | None = None) -> str:
    expires = int((NOW + timedelta(hours=8)).timestamp())
    claims = {"iss": ISSUER, "aud": "ipp", "exp": expires, "sub": "x"}
    return jwt.encode({"alg": "ES256", "kid": kid or key.kid}, claims, key)


def test_keys_are_kept_until_they_are_as_old_as_the_setting_says(
    server: JwksServer, clock: FixedClock, verifier: TokenVerifier
) -> None:
    for _ in range(3):
        verifier.verify(token(OLD))
    clock.advance(AGE_MAX - timedelta(seconds=1))
    verifier.verify(token(OLD))
    assert server.asked == 1
    clock.advance(timedelta(seconds=1))
    verifier.verify(token(OLD))
    verifier.verify(token(OLD))
    assert server.asked == 2


def test_a_token_of_a_removed_key_is_refused_once_the_keys_were_fetched_again(
    server: JwksServer, clock: FixedClock, verifier: TokenVerifier
) -> None:
    verifier.verify(token(OLD))
    server.serve_keys(NEW)
    clock.advance(AGE_MAX)
    with pytest.raises(TokenRefusedError):
        verifier.verify(token(OLD))
    assert verifier.verify(token(NEW))


def test_a_key_replaced_under_the_same_name_is_another_key(
    server: JwksServer, clock: FixedClock, verifier: TokenVerifier
) -> None:
    verifier.verify(token(OLD))
    before = verifier.keys_version
    server.serve_keys(ECKey.import_key({**NEW.as_dict(private=True), "kid": "old"}))
    clock.advance(AGE_MAX)
    with pytest.raises(TokenRefusedError):
        verifier.verify(token(OLD))
    assert verifier.keys_version != before
    assert verifier.verify(token(NEW, kid="old"))


def test_the_same_keys_in_another_order_are_the_same_set(
    server: JwksServer, clock: FixedClock, verifier: TokenVerifier
) -> None:
    server.serve_keys(OLD, NEW)
    verifier.verify(token(OLD))
    before = verifier.keys_version
    server.serve_keys(NEW, OLD)
    clock.advance(AGE_MAX)
    verifier.look_at_keys()
    assert server.asked == 2
    assert verifier.keys_version == before


def test_while_the_issuer_is_away_old_keys_hold_and_it_is_not_asked_for_each_token(
    server: JwksServer, clock: FixedClock, verifier: TokenVerifier
) -> None:
    verifier.verify(token(OLD))
    server.away = True
    clock.advance(AGE_MAX)
    for _ in range(3):
        assert verifier.verify(token(OLD))
    assert server.asked == 2
    server.away = False
    server.serve_keys(NEW)
    clock.advance(KEYS_REFRESH_MIN)
    with pytest.raises(TokenRefusedError):
        verifier.verify(token(OLD))
