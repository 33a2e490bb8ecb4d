"""An issuer of tokens for development: anyone can be anyone, so only the embedded profile has it."""

import os
import re
from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import JSONResponse
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.requests import Request

from kit.clock import Clock
from kit.http.tokens import KnownKeys, TokenVerifier

ISSUER = "ipp-development"
AUDIENCE = "ipp"
TOKEN_LIFE = timedelta(hours=12)
TOKEN_LIFE_S_MAX = int(TOKEN_LIFE.total_seconds())
_WRONG_REQUEST = (
    f"`as` must be 1 to 64 letters, digits, dots, dashes or underscores, `life_s` 1 to {TOKEN_LIFE_S_MAX}"
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class NotForProductionError(Exception):
    """The development issuer was to be started outside the embedded profile."""


class DevelopmentIssuer:
    """Issues tokens whose person claim is the requested name, signed with RS256, which verifies fastest.

    The key pair is stored in `folder`, so that tokens stay valid when the demo is restarted.
    """

    def __init__(self, *, profile: str, folder: Path, person_claim: str, clock: Clock) -> None:
        if profile != "embedded":
            raise NotForProductionError(f"the development issuer does not start in profile {profile}")
        self._person_claim = person_claim
        self._clock = clock
        self._key = _stored_key(folder / "development-issuer.pem")

    def public_keys(self) -> KeySet:
        return KeySet.import_key_set({"keys": [{**self._key.as_dict(private=False), "use": "sig"}]})

    def verifier(self) -> TokenVerifier:
        """Return a verifier that accepts this issuer's tokens."""
        keys = KnownKeys(self.public_keys())
        return TokenVerifier(keys=keys, issuer=ISSUER, audience=AUDIENCE, clock=self._clock)

    def token(self, name: str, *, life: timedelta = TOKEN_LIFE) -> str:
        now = self._clock.now()
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": name,
            self._person_claim: name,
            "iat": int(now.timestamp()),
            "exp": int((now + life).timestamp()),
        }
        return jwt.encode({"alg": "RS256", "kid": self._key.kid}, claims, self._key)

    def routes(self) -> APIRouter:
        """Return `/dev/token?as=name` and `/dev/jwks.json`, both for this machine only."""
        router = APIRouter(prefix="/dev", tags=["development"], dependencies=[Depends(_on_this_machine)])

        @router.get("/token")
        def token(name: Annotated[str, Query(alias="as")], life_s: int = TOKEN_LIFE_S_MAX) -> JSONResponse:
            if not _NAME.fullmatch(name) or not 0 < life_s <= TOKEN_LIFE_S_MAX:
                raise HTTPException(400, _WRONG_REQUEST)
            token = self.token(name, life=timedelta(seconds=life_s))
            body = {"access_token": token, "token_type": "Bearer", "expires_in": life_s}
            return JSONResponse(body, headers={"Cache-Control": "no-store"})

        @router.get("/jwks.json")
        def jwks() -> JSONResponse:
            return JSONResponse(self.public_keys().as_dict(private=False))

        return router


def _on_this_machine(request: Request) -> None:
    """
    Refuse a request from another machine, and one that was sent to another name than this machine's own.

    A page of another site can let its own name mean 127.0.0.1 (DNS rebinding): then the browser takes this
    server for that site's, and would hand the page a token. Only the header Host gives it away.
    """
    peer = request.client.host if request.client else ""
    if not (_is_loopback(peer) and _is_loopback(_host_name(request.headers.get("host", "")))):
        raise HTTPException(
            403, "tokens for development are issued on this machine only, at http://localhost"
        )


def _host_name(header: str) -> str:
    """Return the name in a header Host, without port and brackets; empty if it has another form."""
    if set(header) & set("@/?#"):
        return ""
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def _stored_key(path: Path) -> RSAKey:
    if path.exists():
        key = RSAKey.import_key(path.read_bytes())
        key.ensure_kid()
        return key
    path.parent.mkdir(parents=True, exist_ok=True)
    made = RSAKey.generate_key(2048)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(made.as_pem(private=True))
    return _stored_key(path)
