"""The limit on a request's body, counted while it arrives."""

from starlette.types import Message, Receive

from kit.errors import TooLargeError


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
