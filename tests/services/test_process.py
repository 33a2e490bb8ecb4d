"""`python -m services` as it runs in production: its own process, real tokens, a real log."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from tests.environment import without_settings
from tests.events.log.harness import LogUnderTest

KEY = RSAKey.generate_key(2048, {"kid": "one"})
ROOT = Path(__file__).parents[2]
START_S_MAX = 30.0


@contextmanager
def issuer() -> Iterator[str]:
    """Serve the issuer's keys over real HTTP."""
    keys = json.dumps(KeySet.import_key_set({"keys": [KEY.as_dict(private=False)]}).as_dict()).encode()

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(keys)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/keys"
    server.shutdown()
    server.server_close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def token(claim: str) -> str:
    claims = {"iss": "i", "aud": "ipp", "exp": int(time.monotonic()) + 10**10, "employee_number": claim}
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, KEY)


def run(arguments: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "services", *arguments]
    return subprocess.run(  # noqa: S603 - our own program
        command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


@contextmanager
def serving(env: dict[str, str]) -> Iterator[httpx.Client]:
    process = subprocess.Popen([sys.executable, "-m", "services"], env=env, cwd=ROOT)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{env['IPP_PORT']}", timeout=20) as client:
            deadline = time.monotonic() + START_S_MAX
            while True:
                assert process.poll() is None, "the service ended"
                assert time.monotonic() < deadline, "the service does not answer"
                try:
                    client.get("/health/ready")
                    break
                except httpx.TransportError:
                    time.sleep(0.1)
            yield client
    finally:
        process.terminate()
        assert process.wait(30) == 0, "it stops in order when asked to"


def settings(**given: str) -> dict[str, str]:
    others = without_settings()
    return {**others, **given}


def test_what_is_missing_is_said_in_one_line(tmp_path: Path) -> None:
    for env, words in (
        ({}, "IPP_OIDC_ISSUER"),
        ({"IPP_PROT": "1"}, "IPP_PORT"),
        (
            {
                "IPP_OIDC_ISSUER": "i",
                "IPP_OIDC_JWKS_URL": "http://127.0.0.1:1",
                "IPP_MASTER_KEY_FILE": str(tmp_path / "none"),
            },
            "can't be read",
        ),
    ):
        ended = run([], settings(**env))
        assert ended.returncode == 2
        assert words in ended.stderr
        assert "Traceback" not in ended.stderr


@pytest.mark.postgres
def test_founded_on_the_server_then_commanded_over_http(database: str, tmp_path: Path) -> None:
    key = tmp_path / "master.key"
    key.write_text(os.urandom(32).hex())
    log = LogUnderTest(url=database, name="ipp")
    log.create()
    with issuer() as keys_url, log.folding():
        env = settings(
            IPP_DATABASE_URL=database,
            IPP_VAULT_URL=database,
            IPP_MASTER_KEY_FILE=str(key),
            IPP_OIDC_ISSUER="i",
            IPP_OIDC_JWKS_URL=keys_url,
            IPP_PORT=str(free_port()),
            IPP_PROBES_PORT=str(probes_port := free_port()),
        )
        founding = ["found", "--name", "MEE Voorbeeld", "--administrator", "boss"]
        first = run(founding, env)
        assert first.returncode == 0, first.stderr
        assert "MEE Voorbeeld is founded" in first.stdout
        second = run(founding, env)
        assert second.returncode == 1
        assert "founded already" in second.stderr
        for lenses in ("a draft, to be tried", "there already"):
            loaded = run(["terms"], env)
            assert loaded.returncode == 0, loaded.stderr
            assert "60 of 60 words can be picked" in loaded.stdout
            assert run(["lenses"], env).stdout.count(f": {lenses}.") == 2
        unread = tmp_path / "list.csv"
        unread.write_text("cluster,nl,en,esco\nluck,,Luck,\n")
        refused = run(["terms", str(unread)], env)
        assert refused.returncode == 1
        assert refused.stderr.splitlines()[0] == "Line 2, nl: Please fill this in."
        refused = run(["lenses", str(unread)], env)
        assert (refused.returncode, refused.stderr[:29]) == (1, "list.csv:\nThe file is no lens")
        with serving(env) as client:
            answer = client.post(
                "/commands/grantRole",
                json={"commandId": str(uuid4()), "input": {"role": "HR_FEED", "subject": "feed"}},
                headers={"Authorization": f"Bearer {token('boss')}", "IPP-Role": "ADMINISTRATOR"},
            )
            assert answer.status_code == 200, answer.text
            assert (answer.json()["outcome"], answer.json()["version"]) == ("ACCEPTED", 3)
            health = client.get("/health/ready").json()
            assert set(health["checks"]) == {"log", "vault"}
            assert health["state"] == "ok"
            assert client.get("/metrics").status_code == 404
            probes = f"http://127.0.0.1:{probes_port}"
            assert httpx.get(f"{probes}/health/live").status_code == 200
            assert 'command="grantRole"' in httpx.get(f"{probes}/metrics").text
