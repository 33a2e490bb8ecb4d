"""Bearer tokens: only the issuer's own, for us, and in time."""

import base64
import hmac
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from kit.clock import FixedClock
from kit.http.tokens import (
    KEYS_REFRESH_MIN,
    LEEWAY_S,
    FetchedKeys,
    IssuerUnreachableError,
    KnownKeys,
    TokenRefusedError,
    TokenVerifier,
)

ISSUER = "https://id.example"
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
KEY = RSAKey.generate_key(2048, {"kid": "one"})
OTHER = RSAKey.generate_key(2048, {"kid": "one"})
NEXT = ECKey.generate_key("P-256", {"kid": "two"})


def public(*keys: RSAKey | ECKey) -> KeySet:
    return KeySet.import_key_set({"keys": [{**key.as_dict(private=False), "use": "sig"} for key in keys]})


def at(moment: datetime) -> int:
    return int(moment.timestamp())


def claims(**changed: Any) -> dict[str, Any]:
    given = {
        "iss": "https://id.example",
        "aud": "ipp",
        "exp": at(NOW + timedelta(minutes=5)),
        "sub": "x",
        **changed,
    }
    return {name: value for name, value in given.items() if value is not None}


def token(key: RSAKey | ECKey = KEY, *, alg: str = "RS256", kid: str | None = "one", **changed: Any) -> str:
    header = {"alg": alg, "kid": kid} if kid else {"alg": alg}
    return jwt.encode(header, claims(**changed), key)


def verifier(keys: KeySet | None = None, *, now: datetime = NOW) -> TokenVerifier:
    known = KnownKeys(keys or public(KEY))
    return TokenVerifier(keys=known, issuer=ISSUER, audience="ipp", clock=FixedClock(now))


def test_a_good_token_gives_its_claims() -> None:
    assert verifier().verify(token(employee_number="e1"))["employee_number"] == "e1"
    assert verifier().verify(token(aud=["other", "ipp"]))["sub"] == "x"
    assert verifier(public(KEY, NEXT)).verify(token(NEXT, alg="ES256", kid="two"))["sub"] == "x"


def test_a_token_holds_from_its_beginning_to_its_end() -> None:
    bounded = token(nbf=at(NOW), exp=at(NOW + 60 * SECOND))
    for moment in (NOW - (LEEWAY_S * SECOND), NOW, NOW + (59 + LEEWAY_S) * SECOND):
        assert verifier(now=moment).verify(bounded)
    with pytest.raises(TokenRefusedError, match="not valid yet"):
        verifier(now=NOW - (LEEWAY_S + 1) * SECOND).verify(bounded)
    with pytest.raises(TokenRefusedError, match="expired"):
        verifier(now=NOW + (60 + LEEWAY_S) * SECOND).verify(bounded)


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://id.example.evil"},
        {"iss": None},
        {"iss": ["https://id.example"]},
        {"aud": "another"},
        {"aud": None},
        {"aud": []},
        {"exp": None},
        {"exp": at(NOW - timedelta(hours=1))},
        {"exp": "tomorrow"},
        {"exp": True},
        {"nbf": at(NOW + timedelta(hours=1))},
        {"iat": at(NOW + timedelta(hours=1))},
    ],
)
def test_a_token_for_another_or_out_of_time_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(TokenRefusedError):
        verifier().verify(token(**changed))


def test_a_token_signed_with_another_key_of_the_same_name_is_refused() -> None:
    with pytest.raises(TokenRefusedError, match="not signed"):
        verifier().verify(token(OTHER))


def test_a_token_that_names_no_key_or_an_unknown_one_is_refused() -> None:
    for kid in (None, "three"):
        with pytest.raises(TokenRefusedError):
            verifier(public(KEY, NEXT)).verify(token(kid=kid))


def part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def forged(alg: str, sign: Callable[[bytes], bytes]) -> str:
    """Made by hand, since no library makes such a token any more."""
    head = part(json.dumps({"alg": alg, "kid": "one"}).encode())
    body = part(json.dumps(claims()).encode())
    return f"{head}.{body}.{part(sign(f'{head}.{body}'.encode()))}"


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused() -> None:
    secret = KEY.as_pem(private=False)
    with pytest.raises(TokenRefusedError):
        verifier().verify(forged("HS256", lambda content: hmac.digest(secret, content, "sha256")))


def test_an_unsigned_token_is_refused() -> None:
    for alg in ("none", "None", "NONE", ""):
        with pytest.raises(TokenRefusedError):
            verifier().verify(forged(alg, lambda _: b""))


@pytest.mark.parametrize(
    "text", ["", ".", "a.b.c", "é", "x" * 9_000, "W10.W10.W10", "[" * 4_000, token() + "x", token()[:-3]]
)
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(TokenRefusedError):
        verifier().verify(text)


