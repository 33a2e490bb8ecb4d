"""The keeper over HTTP, as services reach it in production: with a secret that both have in a file."""

from http import HTTPStatus
from typing import Final

import httpx
import msgspec

from services.feedback.keeper import HandIn, HandInOutcome, KeeperUnavailableError, RoundKey

CONNECT_S_MAX: Final = 3.0
ANSWER_S_MAX: Final = 12.0
CONNECTIONS_MAX: Final = 64
_NOTHING_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class KeyRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /keys`."""

    round: str


class HandInAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `POST /hand-ins`, and of `GET /hand-ins/{round}/{command}`."""

    outcome: HandInOutcome


class HttpKeeper:
    """Safe from several threads. A hand-in whose answer is lost is UNSETTLED: it may have been kept."""

    def __init__(self, url: str, *, secret: str) -> None:
        self._client = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {secret}", "Content-Type": "application/json"},
            timeout=httpx.Timeout(ANSWER_S_MAX, connect=CONNECT_S_MAX),
            limits=httpx.Limits(max_connections=CONNECTIONS_MAX),
        )

    def close(self) -> None:
        self._client.close()

    def make_key(self, round_: str) -> RoundKey:
        """As in Keeper. Making a key again returns the same one, so any failure may be tried again."""
        answer = self._asked("POST", "/keys", msgspec.json.encode(KeyRequest(round=round_)))
        if not answer.is_success:
            raise _unavailable()
        try:
            return msgspec.json.decode(answer.content, type=RoundKey)
        except msgspec.MsgspecError:
            raise _unavailable() from None

    def hand_in(self, hand_in: HandIn) -> HandInOutcome:
        try:
            answer = self._client.post("/hand-ins", content=msgspec.json.encode(hand_in))
        except _NOTHING_SENT:
            raise _unavailable() from None
        except httpx.HTTPError:
            return "UNSETTLED"
        if answer.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.SERVICE_UNAVAILABLE}:
            raise _unavailable()  # refused before anything was sent to the inbox
        return _outcome(answer) or "UNSETTLED"

    def result_of(self, round_: str, command: bytes) -> HandInOutcome | None:
        answer = self._asked("GET", f"/hand-ins/{round_}/{command.hex()}")
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return None
        outcome = _outcome(answer)
        if outcome is None:
            raise _unavailable()
        return outcome

    def _asked(self, method: str, path: str, content: bytes | None = None) -> httpx.Response:
        try:
            return self._client.request(method, path, content=content)
        except httpx.HTTPError:
            raise _unavailable() from None


def _outcome(answer: httpx.Response) -> HandInOutcome | None:
    if not answer.is_success:
        return None
    try:
        return msgspec.json.decode(answer.content, type=HandInAnswer).outcome
    except msgspec.MsgspecError:
        return None


def _unavailable() -> KeeperUnavailableError:
    return KeeperUnavailableError("the keeper of round keys does not answer")
