"""The port to the keeper over HTTP."""

from typing import Any, Final, TypeVar

import httpx
import msgspec

from services.feedback.keeper import HandIn, HandInOutcome, KeeperUnavailableError, RoundKey

ANSWER_S_MAX: Final = 30.0
"""Longer than the keeper waits for a verdict."""
CONNECT_S_MAX: Final = 3.0
CONNECTIONS_MAX: Final = 64

T = TypeVar("T")


class _Ended(msgspec.Struct, frozen=True, kw_only=True):
    outcome: HandInOutcome | None


class UnclearAnswerError(KeeperUnavailableError):
    """The keeper's answer did not arrive, so it may have done what it was asked."""


class KeeperClient:
    """
    Reaches the keeper with the secret for the services. Safe from several threads.

    A hand-in without a clear answer is UNSETTLED: it may be on the log.
    """

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def make_key(self, round_: str) -> RoundKey:
        """See `Keeper`."""
        return posted(self._client, "/make-key", {"round": round_}, RoundKey)

    def hand_in(self, hand_in: HandIn) -> HandInOutcome:
        """See `Keeper`."""
        try:
            ended = posted(self._client, "/hand-in", hand_in, _Ended).outcome
        except UnclearAnswerError:
            return "UNSETTLED"
        return ended or "UNSETTLED"

    def result_of(self, round_: str, command: bytes) -> HandInOutcome | None:
        """See `Keeper`."""
        return posted(self._client, "/result", {"round": round_, "command": command}, _Ended).outcome


def keeper_client(url: str, token: str) -> httpx.Client:
    """Open an HTTP client for the keeper, with its secret and its timeouts."""
    return httpx.Client(
        base_url=url,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        timeout=httpx.Timeout(ANSWER_S_MAX, connect=CONNECT_S_MAX),
        limits=httpx.Limits(max_connections=CONNECTIONS_MAX),
        trust_env=False,  # no proxy in between
    )


def posted(client: httpx.Client, path: str, content: Any, kind: type[T]) -> T:
    """Send a request and return its answer. Raises KeeperUnavailableError, or UnclearAnswerError."""
    try:
        answer = client.post(path, content=msgspec.json.encode(content))
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise KeeperUnavailableError("the keeper can't be reached, and nothing was sent") from error
    except httpx.HTTPError as error:
        raise UnclearAnswerError("the keeper did not answer in time") from error
    if answer.is_success:
        try:
            return msgspec.json.decode(answer.content, type=kind)
        except msgspec.MsgspecError as error:
            raise UnclearAnswerError("the keeper's answer can't be read") from error
    if answer.is_server_error and answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
        raise UnclearAnswerError(f"the keeper failed with status {answer.status_code}")
    raise KeeperUnavailableError(f"the keeper refused the request with status {answer.status_code}")
