"""The keeper over HTTP, as services reach it in production: with a secret that both have in a file."""

from http import HTTPStatus
from typing import Any, Final

import httpx
import msgspec

from services.feedback.keeper import HandIn, HandInOutcome, KeeperUnavailableError, RoundKey

CONNECT_S_MAX: Final = 3.0
ANSWER_S_MAX: Final = 12.0
CONNECTIONS_MAX: Final = 64
_NOTHING_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class OfRound(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /make-key`. A round is in the body and never in an address, which a proxy may log."""

    round: str


class OfRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /result`."""

    round: str
    command: bytes


class HandInAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `POST /hand-in` and of `POST /result`; None: it is not known."""

    outcome: HandInOutcome | None


class HttpKeeper:
    """Safe from several threads. A hand-in whose answer is lost is UNSETTLED: it may have been kept."""

    def __init__(self, url: str, *, secret: str) -> None:
        self._client = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {secret}", "Content-Type": "application/json"},
            timeout=httpx.Timeout(ANSWER_S_MAX, connect=CONNECT_S_MAX),
            limits=httpx.Limits(max_connections=CONNECTIONS_MAX),
            trust_env=False,  # no proxy in between
        )

    def close(self) -> None:
        self._client.close()

    def make_key(self, round_: str) -> RoundKey:
        """As in Keeper. Making a key again returns the same one, so any failure may be tried again."""
        answer = self._asked("/make-key", OfRound(round=round_))
        try:
            return msgspec.json.decode(answer.content, type=RoundKey)
        except msgspec.MsgspecError:
            raise _unavailable() from None

    def hand_in(self, hand_in: HandIn) -> HandInOutcome:
        try:
            answer = self._client.post("/hand-in", content=msgspec.json.encode(hand_in))
        except _NOTHING_SENT:
            raise _unavailable() from None
        except httpx.HTTPError:
            return "UNSETTLED"
        if answer.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.SERVICE_UNAVAILABLE}:
            raise _unavailable()  # refused before anything was sent to the inbox
        return _outcome(answer) or "UNSETTLED"

    def result_of(self, round_: str, command: bytes) -> HandInOutcome | None:
        answer = self._asked("/result", OfRequest(round=round_, command=command))
        try:
            return _answer(answer).outcome
        except msgspec.MsgspecError:
            raise _unavailable() from None

    def _asked(self, path: str, content: Any) -> httpx.Response:
        try:
            answer = self._client.post(path, content=msgspec.json.encode(content))
        except httpx.HTTPError:
            raise _unavailable() from None
        if not answer.is_success:
            raise _unavailable()
        return answer


def _answer(answer: httpx.Response) -> HandInAnswer:
    return msgspec.json.decode(answer.content, type=HandInAnswer)


def _outcome(answer: httpx.Response) -> HandInOutcome | None:
    if not answer.is_success:
        return None
    try:
        return _answer(answer).outcome
    except msgspec.MsgspecError:
        return None


def _unavailable() -> KeeperUnavailableError:
    return KeeperUnavailableError("the keeper of round keys does not answer")
