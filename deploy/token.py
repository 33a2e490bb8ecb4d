"""`python -m deploy.token owner`: prints a bearer token from the running demo's issuer."""

import os
import sys

import httpx

TIMEOUT_S = 5.0


def main() -> int:
    if len(sys.argv) != 2 or not sys.argv[1]:  # noqa: PLR2004 - the program and a name
        sys.stderr.write("Whose token? make token AS=owner\n")
        return 2
    port = os.environ.get("IPP_PORT") or os.environ.get("PORT") or "8000"
    url = f"http://127.0.0.1:{port}/dev/token"
    try:
        answer = httpx.get(url, params={"as": sys.argv[1]}, timeout=TIMEOUT_S)
    except httpx.HTTPError:
        sys.stderr.write(f"No demo answers on port {port}. Start it with `make demo`, or name its PORT.\n")
        return 1
    if not answer.is_success:
        sys.stderr.write(f"No token for {sys.argv[1]!r}: {answer.text}\n")
        return 1
    sys.stdout.write(answer.json()["access_token"] + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
