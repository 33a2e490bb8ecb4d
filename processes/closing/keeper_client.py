"""The keeper over HTTP, as the process that closes rounds reaches it: with a secret of its own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final, TypeVar

import httpx
import msgspec

from processes.keeper.closing import ClosedRound, ClosingTerms
from processes.keeper.keeper import KeyGoneError, KeyStatus, OtherTermsError
from processes.keeper.wire import Figures, OfAll, OfRounds, Statuses, ToDestroy
from rules.feedback.quality import Figure
from services.feedback.keeper import KeeperUnavailableError

CONNECT_S_MAX: Final = 3.0
ANSWER_S_MAX: Final = 60.0
"""Closing reads each slot's answer from the log, after a verdict of up to 20 s."""

T = TypeVar("T")


@contextmanager
def open_closing_keeper(url: str, *, secret: str) -> Iterator["HttpClosingKeeper"]:
    """Open connections to the keeper, and close them at the end."""
    with httpx.Client(
        base_url=url,
        headers={"Authorization": f"Bearer {secret}", "Content-Type": "application/json"},
        timeout=httpx.Timeout(ANSWER_S_MAX, connect=CONNECT_S_MAX),
        trust_env=False,  # no proxy in between
    ) as client:
        yield HttpClosingKeeper(client)


class HttpClosingKeeper:
    """Each request may be sent again after any error. Raises KeeperUnavailableError, and as LocalKeeper."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def close(self, terms: ClosingTerms) -> ClosedRound:
        return self._posted("/close", terms, ClosedRound)

    def destroy(self, round_: str, *, closed: bool = False) -> None:
        self._posted("/destroy", ToDestroy(round=round_, closed=closed), type(None))

    def figures(self) -> tuple[Figure, ...]:
        return self._posted("/figures", OfAll(), Figures).figures

    def status_of(self, rounds: tuple[str, ...]) -> Mapping[str, KeyStatus]:
        return self._posted("/status", OfRounds(rounds=rounds), Statuses).statuses

    def _posted(self, path: str, content: Any, kind: type[T]) -> T:
        try:
            answer = self._client.post(path, content=msgspec.json.encode(content))
            if answer.is_success:
                return msgspec.json.decode(answer.content, type=kind)
        except (httpx.HTTPError, msgspec.MsgspecError) as error:
            raise KeeperUnavailableError("the keeper of round keys does not answer") from error
        match answer.status_code:
            case HTTPStatus.NOT_FOUND:
                raise KeyGoneError("the key of this round is not with the keeper")
            case HTTPStatus.CONFLICT:
                raise OtherTermsError("this round was closed by other terms")
            case status:
                raise KeeperUnavailableError(f"the keeper refused the request with status {status}")
