"""Strict JSON: refuses input that could not be answered or stored."""

import json
from typing import Any, Final

_UNREADABLE: Final = "the body is not readable JSON"


def read_json(data: str | bytes) -> Any:
    """Return the value of a JSON text. Raises JSONDecodeError for every fault.

    Also refused: NaN and infinite numbers, nesting that is too deep, bytes that are not UTF-8, and halves of
    characters (lone surrogates), which can't be written again.
    """
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
        found = json.loads(text, parse_constant=_no_number)
        if "\\ud" in text.lower() or not text.isascii():
            json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):  # the original JSONDecodeError would quote the input
        raise json.JSONDecodeError(_UNREADABLE, "", 0) from None
    return found


def _no_number(name: str) -> float:
    raise ValueError(name)


def write_json(data: object) -> str:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)
