"""A token is taken only when every part of it is right."""

import asyncio
import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from gateway.auth import PERSON_KNOWN_S_MAX, Authenticator, Identity
from gateway.context import Context
from gateway.errors import GatewayError
from gateway.http.development_issuer import AUDIENCE, ISSUER, DevelopmentIssuer, NotForProductionError
from kit.clock import FixedClock
from kit.http.tokens import FetchedKeys, KnownKeys, TokenRefusedError, TokenVerifier
from tests.backends.jwks import JwksServer, jwks_server
from tests.gateway.harness import Harness

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


AGE_MAX_S = 120.0
OLD = ECKey.generate_key("P-256", {"kid": "old"})
NEW = ECKey.generate_key("P-256", {"kid": "new"})


def signed(key: ECKey) -> str:
    expires = int((NOW + timedelta(hours=8)).timestamp())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "exp": expires, "employee_number": "owner"}
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key)


@pytest.fixture
def server() -> Iterator[JwksServer]:
    with jwks_server() as served:
        served.serve_keys(OLD, NEW)
        yield served


@pytest.fixture
def fetching(server: JwksServer, clock: FixedClock) -> Iterator[Authenticator]:
    with httpx.Client() as client:
        keys = FetchedKeys(server.url, clock=clock, client=client, age_max_s=AGE_MAX_S)
        yield Authenticator(
            verifier=TokenVerifier(keys=keys, issuer=ISSUER, audience=AUDIENCE, clock=clock),
            person_claim="employee_number",
            person_for=_person_for,
            clock=clock,
        )


def test_a_remembered_token_ends_when_its_key_is_removed_though_no_token_names_an_unknown_key(
    fetching: Authenticator, server: JwksServer, clock: FixedClock
) -> None:
    async def run() -> None:
        old, new = await fetching.identify(signed(OLD)), await fetching.identify(signed(NEW))
        server.serve_keys(NEW)
        clock.advance(timedelta(seconds=AGE_MAX_S))
        with pytest.raises(TokenRefusedError):
            await fetching.identify(old.token)
        with pytest.raises(TokenRefusedError):
            await fetching.confirmed(old)
        assert (await fetching.confirmed(new)).person == "a" * 32

    asyncio.run(run())


def test_a_remembered_token_is_not_verified_again_while_the_keys_stay_the_same(
    fetching: Authenticator, server: JwksServer, clock: FixedClock
) -> None:
    async def run() -> list[Identity]:
        await fetching.identify(signed(OLD))  # the first token of all brings the keys
        token = signed(OLD)
        first = await fetching.identify(token)
        clock.advance(timedelta(seconds=AGE_MAX_S))
        return [first, await fetching.identify(token), await fetching.confirmed(first)]

    first, *later = asyncio.run(run())
    assert all(identity is first for identity in later)
    assert server.asked == 2


def test_what_asks_on_an_open_connection_is_refused_once_the_key_is_removed(
    fetching: Authenticator, server: JwksServer, clock: FixedClock, harness: Harness
) -> None:
    context = Context(replace(harness.gateway, authenticator=fetching))

    async def run() -> None:
        await context.authenticate({"authorization": f"Bearer {signed(OLD)}"})
        await context.check_access("me", role_held=True)
        server.serve_keys(NEW)
        clock.advance(timedelta(seconds=AGE_MAX_S))
        with pytest.raises(GatewayError, match="Sign in again"):
            await context.check_access("me", role_held=True)

    asyncio.run(run())


def test_a_person_of_a_remembered_token_is_looked_up_again(
    issuer: DevelopmentIssuer, clock: FixedClock
) -> None:
    named: dict[str, str | None] = {"owner": "a" * 32}
    asked: list[str] = []

    async def person_for(value: str) -> str | None:
        asked.append(value)
        return named[value]

    checked = Authenticator(
        verifier=TokenVerifier(
            keys=KnownKeys(issuer.public_keys()), issuer=ISSUER, audience=AUDIENCE, clock=clock
        ),
        person_claim="employee_number",
        person_for=person_for,
        clock=clock,
    )

    async def run() -> None:
        token = issuer.token("owner")
        first = await checked.identify(token)
        named["owner"] = None  # the number is in doubt
        assert await checked.confirmed(first) is first
        clock.advance(timedelta(seconds=PERSON_KNOWN_S_MAX))
        assert (await checked.confirmed(first)).person is None
        assert (await checked.identify(token)).person is None
        named["owner"] = "b" * 32  # HR has said who has it
        assert (await checked.identify(token)).person == "b" * 32
        asked.clear()
        clock.advance(timedelta(seconds=PERSON_KNOWN_S_MAX - 1))
        assert (await checked.identify(token)).person == "b" * 32
        assert asked == []

    asyncio.run(run())