def test_a_changed_claim_breaks_the_signature() -> None:
    head, _, signature = token().split(".")
    _, body, _ = token(OTHER, sub="administrator").split(".")
    with pytest.raises(TokenRefusedError):
        verifier().verify(f"{head}.{body}.{signature}")


def test_a_verifier_without_issuer_or_audience_is_not_made() -> None:
    for issuer, audience in (("", "ipp"), (ISSUER, "")):
        with pytest.raises(ValueError, match="not set"):
            TokenVerifier(
                keys=KnownKeys(public(KEY)), issuer=issuer, audience=audience, clock=FixedClock(NOW)
            )


class Issuer:
    """An issuer's JWKS address that counts how often it is asked, and may be away."""

    def __init__(self, keys: KeySet) -> None:
        self.served = keys
        self.asked = 0
        self.away = False

    def __call__(self, _request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.away:
            raise httpx.ConnectError("away")
        return httpx.Response(200, json=self.served.as_dict(private=False))


def fetched(issuer: Issuer) -> tuple[TokenVerifier, FixedClock]:
    clock = FixedClock(NOW)
    client = httpx.Client(transport=httpx.MockTransport(issuer))
    keys = FetchedKeys("https://id.example/keys", clock=clock, client=client, age_max_s=3_600)
    return TokenVerifier(keys=keys, issuer=ISSUER, audience="ipp", clock=clock), clock


def test_keys_are_fetched_once_and_again_when_the_issuer_changed_them() -> None:
    issuer = Issuer(public(KEY))
    verifier, clock = fetched(issuer)
    for _ in range(3):
        verifier.verify(token())
    assert issuer.asked == 1
    issuer.served = public(KEY, NEXT)
    clock.advance(KEYS_REFRESH_MIN)
    assert verifier.verify(token(NEXT, alg="ES256", kid="two"))
    assert issuer.asked == 2


def test_forged_key_names_do_not_flood_the_issuer() -> None:
    issuer = Issuer(public(KEY))
    verifier, _ = fetched(issuer)
    for number in range(20):
        with pytest.raises(TokenRefusedError):
            verifier.verify(token(kid=f"forged {number}"))
    assert issuer.asked == 1


def test_while_the_issuer_is_away_known_keys_hold_and_unknown_ones_are_no_verdict() -> None:
    issuer = Issuer(public(KEY))
    issuer.away = True
    verifier, clock = fetched(issuer)
    with pytest.raises(IssuerUnreachableError):
        verifier.verify(token())
    issuer.away = False
    clock.advance(SECOND)
    assert verifier.verify(token())
    issuer.away = True
    clock.advance(KEYS_REFRESH_MIN)
    assert verifier.verify(token())
    with pytest.raises(TokenRefusedError):
        verifier.verify(token(kid="unknown"))


class SlowIssuer(Issuer):
    """One that answers a second request only when asked to."""

    def __init__(self, keys: KeySet) -> None:
        super().__init__(keys)
        self.reached = threading.Event()
        self.answer = threading.Event()
        self.answer.set()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.reached.set()
        assert self.answer.wait(20)
        return super().__call__(request)


def test_while_keys_are_fetched_the_known_ones_still_serve_and_unknown_ones_wait_for_nobody() -> None:
    issuer = SlowIssuer(public(KEY))
    verifier, clock = fetched(issuer)
    verifier.verify(token())
    clock.advance(KEYS_REFRESH_MIN)
    issuer.served = public(KEY, NEXT)
    issuer.reached.clear()
    issuer.answer.clear()
    with ThreadPoolExecutor(2) as threads:
        try:
            rotated = threads.submit(verifier.verify, token(NEXT, alg="ES256", kid="two"))
            assert issuer.reached.wait(10)
            assert threads.submit(verifier.verify, token()).result(5)
            with pytest.raises(IssuerUnreachableError):
                threads.submit(verifier.verify, token(kid="forged")).result(5)
        finally:
            issuer.answer.set()
        assert rotated.result(10)
    assert issuer.asked == 2


def test_who_comes_before_the_first_keys_are_there_waits_for_the_one_fetch() -> None:
    issuer = SlowIssuer(public(KEY))
    issuer.answer.clear()
    verifier, _ = fetched(issuer)
    with ThreadPoolExecutor(4) as threads:
        verdicts = [threads.submit(verifier.verify, token()) for _ in range(4)]
        assert issuer.reached.wait(10)
        issuer.answer.set()
        assert all(verdict.result(10) for verdict in verdicts)
    assert issuer.asked == 1


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"keys": 1}', b'{"keys": [{"kty": "oct"}]}', b"<html>"]
)
def test_nonsense_from_the_issuer_is_an_issuer_out_of_reach(body: bytes) -> None:
    client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, content=body)))
    keys = FetchedKeys("https://id.example/keys", clock=FixedClock(NOW), client=client, age_max_s=3_600)
    with pytest.raises(IssuerUnreachableError):
        keys.keys(refresh=False)
