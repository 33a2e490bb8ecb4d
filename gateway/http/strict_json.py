"""Strict JSON: refuses input that could not be answered or stored."""

import json
from typing import Any, Final

import msgspec

from gateway.limits.shared_results import SharedData

_UNREADABLE: Final = "the body is not readable JSON"
_encode: Final = msgspec.json.Encoder().encode


def read_json(data: str | bytes) -> Any:
    """Return the value of a JSON text. Raises JSONDecodeError for every fault.

    Also refused: NaN and infinite numbers, nesting that is too deep, bytes that are not UTF-8, and halves of
    characters (lone surrogates), which can't be written again.
    """
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
        found = _decode(text)
        if "\\ud" in text.lower() or not text.isascii():
            json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):  # the original JSONDecodeError would quote the input
        raise json.JSONDecodeError(_UNREADABLE, "", 0) from None
    return found


def _no_number(name: str) -> float:
    raise ValueError(name)


_decode: Final = json.JSONDecoder(parse_constant=_no_number).decode


def write_json(data: object) -> str:
    """Return the JSON of an answer or message; what several subscribers get is written once for all."""
    if isinstance(data, SharedData):
        return data.written(_text)
    if isinstance(data, dict) and _holds_shared(data):
        members = (f"{write_json(name)}:{write_json(value)}" for name, value in data.items())
        return f"{{{','.join(members)}}}"
    return written(data).decode()


def _holds_shared(data: dict[str, object]) -> bool:
    """Whether this is an event for many: `{"data": …}`, in a message of a WebSocket under `payload`."""
    payload = data.get("payload", data)
    return isinstance(payload, dict) and isinstance(payload.get("data"), SharedData)


def written(data: object) -> bytes:
    """Return the JSON of an answer to one request."""
    return _encode(data)


def _text(data: object) -> str:
    return written(data).decode()
