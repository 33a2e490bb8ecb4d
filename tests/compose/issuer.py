"""The identity provider of the compose test: one key pair, its public half in a folder to be served."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from joserfc import jwt
from joserfc.jwk import RSAKey

ISSUER: Final = "https://identity.example"
JWKS_URL: Final = "http://issuer:8080/jwks.json"
TOKEN_LIFE: Final = timedelta(hours=1)


class Issuer:
    def __init__(self, folder: Path) -> None:
        self._key = RSAKey.generate_key(2048, {"kid": "compose-test"})
        public = {**self._key.as_dict(private=False), "use": "sig"}
        folder.chmod(0o755)
        (folder / "jwks.json").write_text(json.dumps({"keys": [public]}))

    def token(self, employee_number: str) -> str:
        now = datetime.now(UTC)  # noqa: TID251 - the test plays another system, with a clock of its own
        claims = {
            "iss": ISSUER,
            "aud": "ipp",
            "sub": employee_number,
            "employee_number": employee_number,
            "iat": int(now.timestamp()),
            "exp": int((now + TOKEN_LIFE).timestamp()),
        }
        return jwt.encode({"alg": "RS256", "kid": self._key.kid}, claims, self._key)
