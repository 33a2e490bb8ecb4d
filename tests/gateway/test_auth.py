"""A token is taken only when every part of it is right."""

import asyncio
import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from gateway.auth import Authenticator
from gateway.http.development_issuer import AUDIENCE, ISSUER, DevelopmentIssuer, NotForProductionError
from kit.clock import FixedClock
from kit.http.tokens import KnownKeys, TokenRefusedError, TokenVerifier

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


async def _person_for(value: str) -> str | None:
    return {"owner": "a" * 32}.get(value)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def issuer(key_folder: Path, clock: FixedClock) -> DevelopmentIssuer:
    return DevelopmentIssuer(
        profile="embedded", folder=key_folder, person_claim="employee_number", clock=clock
    )


def authenticator(
    keys: KeySet, clock: FixedClock, *, issuer: str = ISSUER, audience: str = AUDIENCE
) -> Authenticator:
    return Authenticator(
        verifier=TokenVerifier(keys=KnownKeys(keys), issuer=issuer, audience=audience, clock=clock),
        person_claim="employee_number",
        person_for=_person_for,
        clock=clock,
    )


def test_a_token_of_the_issuer_names_its_person(issuer: DevelopmentIssuer, clock: FixedClock) -> None:
    identity = asyncio.run(authenticator(issuer.public_keys(), clock).identify(issuer.token("owner")))
    assert identity.person == "a" * 32
    assert identity.expires_at == NOW + timedelta(hours=12)


def test_a_token_of_someone_unknown_is_good_but_names_nobody(
    issuer: DevelopmentIssuer, clock: FixedClock
) -> None:
    identity = asyncio.run(authenticator(issuer.public_keys(), clock).identify(issuer.token("stranger")))
    assert identity.person is None


def test_a_token_is_refused_once_it_has_expired_even_when_it_was_taken_before(
    issuer: DevelopmentIssuer, clock: FixedClock
) -> None:
    checked = authenticator(issuer.public_keys(), clock)
    token = issuer.token("owner", life=timedelta(minutes=1))
    asyncio.run(checked.identify(token))
    clock.advance(timedelta(minutes=2))
    with pytest.raises(TokenRefusedError, match="expired"):
        asyncio.run(checked.identify(token))


@pytest.mark.parametrize("other", [{"issuer": "someone-else"}, {"audience": "another-service"}])
def test_a_token_for_another_service_is_refused(
    issuer: DevelopmentIssuer, clock: FixedClock, other: dict[str, str]
) -> None:
    checked = authenticator(issuer.public_keys(), clock, **other)
    with pytest.raises(TokenRefusedError, match="not made for this service"):
        asyncio.run(checked.identify(issuer.token("owner")))


def test_a_token_signed_by_another_key_is_refused(
    issuer: DevelopmentIssuer, clock: FixedClock, tmp_path: Path
) -> None:
    forger = DevelopmentIssuer(
        profile="embedded", folder=tmp_path / "forger", person_claim="employee_number", clock=clock
    )
    with pytest.raises(TokenRefusedError, match="not signed by the issuer"):
        asyncio.run(authenticator(issuer.public_keys(), clock).identify(forger.token("owner")))


def test_a_token_signed_with_the_public_key_as_if_it_were_a_secret_is_refused(
    issuer: DevelopmentIssuer, clock: FixedClock
) -> None:
    public = issuer.public_keys().keys[0]
    assert isinstance(public, RSAKey)
    claims = {"iss": ISSUER, "aud": AUDIENCE, "exp": int(NOW.timestamp()) + 60, "employee_number": "owner"}
    secret = OctKey.import_key(base64.urlsafe_b64encode(public.as_pem(private=False)))
    forged = jwt.encode({"alg": "HS256", "kid": public.kid}, claims, secret, algorithms=["HS256"])
    with pytest.raises(TokenRefusedError):
        asyncio.run(authenticator(issuer.public_keys(), clock).identify(forged))


@pytest.mark.parametrize("token", ["", "abc", "a.b.c", "x" * 9000, "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_token_is_refused(issuer: DevelopmentIssuer, clock: FixedClock, token: str) -> None:
    with pytest.raises(TokenRefusedError):
        asyncio.run(authenticator(issuer.public_keys(), clock).identify(token))


def test_the_development_issuer_refuses_to_start_in_production(tmp_path: Path, clock: FixedClock) -> None:
    with pytest.raises(NotForProductionError):
        DevelopmentIssuer(profile="production", folder=tmp_path, person_claim="employee_number", clock=clock)


def test_the_development_issuer_keeps_its_key_over_a_restart(tmp_path: Path, clock: FixedClock) -> None:
    def start() -> DevelopmentIssuer:
        return DevelopmentIssuer(
            profile="embedded", folder=tmp_path, person_claim="employee_number", clock=clock
        )

    token = start().token("owner")
    assert asyncio.run(authenticator(start().public_keys(), clock).identify(token)).person == "a" * 32
