"""An identity provider's JWKS address, served over real HTTP; a test changes the keys it serves."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from joserfc.jwk import ECKey

PATH: Final = "/jwks.json"


class JwksServer:
    """What is served, how often it was asked for, and its address."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked = 0
        self.away = False
        self._body = b""

    def serve_keys(self, *keys: ECKey) -> None:
        """Serve the public halves of these keys, and no other key, from now on."""
        public = [{**key.as_dict(private=False), "use": "sig"} for key in keys]
        self._body = json.dumps({"keys": public}).encode()

    def answer(self) -> tuple[int, bytes]:
        self.asked += 1
        return (503, b"away") if self.away else (200, self._body)


@contextmanager
def jwks_server() -> Iterator[JwksServer]:
    """Give a running one on a free port of this machine; it ends with the block."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = served.answer()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing: the test looks at `asked`."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        served = JwksServer(f"http://127.0.0.1:{server.server_port}{PATH}")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()
