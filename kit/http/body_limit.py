"""The limits on a request's body: its bytes, counted while it arrives, and that it is not compressed."""

from collections.abc import Mapping

from starlette.types import Message, Receive

from kit.errors import TooLargeError, UnsupportedEncodingError


def need_plain_body(headers: Mapping[str, str]) -> None:
    """Raise UnsupportedEncodingError for a compressed body: a small one may hold a very large one."""
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding not in {"", "identity"}:
        raise UnsupportedEncodingError("a body is not taken compressed: send it without Content-Encoding")


def limited_body(receive: Receive, bytes_max: int) -> Receive:
    """
    Return a `receive` that raises TooLargeError once the body is longer than `bytes_max`.

    The bytes are counted as they arrive, because the length that a client states may be missing or wrong.
    """
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > bytes_max:
            raise TooLargeError(f"a request has {bytes_max} bytes at most")
        return message

    return counted
